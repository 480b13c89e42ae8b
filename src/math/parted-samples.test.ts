import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quantileOf } from './counted-values.ts';
import { compareByParts } from './parted-samples.ts';
import { type RandomSource, randomSource } from './random.ts';
import { compareSamples, stabilityIndex } from './two-samples.ts';

type Draw = (random: RandomSource) => number;
const uniform: Draw = (random) => random.next();
const shapes: Readonly<Record<string, readonly [Draw, Draw]>> = {
  'the same normal twice': [(random) => random.normal(), (random) => random.normal()],
  'normals apart': [(random) => random.normal(), (random) => random.normal() + 0.3],
  'normals that do not touch': [(random) => random.normal(), (random) => random.normal() + 100],
  'another spread': [(random) => random.normal(), (random) => 1.2 * random.normal()],
  lognormal: [(random) => Math.exp(random.normal()), (random) => Math.exp(1.05 * random.normal())],
  'far from zero, near each other': [(random) => 1e9 + random.next(), (random) => 1e9 + random.next() ** 1.1],
  'a Cauchy tail': [(random) => Math.tan(Math.PI * (uniform(random) - 0.5)), (random) => Math.tan(Math.PI * (uniform(random) - 0.5)) + 0.1],
  'the largest numbers there are': [
    (random) => (random.next() < 0.01 ? 1.7e308 * (random.next() - 0.5) : random.next()),
    (random) => (random.next() < 0.02 ? 1.7e308 * (random.next() - 0.5) : random.next()),
  ],
  'tiny numbers': [(random) => 1e-300 * random.next(), (random) => 1e-300 * random.next() ** 2],
  'some of two decimals': [
    (random) => (random.next() < 0.1 ? Math.round(random.next() * 100) / 100 : random.next()),
    (random) => (random.next() < 0.2 ? Math.round(random.next() * 100) / 100 : random.next()),
  ],
};

for (const [name, [drawn, other]] of Object.entries(shapes))
  test(`${name}: unsorted columns have the distances, deciles and places of the sorted ones`, () => {
    const random = randomSource(31);
    const reference = Float64Array.from({ length: 60_000 }, () => drawn(random));
    const current = Float64Array.from({ length: 50_001 }, () => other(random));
    const places = [0, 1, 29_999, 59_998, 59_999];
    const found = compareByParts(reference, current, places);
    assert.ok(found !== null);
    const sorted = [reference.toSorted(), current.toSorted()] as const;
    const wanted = compareSamples(...sorted);
    assert.deepEqual([found.crossing, found.ksDistance], [wanted.crossing, wanted.ksDistance]);
    assert.ok(Math.abs(found.wasserstein / wanted.wasserstein - 1) < 1e-10, `${found.wasserstein} for ${wanted.wasserstein}`);
    assert.deepEqual(found.psi, stabilityIndex(...sorted));
    assert.deepEqual(
      [...found.places],
      places.map((place) => sorted[0][place]),
    );
    assert.equal(found.psi.edges[4], quantileOf(sorted[0], 0.5));
  });

test('a few numbers of a baseline stand against many, and neither column is changed', () => {
  const random = randomSource(32);
  const kept = Float64Array.from({ length: 1000 }, () => random.normal()).sort();
  const current = Float64Array.from({ length: 100_000 }, () => 1.1 * random.normal());
  const before = [kept.slice(), current.slice()];
  const found = compareByParts(kept, current, []);
  const wanted = compareSamples(kept, current.toSorted());
  assert.equal(found?.crossing, wanted.crossing);
  assert.ok(Math.abs((found?.wasserstein ?? 0) / wanted.wasserstein - 1) < 1e-10);
  assert.deepEqual([kept, current], before);
});

test('what would be sorted nearly whole all the same is left to sorting: equal columns, one value, two far clusters', () => {
  const random = randomSource(33);
  const column = Float64Array.from({ length: 20_000 }, () => random.normal());
  assert.equal(compareByParts(column, column, []), null);
  assert.equal(
    compareByParts(
      new Float64Array(10).fill(7),
      column.map(() => 7),
      [],
    ),
    null,
  );
  const clusters = column.map((value, k) => (k % 2 === 0 ? 1e12 : 0) + value);
  assert.equal(
    compareByParts(
      clusters,
      clusters.map((value) => value + 0.01),
      [],
    ),
    null,
  );
});
