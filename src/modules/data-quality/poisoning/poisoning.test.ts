import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import { areaUnderCurve, recallAtMarked } from '../../../math/ranking.ts';
import { classOutliers } from './class-outliers.ts';
import { correlationShift } from './correlation-change.ts';
import { distributionShift } from './distribution-shift.ts';
import { duplicateFlood } from './duplicate-flood.ts';
import { ensembleValidation } from './ensemble-validation.ts';
import { type FamilyEvidence, type FamilyOutcome, flaggedRows, isRun } from './evidence.ts';
import { gradientAnomaly } from './gradient-anomaly.ts';
import { fitMixture, wrongLabelChance } from './label-mixture.ts';
import { outOfFoldModel } from './label-model.ts';
import { labelQuality } from './label-quality.ts';
import { expectedWrong, sharpnessPosterior } from './label-sharpness.ts';
import type { LabelledTable } from './labelled-table.ts';
import { judgePoisoning } from './poisoning.ts';
import { spectralSignature } from './spectral-signature.ts';
import {
  cloudSet,
  type PlantedSet,
  tableOf,
  withBackdoor,
  withCrudeOutliers,
  withFlood,
  withPairFlips,
  withRandomFlips,
} from './test-planted-sets.ts';
import { triggerSearch } from './trigger-search.ts';

const clean = cloudSet(600, 11);

function evidenceOf(outcome: FamilyOutcome): FamilyEvidence {
  assert.ok(isRun(outcome), JSON.stringify(outcome));
  return outcome;
}
/** All planted rows but a tenth flagged, and at most one in twenty flags wrong. */
function assertFound({ planted }: PlantedSet, flagged: Int32Array, share = 0.9): void {
  const right = flagged.filter((row) => planted.has(row)).length;
  assert.ok(right >= share * planted.size, `${right} of ${planted.size} planted rows`);
  assert.ok(flagged.length - right <= 0.05 * flagged.length, `${flagged.length - right} of ${flagged.length} flags are wrong`);
}
const labels = (table: LabelledTable) => evidenceOf(labelQuality(table, outOfFoldModel(table)));

test('a clean table is clean, with no family counting against it, and the confidence is the power measured on it', () => {
  const { verdict, confidence, flagged, notRun } = judgePoisoning(tableOf(clean, 1));
  assert.equal(verdict, 'clean');
  assert.ok(flagged.length <= 6, `${flagged.length} rows flagged, at most 1 %`);
  assert.ok(confidence !== null && confidence > 0.3 && confidence <= 1, `${confidence}`);
  assert.deepEqual(
    notRun.map(({ family }) => family),
    ['distribution', 'correlation', 'gradient-anomaly', 'ensemble-validation'],
  );
});

test('the same table and seed give the same judgement', () => {
  const { set } = withRandomFlips(clean, 0.05, 2);
  const [first, second] = [labels(tableOf(set, 3)), labels(tableOf(set, 3))];
  assert.deepEqual(first.rowP, second.rowP);
});

test('random flips are flagged and make the table poisoned; z-scores see nothing of them', () => {
  const planted = withRandomFlips(clean, 0.06, 4);
  const table = tableOf(planted.set, 1);
  const found = labels(table);
  const score = (found.rowP ?? new Float64Array(0)).map((p) => -p);
  assert.ok((areaUnderCurve(score, (row) => planted.planted.has(row)) ?? 0) > 0.95);
  assertFound(planted, found.flagged, 0.4);
  const judged = judgePoisoning(table, ['label-quality', 'statistical']);
  assert.deepEqual([judged.verdict, judged.decidedBy], ['poisoned', ['label-quality']]);
});

test('flips of one class into another name the pair', () => {
  const planted = withPairFlips(clean, { from: 0, to: 1, share: 0.15 }, 5);
  const { findings } = labels(tableOf(planted.set, 1));
  assert.equal(findings[0]?.what, 'labelled "1", by everything else "0"');
  assert.ok([...(findings[0]?.rows ?? [])].filter((row) => planted.planted.has(row)).length > planted.planted.size / 2);
});

test('labels are not judged in small tables, and a missing label is no wrong one', () => {
  const small = tableOf({ ...clean, rows: clean.rows.slice(0, 60), labels: clean.labels.slice(0, 60) }, 1);
  assert.deepEqual(labelQuality(small, outOfFoldModel(small)), { family: 'label-quality', reason: 'fewer than 100 rows' });
  const judged = judgePoisoning(small);
  assert.deepEqual([judged.verdict, judged.confidence], ['unknown', null]);
  const table = tableOf(clean, 1);
  table.labels[7] = -1;
  assert.equal(labels(table).rowP?.[7], 1);
});

// Values that each occur naturally: the trigger is their combination.
const backdoor = withBackdoor(
  clean,
  { target: 2, share: 0.06, mark: (row) => row.map((value, d) => ({ 1: 0.51, 4: 0.33 })[d] ?? value) },
  6,
);

