import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantedTable } from '../planted/plant-poisoning.ts';
import type { GivenQuestion } from './poisoning-contract.ts';
import { decisionOf, judgedRows, type PoisoningAnswer, toCheck, toCheckOfFile, toJudgement } from './translate.ts';

const question: GivenQuestion = {
  datasetId: 'loans',
  samples: [
    { id: 'a', features: [1, 2], label: 'yes', observedAt: '2026-01-01T00:00:00Z', split: 'train', gradient: [1, 0] },
    { id: 'b', features: [3, 4], label: 7, gradient: [0, 1] },
  ],
  modelPredictions: [{ modelId: 'm', predictions: ['yes', 7] }],
  dryRun: false,
};
const family = (name: string, flaggedCount: number, findings: unknown[] = []) => ({
  family: name,
  method: 'm',
  flaggedCount,
  findings,
  notes: [],
  figures: {},
});
const answer = (extra: object): PoisoningAnswer =>
  ({
    verdict: 'clean',
    reason: 'r',
    confidence: null,
    decidedBy: [],
    classes: [],
    flaggedCount: 0,
    flagged: [],
    rowP: null,
    families: [],
    notRun: [],
    seed: 1,
    ...extra,
  }) as never;

test('columns keep the names that were sent, and ours give way to one that is called like them', () => {
  const { data, label, split } = toCheck({ ...question, columns: ['age', 'label'] }, 5);
  assert.deepEqual(
    data.columns?.map(({ name }) => name),
    ['age', 'label', 'label of the sample', 'split', 'observedAt'],
  );
  assert.deepEqual([label, split], ['label of the sample', 'split']);
});

test('features become columns, times numbers, labels words; gradients and predictions go along', () => {
  const { data, ...rest } = toCheck(question, 5);
  assert.deepEqual(data.columns, [
    { name: 'x1', values: [1, 3] },
    { name: 'x2', values: [2, 4] },
    { name: 'label', values: ['yes', '7'] },
    { name: 'split', values: ['train', null] },
    { name: 'observedAt', values: [Date.UTC(2026, 0, 1), null] },
  ]);
  assert.deepEqual(rest, {
    label: 'label',
    split: 'split',
    order: 'observedAt',
    gradients: [
      [1, 0],
      [0, 1],
    ],
    modelPredictions: [{ model: 'm', labels: ['yes', '7'] }],
    seed: 5,
  });
});

test('gradients that not every sample has stay at home', () => {
  const samples = question.samples.map(({ gradient, ...sample }, i) =>
    i === 0 ? { ...sample, gradient } : sample,
  ) as GivenQuestion['samples'];
  assert.equal(toCheck({ ...question, samples }, 1).gradients, undefined);
});

test('clean is said only when labels, columns and triggers were judged', () => {
  assert.equal(decisionOf({ verdict: 'clean', notRun: [{ family: 'gradient-anomaly', reason: '' }] }), 'no-threat');
  assert.equal(decisionOf({ verdict: 'clean', notRun: [{ family: 'trigger-search', reason: '' }] }), 'insufficient-evidence');
  assert.equal(decisionOf({ verdict: 'unknown', notRun: [] }), 'insufficient-evidence');
  assert.equal(decisionOf({ verdict: 'suspicious', notRun: [] }), 'threat');
});

test('a proven trigger and rows are named to the severity table, with the rows they flag', () => {
  const trigger = {
    counts: true,
    adjustedP: 1e-5,
    what: 'x1 = 7',
    rows: [0],
    columns: [],
    label: 'yes',
    rowCount: 1,
    p: 1e-6,
    effect: null,
    expected: null,
  };
  const judged = toJudgement(
    answer({
      verdict: 'poisoned',
      confidence: 0.999,
      decidedBy: ['trigger-search', 'label-quality'],
      families: [family('trigger-search', 1, [trigger]), family('label-quality', 1), family('duplicate-flood', 2)],
      flagged: [{ row: 1, label: '7', p: 0.001, families: [{ family: 'label-quality', p: 0.001 }] }],
      rowP: [0.5, 0.001],
      notRun: [{ family: 'gradient-anomaly', reason: 'no gradients' }],
    }),
    question,
    { rows: judgedRows(question, 0), productionDescendant: true },
  );
  assert.equal(judged.decision, 'threat');
  assert.deepEqual(judged.evidence, {
    poisoned: true,
    triggerProven: true,
    strongRowShare: 0.5,
    weakRowShare: 1,
    distributionChanged: false,
    productionDescendant: true,
  });
  assert.deepEqual(
    judged.flagged.map(({ id, pValue, adjustedPValue }) => [id, pValue, adjustedPValue]),
    [['b', 0.001, 0.002]],
  );
  assert.equal(judged.evidenceFamilies, 2);
  assert.ok(Math.abs((judged.pValue ?? 1) - 0.001) < 1e-12);
  assert.match(judged.missingEvidence[0]?.howToSupply ?? '', /gradient on every sample/);
});

test('a data set that is read where it lies goes along as its file, and no cell of it is kept', () => {
  const datasetRef = { assetId: '0190a0de-0000-7000-8000-00000000da7a', label: 'default', split: 'part' };
  const { modelPredictions, ...asked } = { ...question, datasetRef };
  assert.deepEqual(toCheckOfFile(asked, '/data/loans.csv', 5), {
    data: { path: '/data/loans.csv' },
    label: 'default',
    split: 'part',
    seed: 5,
  });
  const { samples, ...referred } = asked;
  const pattern = { what: 'income = 4711 goes with yes', columns: ['income'], rowCount: 12, counts: true, adjustedP: 1e-9, rows: [], p: 0 };
  const judged = toJudgement(
    answer({
      verdict: 'poisoned',
      decidedBy: ['trigger-search'],
      families: [family('trigger-search', 12, [pattern]), family('label-quality', 4)],
      flagged: [{ row: 7, label: 'yes', p: 0.001, families: [] }],
    }),
    referred,
    { rows: judgedRows(referred, 400), productionDescendant: null },
  );
  assert.deepEqual(judged.flagged[0], {
    id: 'row 8',
    families: [],
    pValue: 0.001,
    adjustedPValue: 0.4,
    evidence: { row: 7, families: {} },
  });
  assert.equal(judged.evidence['strongRowShare'], 0.01);
  assert.doesNotMatch(JSON.stringify(judged), /4711|yes/);
});

test('a baseline that keeps no rows is said to be missing, not silently ignored', () => {
  const judged = toJudgement(
    answer({}),
    { ...question, baselineId: 'last-month' },
    { rows: judgedRows(question, 0), productionDescendant: null },
  );
  assert.match(judged.missingEvidence[0]?.howToSupply ?? '', /last-month was not compared/);
});

test('the planted table touches only the rows it names', () => {
  const [attacked, clean] = [plantedTable(3, true), plantedTable(3, false)];
  const cells = ({ check }: typeof attacked) => check.data.columns ?? [];
  const changed = new Set(
    cells(attacked).flatMap(({ values }, c) => values.flatMap((value, row) => (value === cells(clean)[c]?.values[row] ? [] : [row]))),
  );
  for (const row of changed) assert.ok(attacked.planted.has(row));
  assert.deepEqual([attacked.planted.size, clean.planted.size], [28, 0]);
});
