/** How the rows of each class lie, as a Gaussian: what says whether an input looks more like another class than like the one answered. */
import { choleskyFactor } from '../../../math/linear-algebra.ts';
import type { ClassShapes, ScaledRows } from './profile.ts';

/**
 * Added to every column's variance within a class, in squared column ranges: a tenth of a range is the harmless change that a profile is held
 * against, so a class is the cloud of its rows after such change. It also makes every covariance invertible.
 */
const harmlessVariance = 0.1 ** 2;
/** Rows that the covariance of all classes counts as in that of one: a class of a few rows has no shape of its own. */
const pooledRows = 10;
/** Numbers in all factors: 16 MB. */
const mostNumbers = 2_000_000;

export const canHoldShapes = ({ dimensions, classCount }: Pick<ScaledRows, 'dimensions' | 'classCount'>): boolean =>
  (classCount + 1) * dimensions * dimensions <= mostNumbers;

/**
 * Regularised discriminant analysis: mean and covariance of each class, drawn towards the pooled one, plus the variance of harmless change.
 * @param rows rows to learn from. @param finestVariance added to every column's variance over all rows together, in squared ranges.
 * @returns null when there are too many classes and columns for such matrices (10 classes: 426 columns).
 * @source Friedman 1989 (J. American Statistical Association 84:165). O(rows · columns²) time.
 */
export function fitClassShapes(scaled: ScaledRows, rows: Int32Array, finestVariance: number): ClassShapes | null {
  const { dimensions, classCount, classes } = scaled;
  const square = dimensions * dimensions;
  if (!canHoldShapes(scaled)) return null;
  const counts = new Int32Array(classCount);
  for (const row of rows) counts[classes[row] as number] = (counts[classes[row] as number] as number) + 1;
  const means = meansOf(scaled, rows, counts);
  const scatters = scattersOf(scaled, rows, means);
  const overall = overallOf({ means, scatters, counts }, dimensions);
  const shapes = { dimensions, classes: classCount, counts, means, factors: new Float64Array(classCount * square) };
  const halfLogs = new Float64Array(classCount);
  for (let known = 0; known < classCount; known++) {
    const covariance = new Float64Array(square);
    const weight = (counts[known] as number) + pooledRows;
    for (let at = 0; at < square; at++)
      covariance[at] = ((scatters[known * square + at] as number) + pooledRows * (overall.within[at] as number)) / weight;
    const factor = factorOf(covariance, dimensions, harmlessVariance);
    shapes.factors.set(factor, known * square);
    for (let d = 0; d < dimensions; d++) halfLogs[known] = (halfLogs[known] as number) + Math.log(factor[d * dimensions + d] as number);
  }
  return { ...shapes, halfLogs, allMean: overall.mean, allFactor: factorOf(overall.total, dimensions, finestVariance) };
}

function meansOf({ values, dimensions, classes }: ScaledRows, rows: Int32Array, counts: Int32Array): Float64Array {
  const means = new Float64Array(counts.length * dimensions);
  for (const row of rows) {
    const known = classes[row] as number;
    for (let d = 0; d < dimensions; d++)
      means[known * dimensions + d] =
        (means[known * dimensions + d] as number) + (values[row * dimensions + d] as number) / (counts[known] as number);
  }
  return means;
}

/** Sums of products of what rows differ from their class's mean, one matrix a class. */
function scattersOf({ values, dimensions, classes, classCount }: ScaledRows, rows: Int32Array, means: Float64Array): Float64Array {
  const square = dimensions * dimensions;
  const scatters = new Float64Array(classCount * square);
  const apart = new Float64Array(dimensions);
  for (const row of rows) {
    const known = classes[row] as number;
    const from = known * square;
    for (let d = 0; d < dimensions; d++) apart[d] = (values[row * dimensions + d] as number) - (means[known * dimensions + d] as number);
    for (let i = 0; i < dimensions; i++) {
      const left = apart[i] as number;
      if (left === 0) continue;
      for (let j = 0; j <= i; j++)
        scatters[from + i * dimensions + j] = (scatters[from + i * dimensions + j] as number) + left * (apart[j] as number);
    }
  }
  return scatters;
}

