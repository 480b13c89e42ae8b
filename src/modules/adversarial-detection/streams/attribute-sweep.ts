/** One record asked again and again with one attribute varied. */
import { fewestQueries, type StreamDetector } from './detector.ts';
import { componentCount, type Sketch } from './sketch.ts';

/** Differences count as parallel from this cosine on; quantising bends short ones. */
const parallel = 0.99;
const leastStep = 0.02;

/** Longest run of queries whose differences from the first of the run are parallel: a line in the input space. */
export const attributeSweep: StreamDetector = {
  id: 'attribute-sweep',
  method: 'longest run of queries along one line',
  uncalibratedThreshold: 15,
  leastThreshold: 6,
  speaksFor: 'privacy-probing',
  read: ({ sketches }) => {
    if (sketches.length < fewestQueries) return `it needs ${fewestQueries} queries, there are ${sketches.length}`;
    const statistic = longestLine(sketches);
    return { statistic, note: `${statistic} queries in a row vary one record along one direction` };
  },
};

export function longestLine(sketches: readonly Sketch[]): number {
  let longest = 1;
  for (let first = 0; first < sketches.length; ) {
    let direction: Float64Array | null = null;
    let at = first + 1;
    for (; at < sketches.length; at++) {
      const step: Float64Array = difference(sketches[at] as Sketch, sketches[first] as Sketch);
      const length = Math.sqrt(product(step, step));
      if (length < leastStep) continue;
      if (direction !== null && Math.abs(product(step, direction)) < parallel * length * Math.sqrt(product(direction, direction))) break;
      direction ??= step;
    }
    longest = Math.max(longest, at - first);
    first = Math.max(first + 1, at - 1);
  }
  return longest;
}

function difference(one: Sketch, other: Sketch): Float64Array {
  return one.components.map((value, k) => value - (other.components[k] as number));
}
function product(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < componentCount; k++) sum += (one[k] as number) * (other[k] as number);
  return sum;
}
