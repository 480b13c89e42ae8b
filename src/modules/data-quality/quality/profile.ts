/** What each column holds: one sort gives quantiles, distinct numbers, moments and histogram, exactly. */
import { countUpTo, distinctOf, moments, quantile } from '../../../math/moments.ts';
import { sortNumbers } from '../../../math/sorting.ts';
import { type Correlations, correlations, rankCorrelations } from '../drift/correlation.ts';
import { mostCorrelated } from '../drift/drift-side.ts';
import { type Column, type ColumnNumbers, count, type Frame, fromOf, isNumeric, readNumbers } from '../frame.ts';
import { isPlaceholder } from '../ingest/agree-types.ts';
import { rankedSample, sampleStep } from './sample.ts';

export type NumberProfile = {
  readonly finite: number;
  readonly nonFinite: number;
  readonly distinct: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Sample standard deviation (n − 1); null for fewer than two rows or when its square overflows. */
  readonly sd: number | null;
  readonly skewness: number | null;
  readonly kurtosis: number | null;
  /** Type 7. */
  readonly quantiles: {
    readonly p01: number;
    readonly p05: number;
    readonly p25: number;
    readonly p50: number;
    readonly p75: number;
    readonly p95: number;
    readonly p99: number;
  };
  /** Equal bins (lo, hi] from min to max, the first including min; one bin for a constant column. */
  readonly histogram: readonly number[];
};
export type TextProfile = {
  readonly distinct: number;
  readonly shortest: number | null;
  readonly longest: number | null;
  readonly top: readonly { readonly value: string; readonly count: number }[];
};
export type ColumnProfile = {
  readonly name: string;
  readonly type: Column['type'];
  readonly rows: number;
  /** Strict: NULL, an empty field without quotes, NaN in a numeric column. */
  readonly missing: number;
  /** Strict, and words that stand for "no value" (agree-types.ts). */
  readonly missingWithPlaceholders: number;
  readonly unparsed: number;
  readonly numbers: NumberProfile | null;
  readonly text: TextProfile | null;
};

const histogramBins = 20;
const mostTopValues = 10;
const longestShown = 200;

/** How columns go together, over at most 50,000 rows (by ranks: 10,000 of these). */
export type ProfiledCorrelations = {
  readonly columns: readonly string[];
  /** Rows sampled. */
  readonly rows: number;
  /** Of the pairs (0,1), (0,2), (1,2), (0,3) …; null where fewer than 30 rows have both, or a column is constant. */
  readonly pearson: readonly (number | null)[];
  readonly spearman: readonly (number | null)[];
};
export type TableProfile = { readonly columns: readonly ColumnProfile[]; readonly correlations: ProfiledCorrelations | null };

/** One profile a column, in their order. The columns are read once, for what each holds and how they go together; correlations of more than 100 columns are not worked out. */
export async function profileTable(frame: Frame): Promise<TableProfile> {
  const profiles = new Map<Column, ColumnProfile>();
  const scratch = new Float64Array(frame.rows);
  const numeric = frame.columns.filter(isNumeric);
  const step = numeric.length < 2 || numeric.length > mostCorrelated ? 0 : sampleStep(frame);
  const samples: Float64Array[] = [];
  for await (const { column, numbers } of readNumbers(frame, numeric, step)) {
    samples.push(numbers.sample);
    const missing = missingNumbers(frame, column, numbers);
    const described = numbers.finite.length === 0 ? null : profileNumbers(numbers, scratch);
    profiles.set(column, { ...factsOf(frame, column), ...missing, numbers: described, text: null });
  }
  for (const column of frame.columns) {
    if (isNumeric(column)) continue;
    const { missing, text } = await profileText(frame, column);
    profiles.set(column, { ...factsOf(frame, column), ...missing, numbers: null, text });
  }
  const correlated = step === 0 ? null : { columns: numeric.map(({ name }) => name), ...correlate(samples) };
  return { columns: frame.columns.flatMap((column) => profiles.get(column) ?? []), correlations: correlated };
}

function correlate(samples: readonly Float64Array[]): Omit<ProfiledCorrelations, 'columns'> {
  const known = ({ r }: Correlations) => Array.from(r, (value) => (Number.isNaN(value) ? null : value));
  return {
    rows: samples[0]?.length ?? 0,
    pearson: known(correlations(samples)),
    spearman: known(rankCorrelations(rankedSample(samples))),
  };
}

