/** Isolation forest: rows that few random cuts set apart are odd. */
import { type RandomSource, randomSource, sampleWithoutReplacement } from '../../../math/random.ts';
import { treeDescent } from '../../../math/tree-descent.ts';

export type ForestOptions = { readonly seed: number; readonly trees?: number; readonly sample?: number };

const usualTrees = 100;
const usualSample = 256;
/** Rows that one tree scores before the next tree: they stay in the cache. Multiples of 4, as four rows go down a tree together. */
const mostBlockRows = 256;
const mostBlockBytes = 2 ** 20;

/**
 * Every tree as a full one: the children of node k are 2k+1 and 2k+2, so that no link is followed, and every row takes the same number of
 * steps and none waits for another's branch. Below a leaf no number reaches the cut, and all ends carry the leaf's path.
 */
type Tree = {
  readonly feature: Int16Array;
  readonly cut: Float64Array;
  /** Of the ends: the leaf's depth and what its rows would still take. */
  readonly path: Float64Array;
};
type Forest = { readonly trees: readonly Tree[]; readonly psi: number; readonly limit: number };

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
  const blockRows = Math.max(4, 4 * Math.floor(Math.min(mostBlockRows, mostBlockBytes / (8 * width)) / 4));
  const { block, depths, descend } = treeDescent(forest, { width, blockRows });
  for (let from = 0; from < rows; from += blockRows) {
    const size = Math.min(blockRows, rows - from);
    for (let d = 0; d < width; d++) {
      const column = columns[d] as Float64Array;
      for (let i = 0; i < size; i++) block[i * width + d] = column[from + i] as number;
    }
    // A block has room for all four that go together; what lies behind its last row is not read back.
    descend(size);
    for (let i = 0; i < size; i++) scores[from + i] = 2 ** ((depths[i] as number) * scale);
  }
  return scores;
}

type Growing = { readonly trees: number; readonly psi: number; readonly random: RandomSource };

function growForest(columns: readonly Float64Array[], { trees, psi, random }: Growing): Forest {
  const limit = Math.ceil(Math.log2(psi));
  const rows = columns[0]?.length ?? 0;
  const grown = Array.from({ length: trees }, () => {
    const members = sampleWithoutReplacement(rows, psi, random);
    return growTree(columns, members, { limit, random });
  });
  return { trees: grown, psi, limit };
}

/** Without recursion: nodes wait with the part of the sample that is theirs. */
function growTree(columns: readonly Float64Array[], members: Int32Array, { limit, random }: { limit: number; random: RandomSource }): Tree {
  const inner = 2 ** limit - 1;
  const tree: Tree = { feature: new Int16Array(inner), cut: new Float64Array(inner).fill(Infinity), path: new Float64Array(inner + 1) };
  const waiting = [{ node: 0, from: 0, to: members.length, depth: 0 }];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const { node, from, to, depth } = part;
    const chosen = depth < limit && to - from > 1 ? chooseCut(columns, members.subarray(from, to), random) : null;
    if (chosen === null) {
      // The ends below: the leftmost by always going left, and as many as there are steps to come.
      const first = (node + 1) * 2 ** (limit - depth) - 1 - inner;
      tree.path.fill(depth + pathLength(to - from), first, first + 2 ** (limit - depth));
      continue;
    }
    const middle = partition(members, columns[chosen.along] as Float64Array, { from, to, at: chosen.at });
    tree.feature[node] = chosen.along;
    tree.cut[node] = chosen.at;
    waiting.push({ node: 2 * node + 1, from, to: middle, depth: depth + 1 }, { node: 2 * node + 2, from: middle, to, depth: depth + 1 });
  }
  return tree;
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