type Sums = { readonly means: Float64Array; readonly scatters: Float64Array; readonly counts: Int32Array };
/** Lower triangles of the covariance within classes and of all rows together, and the mean of all. */
function overallOf(
  { means, scatters, counts }: Sums,
  dimensions: number,
): { mean: Float64Array; within: Float64Array; total: Float64Array } {
  const square = dimensions * dimensions;
  const n = Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
  const mean = new Float64Array(dimensions);
  const within = new Float64Array(square);
  for (const [known, count] of counts.entries()) {
    for (let d = 0; d < dimensions; d++) mean[d] = (mean[d] as number) + (count * (means[known * dimensions + d] as number)) / n;
    for (let at = 0; at < square; at++) within[at] = (within[at] as number) + (scatters[known * square + at] as number) / n;
  }
  const total = Float64Array.from(within);
  for (const [known, count] of counts.entries())
    for (let i = 0; i < dimensions; i++)
      for (let j = 0; j <= i; j++) {
        const left = (means[known * dimensions + i] as number) - (mean[i] as number);
        const right = (means[known * dimensions + j] as number) - (mean[j] as number);
        total[i * dimensions + j] = (total[i * dimensions + j] as number) + (count * left * right) / n;
      }
  return { mean, within, total };
}

/** Lower factor of covariance + variance·I. Only the lower triangle is read. */
function factorOf(covariance: Float64Array, size: number, variance: number): Float64Array {
  const values = Float64Array.from(covariance);
  for (let d = 0; d < size; d++) values[d * size + d] = (values[d * size + d] as number) + variance;
  // A covariance with something added to its diagonal is positive definite; were it not to working precision, the columns alone are.
  return choleskyFactor({ values, size }) ?? diagonalOf(values, size);
}

function diagonalOf(values: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let d = 0; d < size; d++) factor[d * size + d] = Math.sqrt(values[d * size + d] as number);
  return factor;
}

export type ShapeFacts = {
  /** −ln of the density of the predicted class at the input, but for a constant; null: a class the profile never saw. */
  readonly own: number | null;
  /** The same of the likeliest other class; null: there is none. */
  readonly other: number | null;
  /** Squared Mahalanobis distance from all rows together. */
  readonly apart: number;
};

/**
 * @param nearest distance to the nearest row of each class: the other class that is looked at first, so that most of the rest can be left
 * off as soon as they are less likely. At most O(classes · columns²), mostly that of four classes.
 */
export function shapeFactsOf(
  shapes: ClassShapes,
  scaled: Float32Array,
  { predicted, nearest }: { predicted: number; nearest: Float64Array },
): ShapeFacts {
  const { classes, counts } = shapes;
  const work = new Float64Array(shapes.dimensions);
  let first = -1;
  for (let known = 0; known < classes; known++)
    if (known !== predicted && (first < 0 || (nearest[known] as number) < (nearest[first] as number))) first = known;
  let other = first < 0 || counts[first] === 0 ? Infinity : unlikelihood(shapes, first, { scaled, limit: Infinity, work });
  for (let known = 0; known < classes; known++)
    if (known !== predicted && known !== first && counts[known] !== 0)
      other = Math.min(other, unlikelihood(shapes, known, { scaled, limit: other, work }));
  const hasOwn = predicted >= 0 && counts[predicted] !== 0;
  const { allMean, allFactor } = shapes;
  return {
    own: hasOwn ? unlikelihood(shapes, predicted, { scaled, limit: Infinity, work }) : null,
    other: other === Infinity ? null : other,
    apart: squaredUpTo({ mean: allMean, factor: allFactor, class: 0 }, { scaled, limit: Infinity, work }),
  };
}

type Asked = { readonly scaled: Float32Array; readonly limit: number; readonly work: Float64Array };

/** −ln of a class's density, but for a constant; infinite where it passes the limit. */
function unlikelihood({ means, factors, halfLogs }: ClassShapes, known: number, asked: Asked): number {
  const half = halfLogs[known] as number;
  return squaredUpTo({ mean: means, factor: factors, class: known }, { ...asked, limit: 2 * (asked.limit - half) }) / 2 + half;
}

/** Squared length of L⁻¹·(x − mean), by forward substitution; infinite as soon as it passes the limit, since its terms only add. */
function squaredUpTo(
  { mean, factor, class: known }: { readonly mean: Float64Array; readonly factor: Float64Array; readonly class: number },
  { scaled, limit, work }: Asked,
): number {
  const size = work.length;
  let total = 0;
  for (let i = 0; i < size; i++) {
    let sum = (scaled[i] as number) - (mean[known * size + i] as number);
    const row = (known * size + i) * size;
    for (let k = 0; k < i; k++) sum -= (factor[row + k] as number) * (work[k] as number);
    const value = sum / (factor[row + i] as number);
    work[i] = value;
    total += value * value;
    if (total > limit) return Infinity;
  }
  return total;
}
