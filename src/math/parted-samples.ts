/**
 * Two columns compared without sorting them: both are counted in the same narrow parts of the range, and only the few parts in which the
 * order of their numbers can matter are sorted.
 */
import { addTo, newSum, type Sum, totalOf } from './compensated-sum.ts';
import { quantileBy } from './moments.ts';
import { sortNumbers } from './sorting.ts';
import { sharesOf, stabilityOf } from './two-samples.ts';

/** Counts and sums of a side stay in the cache. */
const parts = 32_768;
/** The range is cut into so many cells of one width, and each cell into parts by what a sample shows to lie in it. */
const cells = 512;
/** Numbers of a side that are looked at to choose the parts. */
const sampled = 4096;
/** Where more of the numbers than this lie in parts that must be sorted, sorting all of them is no dearer. */
const mostSorted = 0.25;

export type PartedComparison = {
  /** sup |F − G|, in [0, 1], and the same as a whole number, max |i·m − j·n|. */
  readonly ksDistance: number;
  readonly crossing: number;
  readonly wasserstein: number;
  readonly psi: { readonly value: number; readonly edges: readonly number[] };
  /** Order statistics of the reference at the places asked for. */
  readonly places: Float64Array;
};

type Parting = {
  /** Lower edge of the first cell, and cells a unit. What lies outside of all cells counts as of the first or last part. */
  readonly low: number;
  readonly scale: number;
  /** Of each cell two numbers: what lies at place p of the cells lies in part ⌊first + p·second⌋. */
  readonly lines: Float64Array;
  /** How far the lower edge of each part lies above `low`; one more closes the last. */
  readonly edges: Float64Array;
  readonly last: number;
};
type Side = {
  readonly values: Float64Array;
  /** Part of each number; overwritten by the next comparison. */
  readonly partOfEach: Uint16Array;
  /** Of each part two numbers, beside each other because both are written at once: how many lie in it, and how far above its lower edge, in widths of a part, added up. */
  readonly tally: Float64Array;
  /** How many numbers lie in a part and those before it. */
  readonly upTo: Float64Array;
};
/** The numbers of some parts in order, and where those of a part begin. */
type InOrder = { readonly values: Float64Array; readonly starts: Uint32Array };

/**
 * Distances, deciles and order statistics as `compareSamples` and `stabilityIndex` give them of the sorted columns: what is counted is
 * the same, the integral agrees to about 1e-11.
 * @param reference and `current`: finite, in any order, n ≥ 1. Neither is changed. @param places of the sorted reference.
 * @returns null where sorting is the better way, as of numbers that lie close together in a wide range, or of twice the same column.
 */
export function compareByParts(reference: Float64Array, current: Float64Array, places: readonly number[]): PartedComparison | null {
  const parting = partingOf(reference, current);
  if (parting === null) return null;
  const before = countParts(reference, parting, 0);
  const after = countParts(current, parting, 1);
  const decisive = decisiveParts(before, after, parting);
  const deciles = Array.from({ length: 9 }, (_, k) => (k + 1) / 10);
  const marked = decisive.slice();
  for (const share of deciles) {
    const place = Math.floor(share * (reference.length - 1));
    for (const one of [place, Math.min(place + 1, reference.length - 1)]) marked[partOfPlace(before, one)] = 1;
  }
  for (const place of places) marked[partOfPlace(before, place)] = 1;
  if (shareOf(before, marked) > mostSorted) return null;
  const orderBefore = putInOrder(before, marked);
  const at = (place: number): number => numberAtPlace(before, orderBefore, place);
  const cuts = deciles.map((share) => quantileBy({ length: reference.length, at }, share));
  const edges = cuts.filter((edge, k) => k === 0 || edge !== cuts[k - 1]);
  for (const edge of edges) decisive[partOf(edge, parting)] = 1;
  if (shareOf(after, decisive) > mostSorted) return null;
  const orderAfter = putInOrder(after, decisive);
  // Of the reference every part that is decisive for the current column is in order too, or holds nothing: an edge lies beside its numbers.
  const shares = (side: Side, order: InOrder) =>
    sharesOf(
      edges.map((edge) => countWithinParts(side, order, { limit: edge, part: partOf(edge, parting) })),
      side.values.length,
    );
  return {
    ...distances({ before, orderBefore, after, orderAfter, decisive, parting }),
    places: Float64Array.from(places, at),
    psi: { edges, value: stabilityOf(shares(before, orderBefore), shares(after, orderAfter)) },
  };
}

