/** Small changes around one record: what asks whether it was in the training set, or searches for its neighbour. */
import { fewestQueries, nearShare, type StreamDetector } from './detector.ts';
import { distanceOf, type Sketch } from './sketch.ts';

/** Most different queries within a tenth of the typical distance of one of them: a record asked a hundred times is one. */
export const recordProbe: StreamDetector = {
  id: 'record-probe',
  method: 'most queries around one record',
  uncalibratedThreshold: 30,
  leastThreshold: 8,
  speaksFor: 'privacy-probing',
  read: ({ sketches, typical }) => {
    if (sketches.length < fewestQueries) return `it needs ${fewestQueries} queries, there are ${sketches.length}`;
    const distinct = [...new Map(sketches.map((sketch) => [sketch.components.join(), sketch])).values()];
    const statistic = Math.max(...distinct.map((centre) => around(centre, distinct, nearShare * typical)));
    return { statistic, note: `${statistic} queries are small changes of one record` };
  },
};

function around(centre: Sketch, sketches: readonly Sketch[], radius: number): number {
  let count = 0;
  for (const other of sketches) {
    if (other !== centre && distanceOf(centre, other) < radius) count++;
  }
  return count;
}
