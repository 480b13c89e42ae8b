/** For tests: two clouds of rows in six columns, the last of them constant. */
import { randomSource } from '../../../math/random.ts';
import type { ProfileSource } from '../evasion/build-profile.ts';

export function blobSource({ rows, seed, rate }: { rows: number; seed: number; rate: number }): ProfileSource {
  const random = randomSource(seed);
  const values = new Float32Array(rows * 6);
  const labels = Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? 'a' : 'b'));
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < 5; column++) values[row * 6 + column] = random.normal() + (labels[row] === 'a' ? -2 : 2);
  const confidences = Float32Array.from({ length: rows }, () => 0.9 + 0.099 * random.next());
  return {
    values,
    dimensions: 6,
    labels,
    predictions: labels,
    confidences,
    trainedOn: null,
    bounds: null,
    kinds: null,
    targetRate: rate,
    seed: 1,
    mostRows: 50_000,
  };
}

/** The middle of a cloud, answered by its own label. */
export function blobInput(prediction: 'a' | 'b'): { features: number[]; prediction: string; confidence: number } {
  const centre = prediction === 'a' ? -2 : 2;
  return { features: [centre, centre, centre, centre, centre, 0], prediction, confidence: 0.95 };
}

/** As many clouds as classes, one row after the other in turn, in columns that all vary. */
export function cloudSource({
  rows,
  dimensions,
  classes,
  seed,
}: {
  rows: number;
  dimensions: number;
  classes: number;
  seed: number;
}): ProfileSource {
  const centres = randomSource(1);
  const middle = Float32Array.from({ length: classes * dimensions }, () => centres.normal());
  const random = randomSource(seed);
  const values = Float32Array.from({ length: rows * dimensions }, (_, at) => {
    const known = Math.floor(at / dimensions) % classes;
    return (middle[known * dimensions + (at % dimensions)] as number) + random.normal();
  });
  const labels = Array.from({ length: rows }, (_, row) => String(row % classes));
  const confidences = Float32Array.from({ length: rows }, () => 0.9 + 0.099 * random.next());
  return {
    values,
    dimensions,
    labels,
    predictions: labels,
    confidences,
    trainedOn: null,
    bounds: null,
    kinds: null,
    targetRate: 0.01,
    seed: 1,
    mostRows: 50_000,
  };
}
