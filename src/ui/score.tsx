/** A score and the lines that add up to it. Unknown factors are hatched, their prior stated, and the number carries its range. */
import { classNames } from './class-names.ts';
import { formatNumber, formatRange } from './format.ts';
import { Mark } from './mark.tsx';
import type { MarkName } from './words.ts';

export type Factor = {
  readonly id: string;
  readonly name: string;
  /** In words: `loaded on scoring-7`. */
  readonly reason: string;
  /** Points it adds; of an unknown factor the assumed ones. */
  readonly points: number;
  /** Most it could add: the small bar's base is the largest of all. */
  readonly mark: MarkName | null;
  readonly unknown?: boolean;
  /** For unknown factors: the action that finds out. */
  readonly findOut?: { readonly label: string; readonly run: () => void } | undefined;
};

type ScoreProps = {
  value: number;
  low?: number | undefined;
  high?: number | undefined;
  of?: number;
  factors: readonly Factor[];
  /** Name of the last row: `Priority`. */
  name: string;
  /** Words of the last row when the lines do not simply add up: `rounded from 94.6`. */
  sumNote?: string;
  digits?: number;
};

export function Score({ value, low, high, of = 100, factors, name, sumNote, digits = 0 }: ScoreProps) {
  const largest = Math.max(1, ...factors.map(({ points }) => Math.abs(points)));
  const hasRange = low !== undefined && high !== undefined && low < high;
  return (
    <div>
      <div className="mb-2 flex items-center gap-3.5">
        <span className="text-[1.875rem] leading-9 font-strong tracking-[-0.03em] tabular-nums">{formatNumber(value, { digits })}</span>
        {hasRange && <span className="text-label text-ink-2 tabular-nums">{formatRange(low, high, { digits })}</span>}
        <ScoreBar factors={factors} of={of} />
      </div>
      <table className="w-full border-separate border-spacing-0">
        <caption className="sr-only">{`${name}: the lines that add up to ${formatNumber(value, { digits })} of ${formatNumber(of)}`}</caption>
        <tbody>
          {factors.map((factor) => (
            <FactorRow key={factor.id} factor={factor} largest={largest} digits={digits} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" className="border-t border-line py-0.5 text-left font-strong">
              {name}
            </th>
            <td colSpan={3} className="border-t border-line py-0.5 text-ink-2">
              of {formatNumber(of)}; {sumNote ?? 'the lines add up to it'}
            </td>
            <td className="border-t border-line py-0.5 text-right font-strong tabular-nums">{formatNumber(value, { digits })}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function ScoreBar({ factors, of }: { factors: readonly Factor[]; of: number }) {
  return (
    <span aria-hidden="true" className="measure flex h-2.5 min-w-0 flex-1 gap-px overflow-hidden rounded-tag bg-line">
      {factors
        .filter(({ points }) => points > 0)
        .map(({ id, points, unknown }) => (
          <span key={id} className={classNames('h-full', unknown ? 'hatch' : 'bg-c1')} style={{ width: `${(points / of) * 100}%` }} />
        ))}
    </span>
  );
}

function FactorRow({
  factor: { name, reason, points, mark, unknown, findOut },
  largest,
  digits,
}: {
  factor: Factor;
  largest: number;
  digits: number;
}) {
  return (
    <tr className="align-baseline">
      <th scope="row" className="w-20 py-px pr-2 text-left font-name">
        {name}
      </th>
      <td className="py-px pr-2 text-ink-2">
        {unknown && <b className="font-strong text-unknown-ink">unknown</b>}
        {unknown && ', '}
        {reason}
        {findOut && (
          <button
            type="button"
            onClick={findOut.run}
            className="ml-2 rounded-tag font-name text-accent-ink hover:underline hover:underline-offset-2"
          >
            {findOut.label}
          </button>
        )}
      </td>
      <td className="w-20 py-px pr-2">{mark !== null && <Mark mark={mark} />}</td>
      <td className="w-0 py-px tablet:w-15">
        <span
          aria-hidden="true"
          className={classNames('measure hidden h-1.5 rounded-tag tablet:block', unknown ? 'hatch' : 'bg-c1')}
          style={{ width: `${(Math.abs(points) / largest) * 100}%` }}
        />
      </td>
      <td className="w-9 py-px text-right font-name tabular-nums">{formatNumber(points, { digits })}</td>
    </tr>
  );
}
