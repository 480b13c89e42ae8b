/** Quarantines: what nobody may use now, who enforces it, and the way out. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { type EndpointPages, useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, ButtonLink } from '../../../ui/button.tsx';
import { CountLine } from '../../../ui/count-line.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { FilterBar } from '../../../ui/filter-bar.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { useFilters } from '../../../ui/use-filters.ts';
import { type PeekState, usePeek } from '../../../ui/use-peek.ts';
import { CountdownWords, liveEvents, QuarantineStateBadge } from '../cases/incident-words.tsx';
import { listQuarantines, type Quarantine } from '../contract.ts';
import { PointsDialog } from '../playbooks/points-dialog.tsx';
import { QuarantinePeek } from './quarantine-peek.tsx';

const states = ['executing', 'in_force', 'partial', 'advised', 'reverting', 'reverted', 'failed'];
const stateLabels: Readonly<Record<string, string>> = {
  executing: 'under way',
  in_force: 'in force',
  partial: 'partly in force',
  advised: 'only advised',
  reverting: 'release asked for',
  reverted: 'released',
  failed: 'failed',
};
const fields: readonly FilterField[] = [
  { key: 'state', label: 'state', kind: 'choice', choices: states.map((value) => ({ value, label: stateLabels[value] ?? value })) },
];
const standing = 'executing,in_force,partial,advised,reverting';
const byId = (row: Quarantine): string => row.id;
const byName = (row: Quarantine): string => inertLine(row.assetName);

function QuarantinePage() {
  const { can } = useSession();
  const filters = useFilters(fields);
  const state = filters.value('state') ?? standing;
  const list = useEndpointPages(listQuarantines, { state, limit: 50 }, { live: liveEvents });
  const peek = usePeek(list);
  const [showsPoints, setShowsPoints] = useState(false);
  return (
    <Screen
      title="Quarantine"
      ready={list.data !== undefined}
      actions={<Button onClick={() => setShowsPoints(true)}>Enforcement points</Button>}
      toolbar={
        <>
          <FilterBar fields={fields} filters={filters} placeholder="Filter by state" />
          <CountLine
            shown={list.rows.length}
            total={list.total}
            totalIsEstimate={list.totalIsEstimate}
            newCount={list.newCount}
            onShowNew={list.showNew}
            order={filters.value('state') === undefined ? 'Not released, newest first' : 'Newest first'}
          />
        </>
      }
      peek={peek.id === null ? null : <QuarantinePeek id={peek.id} {...peek.placing} />}
    >
      <Loaded answer={list} waitsFor="the quarantines" empty={<NothingHere isFiltered={!filters.isEmpty} onClear={filters.clear} />}>
        {(rows) => <Rows rows={rows} list={list} peek={peek} />}
      </Loaded>
      {showsPoints && <PointsDialog mayChange={can('incidents:create')} onClose={() => setShowsPoints(false)} />}
    </Screen>
  );
}

type RowsProps = { rows: readonly Quarantine[]; list: EndpointPages<Quarantine>; peek: PeekState<Quarantine> };
function Rows({ rows, list, peek }: RowsProps) {
  return (
    <DataTable
      label="Quarantines"
      rows={rows}
      rowId={byId}
      rowName={byName}
      columns={columns}
      viewKey="quarantine"
      onOpen={peek.open}
      openId={peek.id}
      phone={(row) => (
        <PhoneRow
          shape={<SeverityShape severity={row.severity} />}
          title={inertLine(row.assetName)}
          to={`/incidents/quarantine?peek=${row.id}`}
          figure={<RelativeTime at={row.requestedAt} form="age" />}
          reason={inertLine(row.reason)}
          owner={<QuarantineStateBadge state={row.state} />}
          due={<Waits row={row} />}
        />
      )}
      {...(list.total === undefined ? {} : { total: list.total })}
      hasMore={list.hasMore}
      onMore={list.loadMore}
      isLoadingMore={list.isLoadingMore}
    />
  );
}

const columns: Column<Quarantine>[] = [
  { id: 'severity', head: 'Severity', headHidden: true, width: 46, cell: ({ severity }) => <SeverityShape severity={severity} /> },
  {
    id: 'asset',
    head: 'Asset',
    primary: true,
    cell: ({ assetName, reason }) => <TwoLines title={inertLine(assetName)} second={inertLine(reason)} />,
  },
  { id: 'state', head: 'State', width: 150, hideUnder: 420, cell: ({ state }) => <QuarantineStateBadge state={state} /> },
  {
    id: 'points',
    head: 'Points',
    width: 80,
    hideUnder: 640,
    cell: ({ points }) => <span className="tabular-nums">{pointsWords(points)}</span>,
  },
  { id: 'waits', head: 'Waits for', width: 210, hideUnder: 760, cell: (row) => <Waits row={row} /> },
  { id: 'since', head: 'Since', width: 84, align: 'right', cell: ({ requestedAt }) => <RelativeTime at={requestedAt} form="age" /> },
];

function pointsWords(points: Quarantine['points']): string {
  const enforcing = points.filter(({ state }) => state !== 'advised');
  return `${enforcing.filter(({ state }) => state === 'confirmed').length} of ${enforcing.length}`;
}

/** What it waits for, with its time. */
function Waits({ row }: { row: Quarantine }) {
  const { policy, dueAt, approvals, approvalsNeeded } = row.release;
  if (row.state === 'executing')
    return (
      <span className="text-ink-2">
        points, <CountdownWords dueAt={row.deadlineAt} />
      </span>
    );
  if (row.state === 'reverting')
    return (
      <span className="text-ink-2">
        approval, {approvals.length} of {approvalsNeeded}
      </span>
    );
  if (row.state !== 'in_force' && row.state !== 'partial') return null;
  if (policy === 'manual' || dueAt === null) return <span className="text-ink-3">a person</span>;
  return (
    <span className="text-ink-2">
      {policy === 'when-clean' ? 'a clean look, ' : ''}
      <CountdownWords dueAt={dueAt} />
    </span>
  );
}

function NothingHere({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered)
    return <EmptyNote kind="no-match" title="No quarantine matches" actions={<Button onClick={onClear}>Drop the filter</Button>} />;
  return (
    <EmptyNote
      kind="all-clear"
      title="Nothing is in quarantine"
      actions={<ButtonLink to="/incidents/quarantine?state=reverted">Show released ones</ButtonLink>}
    >
      A data set that looks poisoned is quarantined by itself from the configured severity on; any asset can be, from its incident or by a
      playbook.
    </EmptyNote>
  );
}

export default definePage({
  path: '/incidents/quarantine',
  title: 'Quarantine',
  permission: 'incidents:read',
  group: 'Respond',
  icon: 'lock',
  order: 3,
  Page: QuarantinePage,
});
