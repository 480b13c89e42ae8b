/** Effect and significance together: at a million rows every difference is significant, and few matter. */
import { fisherExact, homogeneity } from '../../math/category-tests.ts';
import { benjaminiHochberg } from '../../math/multiple-testing.ts';
import { normalTail } from '../../math/special-functions.ts';
import type { CategoryDrift, NumberDrift } from './drift-statistics.ts';

export type Sensitivity = 'low' | 'medium' | 'high';
/** Largest adjusted p that counts, and what the floors are multiplied with. */
const settings = { low: { q: 0.001, factor: 2 }, medium: { q: 0.01, factor: 1 }, high: { q: 0.05, factor: 0.5 } } as const;
/** Effects below these are no drift at medium sensitivity. */
const floors = { ks: 0.02, normedWasserstein: 0.05, jensenShannon: 0.05, missingRate: 0.01, correlation: 0.1 } as const;
const fewestRows = 30;

export type Effect = keyof typeof floors;
export type Flag = {
  readonly effect: Effect | 'type' | 'lost';
  readonly value: number | null;
  readonly floor: number | null;
  readonly adjustedP: number | null;
};
export type ColumnVerdict = 'drift' | 'stable' | 'unknown';
export type ColumnDrift = {
  readonly name: string;
  readonly verdict: ColumnVerdict;
  readonly reason: string | null;
  /** From how far the floor is passed: 1 at the floor, 2 at twice the floor. */
  readonly strength: number | null;
  readonly flags: readonly Flag[];
  readonly missing: { readonly reference: number; readonly current: number; readonly p: number; readonly adjustedP: number };
  /** Adjusted p of the KS, or of the category test. */
  readonly adjustedP: number | null;
  readonly statistics: NumberDrift | CategoryDrift | null;
};
export type Measured = {
  readonly name: string;
  /** A reason why it is drift whatever the numbers say. */
  readonly change: 'type' | 'lost' | null;
  readonly reason: string | null;
  readonly missing: { readonly reference: number; readonly current: number; readonly referenceRows: number; readonly currentRows: number };
  readonly statistics: NumberDrift | CategoryDrift | null;
};
export type PairChange = {
  readonly columns: readonly [string, string];
  readonly reference: number;
  readonly current: number;
  readonly p: number;
};
export type JudgedPair = PairChange & { readonly adjustedP: number; readonly verdict: 'drift' | 'stable' };

/**
 * Every p-value of the comparison is in one Benjamini–Hochberg family, fixed before looking.
 * @param pairs only pairs of columns with enough common rows on both sides.
 */
export function judge(
  measured: readonly Measured[],
  pairs: readonly PairChange[],
  sensitivity: Sensitivity,
): { columns: ColumnDrift[]; pairs: JudgedPair[] } {
  const family = measured.map((column) => ({
    column,
    main: mainP(column.statistics),
    missing: missingP(column),
    others: otherP(column.statistics),
  }));
  const flat = [
    ...family.flatMap(({ main, missing, others }) => [...(main === null ? [] : [main]), missing, ...others]),
    ...pairs.map(({ p }) => p),
  ];
  const adjusted = benjaminiHochberg(flat);
  let at = 0;
  const columns = family.map(({ column, main, missing, others }) => {
    const adjustedMain = main === null ? null : (adjusted[at++] ?? 1);
    const adjustedMissing = adjusted[at++] ?? 1;
    at += others.length;
    return judgeColumn(column, { main: adjustedMain, missingP: missing, missing: adjustedMissing }, sensitivity);
  });
  const { q, factor } = settings[sensitivity];
  const judged = pairs.map((pair) => {
    const adjustedP = adjusted[at++] ?? 1;
    const isDrift = adjustedP <= q && Math.abs(pair.reference - pair.current) >= floors.correlation * factor;
    return { ...pair, adjustedP, verdict: isDrift ? ('drift' as const) : ('stable' as const) };
  });
  return { columns, pairs: judged };
}

type Adjusted = { readonly main: number | null; readonly missingP: number; readonly missing: number };

