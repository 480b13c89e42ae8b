/** What changed against the baseline: every compared column with its effect, its floor and its significance; then what was found before. */

import { useMemo } from 'react';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { TextLink } from '../../../ui/button.tsx';
import { DataTable } from '../../../ui/data-table.tsx';
import { formatNumber, formatPercent, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { ListRows, ListTools } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { type AssessmentDetail, type DriftFinding, effectWord, listDrift } from '../contract.ts';
import { assessmentPlace, driftMeanings, MeaningChip, MeaningShape, MeaningWord, pWords } from '../data-words.tsx';
import { NewestOfCheck } from './newest-of-check.tsx';

type Drift = NonNullable<AssessmentDetail['drift']>;
type ColumnDrift = Drift['columns'][number];

export function DriftTab({ assetId }: { assetId: string }) {
  return (
    <>
      <NewestOfCheck
        assetId={assetId}
        check="drift"
        empty={<EmptyNote title="Drift was not looked at">Promote a baseline of a good table, then check again with “Drift”.</EmptyNote>}
      >
        {({ drift, notRun }) =>
          drift === null ? (
            <EmptyNote title="Drift is unknown">
              {notRun.find(({ check }) => check === 'drift')?.reason ?? 'The assessment holds no comparison.'}
            </EmptyNote>
          ) : (
            <DriftTable drift={drift} />
          )
        }
      </NewestOfCheck>
      <DriftHistory assetId={assetId} />
    </>
  );
}

const rank = { drift: 0, unknown: 1, stable: 2 } as const;
const byName = ({ name }: ColumnDrift): string => inertLine(name, 200);

export function DriftTable({ drift }: { drift: Drift }) {
  const rows = useMemo(
    () => drift.columns.toSorted((a, b) => rank[a.verdict] - rank[b.verdict] || (b.strength ?? 0) - (a.strength ?? 0)),
    [drift],
  );
  const changedPairs = drift.pairs?.filter(({ verdict }) => verdict === 'drift') ?? [];
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 tablet:px-6">
        <MeaningChip meaning={driftMeanings[drift.verdict]} />
        <span>
          {formatNumber(drift.driftedColumns)} of {plural(drift.comparedColumns, 'compared column')} drifted
          {drift.share !== null && `, ${formatPercent(drift.share, { digits: 1 })}`}
        </span>
        <span className="text-ink-2">
          A column drifts when its effect passes the floor and its p, adjusted over all columns (Benjamini–Hochberg), is small enough.
        </span>
      </div>
      <DataTable
        label="Drift by column"
        rows={rows}
        rowId={byName}
        rowName={byName}
        columns={driftColumns}
        viewKey="data-drift"
        phone={(row) => (
          <PhoneRow
            shape={<MeaningShape meaning={driftMeanings[row.verdict]} />}
            title={byName(row)}
            reason={wordsOf(row)}
            owner={row.statistics?.kind === 'number' ? 'number' : 'category'}
            due={row.strength === null ? '' : `${formatNumber(row.strength, { digits: 1 })} × the floor`}
          />
        )}
        total={rows.length}
      />
      {changedPairs.length > 0 && (
        <Section title="Correlations that changed" note={plural(changedPairs.length, 'pair')}>
          <ul className="grid gap-1">
            {changedPairs.slice(0, 20).map(({ columns: [left, right], reference, current, adjustedP }) => (
              <li key={`${left} ${right}`} className="flex flex-wrap items-baseline gap-x-3">
                <InertText className="mono text-code" text={`${left} × ${right}`} limit={200} />
                <span className="tabular-nums">
                  {formatNumber(reference, { digits: 3 })} → {formatNumber(current, { digits: 3 })}
                </span>
                <span className="text-ink-3">adjusted p {pWords(adjustedP)}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {drift.newColumns.length > 0 && (
        <Section title="New columns" note="not in the baseline">
          <InertText className="mono text-code" text={drift.newColumns.join(', ')} limit={1000} />
        </Section>
      )}
    </>
  );
}

function wordsOf({ flags, reason }: ColumnDrift): string {
  if (reason !== null) return inertLine(reason, 160);
  return flags.length === 0 ? 'nothing passes its floor' : flags.map(({ effect }) => effectWord(effect)).join(', ');
}

const driftColumns: readonly Column<ColumnDrift>[] = [
  { id: 'verdict', head: 'Verdict', width: 120, cell: ({ verdict }) => <MeaningWord meaning={driftMeanings[verdict]} /> },
  { id: 'name', head: 'Column', primary: true, cell: (row) => <TwoLines title={byName(row)} second={wordsOf(row)} /> },
  { id: 'effect', head: 'Effect and floor', width: 190, hideUnder: 620, cell: (row) => <EffectOf column={row} /> },
  {
    id: 'distance',
    head: 'Distance',
    width: 220,
    hideUnder: 900,
    cell: ({ statistics }) => <span className="text-ink-2 tabular-nums">{distanceWords(statistics)}</span>,
  },
  {
    id: 'psi',
    head: 'PSI',
    width: 84,
    align: 'right',
    hideUnder: 760,
    cell: ({ statistics }) => (
      <span className="tabular-nums">{statistics === null ? '–' : formatNumber(statistics.psi, { digits: 3 })}</span>
    ),
  },
  {
    id: 'missing',
    head: 'Missing',
    width: 150,
    align: 'right',
    hideUnder: 820,
    cell: ({ missing }) => (
      <span className="text-ink-2 tabular-nums">
        {formatPercent(missing.reference, { digits: 1 })} → {formatPercent(missing.current, { digits: 1 })}
      </span>
    ),
  },
  {
    id: 'p',
    head: 'Adjusted p',
    width: 100,
    align: 'right',
    hideUnder: 560,
    cell: ({ adjustedP }) => <span className="tabular-nums">{pWords(adjustedP)}</span>,
  },
];

function EffectOf({ column: { flags } }: { column: ColumnDrift }) {
  const [first] = flags;
  if (first === undefined) return <span className="text-ink-3">below every floor</span>;
  const { value, floor } = first;
  return (
    <span className="tabular-nums">
      {value === null ? effectWord(first.effect) : formatNumber(value, { digits: 3 })}
      {floor !== null && <span className="text-ink-3"> over {formatNumber(floor, { digits: 3 })}</span>}
    </span>
  );
}

function distanceWords(statistics: ColumnDrift['statistics']): string {
  if (statistics === null) return 'not compared';
  if (statistics.kind === 'number')
    return `D ${formatNumber(statistics.ks.distance, { digits: 3 })} (${statistics.ks.method}), W ${formatNumber(statistics.normedWasserstein, { digits: 3 })} sd`;
  return `JS ${formatNumber(statistics.jensenShannon, { digits: 3 })}, ${statistics.method} p`;
}

const findingId = ({ id }: DriftFinding): string => id;
const findingName = ({ column }: DriftFinding): string => inertLine(column, 200);
const findingColumns: readonly Column<DriftFinding>[] = [
  { id: 'severity', head: 'Severity', headHidden: true, width: 46, cell: ({ severity }) => <SeverityShape severity={severity} /> },
  { id: 'at', head: 'When', width: 110, cell: ({ at }) => <RelativeTime at={at} /> },
  {
    id: 'column',
    head: 'Column',
    primary: true,
    cell: (row) => <TwoLines title={findingName(row)} second={effectWord(row.effect)} />,
  },
  {
    id: 'value',
    head: 'Effect and floor',
    width: 170,
    cell: ({ value, floor }) => (
      <span className="tabular-nums">
        {value === null ? '–' : formatNumber(value, { digits: 3 })}
        {floor !== null && <span className="text-ink-3"> over {formatNumber(floor, { digits: 3 })}</span>}
      </span>
    ),
  },
  { id: 'p', head: 'Adjusted p', width: 110, align: 'right', hideUnder: 620, cell: ({ adjustedP }) => pWords(adjustedP) },
  {
    id: 'open',
    head: 'Assessment',
    headHidden: true,
    width: 110,
    align: 'right',
    hideUnder: 700,
    cell: ({ assessmentId }) => <TextLink to={assessmentPlace(assessmentId)}>Assessment</TextLink>,
  },
];

function DriftHistory({ assetId }: { assetId: string }) {
  const list = useEndpointPages(listDrift, { assetId, limit: 50, timeRange: '90d' }, { live: ['data-assessment.'] });
  if (list.data !== undefined && list.rows.length === 0) return null;
  return (
    <section aria-label="Drift found before">
      <h2 className="px-4 pt-4 font-strong tablet:px-6">Found in the last 90 days</h2>
      <ListTools list={list} order="Newest first" />
      <ListRows
        label="Drift found"
        list={list}
        waitsFor="what was found before"
        empty={null}
        rowId={findingId}
        rowName={findingName}
        columns={findingColumns}
        viewKey="data-drift-found"
        phone={(row) => (
          <PhoneRow
            shape={<SeverityShape severity={row.severity} />}
            title={findingName(row)}
            reason={effectWord(row.effect)}
            due={<RelativeTime at={row.at} form="age" />}
          />
        )}
      />
    </section>
  );
}
