/** Made-up query streams, for tests and the planted test: harmless clients, and ways to attack. */
import { randomSource } from '../../../math/random.ts';
import { hashOfAnswer, hashOfId, projectionsOf, type Sketch } from './sketch.ts';

/** A linear model over standard normal features. */
const answerOf = (features: readonly number[]): string =>
  features.reduce((sum, x, d) => sum + (d % 2 === 0 ? x : -x), 0) > 0 ? 'yes' : 'no';
const minute = 60_000;

export type StreamKind = 'harmless' | 'boundary-walk' | 'record-probe' | 'attribute-sweep' | 'synthetic' | 'repeats';

/** @returns features and answers of `count` queries in order. */
export function queriesOf(kind: StreamKind, { count, dimensions, seed }: { count: number; dimensions: number; seed: number }) {
  const random = randomSource(seed);
  const person = (): number[] => Array.from({ length: dimensions }, () => random.normal());
  const around = (centre: readonly number[], radius: number): number[] => centre.map((x) => x + radius * random.normal());
  const anchor = person();
  let far = person();
  let near = person();
  while (answerOf(far) === answerOf(near)) far = person();
  const next = (i: number): number[] => {
    if (kind === 'harmless') return person();
    if (kind === 'repeats') return i % 3 === 0 ? anchor : person();
    if (kind === 'record-probe') return i % 4 === 0 ? person() : around(anchor, 0.03);
    if (kind === 'attribute-sweep') return anchor.map((x, d) => (d === 2 ? -3 + (6 * i) / count : x));
    // Grid-like queries of a machine, far from any person.
    if (kind === 'synthetic')
      return Array.from({ length: dimensions }, (_, d) => (Math.floor(i / 2 ** (d % 8)) % 2 === 0 ? 6 : -6) + (i % 2 === 0 ? 0.01 * d : 0));
    // Bisection between two answers, then a new pair near the boundary found.
    const middle = near.map((x, d) => (x + (far[d] as number)) / 2);
    if (answerOf(middle) === answerOf(near)) near = middle;
    else far = middle;
    if (i % 12 === 11) {
      near = around(near, 0.2);
      far = around(far, 0.2);
    }
    return middle;
  };
  return Array.from({ length: count }, (_, i) => {
    const features = next(i);
    return {
      id: `${kind}-${seed}-${i}`,
      at: new Date(1_700_000_000_000 + i * minute).toISOString(),
      features,
      prediction: answerOf(features),
    };
  });
}

export function sketchesOf(queries: ReturnType<typeof queriesOf>): Sketch[] {
  return queries.map(({ id, at, features, prediction }) => ({
    idHash: hashOfId(id),
    at: Date.parse(at),
    ...projectionsOf(features),
    answer: hashOfAnswer(prediction),
    confidence: null,
    far: 'unknown',
  }));
}
