/** Discovery: look into a folder for AI nobody registered, and what earlier looks found. */

import { useLocation } from 'wouter';
import { useSession } from '../../client/session.ts';
import { useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { definePage } from '../../ui/define-page.ts';
import { formatNumber, plural } from '../../ui/format.ts';
import { ListRows, ListTools } from '../../ui/list-screen.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Screen } from '../../ui/screen.tsx';
import { Section } from '../../ui/section.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { Unknown } from '../../ui/tag.tsx';
import { listRuns, type Run } from './contract.ts';
import { diffWords, RunShape } from './runs/run-words.tsx';
import { StartRun } from './runs/start-run.tsx';

const byId = (run: Run): string => run.id;
const nameOf = (run: Run): string => run.path.split('/').at(-1) || run.path;
const placeOf = (run: Run): string => `/discovery/${run.id}`;

const columns: Column<Run>[] = [
  { id: 'state', head: 'State', headHidden: true, width: 56, cell: (run) => <RunShape run={run} /> },
  { id: 'path', head: 'Folder', primary: true, cell: (run) => <TwoLines title={nameOf(run)} second={run.path} mono /> },
  {
    id: 'diff',
    head: 'Against the look before',
    width: 260,
    hideUnder: 620,
    cell: (run) => <span className="text-ink-2 tabular-nums">{diffWords(run)}</span>,
  },
  {
    id: 'assets',
    head: 'Assets',
    width: 80,
    align: 'right',
    hideUnder: 480,
    cell: ({ counts }) => <Count value={counts?.assets ?? null} />,
  },
  {
    id: 'files',
    head: 'Files',
    width: 90,
    align: 'right',
    hideUnder: 760,
    cell: ({ summary, progress }) => <Count value={summary?.files ?? progress?.files ?? null} />,
  },
  { id: 'at', head: 'When', width: 116, align: 'right', cell: ({ createdAt }) => <RelativeTime at={createdAt} form="age" /> },
];

function Count({ value }: { value: number | null }) {
  return value === null ? <Unknown /> : <span className="tabular-nums">{formatNumber(value)}</span>;
}

function DiscoveryPage() {
  const { can } = useSession();
  const [, go] = useLocation();
  const list = useEndpointPages(listRuns, { limit: 50 }, { live: ['discovery.', 'job.'] });
  return (
    <Screen
      title="Discovery"
      subtitle="Finds models, data sets, agents, MCP servers, hosted models and what uses them, by content of files and code. Nothing found is loaded or run."
      ready={list.data !== undefined}
    >
      {can('discovery:create') && (
        <Section title="Look into a folder">
          <StartRun onStarted={(run) => go(placeOf(run))} />
        </Section>
      )}
      <ListTools list={list} order="Newest first" />
      <ListRows
        label="Discovery runs"
        list={list}
        empty={
          <EmptyNote title="No folder was looked into">
            What a look finds appears among the assets as proposed, until somebody claims it.
          </EmptyNote>
        }
        rowId={byId}
        rowName={nameOf}
        rowTo={placeOf}
        onOpen={(run) => go(placeOf(run))}
        columns={columns}
        viewKey="discovery"
        phone={(run) => (
          <PhoneRow
            shape={<RunShape run={run} />}
            title={nameOf(run)}
            to={placeOf(run)}
            reason={diffWords(run)}
            owner={run.counts === null ? 'assets unknown' : plural(run.counts.assets, 'asset')}
            due={<RelativeTime at={run.createdAt} form="age" />}
          />
        )}
      />
    </Screen>
  );
}

export default definePage({
  path: '/discovery',
  title: 'Discovery',
  permission: 'discovery:read',
  group: 'Inventory',
  icon: 'radar',
  order: 2,
  Page: DiscoveryPage,
});
