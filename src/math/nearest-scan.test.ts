import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forestProbabilities, growForest } from './classification-forest.ts';
import { scanNearest } from './nearest-scan.ts';
import { randomSource } from './random.ts';
import { fourierFeatures, writeFourier } from './random-features.ts';

test('the nearest rows and the nearest of each class are those of plain comparison', () => {
  const random = randomSource(1);
  const dimensions = 7;
  const values = Float32Array.from({ length: 200 * dimensions }, () => random.normal());
  const classes = Int32Array.from({ length: 200 }, () => random.below(3));
  const query = Float32Array.from({ length: dimensions }, () => random.normal());
  const plain = Array.from(classes, (known, row) => {
    let sum = 0;
    for (let d = 0; d < dimensions; d++) sum += ((values[row * dimensions + d] as number) - (query[d] as number)) ** 2;
    return { row, known, distance: Math.sqrt(sum) };
  }).sort((one, other) => one.distance - other.distance);
  const found = scanNearest({ values, dimensions, classes, classCount: 4 }, query, { k: 5, skip: plain[1]?.row ?? -1 });
  const expected = plain.filter((_, place) => place !== 1);
  assert.deepEqual(
    [...found.rows],
    expected.slice(0, 5).map(({ row }) => row),
  );
  for (const known of [0, 1, 2])
    assert.ok(Math.abs((found.ofClass[known] as number) - (expected.find((one) => one.known === known)?.distance ?? -1)) < 1e-5);
  assert.equal(found.ofClass[3], Infinity);
  assert.equal(
    scanNearest({ values: values.subarray(0, 7), dimensions, classes: classes.subarray(0, 1), classCount: 3 }, query, { k: 2 }).rows[1],
    -1,
  );
});

test('a forest learns what no straight line separates, and the same one from the same seed', () => {
  const random = randomSource(2);
  const values = Float32Array.from({ length: 800 }, () => random.next() * 2 - 1);
  const labels = Int32Array.from({ length: 400 }, (_, row) => ((values[row * 2] as number) * (values[row * 2 + 1] as number) > 0 ? 1 : 0));
  const rows = Int32Array.from({ length: 300 }, (_, row) => row);
  const grow = () => growForest({ values, dimensions: 2, labels, classes: 2, rows }, randomSource(5));
  const forest = grow();
  assert.deepEqual(grow(), forest);
  const shares = new Float64Array(2);
  let right = 0;
  for (let row = 300; row < 400; row++) {
    forestProbabilities(forest, values, { at: row * 2, target: shares });
    assert.ok(Math.abs((shares[0] as number) + (shares[1] as number) - 1) < 1e-5);
    if ((shares[1] as number) > 0.5 === (labels[row] === 1)) right += 1;
  }
  assert.ok(right >= 88, `${right} of 100 right`);
});

test('random Fourier features have the Gaussian kernel as their product', () => {
  const features = fourierFeatures({ dimensions: 2, count: 4000, lengthScale: 1.5 }, randomSource(3));
  const values = Float32Array.of(0.3, -0.2, 1.1, 0.9);
  const target = new Float64Array(8000);
  writeFourier(features, { values, at: 0 }, { target, to: 0 });
  writeFourier(features, { values, at: 2 }, { target, to: 4000 });
  let product = 0;
  for (let at = 0; at < 4000; at++) product += (target[at] as number) * (target[4000 + at] as number);
  // exp(−(0.8² + 1.1²) / (2 · 1.5²)) = 0.6629; the error is about 1/√4000.
  assert.ok(Math.abs(product - 0.6629) < 0.05, String(product));
});
