/** Small dense matrices as flat row-major arrays: factors, inverses and leading directions. */
import { randomSource } from './random.ts';

/** Symmetric d × d, row by row. */
export type Matrix = { readonly values: Float64Array; readonly size: number };

/**
 * Covariance (÷ n) of rows about their own mean, shrunk towards its own diagonal mean so that it can always be inverted.
 * @param columns aligned, finite, n ≥ 2. @param rows which rows count; left out: all.
 * @returns mean, the shrunk matrix and the shrinkage in [0, 1].
 * @source Ledoit and Wolf 2004 (J. Multivariate Analysis 88:365); equals sklearn.covariance.ledoit_wolf.
 * O(n·d²) time.
 */
export function shrunkCovariance(
  columns: readonly Float64Array[],
  rows?: Int32Array,
): { mean: Float64Array; covariance: Matrix; shrinkage: number } {
  const size = columns.length;
  const n = rows?.length ?? columns[0]?.length ?? 0;
  const centred = columns.map((column) => centredOf(column, rows));
  const values = new Float64Array(size * size);
  let fourth = 0;
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const { product, squared } = productSums((centred[i] as Centred).values, (centred[j] as Centred).values);
      values[i * size + j] = product / n;
      values[j * size + i] = product / n;
      fourth += (i === j ? 1 : 2) * squared;
    }
  let trace = 0;
  let norm = 0;
  for (let i = 0; i < size; i++) trace += values[i * size + i] as number;
  for (const value of values) norm += value * value;
  const target = trace / size;
  const spread = (norm - size * target * target) / size;
  const noise = (fourth / n - norm) / (size * n);
  const shrinkage = spread > 0 ? Math.max(0, Math.min(noise, spread)) / spread : 0;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * (1 - shrinkage);
  for (let i = 0; i < size; i++) values[i * size + i] = (values[i * size + i] as number) + shrinkage * target;
  return { mean: Float64Array.from(centred, ({ mean }) => mean), covariance: { values, size }, shrinkage };
}

type Centred = { readonly mean: number; readonly values: Float64Array };

function centredOf(column: Float64Array, rows: Int32Array | undefined): Centred {
  const values = rows === undefined ? Float64Array.from(column) : Float64Array.from(rows, (row) => column[row] as number);
  let mean = 0;
  for (const value of values) mean += value / values.length;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - mean;
  return { mean, values };
}

function productSums(left: Float64Array, right: Float64Array): { product: number; squared: number } {
  let product = 0;
  let squared = 0;
  for (let i = 0; i < left.length; i++) {
    const value = (left[i] as number) * (right[i] as number);
    product += value;
    squared += value * value;
  }
  return { product, squared };
}

/** Lower factor L with L·Lᵀ = matrix; null when the matrix is not positive definite to working precision. */
export function choleskyFactor({ values, size }: Matrix): Float64Array | null {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = values[i * size + j] as number;
      for (let k = 0; k < j; k++) sum -= (factor[i * size + k] as number) * (factor[j * size + k] as number);
      if (i === j && !(sum > 0)) return null;
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / (factor[j * size + j] as number);
    }
  return factor;
}

/** Squared length of L⁻¹·vector: the Mahalanobis distance squared when L is the factor of the covariance. `work` holds d numbers. */
export function squaredDistance(factor: Float64Array, vector: Float64Array, work: Float64Array): number {
  const size = vector.length;
  let total = 0;
  for (let i = 0; i < size; i++) {
    let sum = vector[i] as number;
    for (let k = 0; k < i; k++) sum -= (factor[i * size + k] as number) * (work[k] as number);
    const value = sum / (factor[i * size + i] as number);
    work[i] = value;
    total += value * value;
  }
  return total;
}

/** Inverse of a positive definite matrix; null when it is none. */
export function inverseOf({ values, size }: Matrix): Float64Array | null {
  const factor = choleskyFactor({ values, size });
  if (factor === null) return null;
  const inverse = new Float64Array(size * size);
  const column = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < i; k++) sum -= (factor[i * size + k] as number) * (column[k] as number);
      column[i] = sum / (factor[i * size + i] as number);
    }
    for (let i = size - 1; i >= 0; i--) {
      let sum = column[i] as number;
      for (let k = i + 1; k < size; k++) sum -= (factor[k * size + i] as number) * (column[k] as number);
      column[i] = sum / (factor[i * size + i] as number);
    }
    for (let i = 0; i < size; i++) inverse[i * size + j] = column[i] as number;
  }
  return inverse;
}

export type Direction = { readonly vector: Float64Array /** Variance along it. */; readonly variance: number };

/**
 * Leading eigenvectors of a symmetric positive semidefinite matrix, largest first, by orthogonal iteration from a fixed start.
 * @returns at most `count` directions of positive variance; the sign makes the largest entry positive.
 */
export function leadingDirections({ values, size }: Matrix, count: number): Direction[] {
  const random = randomSource(1);
  const kept = Math.min(count, size);
  let basis: Float64Array[] = Array.from({ length: kept }, () => Float64Array.from({ length: size }, random.normal));
  orthonormalise(basis);
  let before = 0;
  for (let round = 0; round < 500; round++) {
    basis = basis.map((vector) => multiplied(values, vector));
    const lengths = orthonormalise(basis);
    const total = lengths.reduce((sum, length) => sum + length, 0);
    if (Math.abs(total - before) <= 1e-13 * total) break;
    before = total;
  }
  return basis
    .map((vector) => ({ vector: signed(vector), variance: dot(vector, multiplied(values, vector)) }))
    .filter(({ variance }) => variance > 0)
    .toSorted((a, b) => b.variance - a.variance);
}

function multiplied(values: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  const product = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += (values[i * size + j] as number) * (vector[j] as number);
    product[i] = sum;
  }
  return product;
}

/** Gram–Schmidt, twice for precision. @returns lengths before scaling. */
function orthonormalise(basis: readonly Float64Array[]): number[] {
  return basis.map((vector, k) => {
    for (let pass = 0; pass < 2; pass++)
      for (const earlier of basis.slice(0, k)) {
        const share = dot(earlier, vector);
        for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) - share * (earlier[i] as number);
      }
    const length = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < vector.length; i++) vector[i] = length > 0 ? (vector[i] as number) / length : 0;
    return length;
  });
}

export function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] as number) * (right[i] as number);
  return sum;
}

function signed(vector: Float64Array): Float64Array {
  let largest = 0;
  for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? vector.map((value) => -value) : vector;
}
