import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformalProbability, conformalThreshold, fewestCalibrationRows } from '../../../math/conformal.ts';
import { binomialTail } from '../../../math/counting-tails.ts';
import { randomSource } from '../../../math/random.ts';
import { clouds, plantEvasion } from '../planted/plant-evasion.ts';
import { blobInput, blobSource } from '../testing/blobs.ts';
import { drain } from '../testing/measure-quality.ts';
import { buildProfile } from './build-profile.ts';
import { calibrationScores, conformalOf } from './calibration.ts';
import { fitClassShapes, shapeFactsOf } from './class-shapes.ts';
import { leastScoreOf } from './decision-threshold.ts';
import { evasionDetectors } from './detectors.ts';
import { chooseSpace } from './feature-space.ts';
import { chooseFinestVariance } from './finest-variance.ts';
import { answerScore, cauchyScore, contestedScore, contextScore, openedScore, type Spoken } from './fusion.ts';
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
    { p: 0.01, rows: 99, surprise: 0 },
    { p: 1, rows: 99, surprise: 0 },
  ]);
  assert.ok(Math.abs(score - 31.8205 / 2) < 0.001, String(score));
  assert.equal(cauchyScore([{ p: 0.0001, rows: 99, surprise: 0 }]), cauchyScore([{ p: 0.01, rows: 99, surprise: 0 }]));
});

test('a score beyond all calibration scores surprises the more the farther it lies beyond', () => {
  // By hand: 1 … 20; the two largest lie 1 and 2 above the third, 1.5 on average. 20 + 3 lies 3 / 1.5 = 2 beyond, on top of −ln(1 / 21).
  const scores = calibrationScores(
    Array.from({ length: 20 }, (_, at) => at + 1),
    { predicted: new Array(20).fill(0), classCount: 1, alpha: 0.01 },
  );
  const near = (left: number, right: number) => assert.ok(Math.abs(left - right) < 1e-9, `${left} against ${right}`);
  near(conformalOf(scores, 23, { predicted: 0 }).surprise, Math.log(21) + 2);
  near(conformalOf(scores, 20, { predicted: 0 }).surprise, -Math.log(2 / 21));
  // The largest without itself lies 1 / 1.5 beyond the next.
  near(conformalOf(scores, 20, { predicted: 0, itself: true }).surprise, Math.log(20) + 1 / 1.5);
});

test('doubt and change count as far as two detectors that hold the answer against the input let them', () => {
  const said = (role: Spoken['role'], p: number): Spoken => ({ role, conformal: { p, rows: 999, surprise: -Math.log(p) } });
  // By hand, in −ln p with p = e^−k: the two largest of 4, 2, 1 have the mean 3; context is the larger of 1 and 2, then of 1 and 9.
  const answers = [said('answer', Math.exp(-1)), said('answer', Math.exp(-4)), said('answer', Math.exp(-2))];
  const near = (left: number, right: number) => assert.ok(Math.abs(left - right) < 1e-9, `${left} against ${right}`);
  near(answerScore(answers), 3);
  near(contextScore([...answers, said('doubt', Math.exp(-1)), said('change', Math.exp(-2))]), 5);
  near(contextScore([...answers, said('doubt', Math.exp(-1)), said('change', Math.exp(-9))]), 6);
  // However much was changed: where the answer fits, nothing is said.
  const fits = [said('answer', 1), said('answer', 1), said('doubt', 0.001), said('change', 0.001)];
  near(contextScore(fits), 0);
  near(openedScore(fits, 0.01), 0);
  // −ln p of 3 is half of what α = e^−6 asks for, so half of a context of 9 counts; at α = e^−2 all of it does.
  const changed = [...answers, said('doubt', Math.exp(-1)), said('change', Math.exp(-9))];
  near(openedScore(changed, Math.exp(-6)), 3 + 4.5);
  near(openedScore(changed, Math.exp(-2)), 3 + 9);
  // Doubt of 9 among all rows is one of 2 among contested rows; change of 3 stays, and counts twice: all of it, then half.
  const contested: Spoken[] = [...answers, { ...said('doubt', Math.exp(-9)), contestedP: Math.exp(-2) }, said('change', Math.exp(-3))];
  near(contestedScore(contested, Math.exp(-2)), 3 + 6);
  near(contestedScore(contested, Math.exp(-6)), 3 + 3);
  near(contestedScore(fits, 0.01), 0);
});

