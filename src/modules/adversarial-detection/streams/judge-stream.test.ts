import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longestLine } from './attribute-sweep.ts';
import { streamOf } from './detector.ts';
import { type BenignHistory, judgeStream, noHistory, streamDetectors, thresholdOf } from './judge-stream.ts';
import { queriesOf, type StreamKind, sketchesOf } from './planted-streams.ts';
import { farMarkOf, referenceFrom } from './profile-reference.ts';
import { joinRing, packRing, projectionsOf, ringLength, unpackRing } from './sketch.ts';
import { countHours } from './take-traffic.ts';
import { volume } from './volume.ts';

const options = { targetRate: 0.01, modelId: 'model', clientId: 'client' };
const judge = (kind: StreamKind, seed: number, history = noHistory) =>
  judgeStream(streamOf(sketchesOf(queriesOf(kind, { count: 200, dimensions: 8, seed }))), history, options);

test('a sketch survives the ring, and an id is counted once', () => {
  const sketches = sketchesOf(queriesOf('harmless', { count: 600, dimensions: 5, seed: 1 }));
  const { ring, added, dropped } = joinRing([], sketches);
  assert.deepEqual([ring.length, added, dropped], [ringLength, 600, 600 - ringLength]);
  assert.deepEqual(unpackRing(packRing(ring)), ring);
  assert.ok(packRing(ring).length <= 65_536);
  const again = joinRing(ring, sketches.slice(-10));
  assert.deepEqual([again.added, again.duplicates], [0, 10]);
});

test('sketches keep distances within about a third', () => {
  const at = (x: number): Float64Array => projectionsOf(Array.from({ length: 64 }, (_, d) => x * Math.sin(d + 1))).components;
  const [zero, one, two] = [at(0), at(0.1), at(0.2)];
  const far = (a: Float64Array, b: Float64Array): number =>
    Math.sqrt(a.reduce((sum, value, k) => sum + (value - (b[k] as number)) ** 2, 0));
  // asinh is nearly linear there: twice as far is twice as far.
  assert.ok(Math.abs(far(zero, two) / far(zero, one) - 2) < 0.05);
});

test('harmless clients are left alone, also when they repeat a query', () => {
  for (let seed = 0; seed < 10; seed++)
    for (const kind of ['harmless', 'repeats'] as const) {
      const { decision, exceeded } = judge(kind, seed);
      assert.equal(decision, 'no-threat', `${kind} ${seed}: ${exceeded.join(', ')}`);
    }
});

const expected: readonly [StreamKind, string, 'extraction' | 'boundarySearch' | 'privacyProbing'][] = [
  ['boundary-walk', 'boundary-walk', 'boundarySearch'],
  ['record-probe', 'record-probe', 'privacyProbing'],
  ['attribute-sweep', 'attribute-sweep', 'privacyProbing'],
  ['synthetic', 'distance-distribution', 'extraction'],
];
for (const [kind, detector, field] of expected)
  test(`a stream is told by its detector, marked uncalibrated: ${kind}`, () => {
    const { decision, exceeded, evidence, families } = judge(kind, 3);
    assert.equal(decision, 'threat');
    assert.ok(
      exceeded.some((id) => id === detector),
      exceeded.join(', '),
    );
    assert.deepEqual([evidence[field], evidence['calibrated']], [true, false]);
    assert.match(families.find(({ family }) => family === detector)?.reason ?? '', /^uncalibrated/);
  });

test('forty-nine queries are too few', () => {
  const short = judgeStream(streamOf(sketchesOf(queriesOf('boundary-walk', { count: 49, dimensions: 4, seed: 1 }))), noHistory, options);
  assert.equal(short.decision, 'insufficient-evidence');
});

test('thresholds are learnt from twenty harmless clients, and never fall below what can be an attack', () => {
  const [first] = streamDetectors;
  assert.ok(first !== undefined);
  const history = (clients: number): BenignHistory => ({
    clients,
    days: 0,
    typical: null,
    readings: new Map([[first.id, Array.from({ length: clients }, (_, i) => 0.2 + i / 1000)]]),
  });
  assert.deepEqual(thresholdOf(first, history(19), 0.01), { value: first.uncalibratedThreshold, isCalibrated: false });
  const learnt = thresholdOf(first, history(20), 0.01);
  assert.ok(learnt.isCalibrated && learnt.value > 0.22 && learnt.value < 0.26, String(learnt.value));
  const calm: BenignHistory = { clients: 20, days: 0, typical: null, readings: new Map([[first.id, Array.from({ length: 20 }, () => 0)]]) };
  assert.equal(thresholdOf(first, calm, 0.01).value, first.leastThreshold);
});

test('queries unlike the data of the profile are marked far, its own kind near', () => {
  const rows = queriesOf('harmless', { count: 400, dimensions: 6, seed: 7 }).flatMap(({ features }) => features);
  const reference = referenceFrom(Float32Array.from(rows), 6);
  const [own] = queriesOf('harmless', { count: 1, dimensions: 6, seed: 99 });
  assert.equal(farMarkOf(projectionsOf(own?.features ?? []), 6, reference), 'near');
  assert.equal(farMarkOf(projectionsOf([50, -50, 50, -50, 50, -50]), 6, reference), 'far');
  assert.equal(farMarkOf(projectionsOf([1, 2]), 2, reference), 'unknown');
});

test('volume asks for a day of history, compares with the same hour of the week when it can, and decides nothing alone', () => {
  const hour = 3_600_000;
  const sketches = sketchesOf(queriesOf('harmless', { count: 60, dimensions: 3, seed: 1 })).map((sketch, i) => ({
    ...sketch,
    at: i * hour,
  }));
  const steady = countHours([], sketches, sketches.length);
  assert.equal(steady.length, 60);
  const burst: [number, number][] = [...steady, [60, 5000]];
  const reading = volume.read({ ...streamOf(sketches), hours: burst });
  assert.ok(typeof reading !== 'string' && reading.statistic > 8);
  assert.equal(judgeStream(streamOf(sketches, { hours: burst }), noHistory, options).decision, 'no-threat');
  assert.equal(typeof volume.read({ ...streamOf(sketches), hours: steady.slice(0, 10) }), 'string');
});

test('a line in the input space is found, and a cloud is none', () => {
  assert.ok(longestLine(sketchesOf(queriesOf('attribute-sweep', { count: 60, dimensions: 5, seed: 2 }))) > 40);
  assert.ok(longestLine(sketchesOf(queriesOf('harmless', { count: 60, dimensions: 5, seed: 2 }))) <= 3);
});
