/** Rows unlike the others: drawn by place and score, named with the columns that make them odd, never removed. */
import { useMemo } from 'react';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { Scatter, type ScatterPoint } from '../../../ui/scatter.tsx';
import { Columns, Section } from '../../../ui/section.tsx';
import type { AssessmentDetail } from '../contract.ts';
import { detectorWords } from '../data-words.tsx';
import { FailingRowList } from './failing-row-list.tsx';
import { NewestOfCheck } from './newest-of-check.tsx';

type Anomalies = NonNullable<AssessmentDetail['anomalies']>;

export function AnomalyTab({ assetId }: { assetId: string }) {
  return (
    <NewestOfCheck
      assetId={assetId}
      check="anomalies"
      empty={<EmptyNote title="Odd rows were not looked for">Check the table with “Anomalies”.</EmptyNote>}
    >
      {(assessment) => <AnomalyView assessment={assessment} />}
    </NewestOfCheck>
  );
}

export function AnomalyView({ assessment }: { assessment: AssessmentDetail }) {
  const { anomalies, notRun, rows } = assessment;
  if (anomalies === null)
    return (
      <EmptyNote title="Odd rows were not looked for">
        {notRun.find(({ check }) => check === 'anomalies')?.reason ?? 'Check the table again with “Anomalies”.'}
      </EmptyNote>
    );
  return (
    <>
      <Columns tracks="3fr 2fr">
        <Section title="Odd rows" note="the oddest of each detector, by place in the table">
          <OddRows anomalies={anomalies} rows={rows ?? 0} />
        </Section>
        <Section title="By column" note="cells beyond their usual range">
          <ColumnCounts anomalies={anomalies} />
        </Section>
      </Columns>
      <Methods anomalies={anomalies} />
      <FailingRowList assessmentId={assessment.id} kind="anomalies" />
    </>
  );
}

function OddRows({ anomalies, rows }: { anomalies: Anomalies; rows: number }) {
  const points = useMemo(
    () =>
      anomalies.detectors.flatMap(({ detector, top }) => {
        // Detectors score on scales of their own: each is drawn as a share of its highest score.
        const highest = Math.max(1e-300, ...top.map(({ score }) => Math.abs(score)));
        return top.map(
          ({ row, score, columns }): ScatterPoint => ({
            x: row,
            y: Math.abs(score) / highest,
            kind: detectorWords[detector] ?? detector,
            name: `row ${formatNumber(row)}, score ${formatNumber(score, { digits: 3 })}${columns.length > 0 ? `, ${inertLine(columns.join(', '), 120)}` : ''}`,
          }),
        );
      }),
    [anomalies],
  );
  if (points.length === 0) return <p className="text-ink-2">No row stands out by any detector that ran.</p>;
  const kinds = [...new Set(points.map(({ kind }) => kind))];
  return (
    <Scatter
      label="Odd rows"
      points={points}
      kinds={kinds}
      xName="row"
      yName="score, share of the detector's highest"
      xSpan={{ low: 0, high: Math.max(1, rows - 1) }}
    />
  );
}

function ColumnCounts({ anomalies: { columns } }: { anomalies: Anomalies }) {
  const odd = columns.filter(({ zCount, iqrCount }) => zCount + iqrCount > 0).toSorted((a, b) => b.iqrCount - a.iqrCount);
  if (odd.length === 0) return <p className="text-ink-2">No cell is beyond three standard deviations or the quartile fences.</p>;
  return (
    <table className="w-full tabular-nums">
      <thead>
        <tr className="text-left text-ink-3">
          <th scope="col" className="py-1 font-regular">
            Column
          </th>
          <th scope="col" className="py-1 text-right font-regular">
            Beyond 3 sd
          </th>
          <th scope="col" className="py-1 text-right font-regular">
            Robust z
          </th>
          <th scope="col" className="py-1 text-right font-regular">
            Quartile fence
          </th>
        </tr>
      </thead>
      <tbody>
        {odd.slice(0, 15).map(({ name, zCount, robustZCount, iqrCount, low, high }) => (
          <tr key={name} className="border-t border-line">
            <td className="max-w-44 truncate py-1 pr-3" title={`usual range ${low} to ${high}`}>
              <InertText className="mono text-code" text={name} limit={80} />
            </td>
            <td className="py-1 text-right">{formatNumber(zCount)}</td>
            <td className="py-1 text-right">{robustZCount === null ? '–' : formatNumber(robustZCount)}</td>
            <td className="py-1 text-right">{formatNumber(iqrCount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Methods({ anomalies: { detectors, notRun, used, leftOut, seed } }: { anomalies: Anomalies }) {
  return (
    <Section title="How it was found" note={`seed ${seed}`}>
      <ul className="grid gap-1">
        {detectors.map(({ detector, method }) => (
          <li key={detector}>
            <b className="font-name">{detectorWords[detector] ?? detector}</b> <span className="text-ink-2">{inertLine(method, 300)}</span>
          </li>
        ))}
        {notRun.map(({ detector, reason }) => (
          <li key={detector} className="text-unknown-ink">
            <b className="font-name">{detectorWords[detector] ?? detector}</b> not run: {inertLine(reason, 200)}
          </li>
        ))}
      </ul>
      <p className="mt-2 text-ink-2">
        {plural(used.length, 'column')} used
        {leftOut.length > 0 && `, ${plural(leftOut.length, 'column')} left out: ${inertLine(leftOut.join(', '), 200)}`}.
      </p>
    </Section>
  );
}
