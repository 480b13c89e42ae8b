/** Label flips at ever smaller distances: somebody walks along the decision boundary. */
import { fewestQueries, type StreamDetector } from './detector.ts';

/** Below a fifth of the typical distance a flip is near the boundary. */
const flipShare = 0.2;
const fewestFlips = 10;

/**
 * Share of queries whose answer differs from that of their nearest earlier query nearby. Natural traffic flips too, but seldom nearby.
 * @source the query pattern of HopSkipJump (Chen et al. 2020, arXiv:1904.02144) and Square (Andriushchenko et al. 2020, arXiv:1912.00049).
 */
export const boundaryWalk: StreamDetector = {
  id: 'boundary-walk',
  method: 'share of queries whose answer differs from that of a near earlier query',
  uncalibratedThreshold: 0.1,
  leastThreshold: 0.03,
  speaksFor: 'boundary-search',
  read: ({ sketches, nearest, typical }) => {
    if (sketches.length < fewestQueries) return `it needs ${fewestQueries} queries, there are ${sketches.length}`;
    const flips = nearest.flatMap(({ distance, index }, i) =>
      sketches[i + 1]?.answer !== sketches[index]?.answer && distance > 0 && distance < flipShare * typical ? [distance] : [],
    );
    if (flips.length < fewestFlips) return { statistic: 0, note: `${flips.length} flips nearby` };
    const half = flips.length >>> 1;
    const shrinks = median(flips.slice(half)) < median(flips.slice(0, half));
    return {
      statistic: flips.length / nearest.length,
      note: `${flips.length} answers flipped at small distances${shrinks ? ', ever smaller ones' : ''}`,
    };
  },
};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >>> 1] ?? 0;
}