/** The cells lie over the range that holds 98 of 100 numbers of both samples. */
function partingOf(reference: Float64Array, current: Float64Array): Parting | null {
  const sample = new Float64Array(2 * sampled);
  for (const [k, values] of [reference, current].entries())
    for (let i = 0; i < sampled; i++) sample[k * sampled + i] = values[Math.floor((i * values.length) / sampled)] as number;
  sample.sort();
  const edge = Math.floor(sample.length / 100);
  const low = sample[edge] as number;
  const scale = cells / ((sample[sample.length - 1 - edge] as number) - low);
  if (!(scale > 0 && scale < Infinity)) return null;
  const shares = new Float64Array(cells);
  for (const value of sample) {
    const cell = Math.floor(cellPlace(value, { low, scale }));
    shares[cell] = (shares[cell] as number) + 1 / sample.length;
  }
  return { low, scale, ...partsOf(shares, scale) };
}

/** Each cell has one part at least. */
function partsOf(shares: Float64Array, scale: number): Omit<Parting, 'low' | 'scale'> {
  const sizes = shares.map((share) => 1 + Math.floor(share * (parts - cells)));
  const lines = new Float64Array(2 * cells);
  const edges = new Float64Array(parts + 1);
  let part = 0;
  for (let cell = 0; cell < cells; cell++) {
    const size = sizes[cell] as number;
    lines[2 * cell] = part - cell * size;
    lines[2 * cell + 1] = size;
    for (let k = 0; k < size; k++) edges[part++] = (cell + k / size) / scale;
  }
  edges[part] = cells / scale;
  return { lines, edges, last: part - 1 };
}

/** The largest place that lies in the last cell. */
const lastPlace = cells - 2 ** -30;

/** Subtracting, multiplying and rounding down keep order: no rounding moves a number past another. */
const cellPlace = (value: number, { low, scale }: Pick<Parting, 'low' | 'scale'>): number =>
  Math.max(0, Math.min(lastPlace, (value - low) * scale));

function partOf(value: number, parting: Parting): number {
  const place = cellPlace(value, parting);
  const line = (place | 0) << 1;
  return ((parting.lines[line] as number) + place * (parting.lines[line + 1] as number)) | 0;
}

/** Of both sides, used again for every pair of columns: fresh memory costs more than what is written into it. */
const partsOfSides = [new Uint16Array(0), new Uint16Array(0)];

function partsOfSide(side: 0 | 1, length: number): Uint16Array {
  if ((partsOfSides[side]?.length ?? 0) < length) partsOfSides[side] = new Uint16Array(length);
  return (partsOfSides[side] as Uint16Array).subarray(0, length);
}

function countParts(values: Float64Array, { low, scale, lines }: Parting, side: 0 | 1): Side {
  const partOfEach = partsOfSide(side, values.length);
  const tally = new Float64Array(2 * parts);
  for (let i = 0; i < values.length; i++) {
    // As `partOf`, written out: this is most of what a comparison costs.
    const inCells = Math.max(0, Math.min(lastPlace, ((values[i] as number) - low) * scale));
    const line = (inCells | 0) << 1;
    const place = (lines[line] as number) + inCells * (lines[line + 1] as number);
    const part = place | 0;
    partOfEach[i] = part;
    const at = part << 1;
    tally[at] = (tally[at] as number) + 1;
    tally[at + 1] = (tally[at + 1] as number) + (place - part);
  }
  const upTo = new Float64Array(parts);
  for (let k = 0, sum = 0; k < parts; k++) upTo[k] = sum += tally[2 * k] as number;
  return { values, partOfEach, tally, upTo };
}

/**
 * Parts whose inner order can matter: those in which |F − G| can become larger than at any edge, in which F − G can change its sign, and
 * the first and last one, which have no width of their own.
 */
function decisiveParts(before: Side, after: Side, { last }: Parting): Uint8Array {
  const [n, m] = [before.values.length, after.values.length];
  let farthest = 0;
  for (let k = 0; k < parts; k++) farthest = Math.max(farthest, Math.abs((before.upTo[k] as number) * m - (after.upTo[k] as number) * n));
  const decisive = new Uint8Array(parts);
  let apart = 0;
  for (let k = 0; k < parts; k++) {
    const highest = apart + (before.tally[2 * k] as number) * m;
    const lowest = apart - (after.tally[2 * k] as number) * n;
    if (Math.max(highest, -lowest) > farthest || (highest > 0 && lowest < 0)) decisive[k] = 1;
    apart = (before.upTo[k] as number) * m - (after.upTo[k] as number) * n;
  }
  decisive[0] = 1;
  decisive[last] = 1;
  return decisive;
}

function shareOf({ tally, values }: Side, marked: Uint8Array): number {
  let numbers = 0;
  for (let k = 0; k < parts; k++) numbers += (marked[k] as number) * (tally[2 * k] as number);
  return numbers / values.length;
}

