/** Quarantines: what nobody may use now, who enforces it, and the way out. */

import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { type EndpointPages, useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, ButtonLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { type ListFilters, useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { type PeekState, usePeek } from '../../../ui/use-peek.ts';
import { CountdownWords, liveEvents, QuarantineStateBadge } from '../cases/incident-words.tsx';
import { listQuarantines, type Quarantine, quarantineStates } from '../contract.ts';
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
  { key: 'asset_id', label: 'asset', kind: 'text', whole: true },
];
const standing = 'executing,in_force,partial,advised,reverting';
const byId = (row: Quarantine): string => row.id;
const byName = (row: Quarantine): string => inertLine(row.assetName);

function QuarantinePage() {
  const { can } = useSession();
  const filters = useAskedFilters(fields, listQuarantines.input);
  const list = useEndpointPages(listQuarantines, { state: standing, ...filters.asked, limit: 50 }, { live: liveEvents });
  const peek = usePeek(list);
  const [showsPoints, setShowsPoints] = useState(false);
  return (
    <ListScreen
      title="Quarantine"
      list={list}
      filters={filters}
      order={filters.isEmpty ? 'Not released, newest first' : 'Newest first'}
      actions={<Button onClick={() => setShowsPoints(true)}>Enforcement points</Button>}
      peek={peek.id === null ? null : <QuarantinePeek id={peek.id} {...peek.placing} />}
    >
      <Rows list={list} filters={filters} peek={peek} />
      {showsPoints && <PointsDialog mayChange={can('incidents:create')} onClose={() => setShowsPoints(false)} />}
    </ListScreen>
  );
}

type RowsProps = { list: EndpointPages<Quarantine>; filters: ListFilters; peek: PeekState<Quarantine> };
function Rows({ list, filters, peek }: RowsProps) {
  return (
    <ListRows
      label="Quarantines"
      list={list}
      filters={filters}
      noMatch="No quarantine matches"
      empty={<NoQuarantines />}
      rowId={byId}
      rowName={byName}
      columns={columns}
      viewKey="quarantine"
      peek={peek}
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

/** Green only where something was ever held: before that nobody may have looked. */
function NoQuarantines() {
  const ever = useEndpoint(listQuarantines, { state: quarantineStates.join(','), limit: 1 });
  if (ever.data?.total === 0)
    return (
      <EmptyNote title="Nothing was quarantined yet" actions={<ButtonLink to="/incidents/playbooks">See what would be</ButtonLink>}>
        A data set that looks poisoned is quarantined by itself from the configured severity on; any asset can be, from its incident or by a
        playbook. It stands here with every point that enforces it.
      </EmptyNote>
    );
  return (
    <EmptyNote
      kind={ever.data === undefined ? 'nothing-yet' : 'all-clear'}
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
