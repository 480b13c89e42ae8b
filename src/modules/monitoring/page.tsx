/** Status: every part of the platform with its state and latency, and the work that runs in the background. */
import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useChange } from '../../client/use-change.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { useEndpointPages } from '../../client/use-endpoint-pages.ts';
import type { Job } from '../../contract/job.ts';
import { cancelJob, listJobs, retryJob } from '../../contract/live.ts';
import { Button } from '../../ui/button.tsx';
import { CountLine } from '../../ui/count-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { definePage } from '../../ui/define-page.ts';
import { formatNumber, plural, withUnit } from '../../ui/format.ts';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { progressWords } from '../../ui/progress.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Section } from '../../ui/section.tsx';
import { Shape } from '../../ui/shape.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { formatDuration } from '../../ui/time.ts';
import { type Health, productHealth } from './contract.ts';

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
      <Jobs />
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

const byId = (job: Job): string => job.id;
const byTitle = (job: Job): string => job.title;

function Jobs() {
  const { can } = useSession();
  const [opened, setOpened] = useState<string | null>(null);
  const list = useEndpointPages(listJobs, { limit: 50 }, { live: ['job.'], enabled: can('jobs:read') });
  const cancel = useChange(cancelJob);
  const retry = useChange(retryJob);
  const columns: Column<Job>[] = [
    { id: 'state', head: 'State', headHidden: true, width: 44, cell: ({ state }) => <JobShape state={state} /> },
    { id: 'title', head: 'Work', primary: true, cell: (job) => <TwoLines title={job.title} second={job.kind} mono /> },
    { id: 'progress', head: 'Progress', width: 260, hideUnder: 760, cell: (job) => <Where job={job} isOpen={opened === job.id} /> },
    { id: 'attempts', head: 'Tries', width: 60, align: 'right', hideUnder: 900, cell: ({ attempts }) => formatNumber(attempts) },
    { id: 'at', head: 'Asked', width: 90, align: 'right', cell: ({ createdAt }) => <RelativeTime at={createdAt} form="age" /> },
    {
      id: 'act',
      head: 'Act',
      headHidden: true,
      width: 90,
      align: 'right',
      cell: (job) => (
        <JobAction
          job={job}
          onCancel={() => void cancel.run({ id: job.id })}
          onRetry={() => void retry.run({ id: job.id })}
          canCancel={can('jobs:update')}
          canRetry={can('jobs:create')}
        />
      ),
    },
  ];
  return (
    <section aria-label="Background work">
      <h2 className="px-4 pt-4 font-strong tablet:px-6">Background work</h2>
      <CountLine
        shown={list.rows.length}
        total={list.total}
        totalIsEstimate={list.totalIsEstimate}
        newCount={list.newCount}
        onShowNew={list.showNew}
        order="Newest first"
      />
      <Loaded
        answer={list}
        waitsFor="the jobs"
        refusal="Your role may not see background work."
        empty={<EmptyNote title="No work has run">Scans, discoveries and bulk changes run as jobs and stand here.</EmptyNote>}
      >
        {(rows) => (
          <DataTable
            label="Jobs"
            rows={rows}
            rowId={byId}
            rowName={byTitle}
            columns={columns}
            onOpen={(job) => setOpened(opened === job.id ? null : job.id)}
            openId={opened}
            phone={(job) => (
              <PhoneRow
                shape={<JobShape state={job.state} />}
                title={job.title}
                reason={<Where job={job} isOpen={false} />}
                due={<RelativeTime at={job.createdAt} form="age" />}
              />
            )}
            hasMore={list.hasMore}
            onMore={list.loadMore}
            isLoadingMore={list.isLoadingMore}
          />
        )}
      </Loaded>
    </section>
  );
}

function JobShape({ state }: Pick<Job, 'state'>) {
  if (state === 'done') return <Shape name="ok" tone="ok" label="done" />;
  if (state === 'failed') return <Shape name="high" tone="high" label="failed" />;
  if (state === 'cancelled') return <Shape name="false-positive" tone="ink-3" label="cancelled" />;
  return <Shape name={state === 'running' ? 'in-progress' : 'open'} tone={state === 'running' ? 'accent' : 'ink-3'} label={state} />;
}

function Where({ job, isOpen }: { job: Job; isOpen: boolean }) {
  if (job.problem !== null) return <span className={isOpen ? 'text-high-ink' : 'block truncate text-high-ink'}>{job.problem.detail}</span>;
  if (job.state === 'running' && job.progress !== null) return <span className="tabular-nums">{progressWords(job.progress)}</span>;
  if (job.finishedAt !== null && job.startedAt !== null)
    return <span className="text-ink-2">took {formatDuration(Math.max(0, Date.parse(job.finishedAt) - Date.parse(job.startedAt)))}</span>;
  return (
    <span className="text-ink-2">{job.progress === null ? job.state : plural(job.progress.done, job.progress.unit.replace(/s$/, ''))}</span>
  );
}

type JobActionProps = { job: Job; onCancel: () => void; onRetry: () => void; canCancel: boolean; canRetry: boolean };
function JobAction({ job: { state }, onCancel, onRetry, canCancel, canRetry }: JobActionProps) {
  if ((state === 'queued' || state === 'running') && canCancel) {
    return (
      <Button size="small" onClick={onCancel}>
        Cancel
      </Button>
    );
  }
  if ((state === 'failed' || state === 'cancelled') && canRetry) {
    return (
      <Button size="small" onClick={onRetry}>
        Run again
      </Button>
    );
  }
  return null;
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
