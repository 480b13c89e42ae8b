/** Sorting by counting: ages, counts, amounts with two decimals. A third of the time of spreading them over parts, or less. */

import type { Sorted } from './counted-values.ts';

/** Numbers a unit is divided into: whole numbers, tenths, hundredths, thousandths. */
const fractions = [1, 10, 100, 1000];
/** Places counted: four megabytes. */
const mostPlaces = 2 ** 20;
const sampled = 256;

/**
 * Sorts ascending, in place, if all numbers lie on one decimal grid that has no more places than there are numbers.
 * @param values finite, without −0. @returns false, and the numbers are as they were, if they do not.
 * A number is on the grid when its place k of s places a unit gives it back exactly: k ÷ s. Nothing is rounded.
 */
export function sortOnGrid(values: Float64Array): boolean {
  const tally = tallyOf(values);
  if (tally !== null) layOut(values, tally);
  return tally !== null;
}

/** Each value must stand for so many numbers on average: else counting saves nothing later. */
const fewestRepeats = 4;

/**
 * The numbers as they would be sorted, counted instead of laid out.
 * @param values finite, without −0; may be sorted. @returns null when they lie on no grid, and `values`, sorted, when they seldom repeat.
 */
export function countOnGrid(values: Float64Array): Sorted | null {
  const tally = tallyOf(values);
  if (tally === null) return null;
  const { counts, first, fraction } = tally;
  const different = counts.reduce((sum, count) => sum + Math.min(1, count), 0);
  if (different * fewestRepeats > values.length) {
    layOut(values, tally);
    return values;
  }
  const counted = { values: new Float64Array(different), upTo: new Float64Array(different) };
  for (let k = 0, into = 0, upTo = 0; k < counts.length; k++) {
    if (counts[k] === 0) continue;
    upTo += counts[k] as number;
    counted.values[into] = (first + k) / fraction;
    counted.upTo[into++] = upTo;
  }
  return counted;
}

type Tally = Grid & { readonly counts: Uint32Array };

function tallyOf(values: Float64Array): Tally | null {
  const step = values.length / sampled;
  const sample = Float64Array.from({ length: sampled }, (_, k) => values[Math.floor(k * step)] as number);
  const fraction = fractions.find((parts) => sample.every((value) => Math.round(value * parts) / parts === value));
  if (fraction === undefined) return null;
  // What the sample shows and a tenth more is nearly always all; looking for the ends costs as much as counting.
  return tallyWithin(values, fraction, wider(rangeOf(sample))) ?? tallyWithin(values, fraction, rangeOf(values));
}

type Range = { readonly least: number; readonly most: number };

const wider = ({ least, most }: Range): Range => ({ least: least - (most - least) / 10, most: most + (most - least) / 10 });

function tallyWithin(values: Float64Array, fraction: number, { least, most }: Range): Tally | null {
  const first = Math.floor(least * fraction);
  const places = Math.ceil(most * fraction) - first + 1;
  if (!(places <= mostPlaces && places <= values.length && Math.abs(first) < 2 ** 52)) return null;
  const counts = new Uint32Array(places);
  const isOnGrid = fraction === 1 ? countWhole(values, counts, first) : countParts(values, counts, { first, fraction });
  return isOnGrid ? { counts, first, fraction } : null;
}

type Grid = { readonly first: number; readonly fraction: number };

function layOut(values: Float64Array, { counts, first, fraction }: Tally): void {
  let at = 0;
  for (let k = 0; k < counts.length; k++) {
    const value = (first + k) / fraction;
    for (const end = at + (counts[k] as number); at < end; at++) values[at] = value;
  }
}

function rangeOf(values: Float64Array): Range {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/** @returns false when a number is no whole one, or outside. */
function countWhole(values: Float64Array, counts: Uint32Array, first: number): boolean {
  for (let i = 0; i < values.length; i++) {
    const place = (values[i] as number) - first;
    const whole = place | 0;
    if (whole !== place || whole < 0 || whole >= counts.length) return false;
    counts[whole] = (counts[whole] as number) + 1;
  }
  return true;
}

function countParts(values: Float64Array, counts: Uint32Array, { first, fraction }: Grid): boolean {
  const half = 0.5 - first;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const place = (value * fraction + half) | 0;
    if ((place + first) / fraction !== value || place < 0 || place >= counts.length) return false;
    counts[place] = (counts[place] as number) + 1;
  }
  return true;
}
