/** What a stream detector sees of one client's queries, and what it answers. One file each; the list is in detectors.ts. */

import type { Sketch } from './sketch.ts';
import { type PairDistances, pairDistancesOf } from './sketch-distances.ts';

export const streamDetectorIds = [
  'distance-distribution',
  'near-duplicate',
  'boundary-walk',
  'synthetic-share',
  'attribute-sweep',
  'record-probe',
  'volume',
] as const;
export type StreamDetectorId = (typeof streamDetectorIds)[number];

export type Stream = {
  /** By time. */
  readonly sketches: readonly Sketch[];
  readonly pairs: PairDistances;
  /** For each but the first: the nearest earlier query. */
  readonly nearest: readonly Nearest[];
  /** Distance between queries that have nothing to do with each other: the scale of "near". */
  readonly typical: number;
  /** Queries of each hour, [hour since 1970, count], by time; empty when it is not known. */
  readonly hours: readonly (readonly [hour: number, count: number])[];
};
export type Nearest = { readonly distance: number; readonly index: number };

export type StreamReading = { readonly statistic: number /** What was seen, half a sentence. */; readonly note: string };
export type StreamDetector = {
  readonly id: StreamDetectorId;
  readonly method: string;
  /** Used until enough benign history is there; the statistic is odd when it is above. */
  readonly uncalibratedThreshold: number;
  /** Learnt thresholds do not go below it: less is no attack however rare. */
  readonly leastThreshold: number;
  readonly speaksFor: 'extraction' | 'boundary-search' | 'privacy-probing' | 'change';
  /** @returns the statistic, or why there is none. */
  readonly read: (stream: Stream) => StreamReading | string;
};

export const fewestQueries = 50;
/** Distances under this share of the typical one are near. */
export const nearShare = 0.1;

export type StreamAround = {
  readonly hours?: Stream['hours'];
  /** Typical distance of other clients, or of the profile's data; left out, the stream's own: then who only probes is near to nothing. */
  readonly typical?: number | null;
};

/** O(n²): 512 queries take two or three milliseconds. */
export function streamOf(sketches: readonly Sketch[], { hours = [], typical = null }: StreamAround = {}): Stream {
  const pairs = pairDistancesOf(sketches);
  const nearest: Nearest[] = [];
  for (let i = 1, row = 0; i < sketches.length; row += i, i++) {
    let distance = Infinity;
    let index = -1;
    for (let j = 0; j < i; j++) {
      const apart = pairs[row + j] as number;
      if (!(apart < distance)) continue;
      distance = apart;
      index = j;
    }
    nearest.push({ distance, index });
  }
  return { sketches, pairs, nearest, typical: typical ?? typicalOf(pairs, sketches.length), hours };
}

/** The 90 % quantile of the distances of a thinned sample of all pairs: probing one record makes most pairs near, not the far ones. */
export function typicalOf(pairs: PairDistances, count: number): number {
  const apart: number[] = [];
  for (let i = 1, row = 0; i < count; row += i, i++)
    for (let j = i % 13; j < i; j += 13) {
      const distance = pairs[row + j] as number;
      if (distance > 0) apart.push(distance);
    }
  const sorted = Float64Array.from(apart).sort();
  return sorted[Math.floor(0.9 * (sorted.length - 1))] ?? 0;
}
