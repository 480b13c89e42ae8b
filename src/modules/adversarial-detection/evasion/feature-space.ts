/** The scale in which rows are compared, learnt from reference rows: robust, so that a few wild rows do not set it. */
import { scanNearest } from '../../../math/nearest-scan.ts';
import { randomSource, sampleWithoutReplacement } from '../../../math/random.ts';
import { type ColumnFacts, type FeatureSpace, writeScaled } from './profile.ts';

export type RawRows = { readonly values: Float32Array; readonly dimensions: number };
/** Turns the median absolute deviation of a normal law into its standard deviation. */
const normalDeviation = 1.4826;
/** A column that is nearly one value has a percentile range near 0, by which a single step would outweigh all other columns. */
const leastShare = 1 / 8;

/**
 * Median and 1–99 percentile range of every column; the range where that is 0, and never less than an eighth of it; columns with one value are left out.
 * Not the interquartile range: in columns that are mostly one value it makes the rest loud, and on digits the neighbours' AUC fell from
 * .97 to .89 by it.
 * @param rows at least one; values finite. O(rows log rows · columns).
 */
export function learnSpace({ values, dimensions }: RawRows, rows: Int32Array): FeatureSpace {
  const kept: number[] = [];
  const centre: number[] = [];
  const spread: number[] = [];
  for (let column = 0; column < dimensions; column++) {
    const sorted = sortedColumn({ values, dimensions }, rows, column);
    const range = (sorted.at(-1) as number) - (sorted[0] as number);
    if (!(range > 0)) continue;
    const inner = quantile(sorted, 0.99) - quantile(sorted, 0.01);
    kept.push(column);
    centre.push(quantile(sorted, 0.5));
    spread.push(inner > 0 ? Math.max(inner, range * leastShare) : range);
  }
  return { dimensions, kept: Int32Array.from(kept), centre: Float32Array.from(centre), spread: Float32Array.from(spread) };
}

export const spaceScales = ['percentiles', 'ranges', 'one-unit'] as const;
export type SpaceScale = (typeof spaceScales)[number];

/** The same columns, each divided by its whole range, or all by the widest of them, as columns of one unit ask (points of an image). */
function rescaled(space: FeatureSpace, raw: RawRows, { rows, scale }: { rows: Int32Array; scale: SpaceScale }): FeatureSpace {
  if (scale === 'percentiles') return space;
  const ranges = Float32Array.from(space.kept, (column) => {
    const sorted = sortedColumn(raw, rows, column);
    return (sorted.at(-1) as number) - (sorted[0] as number);
  });
  const widest = ranges.reduce((most, range) => Math.max(most, range), 0);
  return { ...space, spread: scale === 'one-unit' ? ranges.fill(widest) : ranges };
}

/** Rows that are asked and rows they are compared with, to choose a scale. */
const mostAsked = 500;
const mostCompared = 4000;

/**
 * The scale in which the nearest rows of clean rows agree best about their labels; equal ones: the first. Nothing of an attack is in it.
 * @param classes of every row of `raw`. @param rows at least two. O(500 · 4,000 · columns), three times.
 */
export function chooseSpace(
  raw: RawRows,
  rows: Int32Array,
  { classes, classCount, seed }: { classes: ArrayLike<number>; classCount: number; seed: number },
): { readonly space: FeatureSpace; readonly scale: SpaceScale } {
  const plain = learnSpace(raw, rows);
  const random = randomSource(seed);
  const compared =
    rows.length <= mostCompared ? rows : sampleWithoutReplacement(rows.length, mostCompared, random).map((at) => rows[at] as number);
  const asked =
    compared.length <= mostAsked ? Int32Array.from(compared, (_, at) => at) : sampleWithoutReplacement(compared.length, mostAsked, random);
  const tried = spaceScales.map((scale) => {
    const space = rescaled(plain, raw, { rows, scale });
    return { space, scale, wrong: neighboursWrong(space, raw, { compared, asked, classes, classCount }) };
  });
  const least = Math.min(...tried.map(({ wrong }) => wrong));
  return tried.find(({ wrong }) => wrong === least) ?? { space: plain, scale: 'percentiles' };
}

type Compared = {
  readonly compared: Int32Array;
  readonly asked: Int32Array;
  readonly classes: ArrayLike<number>;
  readonly classCount: number;
};
/** Mean share of the ten nearest other rows that have another label. */
function neighboursWrong(space: FeatureSpace, raw: RawRows, { compared, asked, classes, classCount }: Compared): number {
  const width = space.kept.length;
  const values = new Float32Array(compared.length * width);
  for (const [at, row] of compared.entries())
    writeScaled(space, raw.values.subarray(row * raw.dimensions, (row + 1) * raw.dimensions), { target: values, to: at * width });
  const known = Int32Array.from(compared, (row) => classes[row] as number);
  const reference = { values, dimensions: width, classes: known, classCount };
  let wrong = 0;
  for (const at of asked) {
    const { rows } = scanNearest(reference, values.subarray(at * width, (at + 1) * width), { k: 10, skip: at });
    const present = rows.filter((row) => row >= 0);
    wrong += present.filter((row) => known[row] !== known[at]).length / Math.max(1, present.length);
  }
  return wrong / Math.max(1, asked.length);
}

export function learnColumns(raw: RawRows, rows: Int32Array): Pick<ColumnFacts, 'low' | 'high' | 'median' | 'deviation'> {
  const low = new Float32Array(raw.dimensions);
  const high = new Float32Array(raw.dimensions);
  const median = new Float32Array(raw.dimensions);
  const deviation = new Float32Array(raw.dimensions);
  for (let column = 0; column < raw.dimensions; column++) {
    const sorted = sortedColumn(raw, rows, column);
    const middle = quantile(sorted, 0.5);
    low[column] = sorted[0] as number;
    high[column] = sorted.at(-1) as number;
    median[column] = middle;
    deviation[column] = normalDeviation * quantile(sorted.map((value) => Math.abs(value - middle)).sort(), 0.5);
  }
  return { low, high, median, deviation };
}

export function sortedColumn({ values, dimensions }: RawRows, rows: Int32Array, column: number): Float32Array {
  return Float32Array.from(rows, (row) => values[row * dimensions + column] as number).sort();
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996). @param sorted at least one value. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const from = sorted[below] as number;
  const to = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return from + (place - below) * (to - from);
}