function factsOf({ rows }: Frame, { name, type, unparsed }: Column): Pick<ColumnProfile, 'name' | 'type' | 'rows' | 'unparsed'> {
  return { name, type, rows, unparsed };
}

type Missing = Pick<ColumnProfile, 'missing' | 'missingWithPlaceholders'>;

/** A column that declares its numbers holds no words; text that is no number is there all the same. */
function missingNumbers({ rows }: Frame, { counted }: Column, { finite, infinite, nan }: ColumnNumbers): Missing {
  const missing = counted === null ? rows - finite.length - infinite : rows - counted.present + nan;
  // `NaN` is one of the words, and missing already.
  const words = counted === null ? 0 : Math.max(0, counted.placeholders - nan);
  return { missing, missingWithPlaceholders: missing + words };
}

function profileNumbers({ finite, infinite, nan }: ColumnNumbers, scratch: Float64Array): NumberProfile {
  sortNumbers(finite, scratch);
  return describeNumbers(finite, infinite + nan);
}

/** @param sorted finite, at least one. */
function describeNumbers(sorted: Float64Array, nonFinite: number): NumberProfile {
  const n = sorted.length;
  const { mean, variance, skewness, kurtosis } = moments(sorted);
  const sd = n > 1 ? Math.sqrt((variance * n) / (n - 1)) : Number.NaN;
  const at = (share: number) => quantile(sorted, share);
  return {
    finite: n,
    nonFinite,
    distinct: distinctOf(sorted),
    min: sorted[0] as number,
    max: sorted[n - 1] as number,
    mean,
    sd: Number.isFinite(sd) ? sd : null,
    skewness,
    kurtosis,
    quantiles: { p01: at(0.01), p05: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95), p99: at(0.99) },
    histogram: histogramOf(sorted),
  };
}

function histogramOf(sorted: Float64Array): number[] {
  const min = sorted[0] as number;
  const max = sorted[sorted.length - 1] as number;
  // The difference of ±1e308 overflows; halves do not.
  const width = max / histogramBins - min / histogramBins;
  if (!(width > 0)) return [sorted.length];
  const upTo = Array.from({ length: histogramBins }, (_, k) =>
    k === histogramBins - 1 ? sorted.length : countUpTo(sorted, min + width * (k + 1)),
  );
  return upTo.map((total, k) => total - (upTo[k - 1] ?? 0));
}

/** One grouping answers all of it: words that stand for "no value" are looked for among the different values, not in every row. */
async function profileText(frame: Frame, column: Column): Promise<{ missing: Missing; text: TextProfile }> {
  if (column.counted?.present === 0) return emptyText(frame);
  const groups = `SELECT ${column.cell}::VARCHAR AS v, count(*) AS n FROM ${fromOf(frame, [column])} GROUP BY v`;
  const words = column.counted === null && column.type === 'text' ? `sum(n) FILTER (${isPlaceholder('v')}) OVER ()` : '0';
  const facts = [`count(v) OVER ()`, 'min(length(v)) OVER ()', 'max(length(v)) OVER ()', 'sum(n) FILTER (v IS NULL) OVER ()', words];
  const found = await frame.engine.rows(
    `SELECT v, n::DOUBLE, ${facts.map((fact) => `(${fact})::DOUBLE`).join(', ')} FROM (${groups}) ORDER BY v IS NULL, n DESC, v LIMIT ${mostTopValues}`,
  );
  const top = found.filter(([value]) => value !== null);
  const [first] = top;
  const missing = column.counted === null ? count(found[0]?.[5]) : frame.rows - column.counted.present;
  return {
    missing: { missing, missingWithPlaceholders: missing + (column.counted?.placeholders ?? count(found[0]?.[6])) },
    text: {
      distinct: count(first?.[2]),
      shortest: first === undefined ? null : count(first[3]),
      longest: first === undefined ? null : count(first[4]),
      top: top.map(([value, rows]) => ({ value: String(value).slice(0, longestShown), count: count(rows) })),
    },
  };
}

/** Wide tables have many columns without a single cell, and planning a query costs more than most columns. */
function emptyText({ rows }: Frame): { missing: Missing; text: TextProfile } {
  return { missing: { missing: rows, missingWithPlaceholders: rows }, text: { distinct: 0, shortest: null, longest: null, top: [] } };
}
