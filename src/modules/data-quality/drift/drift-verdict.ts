/** Effect and significance together: at a million rows every difference is significant, and few matter. */
import { fisherExact, homogeneity } from '../../../math/category-tests.ts';
import { benjaminiHochberg } from '../../../math/multiple-testing.ts';
import { normalTail } from '../../../math/special-functions.ts';
import type { CategoryDrift, NumberDrift } from './drift-statistics.ts';

export type Sensitivity = 'low' | 'medium' | 'high';
/** Largest adjusted p that counts, and what the floors are multiplied with. */
export const sensitivitySettings = {
  low: { q: 0.001, factor: 2 },
  medium: { q: 0.01, factor: 1 },
  high: { q: 0.05, factor: 0.5 },
} as const;
/** Effects below these are no drift at medium sensitivity. `range` is the share of current numbers outside the reference's range. */
export const usualFloors = {
  ks: 0.02,
  normedWasserstein: 0.05,
  jensenShannon: 0.05,
  missingRate: 0.01,
  range: 0.01,
  correlation: 0.1,
} as const;
export const fewestRows = 30;

export type Effect = keyof typeof usualFloors;
/** Floors somebody set; they hold as they are, whatever the sensitivity. */
export type Floors = Readonly<Partial<Record<Effect, number | undefined>>>;
export type Judgement = {
  readonly sensitivity: Sensitivity;
  /** By name of the column; `undefined` for every column that has none of its own. Correlations take the last. */
  readonly floors?: ReadonlyMap<string | undefined, Floors>;
};
export type Severity = 'low' | 'medium' | 'high' | 'critical';
export type Flag = {
  /** `constant`: it held one value alone and does no more, or the other way round. */
  readonly effect: Effect | 'constant' | 'type' | 'lost';
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
  /** From the strength; a lost column, a new type and a column that stopped varying (or began to) are at least high. */
  readonly severity: Severity | null;
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
  readonly range: ShareTest | null;
  /** Null unless one side is constant and the other is not. */
  readonly constancy: ShareTest | null;
};
export type ShareTest = { readonly share: number; readonly p: number };
export type PairChange = {
  readonly columns: readonly [string, string];
  readonly reference: number;
  readonly current: number;
  readonly p: number;
  /** The same by ranks. */
  readonly spearman: { readonly reference: number; readonly current: number; readonly p: number } | null;
};
export type JudgedPair = Omit<PairChange, 'spearman'> & {
  readonly adjustedP: number;
  readonly spearman: (NonNullable<PairChange['spearman']> & { readonly adjustedP: number }) | null;
  readonly verdict: 'drift' | 'stable';
};

/**
 * Every p-value of the comparison is in one Benjamini–Hochberg family, fixed before looking.
 * @param pairs only pairs of columns with enough common rows on both sides.
 */
export function judge(
  measured: readonly Measured[],
  pairs: readonly PairChange[],
  judgement: Judgement,
): { columns: ColumnDrift[]; pairs: JudgedPair[] } {
  const family = newFamily();
  const columns = measured.map((column) => {
    const main = family.enter(mainP(column.statistics));
    const rate = missingP(column);
    const missing = family.enter(rate);
    for (const p of otherP(column.statistics)) family.enter(p);
    const [range, constancy] = [family.enter(column.range?.p ?? null), family.enter(column.constancy?.p ?? null)];
    return { column, main, rate, missing, range, constancy };
  });
  const entered = pairs.map((pair) => ({ pair, pearson: family.enter(pair.p), spearman: family.enter(pair.spearman?.p ?? null) }));
  const adjusted = family.adjusted();
  return {
    columns: columns.map(({ column, rate, ...places }) => {
      const at = (place: number | null) => (place === null ? null : (adjusted[place] ?? 1));
      const ps = { main: at(places.main), missingP: rate, missing: at(places.missing) ?? 1 };
      return judgeColumn(column, { ...ps, range: at(places.range), constancy: at(places.constancy) }, judgement);
    }),
    pairs: entered.map(({ pair, pearson, spearman }) =>
      judgePair(pair, { pearson: adjusted[pearson ?? -1] ?? 1, spearman: adjusted[spearman ?? -1] ?? 1 }, judgement),
    ),
  };
}

/** Tests enter one after the other; what was not tested takes no place. */
function newFamily() {
  const probabilities: number[] = [];
  return {
    enter: (p: number | null): number | null => (p === null ? null : probabilities.push(p) - 1),
    adjusted: () => benjaminiHochberg(probabilities),
  };
}

function judgePair(pair: PairChange, adjusted: { pearson: number; spearman: number }, judgement: Judgement): JudgedPair {
  const { q } = sensitivitySettings[judgement.sensitivity];
  const floor = floorOf('correlation', undefined, judgement);
  const changed = (side: { reference: number; current: number }, p: number) => p <= q && Math.abs(side.reference - side.current) >= floor;
  const spearman = pair.spearman === null ? null : { ...pair.spearman, adjustedP: adjusted.spearman };
  const isDrift = changed(pair, adjusted.pearson) || (spearman !== null && changed(spearman, spearman.adjustedP));
  return { ...pair, spearman, adjustedP: adjusted.pearson, verdict: isDrift ? 'drift' : 'stable' };
}

