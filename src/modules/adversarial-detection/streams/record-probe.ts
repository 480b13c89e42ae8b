/** Small changes around one record: what asks whether it was in the training set, or searches for its neighbour. */
import { distanceBetween, type PairDistances } from './apart.ts';
import { fewestQueries, nearShare, type StreamDetector } from './detector.ts';

/** Most different queries within a tenth of the typical distance of one of them: a record asked a hundred times is one. */
export const recordProbe: StreamDetector = {
  id: 'record-probe',
  method: 'most queries around one record',
  uncalibratedThreshold: 30,
  leastThreshold: 8,
  speaksFor: 'privacy-probing',
  read: ({ sketches, pairs, nearest, typical }) => {
    if (sketches.length < fewestQueries) return `it needs ${fewestQueries} queries, there are ${sketches.length}`;
    const distinct = [...sketches.keys()].filter((i) => i === 0 || nearest[i - 1]?.distance !== 0);
    const statistic = Math.max(...distinct.map((centre) => around(pairs, { centre, distinct, radius: nearShare * typical })));
    return { statistic, note: `${statistic} queries are small changes of one record` };
  },
};

type Ball = { readonly centre: number; readonly distinct: readonly number[]; readonly radius: number };
function around(pairs: PairDistances, { centre, distinct, radius }: Ball): number {
  let count = 0;
  for (const other of distinct) if (other !== centre && distanceBetween(pairs, centre, other) < radius) count++;
  return count;
}
