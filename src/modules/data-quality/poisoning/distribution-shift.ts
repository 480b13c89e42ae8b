/** A part of the table (a window of time, a split) whose values or labels are distributed unlike the rest. */
import { quantile } from '../../../math/moments.ts';
import { randomSource, shuffle } from '../../../math/random.ts';
import type { RawColumn } from '../prepared-columns.ts';
import type { FamilyOutcome, Finding } from './evidence.ts';
import type { LabelledTable } from './labelled-table.ts';
import { type Parts, partsOf } from './windows.ts';

const bins = 32;
const mostCategories = 64;
const rounds = 1999;
/** Blocks a window is cut into: rows that arrive together are moved together. */
const blocksInWindow = 4;
const mostBlocks = 400;
/** Counter moves the permutations may take. */
const mostMoves = 1.5e9;
/** @source threat-detection: a shift at this adjusted p, localised and above the noise, makes a table suspicious. */
export const shiftLevel = 1e-3;
/** A shift is local when it is in at most this share of the windows; more is the course of time. */
const localShare = 0.25;
/** Adjusted p of a window that takes part in a change, if not enough to be named: one of many pairs rarely reaches it by chance. */
const raisedP = 0.5;
const noiseQuantile = 0.99;

type Binned = { readonly name: string; readonly codes: Int32Array; readonly size: number; readonly isOrdered: boolean };

/**
 * For each part and column: largest gap between the distribution functions of the part and of the rest (32 quantile bins; for categories
 * and the label half the sum of the gaps). Null: the same with blocks of rows exchanged between the parts; p of a pair is the share of
 * rounds in which the largest standardised gap anywhere reaches it, so it is already adjusted for all pairs.
 * A shift counts when p ≤ 1e-3, it is larger than the 99th percentile of its own permutations, and, for windows, lies in at most a
 * quarter of them.
 */
export function distributionShift(table: LabelledTable): FamilyOutcome {
  const parts = partsOf(table);
  if (typeof parts === 'string') return { family: 'distribution', reason: parts };
  const columns = [...table.raw.map(binned), labelColumn(table)].flatMap((column) => (column === null ? [] : [column]));
  const blocks = blocksOf(table, parts);
  const counts = columns.map((column) => blockCounts(column, blocks));
  const observed = gapsOf(counts, { columns, assignment: blocks.home, parts: parts.names.length });
  const null_ = permuted(table, { columns, counts, blocks, parts });
  const findings = shifts(table, { parts, columns, observed, null: null_ });
  return {
    family: 'distribution',
    method: `gap between the distribution functions of each ${parts.meaning} part and the rest, by block permutation (${null_.rounds} rounds)`,
    rowP: null,
    flagged: new Int32Array(0),
    findings,
    notes: [],
    figures: { parts: parts.names.length, columns: columns.length, blocks: blocks.home.length, rounds: null_.rounds },
  };
}

function binned({ name, values, kind }: RawColumn): Binned | null {
  if (kind === 'category') return categories(name, values);
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return null;
  const cuts = [...new Set(Array.from({ length: bins - 1 }, (_, k) => quantile(sorted, (k + 1) / bins)))];
  // The last code is for missing cells: their rate is part of the distribution.
  const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? cuts.length + 1 : firstAtLeast(cuts, value)));
  return { name, codes, size: cuts.length + 2, isOrdered: true };
}

