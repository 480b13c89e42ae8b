/** Small changes around one record: what asks whether it was in the training set, or searches for its neighbour. */

import { fewestQueries, nearShare, type StreamDetector } from './detector.ts';
import type { PairDistances } from './sketch-distances.ts';

/** Most different queries within a tenth of the typical distance of one of them: a record asked a hundred times is one. */
export const recordProbe: StreamDetector = {
  id: 'record-probe',
  method: 'most queries around one record',
  uncalibratedThreshold: 30,
  leastThreshold: 8,
  speaksFor: 'privacy-probing',
  read: ({ sketches, pairs, nearest, typical }) => {
    if (sketches.length < fewestQueries) return `it needs ${fewestQueries} queries, there are ${sketches.length}`;
    const isDistinct = Uint8Array.from({ length: sketches.length }, (_, i) => Number(i === 0 || nearest[i - 1]?.distance !== 0));
    const statistic = mostAround(pairs, isDistinct, nearShare * typical);
    return { statistic, note: `${statistic} queries are small changes of one record` };
  },
};

/** Each pair is looked at once, in the order in which they lie. */
function mostAround(pairs: PairDistances, isDistinct: Uint8Array, radius: number): number {
  const counts = new Int32Array(isDistinct.length);
  for (let i = 1, row = 0; i < isDistinct.length; row += i, i++) {
    if (isDistinct[i] === 0) continue;
    for (let j = 0; j < i; j++)
      if (isDistinct[j] !== 0 && (pairs[row + j] as number) < radius) {
        counts[i] = (counts[i] as number) + 1;
        counts[j] = (counts[j] as number) + 1;
      }
  }
  return Math.max(...counts);
}
