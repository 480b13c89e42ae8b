/** The data of one asset: how good it is, how it is spread, what drifted, which rows are odd, its rules, baselines, monitors and history. */
import { useState } from 'react';
import { linkTo } from '../../client/request.ts';
import { useSession } from '../../client/session.ts';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import { inertLine } from '../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { Menu } from '../../ui/menu.tsx';
import { useQueryValue } from '../../ui/query-state.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Tag } from '../../ui/tag.tsx';
import { getAsset } from '../ai-assets/contract.ts';
import { AlertList } from './alerts/alert-list.tsx';
import { AnomalyTab } from './assessments/anomaly-tab.tsx';
import { AssessmentList } from './assessments/assessment-list.tsx';
import { CheckDialog } from './assessments/check-dialog.tsx';
import { ColumnTab } from './assessments/column-tab.tsx';
import { DriftTab } from './assessments/drift-tab.tsx';
import { useNewest } from './assessments/newest-of-check.tsx';
import { PoisoningTab } from './assessments/poisoning-view.tsx';
import { StateTab } from './assessments/state-tab.tsx';
import { BaselineTab } from './baselines/baseline-tab.tsx';
import { type Assessment, readMetrics, readReport, type TimeRange, timeRanges } from './contract.ts';
import { MeaningChip, meaningOf, rowsByColumns } from './data-words.tsx';
import { MonitorList } from './monitors/monitor-list.tsx';
import { RuleTab } from './rules/rule-tab.tsx';

const live = ['data-assessment.', 'data-alert.'];

function TablePage({ params }: { params: Readonly<Record<string, string>> }) {
  const assetId = params['assetId'] ?? '';
  const { can } = useSession();
  const asset = useEndpoint(getAsset, { id: assetId }, { enabled: can('ai-assets:read') });
  const [range, setRange] = useQueryValue('range');
  const timeRange = timeRanges.find((known) => known === range) ?? '7d';
  const metrics = useEndpoint(readMetrics, { assetId, timeRange }, { live, keepPrevious: true });
  const [isChecking, setChecking] = useState<'now' | 'file' | null>(null);
  const latest = metrics.data?.latest ?? null;
  const name = asset.data?.name ?? latest?.datasetName ?? 'Table';
  return (
    <Screen
      title={inertLine(name, 200)}
      path={[{ label: 'Data quality', to: '/data-quality' }]}
      facts={latest !== null && <LatestFacts assetId={assetId} latest={latest} />}
      ready={metrics.data !== undefined}
      actions={
        <>
          {can('ai-assets:read') && <ButtonLink to={`/ai-assets/${assetId}`}>The asset</ButtonLink>}
          <ReportMenu assetId={assetId} timeRange={timeRange} />
          {can('data-quality:create') && (
            <>
              <Button onClick={() => setChecking('file')}>Check a new file</Button>
              <Button kind="primary" onClick={() => setChecking('now')}>
                Check now
              </Button>
            </>
          )}
        </>
      }
    >
      <Loaded answer={metrics} waitsFor="what is known of the table">
        {(known) => <TableTabs assetId={assetId} known={known} onRange={setRange} onCheck={() => setChecking('now')} />}
      </Loaded>
      {isChecking !== null && <CheckDialog assetId={assetId} isNewFile={isChecking === 'file'} onClose={() => setChecking(null)} />}
    </Screen>
  );
}

/** The worst of what is known now: one good check does not cover for another. */
function LatestFacts({ assetId, latest }: { assetId: string; latest: Assessment }) {
  const newest = [
    useNewest(assetId, 'quality'),
    useNewest(assetId, 'drift'),
    useNewest(assetId, 'anomalies'),
    useNewest(assetId, 'poisoning'),
  ];
  const known = newest.flatMap(({ data }) => data?.items ?? []);
  const worst = known.find(({ outcome }) => outcome === 'bad') ?? known.find(({ outcome }) => outcome === 'unknown') ?? latest;
  return (
    <>
      <MeaningChip meaning={meaningOf(worst)} />
      <Tag>{latest.environment}</Tag>
      <span>{rowsByColumns(latest)}</span>
      <span className="text-ink-2">
        looked at <RelativeTime at={latest.finishedAt ?? latest.createdAt} />
      </span>
    </>
  );
}

function ReportMenu({ assetId, timeRange }: { assetId: string; timeRange: TimeRange }) {
  const open = (format: 'html' | 'json' | 'csv') => () => {
    window.open(linkTo(readReport, { assetId, timeRange, format }), '_blank', 'noopener');
  };
  return (
    <Menu
      trigger={<Button>Report</Button>}
      items={[
        { label: 'Report as a page', run: open('html'), note: `last ${timeRange}` },
        { label: 'Report as JSON', run: open('json') },
        { label: 'Failing rows as CSV', run: open('csv') },
      ]}
    />
  );
}

type Known = NonNullable<ReturnType<typeof useEndpoint<typeof readMetrics>>['data']>;
type TableTabsProps = { assetId: string; known: Known; onRange: (range: string | null) => void; onCheck: () => void };

function TableTabs({ assetId, known, onRange, onCheck }: TableTabsProps) {
  const [tab, setTab] = useQueryValue('tab');
  const { latest } = known;
  const seen = (content: React.ReactNode): React.ReactNode => (latest === null ? <NotLookedAt onCheck={onCheck} /> : content);
  return (
    <Tabs
      label="Data of the asset"
      value={tab ?? 'state'}
      onChange={(id) => setTab(id === 'state' ? null : id)}
      tabs={[
        { id: 'state', label: 'State', content: seen(<StateTab assetId={assetId} known={known} onRange={onRange} />) },
        { id: 'columns', label: 'Columns', content: seen(<ColumnTab assetId={assetId} />) },
        { id: 'drift', label: 'Drift', content: seen(<DriftTab assetId={assetId} />) },
        { id: 'anomalies', label: 'Odd rows', content: seen(<AnomalyTab assetId={assetId} />) },
        { id: 'poisoning', label: 'Poisoning', content: seen(<PoisoningTab assetId={assetId} />) },
        { id: 'rules', label: 'Rules', content: <RuleTab assetId={assetId} /> },
        { id: 'baselines', label: 'Baselines', content: <BaselineTab assetId={assetId} /> },
        { id: 'monitors', label: 'Monitors', content: <MonitorList assetId={assetId} /> },
        { id: 'alerts', label: 'Alerts', content: <AlertList assetId={assetId} /> },
        { id: 'history', label: 'History', content: <AssessmentList assetId={assetId} /> },
      ]}
    />
  );
}

function NotLookedAt({ onCheck }: { onCheck: () => void }) {
  const { can } = useSession();
  return (
    <EmptyNote
      title="This table was not looked at yet"
      actions={
        can('data-quality:create') && (
          <Button kind="primary" onClick={onCheck}>
            Check now
          </Button>
        )
      }
    >
      Nothing is known of it: not good, not bad. A check reads it once; a monitor reads it by the clock.
    </EmptyNote>
  );
}

export default definePage({
  path: '/data-quality/tables/:assetId',
  title: 'Data of an asset',
  permission: 'data-quality:read',
  group: null,
  icon: 'chart-column',
  order: 5,
  Page: TablePage,
});
