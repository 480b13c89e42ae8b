/** Status: every part of the platform with its state and latency, and the work that runs in the background. */
import { useEndpoint } from '../../client/use-endpoint.ts';
import { definePage } from '../../ui/define-page.ts';
import { formatNumber, withUnit } from '../../ui/format.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Section } from '../../ui/section.tsx';
import { Shape } from '../../ui/shape.tsx';
import { formatDuration } from '../../ui/time.ts';
import { type Health, productHealth } from './contract.ts';
import { JobList } from './job-list.tsx';

function StatusPage() {
  const health = useEndpoint(productHealth, {}, { everyMs: 10_000 });
  return (
    <Screen title="Status" subtitle={health.data === undefined ? 'Every part of the platform.' : <Headline health={health.data} />}>
      <Section title="Parts">
        <Loaded answer={health} waitsFor="the health of every part">
          {({ parts }) =>
            parts === undefined ? (
              <p className="text-ink-2">Only readers of monitoring see the parts.</p>
            ) : (
              <ul className="grid gap-x-8 gap-y-1.5 tablet:grid-cols-2 desk:grid-cols-3">
                {parts.map(({ name, state, detail, latencyMs }) => (
                  <li key={name} className="flex items-baseline gap-2.5">
                    <span className="translate-y-0.5">
                      <StateShape state={state} />
                    </span>
                    <span className="min-w-0 flex-1 truncate">
                      <b className="font-name">{name}</b> <span className="text-ink-2">{detail ?? state}</span>
                    </span>
                    <span className="flex-none text-ink-3 tabular-nums">{withUnit(formatNumber(latencyMs, { digits: 1 }), 'ms')}</span>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Section>
      <JobList />
    </Screen>
  );
}

function Headline({ health: { status, version, uptimeSeconds } }: { health: Health }) {
  const since = uptimeSeconds === undefined ? '' : `, gateway up ${formatDuration(uptimeSeconds * 1000)}`;
  return `The platform is ${status}${version === undefined ? '' : `, version ${version}`}${since}.`;
}

function StateShape({ state }: { state: Health['status'] }) {
  if (state === 'healthy') return <Shape name="ok" tone="ok" label="healthy" />;
  if (state === 'degraded') return <Shape name="medium" tone="medium" label="degraded" />;
  return state === 'unhealthy' ? (
    <Shape name="critical" tone="critical" label="unhealthy" />
  ) : (
    <Shape name="unknown" tone="unknown" label="unknown" />
  );
}

export default definePage({
  path: '/monitoring',
  title: 'Status',
  permission: 'monitoring:read',
  group: 'foot',
  icon: 'activity',
  order: 2,
  Page: StatusPage,
});
