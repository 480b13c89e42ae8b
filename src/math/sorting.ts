/** Sorting numbers by where they lie in their range: for columns of a million rows a quarter of the time of a comparing sort. */
import type { Sorted } from './counted-values.ts';
import { countOnGrid, sortOnGrid } from './grid-sorting.ts';

/** Below this length finding the range costs more than comparing. */
const shortLength = 2000;
/** Numbers go to this many parts first: as many places to write as stay in the cache. */
const parts = 1024;
/** A part up to this length stays in the cache while it is put in order. */
const mostCached = 16_384;
/** Part of a part: cells of one number or two. */
const mostCells = 16_384;
const fewNumbers = 16;
const sampled = 1024;
/** Uneven parts are parted again so often, then compared. */
const mostDepth = 4;
/** Moves per number that putting right may take before a part is compared instead. */
const mostMoves = 8;

/**
 * Puts the finite numbers of a column first, turns −0 into 0, and drops NaN and infinities.
 * @param values is changed in place. @returns the part that holds the finite numbers, in their old order, as a view.
 */
export function keepFinite(values: Float64Array): Float64Array {
  let kept = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    // x − x is NaN exactly for NaN and the infinities; adding 0 turns −0 into 0.
    if (value - value === 0) values[kept++] = value + 0;
  }
  return values.subarray(0, kept);
}

/**
 * Sorts ascending, in place.
 * @param values finite numbers without −0 (see keepFinite).
 * @param scratch at least as long; made when left out. 16 bytes a row while it runs.
 * Numbers are spread over equal parts of the range that holds most of them (by a sample), each part over cells inside the cache, and what
 * is still out of order is put right. Subtracting, multiplying and rounding down keep order, so no rounding can misplace a number. Parts
 * that hold far too many are parted again, equal numbers are set aside, and what stays uneven is compared: O(n log n) at worst.
 * Whole numbers and numbers of few decimals in a narrow range are counted instead (grid-sorting.ts).
 */
export function sortNumbers(values: Float64Array, scratch?: Float64Array): void {
  if (values.length >= shortLength && sortOnGrid(values)) return;
  sortPart(values, scratchFor(values, scratch), 0);
}

const scratchFor = ({ length }: Float64Array, scratch: Float64Array | undefined): Float64Array =>
  scratch === undefined ? new Float64Array(length) : scratch.subarray(0, length);

/**
 * As `sortNumbers`; numbers of a grid that repeat are counted and not laid out: `values` is then as it was.
 * @returns the sorted column: `values` itself, or what was counted of it.
 */
export function sortOrCount(values: Float64Array, scratch?: Float64Array): Sorted {
  return orderOfGrid(values) ?? sortOffGrid(values, scratch);
}

/** @returns what was counted of numbers of a grid, `values` itself where they seldom repeat and are now sorted; null where there is no grid. */
export const orderOfGrid = (values: Float64Array): Sorted | null => (values.length < shortLength ? null : countOnGrid(values));

/** The rest of `sortOrCount`, for numbers known to lie on no grid. @returns `values`, sorted in place. */
export function sortOffGrid(values: Float64Array, scratch?: Float64Array): Float64Array {
  sortPart(values, scratchFor(values, scratch), 0);
  return values;
}

function sortPart(values: Float64Array, scratch: Float64Array, depth: number): void {
  const n = values.length;
  if (n < shortLength || depth > mostDepth) {
    values.sort();
    return;
  }
  const { low, high } = usualRange(values);
  if (low === high) {
    sortAround(values, scratch, { pivot: low, depth });
    return;
  }
  const scale = (parts - 2) / (high - low);
  if (!(scale > 0 && scale < Infinity)) {
    values.sort();
    return;
  }
  const ends = spread(values, scratch, { low: low - 1 / scale, scale });
  const cells = new Uint32Array(mostCells);
  let from = 0;
  for (const to of ends) {
    if (to > from) sortCached(scratch, values, { from, to, cells, depth });
    from = to;
  }
}

