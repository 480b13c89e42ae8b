/** A random forest for classes, grown over binned columns. */
import type { RandomSource } from './random.ts';

export type ForestRows = {
  readonly values: Float32Array;
  readonly dimensions: number;
  readonly labels: Int32Array;
  readonly classes: number;
  readonly rows: Int32Array;
};
/** All trees in one place. A node with feature −1 is a leaf: `next` is then its place among the leaf shares, in classes. */
export type ClassificationForest = {
  readonly classes: number;
  readonly dimensions: number;
  readonly roots: Int32Array;
  readonly feature: Int32Array;
  /** Values at or below it go to node `next`, the others to `next` + 1. */
  readonly cut: Float32Array;
  readonly next: Int32Array;
  /** Share of every class in each leaf. */
  readonly shares: Float32Array;
};
export type ForestOptions = { readonly trees?: number; readonly deepest?: number; readonly mostRows?: number };

const bins = 32;

/**
 * Bootstrap rows, √d columns a node, Gini impurity, cuts at quantiles of the column.
 * @param rows at least two; values finite. Same random source, same forest. @source Breiman 2001.
 */
export function growForest(
  { values, dimensions, labels, classes, rows }: ForestRows,
  random: RandomSource,
  { trees = 48, deepest = 14, mostRows = 4000 }: ForestOptions = {},
): ClassificationForest {
  const binned = binColumns(values, dimensions, rows);
  const grown: Grown = { roots: [], feature: [], cut: [], next: [], shares: [] };
  const ground: Ground = {
    ...binned,
    dimensions,
    classes,
    labels: Int32Array.from(rows, (row) => labels[row] as number),
    random,
    deepest,
    grown,
  };
  const drawn = Math.min(rows.length, mostRows);
  for (let tree = 0; tree < trees; tree++) {
    const sample = Int32Array.from({ length: drawn }, () => random.below(rows.length));
    grown.roots.push(newNode(grown));
    growNode(ground, { node: grown.roots.at(-1) as number, sample, depth: 0 });
  }
  return {
    classes,
    dimensions,
    roots: Int32Array.from(grown.roots),
    feature: Int32Array.from(grown.feature),
    cut: Float32Array.from(grown.cut),
    next: Int32Array.from(grown.next),
    shares: Float32Array.from(grown.shares),
  };
}

/** P(class | row), the mean over trees of the leaf's shares; written to `target`. */
export function forestProbabilities(
  forest: ClassificationForest,
  values: Float32Array,
  { at, target }: { at: number; target: Float64Array },
): void {
  const { classes, roots, feature, cut, next, shares } = forest;
  target.fill(0, 0, classes);
  for (const root of roots) {
    let node = root;
    for (let column = feature[node] as number; column >= 0; column = feature[node] as number)
      node = (next[node] as number) + ((values[at + column] as number) > (cut[node] as number) ? 1 : 0);
    const from = (next[node] as number) * classes;
    for (let k = 0; k < classes; k++) target[k] = (target[k] as number) + (shares[from + k] as number);
  }
  for (let k = 0; k < classes; k++) target[k] = (target[k] as number) / roots.length;
}

type Grown = { roots: number[]; feature: number[]; cut: number[]; next: number[]; shares: number[] };
type Binned = { readonly codes: Uint8Array; readonly cuts: readonly Float32Array[] };
type Ground = Binned & {
  readonly dimensions: number;
  readonly classes: number;
  /** Of the rows grown on, in their order. */
  readonly labels: Int32Array;
  readonly random: RandomSource;
  readonly deepest: number;
  readonly grown: Grown;
};
type Task = { readonly node: number; readonly sample: Int32Array; readonly depth: number };

/** Codes 0 … cuts: how many of a column's cuts lie below the value. Cuts are quantiles of at most 2,000 rows. */
function binColumns(values: Float32Array, dimensions: number, rows: Int32Array): Binned {
  const codes = new Uint8Array(rows.length * dimensions);
  const cuts: Float32Array[] = [];
  const step = Math.max(1, Math.floor(rows.length / 2000));
  for (let column = 0; column < dimensions; column++) {
    const seen = Float32Array.from(
      rows.filter((_, place) => place % step === 0),
      (row) => values[row * dimensions + column] as number,
    ).sort();
    const own = Float32Array.from(cutsOf(seen));
    cuts.push(own);
    for (let place = 0; place < rows.length; place++) {
      const value = values[(rows[place] as number) * dimensions + column] as number;
      let code = 0;
      while (code < own.length && value > (own[code] as number)) code++;
      codes[place * dimensions + column] = code;
    }
  }
  return { codes, cuts };
}