test('where harmless copies are flagged too often, a flagged score has to exceed theirs', () => {
  // At 1 % of 100 copies two may be flagged. Three are: the third largest score is what has to be exceeded.
  const copies = Array.from({ length: 100 }, (_, at) => ({ score: at, p: at >= 97 ? 0.01 : 0.5 }));
  assert.equal(leastScoreOf(copies, 0.01), 97);
  assert.equal(leastScoreOf(copies.slice(0, 99), 0.02), null);
});

test('columns are scaled as clean rows agree best with their neighbours, not as they are spread', () => {
  const random = randomSource(3);
  const rows = Int32Array.from({ length: 200 }, (_, row) => row);
  const classes = rows.map((row) => row % 2);
  // The first column tells the classes apart; the second is noise of a hundredth of its size, in the same unit.
  const values = Float32Array.from({ length: 400 }, (_, at) =>
    at % 2 === 0 ? 10 * ((at / 2) % 2) + random.normal() : 0.1 * random.normal(),
  );
  const chosen = (noise: number): string =>
    chooseSpace({ values: values.map((value, at) => (at % 2 === 0 ? value : value * noise)), dimensions: 2 }, rows, {
      classes,
      classCount: 2,
      seed: 1,
    }).scale;
  // All scales tell these apart without an error, so the first is kept.
  assert.equal(chosen(1), 'percentiles');
  const mixed = Float32Array.from({ length: 1600 }, (_, at) =>
    at % 8 === 0 ? 2 * (Math.floor(at / 8) % 2) + random.normal() : 0.2 * random.normal(),
  );
  assert.equal(chooseSpace({ values: mixed, dimensions: 8 }, rows, { classes, classCount: 2, seed: 1 }).scale, 'one-unit');
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
    ['used', 'used', 'used', 'not-calibrated', 'used'],
  );
  assert.equal(report.split.leaveOneOut, true);
  assert.equal(judgeInput(profile, { ...blobInput('a'), confidence: null }).flagged, false);
});