/** Between the 1st and the 99th of a hundred, by a sample; its ends where those are equal. Far numbers go to the outermost parts. */
function usualRange(values: Float64Array): { low: number; high: number } {
  const step = values.length / sampled;
  const sample = Float64Array.from({ length: sampled }, (_, k) => values[Math.floor(k * step)] as number).sort();
  const low = sample[10] as number;
  const high = sample[sampled - 11] as number;
  return low === high ? { low: sample[0] as number, high: sample[sampled - 1] as number } : { low, high };
}

type Around = { readonly pivot: number; readonly depth: number };

/** Most numbers are one and the same: only those below and above it need sorting. */
function sortAround(values: Float64Array, scratch: Float64Array, { pivot, depth }: Around): void {
  let below = 0;
  let above = values.length;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < pivot) scratch[below++] = value;
    else if (value > pivot) scratch[--above] = value;
  }
  scratch.fill(pivot, below, above);
  values.set(scratch);
  sortPart(values.subarray(0, below), scratch.subarray(0, below), depth + 1);
  sortPart(values.subarray(above), scratch.subarray(above), depth + 1);
}

type Range = { readonly low: number; readonly scale: number };

/** @returns where each part ends in `to`. */
function spread(from: Float64Array, to: Float64Array, { low, scale }: Range): Uint32Array {
  const places = new Uint32Array(parts);
  for (let i = 0; i < from.length; i++) {
    const part = Math.max(0, Math.min(parts - 1, ((from[i] as number) - low) * scale)) | 0;
    places[part] = (places[part] as number) + 1;
  }
  startsOf(places, { first: 0, length: parts });
  for (let i = 0; i < from.length; i++) {
    const value = from[i] as number;
    const part = Math.max(0, Math.min(parts - 1, (value - low) * scale)) | 0;
    const place = places[part] as number;
    places[part] = place + 1;
    to[place] = value;
  }
  return places;
}

/** Counts become the places at which each group begins. */
function startsOf(counts: Uint32Array, { first, length }: { first: number; length: number }): void {
  let start = first;
  for (let k = 0; k < length; k++) {
    const numbers = counts[k] as number;
    counts[k] = start;
    start += numbers;
  }
}

type Part = { readonly from: number; readonly to: number; readonly cells: Uint32Array; readonly depth: number };

/** One part, from the one array to the same place of the other, in order. */
function sortCached(source: Float64Array, target: Float64Array, { from, to, cells, depth }: Part): void {
  let least = Infinity;
  let most = -Infinity;
  for (let i = from; i < to; i++) {
    const value = source[i] as number;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const n = to - from;
  let length = 64;
  while (length < n) length *= 2;
  const scale = (length - 1) / (most - least);
  if (n <= fewNumbers || n > mostCached || !(scale < Infinity)) {
    target.set(source.subarray(from, to), from);
    if (n <= fewNumbers) putRight(target, { from, to, moves: Infinity });
    else if (least < most) sortPart(target.subarray(from, to), source.subarray(from, to), depth + 1);
    return;
  }
  cells.fill(0, 0, length);
  for (let i = from; i < to; i++) {
    const cell = (((source[i] as number) - least) * scale) | 0;
    cells[cell] = (cells[cell] as number) + 1;
  }
  startsOf(cells, { first: from, length });
  for (let i = from; i < to; i++) {
    const value = source[i] as number;
    const cell = ((value - least) * scale) | 0;
    const place = cells[cell] as number;
    cells[cell] = place + 1;
    target[place] = value;
  }
  if (!putRight(target, { from, to, moves: n * mostMoves })) target.subarray(from, to).sort();
}

/** Insertion sort of what is nearly in order. @returns false when it would take more moves than given; the numbers are then all there, unsorted. */
function putRight(values: Float64Array, { from, to, moves }: { from: number; to: number; moves: number }): boolean {
  let left = moves;
  let previous = values[from] as number;
  for (let i = from + 1; i < to; i++) {
    const value = values[i] as number;
    if (value >= previous) {
      previous = value;
      continue;
    }
    let place = i;
    while (place > from && (values[place - 1] as number) > value) {
      values[place] = values[place - 1] as number;
      place--;
    }
    values[place] = value;
    left -= i - place;
    if (left < 0) return false;
  }
  return true;
}
