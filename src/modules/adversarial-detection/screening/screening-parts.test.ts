import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BlockEntry, BlockSet } from '../blocks/block-set.ts';
import { gradeEvidence, holds, severityRules } from '../detections/severity.ts';
import { standingOf } from '../profiles/calibration-watch.ts';
import { ClientWindows } from './client-windows.ts';
import { hashFeatures } from './input-hash.ts';

const entry = (draft: Partial<BlockEntry>): BlockEntry => ({
  id: 'b',
  kind: 'input',
  modelId: 'm',
  inputSha256: 'h',
  clientId: null,
  expiresAtMs: 1000,
  ...draft,
});
const ask = { modelId: 'm', inputSha256: 'h', clientId: 'c' };

test('a block refuses what it names, on its model or on all, until it expires', () => {
  const blocks = new BlockSet();
  blocks.set(entry({}));
  assert.equal(blocks.find(ask, 0)?.id, 'b');
  assert.equal(blocks.find({ ...ask, modelId: 'other' }, 0), null);
  assert.equal(blocks.find(ask, 1000), null);
  assert.equal(blocks.size, 0);
  blocks.set(entry({ id: 'everywhere', kind: 'client', modelId: null, inputSha256: null, clientId: 'c' }));
  assert.equal(blocks.find({ ...ask, modelId: 'other', inputSha256: 'x' }, 0)?.id, 'everywhere');
  blocks.remove('everywhere');
  assert.equal(blocks.find(ask, 0), null);
});

test('a reload keeps a block that is not committed yet, and drops what is gone', () => {
  const blocks = new BlockSet();
  blocks.set(entry({ id: 'old', inputSha256: 'old' }));
  blocks.set(entry({ id: 'new' }), { provisional: true });
  blocks.load([entry({ id: 'from database', inputSha256: 'd' })]);
  assert.equal(blocks.find({ ...ask, inputSha256: 'old' }, 0), null);
  assert.equal(blocks.find(ask, 0)?.id, 'new');
  assert.equal(blocks.find({ ...ask, inputSha256: 'd' }, 0)?.id, 'from database');
});

test('five flags of a client in ten minutes are no chance, and are forgotten after them', () => {
  const clients = new ClientWindows();
  const count = (flagged: boolean, now: number) => clients.count('p', 'c', { flagged, rate: 0.01, now });
  for (let at = 0; at < 95; at++) count(false, 0);
  for (let at = 0; at < 4; at++) count(true, 0);
  const fifth = count(true, 0);
  assert.deepEqual([fifth.flagged, fifth.screened], [5, 100]);
  // P(X ≥ 5 | 100, 0.01) = 0.00343 (R: pbinom(4, 100, 0.01, lower.tail = FALSE)).
  assert.ok(Math.abs(fifth.binomialP - 0.003_432) < 1e-5, String(fifth.binomialP));
  assert.equal(clients.participating('p', { rate: 0.001, now: 0 }), 1);
  assert.equal(count(true, 600_001).flagged, 1);
});

test('the hash of an input does not tell 0 from −0, and tells every other number', () => {
  assert.equal(hashFeatures([0, 1]), hashFeatures([-0, 1]));
  assert.notEqual(hashFeatures([0, 1]), hashFeatures([0, 1 + 2e-16]));
});

for (const rule of severityRules())
  test(`rule ${rule.id} names its matches and none of its misses`, () => {
    for (const evidence of rule.matches) assert.ok(holds(rule, evidence), JSON.stringify(evidence));
    for (const evidence of rule.misses) assert.ok(!holds(rule, evidence), JSON.stringify(evidence));
  });

test('one weak signal is medium at most, whatever the table says', () => {
  const evidence = { flagged: true, strongDetectors: 2, predictionDiffersFromBaseline: true };
  assert.equal(gradeEvidence('model-evasion', evidence, { pValue: 0.005, families: 1, disabled: [] }).severity, 'medium');
  assert.equal(gradeEvidence('model-evasion', evidence, { pValue: 0.005, families: 2, disabled: [] }).severity, 'high');
  assert.equal(gradeEvidence('model-evasion', evidence, { pValue: 0.001, families: 1, disabled: [] }).severity, 'high');
  const fewer = gradeEvidence('model-evasion', evidence, { pValue: 0.001, families: 2, disabled: ['evasion-strong-and-changed-answer'] });
  assert.deepEqual([fewer.severity, fewer.signatures], ['medium', ['evasion-input-flagged']]);
});

test('a profile is out of its band when live flags leave the binomial 99.9 % of its rate', () => {
  const watched = (screened: number, flagged: number) => standingOf({ screened, flagged, target: 0.01, measured: 0.01 });
  // Binomial(10,000, 0.01): mean 100, standard deviation 9.95; 3.3 of them is the edge of 99.9 %.
  assert.deepEqual(
    [watched(10_000, 100), watched(10_000, 150), watched(10_000, 60), watched(500, 200)],
    ['within', 'above', 'below', 'unknown'],
  );
});
