/** The table group by group: which ones drifted, which ones are worse than the rest, and by how much. */
import { useMemo } from 'react';
import { DataTable } from '../../../ui/data-table.tsx';
import { formatNumber, formatPercent, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import type { Meaning } from '../../../ui/words.ts';
import { effectWord, fewestRowsOfGroup, type GroupAnswer, type GroupRow, type KnownGroups } from '../contract.ts';
import { driftMeanings, MeaningShape, MeaningWord, pWords, Share } from '../data-words.tsx';

export function GroupView({ groups }: { groups: GroupAnswer }) {
  if (groups.status === 'unknown') return <EmptyNote title="The groups are unknown">{inertLine(groups.reason, 400)}</EmptyNote>;
  return <KnownGroupView groups={groups} />;
}

type Placed = GroupRow & { readonly place: number };
const byPlace = ({ place }: Placed): string => String(place);
const byValue = ({ value }: Placed): string => (value === '' ? 'empty text' : inertLine(value, 200));

function KnownGroupView({ groups }: { groups: KnownGroups }) {
  const rows = useMemo(() => {
    const placed = groups.groups.map((group, place): Placed => ({ ...group, place }));
    return placed.toSorted((a, b) => rankOf(a) - rankOf(b) || a.place - b.place);
  }, [groups]);
  const odd = rows.filter((row) => rankOf(row) === 0).length;
  return (
    <>
      <div className="grid gap-1 px-4 py-3 tablet:px-6">
        <p>
          {odd === 0 ? 'No group stands out' : `${formatNumber(odd)} of ${plural(rows.length, 'group')} stand out`} by{' '}
          <span className="mono text-code">{inertLine(groups.column, 100)}</span>
          {'. '}
          <span className="text-ink-2">
            Every test of every group is adjusted together (Benjamini–Hochberg): {formatNumber(groups.tests)} against the rest of the table,{' '}
            {formatNumber(groups.driftTests)} against the same group before.
          </span>
        </p>
        {asideOf(groups).map((line) => (
          <p key={line} className="text-ink-2">
            {line}
          </p>
        ))}
      </div>
      <DataTable
        label="Groups"
        rows={rows}
        rowId={byPlace}
        rowName={byValue}
        columns={groups.driftUnknown === null ? columns : columns.filter(({ id }) => id !== 'before' && id !== 'drift')}
        viewKey="data-groups"
        phone={(row) => (
          <PhoneRow
            shape={<MeaningShape meaning={meaningOfGroup(row)} />}
            title={byValue(row)}
            reason={wordsOf(row)}
            owner={plural(row.rows, 'row')}
            due={row.score === null ? '' : formatPercent(row.score, { digits: 1 })}
          />
        )}
        total={rows.length}
      />
    </>
  );
}

function asideOf({
  rowsLeftOut,
  groupsInAll,
  groups,
  missingRows,
  newGroups,
  vanishedGroups,
  driftUnknown,
  rulesLeftOut,
  limits,
}: KnownGroups): string[] {
  const fewestRows = formatNumber(limits?.fewestRows ?? fewestRowsOfGroup);
  return [
    limitWords(limits?.mostGroups, fewestRows),
    ...(driftUnknown === null ? [] : [`Drift is unknown: ${inertLine(driftUnknown, 400)}.`]),
    ...(newGroups.length === 0 ? [] : [`New since: ${inertLine(newGroups.join(', '), 300)}.`]),
    ...(vanishedGroups.length === 0 ? [] : [`No longer there: ${inertLine(vanishedGroups.join(', '), 300)}.`]),
    ...(rowsLeftOut === 0
      ? []
      : [`${plural(rowsLeftOut, 'row')} in ${plural(groupsInAll - groups.length, 'smaller group')} were not looked at.`]),
    ...(missingRows === 0 ? [] : [`${plural(missingRows, 'row')} name no group.`]),
    ...(rulesLeftOut === 0 ? [] : [`${plural(rulesLeftOut, 'rule')} about the whole table or a further one were not asked of groups.`]),
  ];
}

function limitWords(mostGroups: number | undefined, fewestRows: string): string {
  const small = `groups of fewer than ${fewestRows} rows are shown, not judged.`;
  return mostGroups === undefined
    ? `${small[0]?.toUpperCase()}${small.slice(1)}`
    : `Looked at: the ${formatNumber(mostGroups)} largest groups; ${small}`;
}

const worse: Meaning = { word: 'Worse', shape: 'high', tone: 'high' };
const alike: Meaning = { word: 'Like the rest', shape: 'ok', tone: 'ok' };
const small: Meaning = { word: 'Too small to say', shape: 'unknown', tone: 'unknown' };

function meaningOfGroup({ rows, signals, drift }: GroupRow): Meaning {
  if (drift?.verdict === 'drift') return driftMeanings.drift;
  if (signals.length > 0) return worse;
  return rows < fewestRowsOfGroup ? small : alike;
}

const rankOf = (row: GroupRow): number => {
  const meaning = meaningOfGroup(row);
  return meaning === alike ? 2 : meaning === small ? 1 : 0;
};

function wordsOf({ signals, drift }: GroupRow): string {
  const drifted = (drift?.columns ?? []).map(
    ({ name, flags }) => `${name} drifted (${flags.map(({ effect }) => effectWord(effect)).join(', ')})`,
  );
  const differing = signals.map(
    ({ about, name, share, rest }) =>
      `${about === 'missing' ? `missing ${name}` : name} ${formatPercent(share, { digits: 1 })} against ${formatPercent(rest, { digits: 1 })}`,
  );
  const all = [...drifted, ...differing];
  if (all.length === 0) return 'nothing stands out';
  return inertLine(all.length > 3 ? `${all.slice(0, 3).join('; ')} and ${all.length - 3} more` : all.join('; '), 300);
}

const smallestP = ({ signals, drift }: GroupRow): number | null => {
  const all = [...signals.map(({ adjustedP }) => adjustedP), ...(drift?.columns ?? []).flatMap(({ adjustedP }) => adjustedP ?? [])];
  return all.length === 0 ? null : Math.min(...all);
};

const columns: readonly Column<Placed>[] = [
  { id: 'verdict', head: 'Verdict', width: 150, cell: (row) => <MeaningWord meaning={meaningOfGroup(row)} /> },
  { id: 'value', head: 'Group', primary: true, cell: (row) => <TwoLines title={byValue(row)} second={wordsOf(row)} mono={false} /> },
  { id: 'rows', head: 'Rows', width: 90, align: 'right', cell: ({ rows }) => <span className="tabular-nums">{formatNumber(rows)}</span> },
  {
    id: 'before',
    head: 'Rows before',
    width: 104,
    align: 'right',
    hideUnder: 900,
    cell: ({ drift }) => <span className="text-ink-2 tabular-nums">{drift === null ? '–' : formatNumber(drift.referenceRows)}</span>,
  },
  { id: 'score', head: 'Score', width: 84, align: 'right', hideUnder: 620, cell: ({ score }) => <Share value={score} /> },
  {
    id: 'complete',
    head: 'Complete',
    width: 92,
    align: 'right',
    hideUnder: 760,
    cell: ({ metrics }) => <Share value={metrics.completeness} />,
  },
  {
    id: 'broken',
    head: 'Rules broken',
    width: 110,
    align: 'right',
    hideUnder: 980,
    cell: ({ brokenRules }) => <span className="tabular-nums">{formatNumber(brokenRules)}</span>,
  },
  {
    id: 'drift',
    head: 'Drifted columns',
    width: 128,
    align: 'right',
    hideUnder: 700,
    cell: ({ drift }) => (
      <span className="tabular-nums">
        {drift === null ? 'not compared' : `${formatNumber(drift.driftedColumns)} of ${formatNumber(drift.comparedColumns)}`}
      </span>
    ),
  },
  {
    id: 'p',
    head: 'Adjusted p',
    width: 100,
    align: 'right',
    hideUnder: 560,
    cell: (row) => <span className="tabular-nums">{smallestP(row) === null ? '–' : pWords(smallestP(row))}</span>,
  },
];
