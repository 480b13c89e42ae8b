import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

/** Written by coremltools and catboost: make_real_formats.py. */
const folder = join(import.meta.dirname, '../../../../../test/corpus/model-scanner/real-formats');
const real = (name: string) => Uint8Array.from(readFileSync(join(folder, name)));

test('models, programs and weights of coremltools and a model of catboost are clean by their content', () => {
  const formats = {
    'plain-coreml.mlmodel': 'coreml',
    'plain-coreml-program.mlmodel': 'coreml',
    'plain-coreml-weights.bin': 'coreml-weights',
    'plain-catboost.cbm': 'catboost',
  };
  for (const [name, format] of Object.entries(formats)) {
    const report = reportOf(real(name), 'x');
    assert.equal(report.format, format);
    assert.equal(report.verdict, 'clean', name);
  }
});

test('a linked model outside the folder, as coremltools writes it, is found', () => {
  const report = reportOf(real('coreml-linked.mlmodel'), 'x');
  assert.equal(report.verdict, 'suspicious');
  assert.ok(report.findings.some(({ ruleId }) => ruleId === 'external-path'));
});

test('a package in a zip is read to the end', () => {
  const inside = 'm.mlpackage/Data/com.apple.CoreML';
  const file = zip([
    { name: `${inside}/model.mlmodel`, data: real('plain-coreml-program.mlmodel') },
    { name: `${inside}/weights/weight.bin`, data: real('plain-coreml-weights.bin') },
  ]);
  assert.equal(reportOf(file, 'm.zip').verdict, 'clean');
});

test('blobs that leave the file or are not where they should be are found', () => {
  const changed = (at: number, bytes: readonly number[]) => {
    const copy = real('plain-coreml-weights.bin');
    copy.set(bytes, at);
    return reportOf(copy, 'x').verdict;
  };
  assert.equal(changed(72, u64(2n ** 40n)), 'incomplete');
  assert.equal(changed(0, u32(500)), 'incomplete');
});
