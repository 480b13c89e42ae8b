/** The data of a model's profile as sketches, to tell queries that are unlike all of it. */
import { randomSource, sampleWithoutReplacement } from '../../../math/random.ts';
import { unpackSource } from '../evasion/pack-profile.ts';
import { findNewestOf, findSource } from '../profiles/profile-store.ts';
import { typicalOf } from './detector.ts';
import { componentCount, type FarMark, projectionsOf, type Sketch } from './sketch.ts';
import { type Points, pairDistancesOf, pointsOf, squareBetween } from './sketch-distances.ts';

type Point = Pick<Sketch, 'components'>;
export type ProfileReference = {
  readonly dimensions: number;
  readonly points: Points;
  /** Distance that one in a hundred of its own rows exceeds. */
  readonly limit: number;
  /** Between rows that have nothing to do with each other. */
  readonly typical: number;
};

const mostPoints = 1000;
const known = new Map<string, ProfileReference>();
const mostKnown = 8;

/** Of the newest ready profile of the model, in the ambient transaction; null without one. */
export async function referenceOf(modelId: string): Promise<ProfileReference | null> {
  const row = await findNewestOf(modelId);
  if (row === null) return null;
  const present = known.get(row.id);
  if (present !== undefined) return present;
  const bytes = await findSource(row.id);
  if (bytes === null) return null;
  const { source } = unpackSource(bytes);
  const made = referenceFrom(source.values, source.dimensions);
  if (known.size >= mostKnown) known.delete(known.keys().next().value ?? '');
  known.set(row.id, made);
  return made;
}

/** @param values rows of `dimensions` numbers; at least 2 rows. */
export function referenceFrom(values: Float32Array, dimensions: number): ProfileReference {
  const rows = values.length / dimensions;
  const chosen =
    rows <= mostPoints ? Array.from({ length: rows }, (_, i) => i) : [...sampleWithoutReplacement(rows, mostPoints, randomSource(rows))];
  const sketched = chosen.map((row): Point => projectionsOf(values.subarray(row * dimensions, (row + 1) * dimensions)));
  const points = pointsOf(sketched);
  const own = Float64Array.from(sketched, (_, i) => nearestOther(points, i)).sort();
  return {
    dimensions,
    points,
    limit: own[Math.ceil(0.99 * own.length) - 1] ?? Infinity,
    typical: typicalOf(pairDistancesOf(sketched), sketched.length),
  };
}

/** Most queries lie near to some row, and the first such row answers. */
export function farMarkOf(point: Point, dimensions: number, reference: ProfileReference | null): FarMark {
  if (reference === null || reference.dimensions !== dimensions) return 'unknown';
  const { points, limit } = reference;
  const own = point.components;
  for (let from = 0; from < points.length; from += componentCount) {
    let sum = 0;
    for (let k = 0; k < componentCount; k++) {
      const apart = (points[from + k] as number) - (own[k] as number);
      sum += apart * apart;
    }
    if (Math.sqrt(sum) <= limit) return 'near';
  }
  return 'far';
}

function nearestOther(points: Points, except: number): number {
  let best = Infinity;
  for (let i = 0; i < points.length / componentCount; i++) if (i !== except) best = Math.min(best, squareBetween(points, i, except));
  return Math.sqrt(best);
}
