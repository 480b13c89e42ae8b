/** Isolation forest: rows that few random cuts set apart are odd. */
import { type RandomSource, randomSource, sampleWithoutReplacement } from '../../math/random.ts';

export type ForestOptions = { readonly seed: number; readonly trees?: number; readonly sample?: number };

const usualTrees = 100;
const usualSample = 256;
/** Rows that one tree scores before the next tree: they stay in the cache. */
const blockRows = 512;

/**
 * Nodes of all trees in flat arrays; the right child lies behind the left. A leaf leads to itself (no number reaches its cut), so that
 * every row takes the same number of steps and none waits for another's branch.
 */
type Forest = {
  readonly feature: Int16Array;
  readonly cut: Float64Array;
  readonly left: Int32Array;
  /** Of a leaf: its depth and what its rows would still take. */
  readonly path: Float64Array;
  readonly roots: Int32Array;
  readonly psi: number;
  readonly limit: number;
};

/**
 * Scores every row: 2^(−E[h]/c(ψ)), near 1 odd, below 0.5 ordinary.
 * @param columns aligned, finite; at least one, at most 32,767. n ≥ 2 rows, else every score is 0.5.
 * 100 trees of min(256, n) rows without replacement, height limit ⌈log2 ψ⌉.
 * @source Liu, Ting and Zhou 2008; c(n) = 2(ln(n−1) + γ) − 2(n−1)/n, c(2) = 1.
 */
export function isolationScores(
  columns: readonly Float64Array[],
  { seed, trees = usualTrees, sample = usualSample }: ForestOptions,
): Float64Array {
  const rows = columns[0]?.length ?? 0;
  const scores = new Float64Array(rows).fill(0.5);
  if (rows < 2) return scores;
  const forest = growForest(columns, { trees, psi: Math.min(sample, rows), random: randomSource(seed) });
  const scale = -1 / (trees * pathLength(forest.psi));
  const width = columns.length;
  const block = new Float64Array(blockRows * width);
  const depths = new Float64Array(blockRows);
  for (let from = 0; from < rows; from += blockRows) {
    const size = Math.min(blockRows, rows - from);
    for (let d = 0; d < width; d++) {
      const column = columns[d] as Float64Array;
      for (let i = 0; i < size; i++) block[i * width + d] = column[from + i] as number;
    }
    depths.fill(0);
    for (let t = 0; t < trees; t++) addDepths(forest, forest.roots[t] as number, { block, depths, size, width });
    for (let i = 0; i < size; i++) scores[from + i] = 2 ** ((depths[i] as number) * scale);
  }
  return scores;
}

type Block = { readonly block: Float64Array; readonly depths: Float64Array; readonly size: number; readonly width: number };

function addDepths({ feature, cut, left, path, limit }: Forest, root: number, { block, depths, size, width }: Block): void {
  // Four rows at a time: their look-ups overlap. A block has room for four; what lies behind its last row is not read back.
  for (let i = 0; i < size; i += 4) {
    const at = i * width;
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    for (let step = 0; step < limit; step++) {
      a = (left[a] as number) + Number((block[at + (feature[a] as number)] as number) >= (cut[a] as number));
      b = (left[b] as number) + Number((block[at + width + (feature[b] as number)] as number) >= (cut[b] as number));
      c = (left[c] as number) + Number((block[at + 2 * width + (feature[c] as number)] as number) >= (cut[c] as number));
      d = (left[d] as number) + Number((block[at + 3 * width + (feature[d] as number)] as number) >= (cut[d] as number));
    }
    depths[i] = (depths[i] as number) + (path[a] as number);
    depths[i + 1] = (depths[i + 1] as number) + (path[b] as number);
    depths[i + 2] = (depths[i + 2] as number) + (path[c] as number);
    depths[i + 3] = (depths[i + 3] as number) + (path[d] as number);
  }
}

function growForest(
  columns: readonly Float64Array[],
  { trees, psi, random }: { trees: number; psi: number; random: RandomSource },
): Forest {
  const most = trees * (2 * psi - 1);
  const roots = new Int32Array(trees);
  const limit = Math.ceil(Math.log2(psi));
  const forest = {
    feature: new Int16Array(most),
    cut: new Float64Array(most),
    left: new Int32Array(most),
    path: new Float64Array(most),
    roots,
    psi,
    limit,
  };
  const rows = columns[0]?.length ?? 0;
  let used = 0;
  for (let t = 0; t < trees; t++) {
    roots[t] = used;
    const members = sampleWithoutReplacement(rows, psi, random);
    used = growTree(forest, columns, { members, random, used });
  }
  return forest;
}

type Growth = { readonly members: Int32Array; readonly random: RandomSource; readonly used: number };

/** Without recursion: nodes wait with the part of the sample that is theirs. @returns nodes used so far. */
function growTree(
  { feature, cut, left, path, limit }: Omit<Forest, 'roots' | 'psi'>,
  columns: readonly Float64Array[],
  { members, random, used }: Growth,
): number {
  let next = used + 1;
  const waiting = [{ node: used, from: 0, to: members.length, depth: 0 }];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const { node, from, to, depth } = part;
    const chosen = depth < limit && to - from > 1 ? chooseCut(columns, members.subarray(from, to), random) : null;
    if (chosen === null) {
      left[node] = node;
      cut[node] = Infinity;
      path[node] = depth + pathLength(to - from);
      continue;
    }
    const middle = partition(members, columns[chosen.along] as Float64Array, { from, to, at: chosen.at });
    feature[node] = chosen.along;
    cut[node] = chosen.at;
    left[node] = next;
    waiting.push({ node: next, from, to: middle, depth: depth + 1 }, { node: next + 1, from: middle, to, depth: depth + 1 });
    next += 2;
  }
  return next;
}

/** A random column that is not constant here, and a random place between its ends; null when all rows are equal. */
function chooseCut(columns: readonly Float64Array[], members: Int32Array, random: RandomSource): { along: number; at: number } | null {
  const start = random.below(columns.length);
  for (let k = 0; k < columns.length; k++) {
    const along = (start + k) % columns.length;
    const column = columns[along] as Float64Array;
    let least = Infinity;
    let most = -Infinity;
    for (const row of members) {
      const value = column[row] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    if (least === most) continue;
    const share = random.next();
    // Above the least, so that both sides get rows; halves, so that ±1e308 do not overflow.
    const at = least * (1 - share) + most * share;
    return { along, at: at > least && at <= most ? at : most };
  }
  return null;
}

function partition(members: Int32Array, column: Float64Array, { from, to, at }: { from: number; to: number; at: number }): number {
  let middle = from;
  for (let i = from; i < to; i++) {
    const row = members[i] as number;
    if ((column[row] as number) >= at) continue;
    members[i] = members[middle] as number;
    members[middle++] = row;
  }
  return middle;
}

/** Average path length of an unsuccessful search in a binary tree of n. */
function pathLength(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + 0.577_215_664_901_532_9) - (2 * (n - 1)) / n;
}
