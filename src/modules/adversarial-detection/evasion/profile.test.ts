import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformalProbability, conformalThreshold, fewestCalibrationRows } from '../../../math/conformal.ts';
import { binomialTail } from '../../../math/counting-tails.ts';
import { randomSource } from '../../../math/random.ts';
import { blobInput, blobSource } from '../testing/blobs.ts';
import { drain } from '../testing/measure-quality.ts';
import { buildProfile } from './build-profile.ts';
import { evasionDetectors } from './detectors.ts';
import { cauchyScore } from './fusion.ts';
import { copiesPerRow, harmlessColumns, harmlessCopies } from './harmless.ts';
import { judgeInput } from './judge-input.ts';
import { packProfile, packSource, unpackProfile, unpackSource } from './pack-profile.ts';
import { splitRows, stratifiedSample } from './stratified-split.ts';

test('a conformal p counts the calibration scores at or above, itself included', () => {
  // By hand: of 1, 2, 3, 4 two are ≥ 3, so (1 + 2) / 5; none is ≥ 9, so 1 / 5; all are ≥ 0.
  const sorted = Float64Array.of(1, 2, 3, 4);
  assert.deepEqual(
    [3, 9, 0].map((score) => conformalProbability(sorted, score)),
    [0.6, 0.2, 1],
  );
  assert.equal(fewestCalibrationRows(0.01), 99);
  assert.equal(fewestCalibrationRows(0.05), 19);
  assert.equal(conformalThreshold(sorted, 0.01), null);
  // p ≤ 0.4 needs at most one score ≥ s: everything above 3.
  assert.equal(conformalThreshold(sorted, 0.4), 3);
});

test('a conformal p holds its level over 10,000 draws', () => {
  const random = randomSource(7);
  let flagged = 0;
  for (let draw = 0; draw < 10_000; draw++) {
    const sorted = Float64Array.from({ length: 99 }, () => random.normal()).sort();
    if (conformalProbability(sorted, random.normal()) <= 0.05) flagged += 1;
  }
  // The level is exactly 5/100; the binomial 99.9 % band around 500 of 10,000.
  assert.ok(binomialTail(flagged, 10_000, 0.05) > 0.0005, `${flagged} flagged`);
  assert.ok(1 - binomialTail(flagged + 1, 10_000, 0.05) > 0.0005, `${flagged} flagged`);
});

test('evidence in one detector is not hidden by a detector that sees none', () => {
  // tan(π(½ − 0.01)) = 31.82; the other counts as 0, not as a large negative value.
  const score = cauchyScore([
    { p: 0.01, rows: 99 },
    { p: 1, rows: 99 },
  ]);
  assert.ok(Math.abs(score - 31.8205 / 2) < 0.001, String(score));
  assert.equal(cauchyScore([{ p: 0.0001, rows: 99 }]), cauchyScore([{ p: 0.01, rows: 99 }]));
});

for (const detector of evasionDetectors)
  test(`${detector.id} puts each of its positive examples above each harmless one`, () => {
    const scoreOf = (facts: (typeof detector.positive)[number]): number => detector.score(facts) ?? Number.NaN;
    assert.ok(detector.positive.length > 0 && detector.harmless.length > 0);
    for (const positive of detector.positive)
      for (const harmless of detector.harmless)
        assert.ok(scoreOf(positive) > scoreOf(harmless), `${scoreOf(positive)} against ${scoreOf(harmless)}`);
  });

test('rows are split 60 / 20 / 20 within each class, the same way for the same seed', () => {
  const classes = Int32Array.from({ length: 1000 }, (_, row) => (row % 10 === 0 ? 1 : 0));
  const split = splitRows(classes, 3);
  assert.deepEqual([split.reference.length, split.calibration.length, split.fusion.length], [600, 200, 200]);
  assert.equal(split.fusion.filter((row) => classes[row] === 1).length, 20);
  assert.equal(new Set([...split.reference, ...split.calibration, ...split.fusion]).size, 1000);
  assert.deepEqual(splitRows(classes, 3), split);
  assert.equal(splitRows(classes.subarray(0, 999), 3).leaveOneOut, true);
  assert.deepEqual([...stratifiedSample(classes, 100, 1)].filter((row) => classes[row] === 1).length, 10);
});

test('rows the model learnt from are compared with, and set no threshold', () => {
  const classes = Int32Array.from({ length: 1600 }, (_, row) => row % 2);
  const trainedOn = Uint8Array.from(classes, (_, row) => (row < 600 ? 1 : 0));
  const split = splitRows(classes, 1, trainedOn);
  assert.deepEqual([split.reference.length, split.calibration.length, split.fusion.length], [1200, 200, 200]);
  assert.ok([...split.calibration, ...split.fusion].every((row) => row >= 600));
  const few = splitRows(classes.subarray(0, 800), 1, trainedOn.subarray(0, 800));
  assert.deepEqual([few.leaveOneOut, few.reference.length, few.calibration.length], [true, 800, 200]);
});

