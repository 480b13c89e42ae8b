/** Queries made by a machine lie at other distances from each other than those of people. */
import { shapiroWilk } from '../../../math/shapiro-wilk.ts';
import type { Stream, StreamDetector } from './detector.ts';
import { distanceBetween } from './sketch-distances.ts';

const fewest = 100;

/**
 * Distance of each query to the nearest earlier one with the same answer: near normal in natural traffic, not so for generated queries.
 * Statistic 1 − W. @source Juuti et al. 2019 (PRADA, arXiv:1805.02628); W by Shapiro and Wilk.
 */
export const distanceDistribution: StreamDetector = {
  id: 'distance-distribution',
  method: '1 − W of Shapiro and Wilk over distances to the nearest earlier query with the same answer',
  uncalibratedThreshold: 0.1,
  leastThreshold: 0.04,
  speaksFor: 'extraction',
  read: ({ sketches, pairs }) => {
    if (sketches.length < fewest) return `it needs ${fewest} queries, there are ${sketches.length}`;
    const distances = sameAnswerDistances({ sketches, pairs });
    if (distances.length < fewest / 2) return 'too few queries share an answer with an earlier one';
    const test = shapiroWilk(withoutFar(distances));
    if (test === null) return 'all distances are the same';
    return { statistic: 1 - test.w, note: `distances between its queries are not those of natural traffic (W = ${test.w.toFixed(3)})` };
  },
};

function sameAnswerDistances({ sketches, pairs }: Pick<Stream, 'sketches' | 'pairs'>): number[] {
  const seen = new Map<number, number[]>();
  const distances: number[] = [];
  for (const [i, { answer }] of sketches.entries()) {
    const earlier = seen.get(answer);
    if (earlier === undefined) {
      seen.set(answer, [i]);
      continue;
    }
    let nearest = Infinity;
    for (const other of earlier) nearest = Math.min(nearest, distanceBetween(pairs, i, other));
    earlier.push(i);
    // The same question again is a repeat, not a neighbour.
    if (nearest !== 0) distances.push(nearest);
  }
  return distances;
}

/** Those beyond three deviations are left out, as the paper does. */
function withoutFar(distances: readonly number[]): number[] {
  const mean = distances.reduce((sum, one) => sum + one, 0) / distances.length;
  const deviation = Math.sqrt(distances.reduce((sum, one) => sum + (one - mean) ** 2, 0) / distances.length);
  return distances.filter((one) => Math.abs(one - mean) <= 3 * deviation);
}
