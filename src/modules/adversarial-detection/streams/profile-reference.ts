/** The data of a model's profile as sketches, to tell queries that are unlike all of it. */
import { randomSource, sampleWithoutReplacement } from '../../../math/random.ts';
import { unpackSource } from '../evasion/pack-profile.ts';
import { findNewestOf, findSource } from '../profiles/profile-store.ts';
import { typicalDistance } from './detector.ts';
import { distanceOf, type FarMark, projectionsOf, type Sketch } from './sketch.ts';

type Point = Pick<Sketch, 'components'>;
export type ProfileReference = {
  readonly dimensions: number;
  readonly points: readonly Point[] /** Distance that one in a hundred of its own rows exceeds. */;
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
  const points = chosen.map((row): Point => projectionsOf(values.subarray(row * dimensions, (row + 1) * dimensions)));
  const own = points.map((point, i) => nearestTo(point, points, i)).toSorted((a, b) => a - b);
  return { dimensions, points, limit: own[Math.ceil(0.99 * own.length) - 1] ?? Infinity, typical: typicalDistance(points) };
}

export function farMarkOf(point: Point, dimensions: number, reference: ProfileReference | null): FarMark {
  if (reference === null || reference.dimensions !== dimensions) return 'unknown';
  return nearestTo(point, reference.points, -1) > reference.limit ? 'far' : 'near';
}

function nearestTo(point: Point, points: readonly Point[], except: number): number {
  let best = Infinity;
  for (let i = 0; i < points.length; i++) if (i !== except) best = Math.min(best, distanceOf(point, points[i] as Point));
  return best;
}