test('a trigger of values inside the usual range is found with its pattern, label and carriers, and decides', () => {
  const table = tableOf(backdoor.set, 1);
  const found = evidenceOf(triggerSearch(table));
  const [pattern] = found.findings;
  assert.deepEqual([pattern?.counts, pattern?.label, [...(pattern?.columns ?? [])].toSorted()], [true, '2', ['c1', 'c4']]);
  const score = (found.rowP ?? new Float64Array(0)).map((p) => -p);
  assert.ok((recallAtMarked(score, (row) => backdoor.planted.has(row)) ?? 0) > 0.8);
  const judged = judgePoisoning(table, ['trigger-search']);
  assert.deepEqual([judged.verdict, judged.decidedBy], ['poisoned', ['trigger-search']]);
  assert.match(judged.reason, /carry the label 2/);
});

/** Rows of all classes, moved by three deviations over many columns; or a class of which a part lies elsewhere by nature. */
test('a blended trigger is found along its direction with the rows that carry it; a natural group of a class is none', () => {
  const added = [2.4, -2.4, 2.4, -2.4, 2.4, -2.4, 2.4, -2.4];
  const shifted = (row: readonly number[]) => row.map((value, d) => 0.75 * value + (added[d] ?? 0));
  const moved = withBackdoor(clean, { target: 2, share: 0.1, mark: shifted }, 11);
  const { findings, flagged } = evidenceOf(triggerSearch(tableOf(moved.set, 1)));
  const along = findings.filter(({ what, counts }) => counts && what.includes('blended trigger'));
  assert.deepEqual([...new Set(along.map(({ label }) => label))], ['2']);
  const right = [...flagged].filter((row) => moved.planted.has(row)).length;
  assert.ok(right >= 0.9 * moved.planted.size && right >= 0.9 * flagged.length, `${right} of ${flagged.length}, ${moved.planted.size}`);
  // The same move, of rows that carried the label all along: their own halves know each other.
  const natural = { ...clean, rows: clean.rows.map((row, k) => (clean.labels[k] === 2 && k % 3 === 0 ? shifted(row) : row)) };
  assert.deepEqual(
    evidenceOf(triggerSearch(tableOf(natural, 1))).findings.filter(({ counts }) => counts),
    [],
  );
});