test('harmless copies stay in the range that was seen, and leave one-hot columns alone', () => {
  const values = Float32Array.from({ length: 300 }, (_, at) => (at % 3 === 2 ? 1 : (at * 7) % 16));
  const columns = harmlessColumns(
    { values, dimensions: 3 },
    Int32Array.from({ length: 100 }, (_, row) => row),
    ['integer', 'continuous', 'one-hot:a'],
  );
  const copies = harmlessCopies([0, 15, 1], columns, randomSource(1));
  assert.equal(copies.length, copiesPerRow * 3);
  for (let at = 0; at < copies.length; at += 3) {
    assert.ok((copies[at] as number) >= 0 && (copies[at + 1] as number) <= 15);
    assert.equal(copies[at + 2], 1);
  }
  // The last two kinds of copy end on the grid of the column.
  assert.ok(Number.isInteger(copies[6 * 3] as number) && Number.isInteger(copies[7 * 3] as number));
});

const source = blobSource({ rows: 1200, seed: 4, rate: 0.05 });
const built = drain(buildProfile(source));

test('a profile holds the asked rate on rows it never saw, and flags rows whose answer does not fit', () => {
  const { profile, report } = built;
  assert.deepEqual(report.split, { reference: 720, calibration: 240, fusion: 240, leaveOneOut: false });
  assert.deepEqual(report.constantFeatures, [5]);
  assert.equal(report.fused.canDecide, true);
  assert.ok((report.fused.harmlessFlagRate ?? 1) <= 2 * source.targetRate);
  const fresh = blobSource({ rows: 1000, seed: 5, rate: 0.05 });
  let clean = 0;
  let attacked = 0;
  for (let row = 0; row < 1000; row++) {
    const features = fresh.values.subarray(row * 6, row * 6 + 6);
    const label = fresh.labels[row] as string;
    if (judgeInput(profile, { features, prediction: label, confidence: 0.99 }).flagged) clean += 1;
    if (judgeInput(profile, { features, prediction: label === 'a' ? 'b' : 'a', confidence: 0.99 }).flagged) attacked += 1;
  }
  assert.ok(clean <= 90, `${clean} of 1,000 clean rows flagged at 5 %`);
  assert.ok(attacked >= 950, `${attacked} of 1,000 flagged`);
});

test('a profile without confidences calibrates all detectors but margin, and still decides', () => {
  const { report, profile } = drain(
    buildProfile({ ...blobSource({ rows: 240, seed: 8, rate: 0.05 }), confidences: new Float32Array(240).fill(Number.NaN) }),
  );
  assert.deepEqual(
    report.detectors.map(({ status }) => status),
    ['used', 'used', 'not-calibrated'],
  );
  assert.equal(report.split.leaveOneOut, true);
  assert.equal(judgeInput(profile, { ...blobInput('a'), confidence: null }).flagged, false);
});

test('a profile with too few rows for its rate says so, and decides nothing', () => {
  const { report, profile } = drain(buildProfile({ ...blobSource({ rows: 240, seed: 8, rate: 0.001 }) }));
  assert.equal(report.fused.canDecide, false);
  assert.match(report.fused.note ?? '', /999 are needed/);
  assert.equal(judgeInput(profile, blobInput('a')).flagged, null);
});

test('a prediction the profile never saw is as strange as can be', () => {
  const judged = judgeInput(built.profile, { ...blobInput('a'), prediction: 'z' });
  assert.equal(judged.flagged, true);
});

test('what is packed comes back and answers the same', () => {
  const again = unpackProfile(packProfile(built.profile));
  const question = { ...blobInput('b'), confidence: 0.7 };
  assert.deepEqual(judgeInput(again, question).answers, judgeInput(built.profile, question).answers);
  assert.ok(again.reference.values.buffer instanceof SharedArrayBuffer);
  const { source: rows, nonMemberLosses } = unpackSource(packSource(source, [0.5, 2]));
  assert.deepEqual(rows.labels, source.labels);
  assert.deepEqual([...rows.values], [...source.values]);
  assert.deepEqual(nonMemberLosses, [0.5, 2]);
  assert.throws(() => unpackProfile(new Uint8Array(64)), { name: 'PackError' });
});

test('the same rows and seed give the same profile, byte for byte', () => {
  const small = blobSource({ rows: 220, seed: 2, rate: 0.05 });
  const bytes = () => Buffer.from(packProfile(drain(buildProfile(small)).profile));
  assert.ok(bytes().equals(bytes()));
});