function judgeColumn(column: Measured, adjusted: Adjusted, sensitivity: Sensitivity): ColumnDrift {
  const { q } = settings[sensitivity];
  // A column that is gone or of another kind has nothing to measure.
  const candidates =
    column.change === null
      ? [...effectsOf(column.statistics, adjusted.main, sensitivity), missingEffect(column, adjusted.missing, sensitivity)]
      : [];
  const flags: Flag[] = candidates.filter(({ value, floor, adjustedP }) => value >= floor && adjustedP !== null && adjustedP <= q);
  if (column.change !== null) flags.push({ effect: column.change, value: null, floor: null, adjustedP: null });
  const { reference, current, referenceRows, currentRows } = column.missing;
  const isSmall = Math.min(referenceRows, currentRows) < fewestRows;
  const verdict = flags.some(({ value }) => value === null) ? 'drift' : isSmall ? 'unknown' : flags.length > 0 ? 'drift' : 'stable';
  const strengths = flags.flatMap(({ value, floor }) => (value === null || floor === null ? [] : [value / floor]));
  return {
    name: column.name,
    verdict: verdict === 'stable' && column.statistics === null ? 'unknown' : verdict,
    reason: verdict === 'unknown' ? `fewer than ${fewestRows} rows on a side` : column.reason,
    strength: verdict === 'drift' && strengths.length > 0 ? Math.max(...strengths) : null,
    flags,
    missing: {
      reference: reference / Math.max(1, referenceRows),
      current: current / Math.max(1, currentRows),
      p: adjusted.missingP,
      adjustedP: adjusted.missing,
    },
    adjustedP: adjusted.main,
    statistics: column.statistics,
  };
}

type Candidate = Flag & { readonly value: number; readonly floor: number };

function effectsOf(statistics: Measured['statistics'], adjustedP: number | null, sensitivity: Sensitivity): Candidate[] {
  const { factor } = settings[sensitivity];
  if (statistics === null) return [];
  if (statistics.kind === 'category')
    return [{ effect: 'jensenShannon', value: statistics.jensenShannon, floor: floors.jensenShannon * factor, adjustedP }];
  const { ks, normedWasserstein, noise } = statistics;
  const work =
    normedWasserstein === null || noise.normedWasserstein === null ? [] : [{ value: normedWasserstein, noise: noise.normedWasserstein }];
  return [
    { effect: 'ks', value: ks.distance, floor: Math.max(floors.ks * factor, noise.ks), adjustedP },
    ...work.map((found) => ({
      effect: 'normedWasserstein' as const,
      value: found.value,
      floor: Math.max(floors.normedWasserstein * factor, found.noise),
      adjustedP,
    })),
  ];
}

function missingEffect({ missing }: Measured, adjustedP: number, sensitivity: Sensitivity): Candidate {
  const change = Math.abs(missing.reference / Math.max(1, missing.referenceRows) - missing.current / Math.max(1, missing.currentRows));
  return { effect: 'missingRate', value: change, floor: floors.missingRate * settings[sensitivity].factor, adjustedP };
}

function mainP(statistics: Measured['statistics']): number | null {
  if (statistics === null) return null;
  return statistics.kind === 'number' ? statistics.ks.p : statistics.p;
}

function otherP(statistics: Measured['statistics']): number[] {
  if (statistics?.kind !== 'number') return [];
  return [statistics.mannWhitney?.p, statistics.welch?.p].filter((p) => p !== undefined);
}

/** Missing against present on both sides; exact for small counts. */
function missingP({ missing }: Measured): number {
  const { reference, current, referenceRows, currentRows } = missing;
  if (referenceRows === 0 || currentRows === 0 || reference + current === 0 || reference + current === referenceRows + currentRows)
    return 1;
  const table = { reference: [reference, referenceRows - reference], current: [current, currentRows - current] };
  const test = homogeneity(table);
  return test.smallShare > 0 ? fisherExact(table) : test.p;
}

/** Difference of two correlations by Fisher's z. @source Fisher 1921. */
export function correlationChangeP(left: { r: number; n: number }, right: { r: number; n: number }): number {
  const bounded = (r: number) => Math.atanh(Math.max(-0.999_999_999, Math.min(0.999_999_999, r)));
  const z = Math.abs(bounded(left.r) - bounded(right.r)) / Math.sqrt(1 / (left.n - 3) + 1 / (right.n - 3));
  return Math.min(1, 2 * normalTail(z));
}
