/** The updates of a round, the odd ones first, each with its reasons. */
import { useMemo } from 'react';
import { DataTable } from '../../ui/data-table.tsx';
import { formatBytes, formatNumber } from '../../ui/format.ts';
import { inertLine } from '../../ui/inert.ts';
import { TwoLines } from '../../ui/table-body.tsx';
import type { Column } from '../../ui/table-column.ts';
import { PhoneRow } from '../../ui/table-phone.tsx';
import { clientVerdicts, type RoundDetail, type Update } from './contract.ts';
import { checkWords, VerdictBadge } from './round-words.tsx';

const byId = ({ id }: Update): string => id;
const byName = ({ clientId }: Update): string => inertLine(clientId, 80);
const placeOf = ({ verdict }: Update): number => (verdict === null ? -1 : clientVerdicts.indexOf(verdict));

export function reasonsOf({ reasons }: Update): string {
  return reasons.map(({ check, note }) => `${checkWords[check] ?? check}: ${note}`).join('; ');
}

const figure = (value: number | null | undefined, digits = 2) =>
  value == null ? <span className="text-ink-3">–</span> : formatNumber(value, { digits: Math.abs(value) >= 100 ? 0 : digits });

const columns: Column<Update>[] = [
  {
    id: 'client',
    head: 'Client',
    primary: true,
    cell: (update) => (
      <TwoLines mono={false} title={inertLine(update.clientId, 80)} second={reasonsOf(update) || formatBytes(update.bytes)} />
    ),
  },
  { id: 'verdict', head: 'Verdict', width: 110, cell: ({ verdict }) => <VerdictBadge verdict={verdict} /> },
  { id: 'norm', head: 'L2 norm', width: 96, align: 'right', hideUnder: 560, cell: ({ figures }) => figure(figures?.norm) },
  { id: 'cosine', head: 'Cosine', width: 84, align: 'right', hideUnder: 620, cell: ({ figures }) => figure(figures?.cosine, 3) },
  { id: 'nearest', head: 'Nearest', width: 84, align: 'right', hideUnder: 720, cell: ({ figures }) => figure(figures?.nearestCosine, 3) },
  {
    id: 'signs',
    head: 'Signs, z',
    width: 84,
    align: 'right',
    hideUnder: 800,
    cell: ({ figures }) => figure(figures?.statistics['sign-agreement']),
  },
  {
    id: 'concentration',
    head: 'Largest z',
    width: 92,
    align: 'right',
    hideUnder: 880,
    cell: ({ figures }) => figure(figures?.statistics['concentration']),
  },
  { id: 'samples', head: 'Samples', width: 92, align: 'right', hideUnder: 960, cell: ({ samples }) => figure(samples, 0) },
];

export function UpdateTable({ round }: { round: RoundDetail }) {
  const rows = useMemo(() => round.items.toSorted((a, b) => placeOf(b) - placeOf(a)), [round.items]);
  return (
    <DataTable
      label="Updates"
      rows={rows}
      rowId={byId}
      rowName={byName}
      columns={columns}
      viewKey="federated-updates"
      phone={(update) => (
        <PhoneRow
          shape={null}
          title={byName(update)}
          figure={figure(update.figures?.cosine)}
          reason={reasonsOf(update) || formatBytes(update.bytes)}
          owner={<VerdictBadge verdict={update.verdict} />}
        />
      )}
    />
  );
}
