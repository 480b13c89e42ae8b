/** Energy distance between two sets of points of many dimensions, with the p of a permutation test. */
import { type RandomSource, randomSource } from './random.ts';

/** Rows of `dimensions` numbers, one behind the other, all finite. */
export type PointSet = { readonly values: Float64Array; readonly dimensions: number };
export type EnergyTest = {
  /** √(2E|X−Y| − E|X−X'| − E|Y−Y'|), each mean over all pairs, a row with itself too. */
  readonly distance: number;
  /** (1 + permutations at least as far) ÷ (1 + permutations). */
  readonly p: number;
  readonly rounds: number;
  readonly seed: number;
};

/** Euclidean distances between all rows of both sets, the first set's rows first. 4 bytes a pair. */
export function distanceMatrix(sets: readonly PointSet[]): { distances: Float32Array; size: number } {
  const dimensions = sets[0]?.dimensions ?? 1;
  const size = sets.reduce((rows, { values }) => rows + values.length / dimensions, 0);
  const points = new Float64Array(size * dimensions);
  let at = 0;
  for (const { values } of sets) {
    points.set(values, at);
    at += values.length;
  }
  const distances = new Float32Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) {
        const gap = (points[i * dimensions + d] as number) - (points[j * dimensions + d] as number);
        sum += gap * gap;
      }
      const distance = Math.sqrt(sum);
      distances[i * size + j] = distance;
      distances[j * size + i] = distance;
    }
  return { distances, size };
}

/**
 * @param reference and `current`: at least 2 rows each; both fit in a matrix of (n + m)² distances.
 * @source Székely and Rizzo 2004 (InterStat 5); for one dimension the distance equals scipy.stats.energy_distance.
 * The labels of the rows are permuted; only the pairs inside the first set are added anew each time. O((n + m)²·(d + rounds/4)).
 */
export function energyTest(reference: PointSet, current: PointSet, { rounds, seed }: { rounds: number; seed: number }): EnergyTest {
  const { distances, size } = distanceMatrix([reference, current]);
  const n = reference.values.length / reference.dimensions;
  const members = Int32Array.from({ length: size }, (_, row) => row);
  const rowSums = rowSumsOf(distances, size);
  const matrix: Matrix = { distances, size, rowSums, total: rowSums.reduce((sum, row) => sum + row, 0), n, mask: new Float64Array(size) };
  const of = (rows: Int32Array) => squaredEnergy(matrix, rows);
  const observed = of(members);
  const random = randomSource(seed);
  let reached = 0;
  for (let round = 0; round < rounds; round++) {
    choose(members, n, random);
    // Equal splits may differ in the last digits.
    if (of(members) >= observed * (1 - 1e-9)) reached++;
  }
  return { distance: Math.sqrt(Math.max(0, observed)), p: (1 + reached) / (1 + rounds), rounds, seed };
}

type Matrix = {
  readonly distances: Float32Array;
  readonly size: number;
  readonly rowSums: Float64Array;
  readonly total: number;
  readonly n: number;
  readonly mask: Float64Array;
};

function rowSumsOf(distances: Float32Array, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (let j = i * size; j < (i + 1) * size; j++) sum += distances[j] as number;
    return sum;
  });
}

/** The first n members are one set, the others the other. Rows of the matrix are read from end to end: a mask says which count. */
function squaredEnergy({ distances, size, rowSums, total, n, mask }: Matrix, members: Int32Array): number {
  mask.fill(0);
  let touching = 0;
  for (let a = 0; a < n; a++) {
    mask[members[a] as number] = 1;
    touching += rowSums[members[a] as number] as number;
  }
  let within = 0;
  for (let i = 0; i < size; i++) {
    if (mask[i] === 0) continue;
    const row = i * size;
    let even = 0;
    let odd = 0;
    for (let j = 0; j + 1 < i; j += 2) {
      even += (distances[row + j] as number) * (mask[j] as number);
      odd += (distances[row + j + 1] as number) * (mask[j + 1] as number);
    }
    if (i % 2 === 1) even += (distances[row + i - 1] as number) * (mask[i - 1] as number);
    within += 2 * (even + odd);
  }
  const m = size - n;
  const across = touching - within;
  return (2 * across) / (n * m) - within / (n * n) - (total - touching - across) / (m * m);
}

/** Puts a random choice of n members first. */
function choose(members: Int32Array, n: number, random: RandomSource): void {
  for (let place = 0; place < n; place++) {
    const other = place + random.below(members.length - place);
    const kept = members[place] as number;
    members[place] = members[other] as number;
    members[other] = kept;
  }
}