/** Midpoints between neighbouring quantiles that differ. */
function cutsOf(sorted: Float32Array): number[] {
  const found = new Set<number>();
  for (let bin = 1; bin < bins; bin++) {
    const place = Math.floor((bin * sorted.length) / bins);
    const value = sorted[place] as number;
    const below = sorted.findLast((other) => other < value);
    if (below !== undefined) found.add(Math.fround((below + value) / 2));
  }
  return [...found].sort((one, other) => one - other);
}

function newNode({ feature, cut, next }: Grown): number {
  feature.push(-1);
  cut.push(0);
  return next.push(0) - 1;
}

function growNode(ground: Ground, task: Task): void {
  const pending = [task];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    const split = current.depth < ground.deepest && current.sample.length >= 4 ? bestSplit(ground, current.sample) : null;
    if (split === null) makeLeaf(ground, current);
    else {
      const { grown, codes, dimensions, cuts } = ground;
      const goesLeft = (place: number) => (codes[place * dimensions + split.column] as number) <= split.code;
      const left = newNode(grown);
      const right = newNode(grown);
      grown.feature[current.node] = split.column;
      grown.cut[current.node] = cuts[split.column]?.[split.code] as number;
      grown.next[current.node] = left;
      pending.push({ node: left, sample: current.sample.filter(goesLeft), depth: current.depth + 1 });
      pending.push({ node: right, sample: current.sample.filter((place) => !goesLeft(place)), depth: current.depth + 1 });
    }
  }
}

function makeLeaf({ grown, labels, classes }: Ground, { node, sample }: Task): void {
  const counts = new Float64Array(classes);
  for (const place of sample) counts[labels[place] as number] = (counts[labels[place] as number] as number) + 1;
  grown.next[node] = grown.shares.length / classes;
  for (const count of counts) grown.shares.push(count / Math.max(1, sample.length));
}

type Split = { readonly column: number; readonly code: number };

function bestSplit({ codes, cuts, dimensions, classes, labels, random }: Ground, sample: Int32Array): Split | null {
  const looked = Math.max(1, Math.round(Math.sqrt(dimensions)));
  const histogram = new Int32Array((bins + 1) * classes);
  let best: Split | null = null;
  let purest = -1;
  for (let draw = 0; draw < looked; draw++) {
    const column = random.below(dimensions);
    const edges = cuts[column]?.length ?? 0;
    if (edges === 0) continue;
    histogram.fill(0);
    for (const place of sample) {
      const slot = (codes[place * dimensions + column] as number) * classes + (labels[place] as number);
      histogram[slot] = (histogram[slot] as number) + 1;
    }
    const found = purestCode(histogram, { edges, classes, size: sample.length });
    if (found.purity > purest) {
      purest = found.purity;
      best = { column, code: found.code };
    }
  }
  return purest > 0 ? best : null;
}

/** Gini: the cut with the largest Σ left² / n_left + Σ right² / n_right; −1 when no cut gains over none. */
function purestCode(
  histogram: Int32Array,
  { edges, classes, size }: { edges: number; classes: number; size: number },
): { code: number; purity: number } {
  const left = new Float64Array(classes);
  const right = new Float64Array(classes);
  for (let slot = 0; slot < (edges + 1) * classes; slot++)
    right[slot % classes] = (right[slot % classes] as number) + (histogram[slot] as number);
  const whole = right.reduce((sum, count) => sum + count * count, 0) / size;
  let best = { code: -1, purity: -1 };
  let taken = 0;
  for (let code = 0; code < edges; code++) {
    let leftSquares = 0;
    let rightSquares = 0;
    for (let k = 0; k < classes; k++) {
      const moved = histogram[code * classes + k] as number;
      taken += moved;
      left[k] = (left[k] as number) + moved;
      right[k] = (right[k] as number) - moved;
      leftSquares += (left[k] as number) ** 2;
      rightSquares += (right[k] as number) ** 2;
    }
    if (taken === 0 || taken === size) continue;
    const purity = leftSquares / taken + rightSquares / (size - taken);
    if (purity > whole + 1e-9 && purity > best.purity) best = { code, purity };
  }
  return best;
}
