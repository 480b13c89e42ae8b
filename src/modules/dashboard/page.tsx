/** The landing page: what to fix first, what it wins, and what nobody looks at. */
import { useMemo } from 'react';
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Button, ButtonLink, TextLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { formatNumber, plural } from '../../ui/format.ts';
import { EmptyNote, Loaded, LoadingLines } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { useQueryValue } from '../../ui/query-state.ts';
import { Screen } from '../../ui/screen.tsx';
import { type DashboardMetrics, dashboardMetrics } from './contract.ts';
import { FixQueue } from './fix-queue.tsx';
import { LowerBand } from './lower-band.tsx';
import { PostureRail, PostureStrip } from './posture-rail.tsx';
import { Unavailable } from './unavailable.tsx';

const environments = ['production', 'staging', 'research', 'development'] as const;
const periods = [
  { id: 'day', label: 'Since yesterday', ms: 86_400_000 },
  { id: 'week', label: 'Since last week', ms: 7 * 86_400_000 },
  { id: 'month', label: 'Since 30 days ago', ms: 30 * 86_400_000 },
] as const;
const live = ['vulnerability.', 'alert.', 'asset.', 'posture.', 'model-scanner.', 'risk.'];

function DashboardPage() {
  const [environmentWord, setEnvironment] = useQueryValue('environment');
  const [periodWord, setPeriod] = useQueryValue('since');
  const environment = environments.find((word) => word === environmentWord);
  const period = periods.find(({ id }) => id === periodWord) ?? periods[0];
  // Whole minutes, so that the question stays the same while the page stands.
  const since = useMemo(() => new Date(Math.floor((Date.now() - period.ms) / 60_000) * 60_000).toISOString(), [period]);
  const metrics = useEndpoint(
    dashboardMetrics,
    { since, ...(environment === undefined ? {} : { environment }) },
    { live, keepPrevious: true },
  );

  return (
    <Screen
      title="Fix first"
      subtitle={metrics.data === undefined ? 'What to do next, by the posture points it wins.' : <Summary metrics={metrics.data} />}
      actions={
        <>
          <Menu
            trigger={<Button>{environment === undefined ? 'All environments' : capital(environment)}</Button>}
            items={[
              { label: 'All environments', chosen: environment === undefined, run: () => setEnvironment(null) },
              ...environments.map((word) => ({ label: capital(word), chosen: word === environment, run: () => setEnvironment(word) })),
            ]}
          />
          <Menu
            trigger={<Button>{period.label}</Button>}
            items={periods.map(({ id, label }) => ({ label, chosen: id === period.id, run: () => setPeriod(id === 'day' ? null : id) }))}
          />
        </>
      }
      rail={metrics.data === undefined ? metrics.isPending && <LoadingLines lines={8} /> : <PostureRail metrics={metrics.data} />}
    >
      <Loaded answer={metrics} lines={8} waitsFor="the dashboard's numbers">
        {(data) => (
          <>
            <PostureStrip posture={data.posture} />
            <Queue metrics={data} />
            <LowerBand metrics={data} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function Summary({ metrics: { fixes } }: { metrics: DashboardMetrics }) {
  if (fixes.value === null) return 'The queue is unavailable.';
  const { fixes: listed, total, scoreNow, scoreThen } = fixes.value;
  if (total === 0) return 'Nothing waits to be fixed.';
  const soon = listed.filter(({ dueAt }) => dueAt !== null && Date.parse(dueAt) - Date.now() < 86_400_000).length;
  const lift =
    scoreNow === null || scoreThen === null
      ? ''
      : ` would lift posture from ${formatNumber(scoreNow, { digits: 1 })} to ${formatNumber(scoreThen, { digits: 1 })}`;
  return `${plural(listed.length, 'action')}${lift === '' ? ' in the queue' : `${listed.length === 1 ? '' : ' together'}${lift}`}.${soon > 0 ? ` ${plural(soon, 'is due within a day', 'are due within a day')}.` : ''}`;
}

function Queue({ metrics: { fixes, assets } }: { metrics: DashboardMetrics }) {
  const { can } = useSession();
  if (fixes.value === null) {
    return (
      <div className="border-y border-line px-4 py-4 tablet:px-6">
        <Unavailable reason={fixes.unavailable} />
      </div>
    );
  }
  if (fixes.value.fixes.length === 0) {
    const nothingYet = assets.value?.total === 0;
    return (
      <div className="border-y border-line">
        <EmptyNote
          kind={nothingYet ? 'nothing-yet' : 'all-clear'}
          title={nothingYet ? 'No AI assets yet' : 'Nothing to fix in what was assessed'}
          actions={
            can('discovery:create') ? (
              <ButtonLink to="/discovery" kind="primary">
                Discover a folder
              </ButtonLink>
            ) : undefined
          }
        >
          {nothingYet
            ? 'Point the platform at a folder: models, data sets, agents and MCP servers in it become assets, model files are scanned, and what is wrong stands here, ranked.'
            : 'What is not assessed is listed under Not covered.'}
        </EmptyNote>
      </div>
    );
  }
  const left = fixes.value.total - fixes.value.fixes.length;
  return (
    <div className="border-b border-line">
      <FixQueue fixes={fixes.value.fixes} />
      <p className="px-4 py-2.5 tablet:px-6">
        <TextLink to="/vulnerabilities">{left > 0 ? `${plural(left, 'more action')}` : 'All vulnerabilities'}</TextLink>
      </p>
    </div>
  );
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export default definePage({
  path: '/',
  title: 'Fix first',
  permission: 'dashboard:read',
  group: 'top',
  icon: 'list-ordered',
  order: 1,
  Page: DashboardPage,
});
