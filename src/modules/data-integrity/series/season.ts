/** Does the newest value of a series belong to its season? Hour of the week against the same hour of other weeks, at once and in the long run. Pure. */
import { quantile } from '../../../math/moments.ts';

export const hoursPerWeek = 168;
export const weeksLookedAt = 8;
/** Values of the same hour in so many earlier weeks make an expectation, … */
export const leastWeeks = 4;
/** … and so many values that are older than a week and have one themselves say how far values usually lie from theirs: a run a day for five weeks. */
export const leastValues = 28;

/** Robust standard deviations. Charts customarily allow three; here hundreds are read in each run, and single values have heavy tails. */
const mostDeviations = { level: 5, trend: 4 } as const;
/** Share of the past that a limit lies beyond. Not more: a fault of a few days among eight weeks must not make itself usual. */
const usualShare = 0.95;
/** Weight of the newest value in the exponentially weighted mean. */
const newestWeight = 0.25;
/** A normal distribution's standard deviation ÷ its median absolute deviation. */
const deviationOfMedian = 1.4826;
const deviationOfMean = Math.sqrt(Math.PI / 2);

export type SeasonVerdict =
  | { readonly status: 'unknown'; readonly reason: string }
  | {
      readonly status: 'usual' | 'unusual';
      readonly expected: number;
      /** How far a value, or the mean of late ones, may lie from what was expected. */
      readonly limit: number;
      readonly distance: number;
      /** level: this value. trend: the late values together, each of them still bearable. */
      readonly by: 'level' | 'trend';
      /** Values of the same hour in other weeks. */
      readonly weeks: number;
    };

/**
 * Judges the value of now by the weeks before.
 *
 * @param history values by whole hours before now (1 to 1,344 = eight weeks); one value an hour, finite.
 * @param current the value of now, finite.
 * @param floor a distance below which nothing is unusual, in the unit of the values; at least 0.
 * @returns unknown with a reason while fewer than `leastWeeks` other weeks hold this hour or fewer than `leastValues` values can be held
 *   against other weeks. Else the median of the same hour in other weeks is what was expected. A limit is the largest of the floor,
 *   robust standard deviations (1.4826 · median of absolute distances; five by level, four by trend) and the 95th percentile of the
 *   distances of the past, which ends a week ago: what began lately is judged, it does not judge. By level: the distance of now. By
 *   trend: the exponentially weighted mean (weight 0.25) of the distances up to now, whose deviation is that of the distances times
 *   √(0.25 ÷ 1.75).
 * @source median and MAD: Rousseeuw & Croux 1993, JASA 88(424); EWMA charts: Roberts 1959, Technometrics 1(3).
 * Pure; O(hours · weeks) time.
 */
export function judgeSeason(history: ReadonlyMap<number, number>, current: number, floor = 0): SeasonVerdict {
  const here = weeksBeside(history, 0);
  if (here.length < leastWeeks)
    return { status: 'unknown', reason: `this hour of the week is known of ${here.length} other weeks; it takes ${leastWeeks}` };
  const all = distances(history);
  const old = all.filter(({ hour }) => hour > hoursPerWeek).map(({ distance }) => distance);
  if (old.length < leastValues)
    return { status: 'unknown', reason: `${old.length} values older than a week can be held against other weeks; it takes ${leastValues}` };
  const expected = median(here);
  const distance = current - expected;
  const weeks = here.length;
  const deviation = deviationOf(old);
  const limit = Math.max(floor, mostDeviations.level * deviation, usualSize(old));
  if (Math.abs(distance) > limit) return { status: 'unusual', expected, limit, distance, by: 'level', weeks };
  const means = weightedMeans([...all.map((one) => one.distance), distance]);
  const late = means.at(-1) ?? 0;
  const lateDeviation = deviation * Math.sqrt(newestWeight / (2 - newestWeight));
  const lateLimit = Math.max(floor, mostDeviations.trend * lateDeviation, usualSize(means.slice(0, old.length)));
  if (Math.abs(late) > lateLimit) return { status: 'unusual', expected, limit: lateLimit, distance: late, by: 'trend', weeks };
  return { status: 'usual', expected, limit, distance, by: 'level', weeks };
}

/** Of the same hour in the other weeks that are looked at. */
function weeksBeside(history: ReadonlyMap<number, number>, hour: number): number[] {
  const values: number[] = [];
  const most = weeksLookedAt * hoursPerWeek;
  for (let other = hour % hoursPerWeek; other <= most; other += hoursPerWeek) {
    const value = other === hour || other === 0 ? undefined : history.get(other);
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** How far each value lay from the median of the others of its hour, oldest first. */
function distances(history: ReadonlyMap<number, number>): { hour: number; distance: number }[] {
  const found: { hour: number; distance: number }[] = [];
  for (const hour of [...history.keys()].sort((a, b) => b - a)) {
    const others = weeksBeside(history, hour);
    // One fewer than for now: the value itself is the fourth.
    if (others.length >= leastWeeks - 1) found.push({ hour, distance: (history.get(hour) ?? 0) - median(others) });
  }
  return found;
}

const sizesOf = (past: readonly number[]): Float64Array => Float64Array.from(past, Math.abs).sort();
const usualSize = (past: readonly number[]): number => quantile(sizesOf(past), usualShare);

function deviationOf(past: readonly number[]): number {
  const sizes = sizesOf(past);
  const middle = deviationOfMedian * quantile(sizes, 0.5);
  // Half of the past lay exactly where it was expected: the mean still tells of the other half.
  return middle > 0 ? middle : (deviationOfMean * sizes.reduce((sum, size) => sum + size, 0)) / sizes.length;
}

function weightedMeans(values: readonly number[]): number[] {
  let mean = 0;
  return values.map((value) => {
    mean += newestWeight * (value - mean);
    return mean;
  });
}

function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}