test('rows that the model answers wrong can be set aside: they set no threshold, and it says how many of them it flags', () => {
  const rows = blobSource({ rows: 600, seed: 6, rate: 0.05 });
  // Every tenth row is answered by the other label.
  const predictions = rows.labels.map((label, row) => (row % 10 === 3 ? (label === 'a' ? 'b' : 'a') : label));
  const counted = drain(buildProfile({ ...rows, predictions })).report;
  const aside = drain(buildProfile({ ...rows, predictions, mistakes: 'set-aside' })).report;
  // 5 % of 600 rows at most, though 60 look like attacks.
  assert.ok((counted.fused.cleanFlagRate ?? 1) <= 0.05);
  assert.deepEqual([counted.fused.mistakes.rows, aside.fused.mistakes], [60, { rows: 60, flagged: 60 }]);
  assert.equal(aside.fused.calibrationRows, 540);
  assert.match(aside.fused.note ?? '', /set no threshold/);
  assert.deepEqual(
    aside.detectors.map(({ status }) => status),
    ['used', 'used', 'used', 'evidence-only', 'evidence-only'],
  );
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

test('attacks that stop just beyond the boundary are found where harmless copies reach the floor of p as well', () => {
  // Four clouds far apart: 2 % of the harmless copies, and each attack, are stranger than every clean row.
  const { planted, found, falseFlags } = plantEvasion(clouds(3), 3);
  assert.ok(found >= 0.9 * planted && falseFlags <= 6, `${found} of ${planted}, ${falseFlags} false`);
});

test('what is packed comes back and answers the same', () => {
  const again = unpackProfile(packProfile(built.profile));
  const question = { ...blobInput('b'), confidence: 0.7 };
  assert.deepEqual(judgeInput(again, question).answers, judgeInput(built.profile, question).answers);
  assert.deepEqual(judgeInput(again, question).fused, judgeInput(built.profile, question).fused);
  assert.deepEqual([...again.contested.keys()], ['margin']);
  assert.ok(again.reference.values.buffer instanceof SharedArrayBuffer);
  const { source: rows, nonMemberLosses } = unpackSource(packSource(source, [0.5, 2]));
  assert.deepEqual(rows.labels, source.labels);
  assert.deepEqual([...rows.values], [...source.values]);
  assert.deepEqual(nonMemberLosses, [0.5, 2]);
  assert.throws(() => unpackProfile(new Uint8Array(64)), { name: 'PackError' });
});

test('more columns and classes than matrices can be held for have no shapes of classes, and a profile packs without them', () => {
  const rows = Int32Array.of(0, 1);
  const scaled = (dimensions: number) => ({
    values: new Float32Array(2 * dimensions),
    dimensions,
    classes: Int32Array.of(0, 1),
    classCount: 2,
  });
  // Three matrices of 2,000,000 numbers together: 816² · 3 is the last below.
  assert.equal(fitClassShapes(scaled(817), rows, 0.001), null);
  const without = { ...built.profile, models: { ...built.profile.models, shapes: null } };
  assert.equal(unpackProfile(packProfile(without)).models.shapes, null);
  assert.deepEqual(
    judgeInput(without, blobInput('a')).answers.map(({ id }) => id),
    ['neighbour-disagreement', 'ensemble-disagreement', 'margin'],
  );
});

test('a class is seen as the Gaussian of its rows after harmless change', () => {
  // By hand, one column: class 0 at −1 and 1 (mean 0, scatter 2), class 1 at 9 and 11; pooled variance (2 + 2) / 4 = 1, drawn towards it by
  // ten rows: (2 + 10 · 1) / 12 = 1, and 0.01 of harmless change.
  const values = Float32Array.of(-1, 1, 9, 11);
  const shapes = fitClassShapes(
    { values, dimensions: 1, classes: Int32Array.of(0, 0, 1, 1), classCount: 2 },
    Int32Array.of(0, 1, 2, 3),
    0.001,
  );
  assert.ok(shapes !== null);
  const nearest = Float64Array.of(2, 6);
  const { own, other, apart } = shapeFactsOf(shapes, Float32Array.of(3), { predicted: 1, nearest });
  const near = (left: number | null, right: number) => assert.ok(Math.abs((left ?? Number.NaN) - right) < 1e-6, `${left} against ${right}`);
  near(own, 49 / 1.01 / 2 + Math.log(1.01) / 2);
  near(other, 9 / 1.01 / 2 + Math.log(1.01) / 2);
  // All rows: mean 5, variance 1 + 25, and the 0.001 that was given.
  near(apart, 4 / 26.001);
  // Which class is looked at first changes what it costs, and not what is found.
  assert.equal(
    shapeFactsOf(shapes, Float32Array.of(9), { predicted: -1, nearest }).other,
    shapeFactsOf(shapes, Float32Array.of(9), { predicted: -1, nearest: nearest.toReversed() }).other,
  );
  assert.equal(shapeFactsOf(shapes, Float32Array.of(3), { predicted: -1, nearest }).own, null);
});

test('the finest structure looked for is what rows that were left out have as well', () => {
  const rows = Int32Array.from({ length: 300 }, (_, row) => row);
  // A column of noise of 0.1, one that follows it but for noise of the given size.
  const chosen = (size: number): number => {
    const random = randomSource(5);
    const values = Float32Array.from({ length: 600 });
    for (const row of rows) {
      values[2 * row] = 0.1 * random.normal();
      values[2 * row + 1] = (values[2 * row] as number) + size * random.normal();
    }
    return chooseFinestVariance({ values, dimensions: 2, classes: new Int32Array(300), classCount: 1 }, rows, 1);
  };
  // 0.0001² is below the smallest that is tried; 0.1² needs none of the large ones, which would hide it.
  assert.equal(chosen(0.0001), 1e-5);
  assert.ok(chosen(0.1) < 1e-2);
  // 20 columns and 10 rows to learn from: what is left over is accident, and a large variance describes new rows better.
  const random = randomSource(6);
  const wide = { values: Float32Array.from({ length: 260 }, () => 0.1 * random.normal()), dimensions: 20 };
  assert.ok(chooseFinestVariance({ ...wide, classes: new Int32Array(13), classCount: 1 }, rows.subarray(0, 13), 1) >= 1e-3);
});

test('the same rows and seed give the same profile, byte for byte', () => {
  const small = blobSource({ rows: 220, seed: 2, rate: 0.05 });
  const bytes = () => Buffer.from(packProfile(drain(buildProfile(small)).profile));
  assert.ok(bytes().equals(bytes()));
});
