/** Rounds of federated learning: which were attacked, which could not be decided. */
import { useMemo, useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button } from '../../ui/button.tsx';
import { CountLine } from '../../ui/count-line.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { formatNumber } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Screen } from '../../ui/screen.tsx';
import { SeverityShape } from '../../ui/severity.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { listRounds, type Round, roundDecisions, roundStates } from './contract.ts';
import { OpenRoundDialog } from './open-round-dialog.tsx';
import { DecisionBadge, decisionWords, ruleWords, stateWords } from './round-words.tsx';

const fields: FilterField[] = [
  { key: 'decision', label: 'outcome', kind: 'choice', choices: roundDecisions.map((value) => ({ value, label: decisionWords[value] })) },
  { key: 'state', label: 'state', kind: 'choice', choices: roundStates.map((value) => ({ value, label: stateWords[value] })) },
  { key: 'model', label: 'model', kind: 'text' },
];
const live = ['federated-learning.'];
const byId = (round: Round): string => round.id;
const nameOf = ({ modelId, assetName, round }: Round): string => `${inertLine(assetName ?? modelId, 120)}, round ${formatNumber(round)}`;
const placeOf = ({ id }: Round): string => `/federated-learning/${id}`;

function useRoundFilter() {
  const filters = useFilters(fields);
  const filter = useMemo(() => {
    const [decision, state] = [filters.value('decision'), filters.value('state')];
    const model = filters.value('model') ?? filters.value('model', 'has');
    return {
      ...(decision === undefined ? {} : { decision }),
      ...(state === undefined ? {} : { state }),
      ...(model === undefined ? {} : { model }),
    };
  }, [filters]);
  return { filters, filter };
}

function RoundsPage() {
  const { filters, filter } = useRoundFilter();
  const { can } = useSession();
  const [isOpening, setOpening] = useState(false);
  const list = useEndpointPages(listRounds, { ...filter, limit: 50 }, { live });
  const mayOpen = can('federated-learning:create');
  return (
    <Screen
      title="Federated learning"
      ready={list.data !== undefined}
      actions={
        mayOpen && (
          <Button kind="primary" onClick={() => setOpening(true)}>
            Open a round
          </Button>
        )
      }
      toolbar={
        <>
          <FilterBar fields={fields} filters={filters} placeholder="Filter rounds" />
          <CountLine
            shown={list.rows.length}
            total={list.total}
            totalIsEstimate={list.totalIsEstimate}
            newCount={list.newCount}
            onShowNew={list.showNew}
            order="Latest first"
          />
        </>
      }
    >
      <Loaded answer={list} waitsFor="the rounds" empty={<NothingHere isFiltered={!filters.isEmpty} onClear={filters.clear} />}>
        {(rows) => (
          <DataTable
            label="Rounds"
            rows={rows}
            rowId={byId}
            rowName={nameOf}
            rowTo={placeOf}
            columns={columns}
            viewKey="federated-learning"
            phone={(row) => <RoundPhoneRow round={row} />}
            {...(list.total === undefined ? {} : { total: list.total })}
            hasMore={list.hasMore}
            onMore={list.loadMore}
            isLoadingMore={list.isLoadingMore}
          />
        )}
      </Loaded>
      {isOpening && <OpenRoundDialog onClose={() => setOpening(false)} />}
    </Screen>
  );
}

const columns: Column<Round>[] = [
  {
    id: 'severity',
    head: 'Severity',
    headHidden: true,
    width: 46,
    cell: ({ severity }) => (severity === null ? null : <SeverityShape severity={severity} />),
  },
  {
    id: 'round',
    head: 'Round',
    primary: true,
    cell: (round) => <TwoLines mono={false} title={nameOf(round)} second={ruleWords[round.rule]} />,
  },
  { id: 'decision', head: 'Outcome', width: 160, cell: (round) => <DecisionBadge round={round} /> },
  { id: 'updates', head: 'Updates', width: 84, align: 'right', hideUnder: 560, cell: ({ updates }) => formatNumber(updates) },
  {
    id: 'excluded',
    head: 'Left out',
    width: 84,
    align: 'right',
    hideUnder: 620,
    cell: ({ excluded, decision }) => countOf(excluded, decision),
  },
  {
    id: 'suspects',
    head: 'Suspect',
    width: 84,
    align: 'right',
    hideUnder: 700,
    cell: ({ suspects, decision }) => countOf(suspects, decision),
  },
  { id: 'at', head: 'Opened', width: 96, hideUnder: 780, cell: ({ createdAt }) => <RelativeTime at={createdAt} form="age" /> },
];

function countOf(count: number, decision: Round['decision']) {
  return decision === null ? <span className="text-ink-3">–</span> : formatNumber(count);
}

function RoundPhoneRow({ round }: { round: Round }) {
  return (
    <PhoneRow
      shape={round.severity === null ? null : <SeverityShape severity={round.severity} />}
      title={nameOf(round)}
      to={placeOf(round)}
      figure={<RelativeTime at={round.createdAt} form="age" />}
      reason={`${formatNumber(round.updates)} updates, ${ruleWords[round.rule]}`}
      owner={<DecisionBadge round={round} />}
      due={round.excluded > 0 ? `${formatNumber(round.excluded)} left out` : undefined}
    />
  );
}

function NothingHere({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered)
    return <EmptyNote kind="no-match" title="No round matches" actions={<Button onClick={onClear}>Drop the filter</Button>} />;
  return (
    <EmptyNote title="No rounds yet">
      A training server opens a round, hands in the update of each client, and closes it: updates that attack are left out before they are
      averaged, and named here with the reason.
    </EmptyNote>
  );
}

export default definePage({
  path: '/federated-learning',
  title: 'Federated learning',
  permission: 'federated-learning:read',
  group: 'Find',
  icon: 'waypoints',
  order: 7,
  Page: RoundsPage,
});
