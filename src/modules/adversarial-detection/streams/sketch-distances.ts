/** How far sketches lie apart: their components in one block of memory, since all pairs of some hundred are asked. */
import { componentCount, type Sketch } from './sketch.ts';

/** Components of all points, one after the other. */
export type Points = Float64Array;

export function pointsOf(sketches: readonly Pick<Sketch, 'components'>[]): Points {
  const points = new Float64Array(sketches.length * componentCount);
  for (const [i, { components }] of sketches.entries()) points.set(components, i * componentCount);
  return points;
}

/** Squared distance of point i and point j of one block. */
export function squareBetween(points: Points, i: number, j: number): number {
  const at = i * componentCount;
  const to = j * componentCount;
  let sum = 0;
  for (let k = 0; k < componentCount; k++) {
    const apart = (points[at + k] as number) - (points[to + k] as number);
    sum += apart * apart;
  }
  return sum;
}

/** Distances of all pairs: that of i and j < i stands at i·(i − 1)/2 + j. */
export type PairDistances = Float64Array;

/** O(n²) time and memory: 512 points take about two milliseconds and 1 MiB. */
export function pairDistancesOf(sketches: readonly Pick<Sketch, 'components'>[]): PairDistances {
  const points = pointsOf(sketches);
  const n = sketches.length;
  const pairs = new Float64Array((n * (n - 1)) / 2);
  for (let i = 1, at = 0; i < n; i++) for (let j = 0; j < i; j++, at++) pairs[at] = Math.sqrt(squareBetween(points, i, j));
  return pairs;
}

/** 0 for a point and itself. */
export function distanceBetween(pairs: PairDistances, i: number, j: number): number {
  if (i === j) return 0;
  return pairs[i > j ? (i * (i - 1)) / 2 + j : (j * (j - 1)) / 2 + i] as number;
}