test('a few odd labels do not make the models surer of them than the table does; many odd labels do', () => {
  // 400 rows whose class both models give odds of e^2 to 1, and wrong labels among them whose rows have odds of e^4 against them. With three,
  // models that are no surer than they say explain the table as well as sharper ones that call the three wrong.
  const wrongOf = (odd: number) => {
    const labels = Int32Array.from({ length: 400 }, (_, row) => row % 2);
    const logs = Float64Array.from({ length: 800 }, (_, at) => {
      const row = at >> 1;
      const odds = (row < odd ? -4 : 2) * (at % 2 === row % 2 ? 1 : -1);
      return -Math.log1p(Math.exp(-odds));
    });
    const scored = { labels, classes: 2, experts: { logistic: logs, nearest: logs }, rows: Int32Array.from(labels.keys()) };
    const mixture = fitMixture(scored);
    const posterior = sharpnessPosterior(scored, mixture);
    assert.ok(Math.abs(posterior.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-3);
    const rows = Int32Array.from({ length: odd }, (_, row) => row);
    const against = (1 + Math.exp(4 * (mixture.first + mixture.second))) ** -1;
    return {
      peak: wrongLabelChance(mixture, Float64Array.of(against, 1 - against), 0),
      expected: expectedWrong(scored, mixture, { rows, posterior }) / odd,
    };
  };
  const [few, many] = [wrongOf(3), wrongOf(40)];
  assert.ok(few.expected < few.peak, `${few.expected} of a label, at the peak ${few.peak}`);
  assert.ok(many.expected > 0.999, `${many.expected}`);
  assert.ok(1 - few.expected > 3 * (1 - many.expected), `${few.expected} against ${many.expected}`);
});

test('a column that alone tells the class is no trigger', () => {
  // Everything else is noise: what the rest says is the share of the class, so nothing speaks against the label.
  const random = randomSource(7);
  const fruit = Array.from({ length: 600 }, () => random.below(8));
  const set = {
    columns: ['fruit', 'x', 'y'],
    rows: fruit.map((kind) => [kind, random.normal(), random.normal()]),
    labels: fruit.map((kind) => Number(kind === 3)),
  };
  const { findings, flagged } = evidenceOf(triggerSearch(tableOf(set, 1)));
  assert.deepEqual([findings.filter(({ counts }) => counts), [...flagged]], [[], []]);
});

test('copies and jittered copies of a row are flagged; rows that all repeat by nature are not', () => {
  for (const jitter of [0, 0.02]) {
    const planted = withFlood(clean, { share: 0.05, jitter }, 8);
    assertFound(planted, evidenceOf(duplicateFlood(tableOf(planted.set, 1))).flagged);
  }
  const coarse = { ...clean, columns: ['a', 'b'], rows: clean.rows.map((row) => [Math.round(row[0] ?? 0), Math.round(row[1] ?? 0)]) };
  assert.deepEqual([...evidenceOf(duplicateFlood(tableOf(coarse, 1))).flagged], []);
});

test('crude outliers are flagged within their class', () => {
  const planted = withCrudeOutliers(clean, 0.03, 9);
  const table = tableOf(planted.set, 1);
  assertFound(planted, evidenceOf(classOutliers(table)).flagged);
  assert.equal(judgePoisoning(table, ['statistical']).verdict, 'poisoned');
});

test('the spectral signature ranks but flags none', () => {
  const { rowP, flagged } = evidenceOf(spectralSignature(tableOf(clean, 1)));
  assert.equal(flagged.length, 0);
  assert.ok(rowP?.every((p) => p > 0 && p <= 1));
});

test('turned and long gradients are flagged by class; none is asked for, none is judged', () => {
  const random = randomSource(12);
  const planted = new Set([3, 50, 99, 200, 301, 402, 503]);
  const gradients = clean.labels.map((label, row) =>
    Array.from({ length: 6 }, (_, d) => (planted.has(row) ? -40 : 1) * (Number(d === label) + 0.3 * random.normal() + 0.5)),
  );
  const found = evidenceOf(gradientAnomaly(tableOf(clean, 1, { gradients })));
  assertFound({ set: clean, planted }, found.flagged);
  assert.deepEqual(gradientAnomaly(tableOf(clean, 1)), { family: 'gradient-anomaly', reason: 'no gradients were handed over' });
});

test('rows that all given models deny are flagged, shared hard rows are not', () => {
  const random = randomSource(13);
  const table = tableOf(clean, 1);
  const hard = clean.rows.map(() => random.next());
  const model = (poisoned: ReadonlySet<number>) => ({
    model: 'm',
    labels: table.labels.map((label, row) => (poisoned.has(row) || random.next() < (hard[row] ?? 0) ** 12 * 0.3 ? (label + 1) % 3 : label)),
  });
  const planted = new Set(Array.from({ length: 40 }, (_, k) => k * 15));
  const [given, natural] = [planted, new Set<number>()].map((poisoned) =>
    evidenceOf(ensembleValidation({ ...table, modelPredictions: Array.from({ length: 5 }, () => model(poisoned)) })),
  );
  assert.ok([...planted].every((row) => given?.flagged.includes(row)));
  assert.ok((natural?.flagged.length ?? 600) < 6, `${natural?.flagged.length} natural rows flagged`);
});

const order = Float64Array.from(clean.rows, (_, row) => row);
const injected = {
  ...clean,
  rows: clean.rows.map((row, k) => (k >= 300 && k < 360 ? row.map((value, d) => (d === 2 ? value + 2.5 : value)) : row)),
};

test('an injected batch is named by window and column and makes the table suspicious, not poisoned; a slow trend does not count', () => {
  const judged = judgePoisoning(tableOf(injected, 1, { order }), ['distribution', 'correlation']);
  assert.equal(judged.verdict, 'suspicious');
  const found = judged.evidence.flatMap(({ findings }) => findings).find(({ counts }) => counts);
  assert.deepEqual(found?.columns, ['c2']);
  assert.match(found?.what ?? '', /window [67] of 12/);
  const steady = evidenceOf(distributionShift(tableOf(clean, 1, { order })));
  assert.deepEqual(steady.findings, []);
  const trend = { ...clean, rows: clean.rows.map((row, k) => row.map((value) => value + k / 40)) };
  assert.deepEqual(
    evidenceOf(distributionShift(tableOf(trend, 1, { order }))).findings.filter(({ counts }) => counts),
    [],
  );
});

test('a forged dependency between training and validation names the pair; without parts the family is not run', () => {
  const codes = Int32Array.from(clean.rows, (_, row) => Number(row % 3 === 0));
  const groups = { names: ['training', 'validation'], codes, meaning: 'split' as const };
  const forged = {
    ...clean,
    rows: clean.rows.map((row, k) => (codes[k] === 1 ? row.map((value, d) => (d === 5 ? -(row[0] ?? 0) : value)) : row)),
  };
  const found = evidenceOf(correlationShift(tableOf(forged, 1, { groups })));
  assert.deepEqual([found.findings[0]?.counts, found.findings[0]?.columns.includes('c5')], [true, true]);
  assert.deepEqual(evidenceOf(correlationShift(tableOf(clean, 1, { groups }))).findings, []);
  assert.match(JSON.stringify(correlationShift(tableOf(clean, 1))), /neither a split/);
});

test('rows are flagged by Benjamini and Hochberg', () => {
  // 0.01·k/4: 0.0025, 0.005, 0.0075, 0.01. The second lies above its own limit, the third below it, so three are flagged.
  assert.deepEqual([...flaggedRows(Float64Array.from([0.5, 0.001, 0.006, 0.007]))], [1, 2, 3]);
  assert.deepEqual([...flaggedRows(Float64Array.from([0.5, 0.02, 0.6, 0.7]))], []);
});
