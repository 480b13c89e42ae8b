/** Two histograms with ranges of their own, brought onto common bins. */
import type { DistributionBin } from './distribution.tsx';
import { formatMeasured } from './format.ts';

/** A column in numbers: a histogram of equal bins from `min` to `max`, or the most frequent texts. */
export type ColumnShape = {
  readonly rows: number;
  readonly missing: number;
  readonly numbers: {
    readonly finite: number;
    readonly min: number;
    readonly max: number;
    readonly histogram: readonly number[];
  } | null;
  readonly text: { readonly distinct: number; readonly top: readonly { readonly value: string; readonly count: number }[] } | null;
};
const commonBins = 20;

/**
 * Shares of both columns over common equal bins; counts within one bin of a histogram are taken as evenly spread.
 * Text columns: the most frequent values of both, then all others.
 * @returns null when there is nothing to draw
 */
export function distributionOf(current: ColumnShape, baseline: ColumnShape | null): readonly DistributionBin[] | null {
  if (current.numbers !== null) return numberBins(current.numbers, baseline?.numbers ?? null);
  if (current.text !== null) return textBins(current, baseline);
  return null;
}

type Numbers = NonNullable<ColumnShape['numbers']>;

function numberBins(current: Numbers, baseline: Numbers | null): readonly DistributionBin[] | null {
  const low = Math.min(current.min, baseline?.min ?? current.min);
  const high = Math.max(current.max, baseline?.max ?? current.max);
  if (current.finite === 0 || !Number.isFinite(high - low)) return null;
  if (low === high) return [{ label: formatMeasured(low), current: 1, baseline: baseline === null ? 0 : 1 }];
  const width = (high - low) / commonBins;
  const now = spread(current, low, width);
  const before = baseline === null ? null : spread(baseline, low, width);
  return now.map((share, place) => ({
    label: `${short(low + place * width)} – ${short(low + (place + 1) * width)}`,
    current: share,
    baseline: before?.[place] ?? 0,
  }));
}

const short = (value: number): string => formatMeasured(value, 3);

/** Shares of all finite values per common bin. */
function spread({ histogram, min, max, finite }: Numbers, low: number, width: number): number[] {
  const shares = new Array<number>(commonBins).fill(0);
  const own = (max - min) / Math.max(1, histogram.length);
  for (const [place, count] of histogram.entries()) {
    if (count === 0) continue;
    const from = min + place * own;
    // A histogram of one value has bins without width.
    const to = own === 0 ? from : from + own;
    const first = Math.min(commonBins - 1, Math.max(0, Math.floor((from - low) / width)));
    const last = Math.min(commonBins - 1, Math.max(first, Math.ceil((to - low) / width) - 1));
    for (let bin = first; bin <= last; bin += 1) {
      const overlap = own === 0 ? 1 : (Math.min(to, low + (bin + 1) * width) - Math.max(from, low + bin * width)) / own;
      shares[bin] = (shares[bin] ?? 0) + (Math.max(0, overlap) * count) / Math.max(1, finite);
    }
  }
  return shares;
}

/** Texts that hardly ever repeat, as ids do: a drawing of their values would say nothing. */
export function isScattered({ rows, missing, text }: ColumnShape): boolean {
  const most = text?.top[0]?.count ?? 0;
  return text !== null && text.distinct > 50 && most / Math.max(1, rows - missing) < 0.01;
}

const shownValues = 8;
function textBins(current: ColumnShape, baseline: ColumnShape | null): readonly DistributionBin[] | null {
  const present = (column: ColumnShape): number => Math.max(1, column.rows - column.missing);
  const shares = (column: ColumnShape | null): Map<string, number> =>
    new Map((column?.text?.top ?? []).map(({ value, count }) => [value, column === null ? 0 : count / present(column)]));
  const now = shares(current);
  const before = shares(baseline);
  const names = [...new Set([...now.keys(), ...before.keys()])]
    .toSorted((a, b) => Math.max(now.get(b) ?? 0, before.get(b) ?? 0) - Math.max(now.get(a) ?? 0, before.get(a) ?? 0))
    .slice(0, shownValues);
  if (names.length === 0) return null;
  const bins = names.map((name) => ({ label: name, current: now.get(name) ?? 0, baseline: before.get(name) ?? 0 }));
  const rest = (side: 'current' | 'baseline'): number => Math.max(0, 1 - bins.reduce((sum, bin) => sum + bin[side], 0));
  const others = { label: 'others', current: rest('current'), baseline: baseline === null ? 0 : rest('baseline') };
  return others.current > 1e-9 || others.baseline > 1e-9 ? [...bins, others] : bins;
}
