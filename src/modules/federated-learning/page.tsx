/** Rounds of federated learning: which were attacked, which could not be decided. */

import { useState } from 'react';
import { useSession } from '../../client/session.ts';
import { useEndpointPages } from '../../client/use-endpoint-pages.ts';
import { Button } from '../../ui/button.tsx';
import { definePage } from '../../ui/define-page.ts';
import type { FilterField } from '../../ui/filter.ts';
import { formatNumber } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { ListRows, ListScreen } from '../../ui/list-screen.tsx';
import { EmptyNote } from '../../ui/loaded.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { SeverityShape } from '../../ui/severity.tsx';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { useAskedFilters } from '../../ui/use-asked-filters.ts';
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

function RoundsPage() {
  const filters = useAskedFilters(fields, listRounds.input);
  const { can } = useSession();
  const [isOpening, setOpening] = useState(false);
  const list = useEndpointPages(listRounds, { ...filters.asked, limit: 50 }, { live });
  const mayOpen = can('federated-learning:create');
  return (
    <ListScreen
      title="Federated learning"
      list={list}
      filters={filters}
      order="Latest first"
      actions={
        mayOpen && (
          <Button kind="primary" onClick={() => setOpening(true)}>
            Open a round
          </Button>
        )
      }
    >
      <ListRows
        label="Rounds"
        list={list}
        filters={filters}
        noMatch="No round matches"
        empty={
          <EmptyNote title="No rounds yet">
            A training server opens a round, hands in the update of each client, and closes it: updates that attack are left out before they
            are averaged, and named here with the reason.
          </EmptyNote>
        }
        rowId={byId}
        rowName={nameOf}
        rowTo={placeOf}
        columns={columns}
        viewKey="federated-learning"
        phone={(row) => <RoundPhoneRow round={row} />}
      />
      {isOpening && <OpenRoundDialog onClose={() => setOpening(false)} />}
    </ListScreen>
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
  return decision === null ? <span className="text-ink-3">not judged</span> : formatNumber(count);
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

export default definePage({
  path: '/federated-learning',
  title: 'Federated learning',
  permission: 'federated-learning:read',
  group: 'Find',
  icon: 'waypoints',
  order: 7,
  Page: RoundsPage,
});