/** What was set for the column or for all of them, else the usual floor by sensitivity. */
function floorOf(effect: Effect, name: string | undefined, { sensitivity, floors }: Judgement): number {
  return floors?.get(name)?.[effect] ?? floors?.get(undefined)?.[effect] ?? usualFloors[effect] * sensitivitySettings[sensitivity].factor;
}

type Adjusted = {
  readonly main: number | null;
  readonly missingP: number;
  readonly missing: number;
  readonly range: number | null;
  readonly constancy: number | null;
};

function judgeColumn(column: Measured, adjusted: Adjusted, judgement: Judgement): ColumnDrift {
  const { reference, current, referenceRows, currentRows } = column.missing;
  const flags = flagsOf(column, adjusted, judgement);
  const isSmall = Math.min(referenceRows, currentRows) < fewestRows;
  const verdict = column.change !== null ? 'drift' : isSmall ? 'unknown' : flags.length > 0 ? 'drift' : 'stable';
  const strengths = flags.flatMap(({ value, floor }) => (value === null || floor === null || floor === 0 ? [] : [value / floor]));
  const strength = verdict === 'drift' && strengths.length > 0 ? Math.max(...strengths) : null;
  return {
    name: column.name,
    verdict: verdict === 'stable' && column.statistics === null ? 'unknown' : verdict,
    reason: verdict === 'unknown' ? `fewer than ${fewestRows} rows on a side` : column.reason,
    strength,
    severity: verdict === 'drift' ? severityOf(strength, flags) : null,
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

function flagsOf(column: Measured, adjusted: Adjusted, judgement: Judgement): Flag[] {
  // A column that is gone or of another kind has nothing to measure.
  if (column.change !== null) return [{ effect: column.change, value: null, floor: null, adjustedP: null }];
  const { q } = sensitivitySettings[judgement.sensitivity];
  const { name, missing } = column;
  const rate = Math.abs(missing.reference / Math.max(1, missing.referenceRows) - missing.current / Math.max(1, missing.currentRows));
  const candidates: Candidate[] = [
    ...effectsOf(column, adjusted.main, judgement),
    { effect: 'missingRate', value: rate, floor: floorOf('missingRate', name, judgement), adjustedP: adjusted.missing },
    ...(column.range === null
      ? []
      : [{ effect: 'range' as const, value: column.range.share, floor: floorOf('range', name, judgement), adjustedP: adjusted.range }]),
  ];
  const flags: Flag[] = candidates.filter(({ value, floor, adjustedP }) => value >= floor && adjustedP !== null && adjustedP <= q);
  if (column.constancy !== null && adjusted.constancy !== null && adjusted.constancy <= q)
    flags.push({ effect: 'constant', value: column.constancy.share, floor: null, adjustedP: adjusted.constancy });
  return flags;
}

/** How many times the floor is passed. */
function severityOf(strength: number | null, flags: readonly Flag[]): Severity {
  if (strength !== null && strength >= 8) return 'critical';
  if ((strength !== null && strength >= 4) || flags.some(({ floor }) => floor === null)) return 'high';
  return strength !== null && strength >= 2 ? 'medium' : 'low';
}

type Candidate = Flag & { readonly value: number; readonly floor: number };

function effectsOf({ name, statistics }: Measured, adjustedP: number | null, judgement: Judgement): Candidate[] {
  if (statistics === null) return [];
  const floor = (effect: Effect) => floorOf(effect, name, judgement);
  if (statistics.kind === 'category')
    return [{ effect: 'jensenShannon', value: statistics.jensenShannon, floor: floor('jensenShannon'), adjustedP }];
  const { ks, normedWasserstein, noise } = statistics;
  const work =
    normedWasserstein === null || noise.normedWasserstein === null ? [] : [{ value: normedWasserstein, noise: noise.normedWasserstein }];
  return [
    { effect: 'ks', value: ks.distance, floor: Math.max(floor('ks'), noise.ks), adjustedP },
    ...work.map((found) => ({
      effect: 'normedWasserstein' as const,
      value: found.value,
      floor: Math.max(floor('normedWasserstein'), found.noise),
      adjustedP,
    })),
  ];
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

/** Variance of Fisher's z of a rank correlation, as a multiple of Pearson's. @source Fieller, Hartley and Pearson 1957. */
export const rankVariance = 1.06;

/** Difference of two correlations by Fisher's z; `inflation` multiplies its variance. @source Fisher 1921. */
export function correlationChangeP(left: { r: number; n: number }, right: { r: number; n: number }, inflation = 1): number {
  const bounded = (r: number) => Math.atanh(Math.max(-0.999_999_999, Math.min(0.999_999_999, r)));
  const z = Math.abs(bounded(left.r) - bounded(right.r)) / Math.sqrt(inflation * (1 / (left.n - 3) + 1 / (right.n - 3)));
  return Math.min(1, 2 * normalTail(z));
}

/**
 * P that `count` or more numbers of one sample lie beyond all of the other, when both are drawn alike: ∏ (of − i)/(of + others − i).
 * Equal numbers make the true probability smaller. @source Rosenbaum 1954 (Annals of Mathematical Statistics 25:146).
 */
export function exceedanceP({ count, of, others }: { count: number; of: number; others: number }): number {
  let p = 1;
  for (let i = 0; i < count && p > 1e-300; i++) p *= (of - i) / (of + others - i);
  return p;
}
