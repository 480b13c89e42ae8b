import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytes, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

/** Written by xgboost 3.2, xgboost 2.1 (legacy) and lightgbm 4.7: make_real_formats.py. */
const folder = join(import.meta.dirname, '../../../../../test/corpus/model-scanner/real-formats');
const real = (name: string) => Uint8Array.from(readFileSync(join(folder, name)));
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
type Booster = {
  learner: {
    gradient_booster: { model: { gbtree_model_param: Record<string, string>; tree_info: number[]; trees: Record<string, unknown>[] } };
  } & Record<string, unknown>;
};
const booster = (): Booster => JSON.parse(new TextDecoder().decode(real('plain-xgboost.json')));

test('boosters saved by the real libraries are clean in every form, whatever they are called', () => {
  const formats = {
    'plain-xgboost.json': 'xgboost-json',
    'plain-xgboost.ubj': 'xgboost-ubjson',
    'plain-xgboost-legacy.model': 'xgboost-binary',
    'plain-lightgbm.txt': 'lightgbm-text',
  };
  for (const [name, format] of Object.entries(formats)) {
    const report = reportOf(real(name), 'model');
    assert.equal(report.format, format);
    assert.equal(report.role, 'model');
    assert.equal(report.verdict, 'clean', JSON.stringify(report.findings));
    assert.equal(report.metadata.trees, 2);
  }
});

test('trees with a vector in each leaf are clean', () => {
  assert.equal(reportOf(real('plain-xgboost-targets.ubj'), 'm').verdict, 'clean');
});

test('XGBoost: counts that do not match their lists, children out of range and loops are broken', () => {
  const change = (edit: (trees: Record<string, unknown>[], model: Booster['learner']['gradient_booster']['model']) => void) => {
    const value = booster();
    edit(value.learner.gradient_booster.model.trees, value.learner.gradient_booster.model);
    return codesOf(artefactOf(json(value), 'm.json'));
  };
  assert.deepEqual(
    change(() => {}),
    [],
  );
  assert.deepEqual(
    change((_, model) => Object.assign(model.gbtree_model_param, { num_trees: '9' })),
    ['xgboost-count'],
  );
  assert.deepEqual(
    change((trees) => Object.assign(trees[0] ?? {}, { split_indices: [0] })),
    ['xgboost-tree-size'],
  );
  assert.deepEqual(
    change((trees) => Object.assign(trees[0] ?? {}, { left_children: [1, 5_000_000, -1] })),
    ['xgboost-tree'],
  );
  assert.deepEqual(
    change((trees) => Object.assign(trees[0] ?? {}, { left_children: [1, 1, -1] })),
    ['xgboost-tree'],
  );
  assert.deepEqual(
    change((trees) => Object.assign(trees[0] ?? {}, { split_indices: [900, 0, 0] })),
    ['xgboost-feature'],
  );
});

test('XGBoost: a parameter that names a file outside is a path; an attribute of the user is a note', () => {
  const value = booster();
  value.learner.generic_param = { model_in: '/etc/passwd' };
  assert.equal(reportOf(json(value), 'm.json').verdict, 'malicious');
  const noted = booster();
  noted.learner.attributes = { data: '/home/me/train.csv' };
  assert.equal(reportOf(json(noted), 'm.json').verdict, 'clean');
});

test('XGBoost UBJSON: nesting, counts and repeated keys are bounded', () => {
  const learner = (inner: Uint8Array) => bytes('{L', [0, 0, 0, 0, 0, 0, 0, 7], 'learner', inner, '}');
  assert.deepEqual(codesOf(artefactOf(learner(bytes('['.repeat(500))))), ['ubjson-depth']);
  assert.deepEqual(codesOf(artefactOf(learner(bytes('[$l#L', [0x7f, 255, 255, 255, 255, 255, 255, 255])))), ['ubjson-count']);
  assert.deepEqual(codesOf(artefactOf(learner(bytes('{i', [1], 'aZi', [1], 'aZi', [16], 'gradient_booster{}}')))), ['ubjson-repeated-key']);
});

test('XGBoost legacy: trees and nodes that do not fit are cut, not allocated', () => {
  const whole = real('plain-xgboost-legacy.model');
  const trees = Uint8Array.from(whole);
  // Behind 4 bytes of signature, 136 of the learner, the objective and the booster stands the number of trees.
  const at = 4 + 136 + 8 + 'binary:logistic'.length + 8 + 'gbtree'.length;
  assert.deepEqual([...whole.subarray(at, at + 4)], u32(2));
  trees.set(u32(0x7fffffff), at);
  assert.deepEqual(codesOf(artefactOf(trees)), ['xgboost-count']);
  const nodes = Uint8Array.from(whole);
  nodes.set(u32(0x10000000), at + 160 + 4);
  assert.deepEqual(codesOf(artefactOf(nodes)), ['xgboost-tree-size']);
  const child = Uint8Array.from(whole);
  child.set(u32(77), at + 160 + 148 + 4);
  assert.deepEqual(codesOf(artefactOf(child)), ['xgboost-tree']);
  assert.deepEqual(codesOf(artefactOf(bytes('binf', new Uint8Array(136), u64(2n ** 40n), new Uint8Array(20)))), ['xgboost-name']);
});

test('LightGBM: leaves against lists, children, sizes and a missing end', () => {
  const text = new TextDecoder().decode(real('plain-lightgbm.txt'));
  const codes = (changed: string) => codesOf(artefactOf(new TextEncoder().encode(changed), 'm'));
  assert.ok(codes(text.replace(/num_leaves=\d+/, 'num_leaves=30')).includes('lightgbm-tree-size'));
  assert.ok(codes(text.replace(/left_child=\S+/, 'left_child=99999')).includes('lightgbm-child'));
  assert.deepEqual(codes(text.replace(/tree_sizes=\d/, 'tree_sizes=9')), ['lightgbm-tree-sizes']);
  assert.ok(codes(text.slice(0, text.indexOf('end of trees'))).includes('lightgbm-cut'));
});