function firstAtLeast(cuts: readonly number[], value: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cuts[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function categories(name: string, values: ArrayLike<number>): Binned {
  const counts = new Map<number, number>();
  for (let row = 0; row < values.length; row++) counts.set(values[row] as number, (counts.get(values[row] as number) ?? 0) + 1);
  const kept = [...counts].toSorted((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, mostCategories - 1);
  const places = new Map(kept.map(([value], code) => [value, code]));
  const codes = Int32Array.from({ length: values.length }, (_, row) => places.get(values[row] as number) ?? kept.length);
  return { name, codes, size: kept.length + 1, isOrdered: false };
}

const labelColumn = (table: LabelledTable): Binned => categories('the label', table.labels);

type Blocks = { /** Block of every row; −1 none. */ readonly of: Int32Array /** Part of every block. */; readonly home: Int32Array };

/** Windows: runs of rows in time. Split or baseline: rows of one part drawn together at random, so that many rows cost no more rounds. */
function blocksOf({ rows, seed }: LabelledTable, { codes, order, names }: Parts): Blocks {
  if (order === null) {
    const of = new Int32Array(rows).fill(-1);
    const home: number[] = [];
    const random = randomSource(seed);
    const size = Math.ceil(rows / mostBlocks);
    for (const part of names.keys()) {
      const members = Int32Array.from({ length: rows }, (_, row) => row).filter((row) => codes[row] === part);
      shuffle(members, random);
      const first = home.length;
      for (const [place, row] of members.entries()) of[row] = first + Math.floor(place / size);
      for (let block = 0; block < Math.ceil(members.length / size); block++) home.push(part);
    }
    return { of, home: Int32Array.from(home) };
  }
  const of = new Int32Array(rows).fill(-1);
  const many = names.length * blocksInWindow;
  for (const [place, row] of order.entries()) of[row] = Math.floor((place * many) / order.length);
  return { of, home: Int32Array.from({ length: many }, (_, block) => Math.floor(block / blocksInWindow)) };
}

/** Rows of each block in each bin: blocks × bins. */
function blockCounts({ codes, size }: Binned, { of, home }: Blocks): Float64Array {
  const counts = new Float64Array(home.length * size);
  for (let row = 0; row < codes.length; row++) {
    const block = of[row] as number;
    if (block >= 0) counts[block * size + (codes[row] as number)] = (counts[block * size + (codes[row] as number)] as number) + 1;
  }
  return counts;
}

type Layout = { readonly columns: readonly Binned[]; readonly assignment: Int32Array; readonly parts: number };

/** Gaps by column and part: columns × parts. */
function gapsOf(counts: readonly Float64Array[], { columns, assignment, parts }: Layout): Float64Array {
  const gaps = new Float64Array(columns.length * parts);
  for (const [c, { size, isOrdered }] of columns.entries()) {
    const sums = new Float64Array(parts * size);
    const all = new Float64Array(size);
    const blockCount = counts[c] as Float64Array;
    for (let block = 0; block < assignment.length; block++)
      for (let bin = 0; bin < size; bin++) {
        const count = blockCount[block * size + bin] as number;
        const at = (assignment[block] as number) * size + bin;
        sums[at] = (sums[at] as number) + count;
        all[bin] = (all[bin] as number) + count;
      }
    const total = all.reduce((sum, count) => sum + count, 0);
    for (let part = 0; part < parts; part++)
      gaps[c * parts + part] = gapOf(sums.subarray(part * size, (part + 1) * size), { all, total, isOrdered });
  }
  return gaps;
}

/** Between a part and the rest, in units of its own standard error √(1/n + 1/m). */
function gapOf(part: Float64Array, { all, total, isOrdered }: { all: Float64Array; total: number; isOrdered: boolean }): number {
  const n = part.reduce((sum, count) => sum + count, 0);
  const m = total - n;
  if (n === 0 || m === 0) return 0;
  let running = 0;
  let gap = 0;
  for (let bin = 0; bin < part.length; bin++) {
    const difference = (part[bin] as number) / n - ((all[bin] as number) - (part[bin] as number)) / m;
    running += difference;
    gap = isOrdered ? Math.max(gap, Math.abs(running)) : gap + Math.abs(difference) / 2;
  }
  return gap / Math.sqrt(1 / n + 1 / m);
}

type Null = {
  readonly rounds: number /** Largest over all pairs, of every round, ascending. */;
  readonly largest: Float64Array;
  readonly means: Float64Array;
  readonly spreads: Float64Array;
};
type Test = {
  readonly columns: readonly Binned[];
  readonly counts: readonly Float64Array[];
  readonly blocks: Blocks;
  readonly parts: Parts;
};

/** Gaps under exchanged blocks; each column is put on its own scale before the largest is taken. */
function permuted(table: LabelledTable, { columns, counts, blocks, parts }: Test): Null {
  const cells = columns.reduce((sum, { size }) => sum + size, 0) * blocks.home.length;
  const affordable = Math.max(199, Math.min(rounds, Math.floor(mostMoves / Math.max(1, cells))));
  const random = randomSource(table.seed);
  const assignment = Int32Array.from(blocks.home);
  const many = columns.length;
  const tops: Float64Array[] = [];
  for (let round = 0; round < affordable; round++) {
    shuffle(assignment, random);
    const gaps = gapsOf(counts, { columns, assignment, parts: parts.names.length });
    tops.push(
      Float64Array.from({ length: many }, (_, c) => Math.max(...gaps.subarray(c * parts.names.length, (c + 1) * parts.names.length))),
    );
  }
  const means = new Float64Array(many);
  const spreads = new Float64Array(many);
  for (let c = 0; c < many; c++) {
    const values = tops.map((top) => top[c] as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    means[c] = mean;
    spreads[c] = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
  }
  const largest = Float64Array.from(tops, (top) =>
    top.reduce((most, value, c) => Math.max(most, (value - (means[c] as number)) / (spreads[c] as number)), -Infinity),
  ).sort();
  return { rounds: affordable, largest, means, spreads };
}

type Compared = { readonly parts: Parts; readonly columns: readonly Binned[]; readonly observed: Float64Array; readonly null: Null };

function shifts(table: LabelledTable, { parts, columns, observed, null: law }: Compared): Finding[] {
  const many = parts.names.length;
  const found = columns.flatMap(({ name }, c) => {
    const each = parts.names.map((part, k) => {
      const score = ((observed[c * many + k] as number) - (law.means[c] as number)) / (law.spreads[c] as number);
      const reached = law.largest.length - countBelow(law.largest, score);
      return { name, part, k, p: (1 + reached) / (1 + law.rounds), gap: observed[c * many + k] as number, score };
    });
    const shifted = each.filter(({ p }) => p <= shiftLevel);
    const raised = each.filter(({ p }) => p <= raisedP).length;
    const isLocal = parts.meaning !== 'window' || raised <= Math.max(1, localShare * many);
    return shifted.map((shift) => ({ ...shift, isLocal }));
  });
  const noise = law.largest[Math.floor(noiseQuantile * (law.largest.length - 1))] ?? 0;
  return found
    .toSorted((a, b) => a.p - b.p || b.score - a.score)
    .slice(0, 50)
    .map(({ name, part, k, p, gap, score, isLocal }) => ({
      what: `${name} in ${part}${isLocal ? '' : ' (over much of the time: no local shift)'}`,
      columns: name === 'the label' ? [] : [name],
      label: null,
      rows: Int32Array.from({ length: table.rows }, (_, row) => row).filter((row) => parts.codes[row] === k),
      p,
      adjustedP: p,
      effect: gap,
      expected: null,
      counts: isLocal && score > noise,
    }));
}

function countBelow(sorted: Float64Array, value: number): number {
  let below = 0;
  while (below < sorted.length && (sorted[below] as number) < value) below++;
  return below;
}