function putInOrder({ values, partOfEach, tally }: Side, marked: Uint8Array): InOrder {
  const starts = new Uint32Array(parts + 1);
  for (let k = 0; k < parts; k++) starts[k + 1] = (starts[k] as number) + (marked[k] as number) * (tally[2 * k] as number);
  const picked = new Float64Array(starts[parts] as number);
  let into = 0;
  for (let i = 0; i < values.length; i++) if (marked[partOfEach[i] as number] === 1) picked[into++] = values[i] as number;
  sortNumbers(picked);
  return { values: picked, starts };
}

function partOfPlace({ upTo }: Side, place: number): number {
  let [from, to] = [0, parts - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((upTo[middle] as number) > place) to = middle;
    else from = middle + 1;
  }
  return from;
}

const startOf = ({ upTo }: Side, part: number): number => (part === 0 ? 0 : (upTo[part - 1] as number));

function numberAtPlace(side: Side, { values, starts }: InOrder, place: number): number {
  const part = partOfPlace(side, place);
  return values[(starts[part] as number) + place - startOf(side, part)] as number;
}

/** How many numbers are at most `limit`, which lies in a part that is in order. */
function countWithinParts(side: Side, { values, starts }: InOrder, { limit, part }: { limit: number; part: number }): number {
  let within = startOf(side, part);
  for (let i = starts[part] as number; i < (starts[part + 1] as number) && (values[i] as number) <= limit; i++) within++;
  return within;
}

type Walk = {
  readonly before: Side;
  readonly orderBefore: InOrder;
  readonly after: Side;
  readonly orderAfter: InOrder;
  readonly decisive: Uint8Array;
  readonly parting: Parting;
};

function distances(walk: Walk): Pick<PartedComparison, 'ksDistance' | 'crossing' | 'wasserstein'> {
  const { before, after, decisive, parting } = walk;
  const [n, m] = [before.values.length, after.values.length];
  const found = { crossing: 0, work: newSum() };
  let apart = 0;
  for (let k = 0; k <= parting.last; k++) {
    const [a, b] = [before.tally[2 * k] as number, after.tally[2 * k] as number];
    if (decisive[k] === 1) walkPart(walk, k, { apart, found });
    else {
      // F − G keeps its sign: its integral is that of the steps, whatever their order.
      const steps = apart + m * (a - (before.tally[2 * k + 1] as number)) - n * (b - (after.tally[2 * k + 1] as number));
      addTo(found.work, (Math.abs(steps) / (n * m)) * ((parting.edges[k + 1] as number) - (parting.edges[k] as number)));
    }
    apart += a * m - b * n;
    found.crossing = Math.max(found.crossing, Math.abs(apart));
  }
  return { ksDistance: found.crossing / (n * m), crossing: found.crossing, wasserstein: totalOf(found.work) };
}

type Found = { crossing: number; readonly work: Sum };

/** One number after the other, as it lies above `low`: edges are not exact far from zero. Behind all that are equal the distance is looked at. */
function walkPart(walk: Walk, k: number, { apart: from, found }: { apart: number; found: Found }): void {
  const { before, orderBefore, after, orderAfter, parting } = walk;
  const { low, edges, last } = parting;
  const [n, m] = [before.values.length, after.values.length];
  const [left, right] = [slice(orderBefore, k), slice(orderAfter, k)];
  const isOuter = k === 0 || k === last;
  if (left.length + right.length === 0 && isOuter) return;
  let i = 0;
  let j = 0;
  let apart = from;
  const share = 1 / (n * m);
  let farthest = 0;
  let work = 0;
  let previous = k === 0 ? Math.min(left[0] ?? Infinity, right[0] ?? Infinity) - low : (edges[k] as number);
  let one = left.length > 0 ? (left[0] as number) : Infinity;
  let other = right.length > 0 ? (right[0] as number) : Infinity;
  while (one < Infinity || other < Infinity) {
    const value = Math.min(one, other);
    const to = value - low;
    // Plainly: none of these is negative, and the sum of a part is small beside that of all.
    work += Math.abs(apart) * share * Math.max(0, to - previous);
    previous = to;
    for (; one === value; one = i < left.length ? (left[i] as number) : Infinity) {
      apart += m;
      i++;
    }
    for (; other === value; other = j < right.length ? (right[j] as number) : Infinity) {
      apart -= n;
      j++;
    }
    farthest = Math.max(farthest, Math.abs(apart));
  }
  if (k < last) work += Math.abs(apart) * share * Math.max(0, (edges[k + 1] as number) - previous);
  found.crossing = Math.max(found.crossing, farthest);
  addTo(found.work, work);
}

const slice = ({ values, starts }: InOrder, part: number): Float64Array =>
  values.subarray(starts[part] as number, starts[part + 1] as number);
