import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { artefactOf, codesOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';

/** Written by the real libraries: test/corpus/model-scanner/real/make_real_files.py. */
const folder = join(import.meta.dirname, '../../../../test/corpus/model-scanner/real');
const read = (name: string) => Uint8Array.from(readFileSync(join(folder, name)));

test('harmless files of numpy, h5py, onnx, safetensors and gguf are clean and read to the end', () => {
  const names = readdirSync(folder).filter((name) => name.startsWith('plain'));
  assert.ok(names.length >= 12);
  for (const name of names) {
    const report = reportOf(read(name), name);
    assert.equal(report.verdict, 'clean', `${name}: ${JSON.stringify(report.findings)} ${JSON.stringify(report.unread)}`);
  }
});

test('joblib files are read through every compression, with nothing left unread and no lie', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.joblib'))) {
    const report = reportOf(read(name), name);
    assert.equal(report.role, 'model', name);
    assert.deepEqual(report.unread, [], name);
    assert.deepEqual(codesOf(artefactOf(read(name), name)), [], name);
  }
});

test('links and values that lie in other files are found in HDF5', () => {
  const paths = (name: string) => artefactOf(read(name), name).externalPaths.map(({ text, purpose }) => [purpose, text]);
  assert.deepEqual(paths('external.h5').sort(), [
    ['external-storage', '/nowhere/secret'],
    ['link', '/nowhere/other.h5'],
  ]);
  assert.deepEqual(paths('virtual.h5'), [['virtual-dataset', '/nowhere/parts.h5']]);
  assert.deepEqual(paths('dense-links.h5'), [['link', '../../other.h5']]);
});

test('a Lambda in the attribute of an old Keras file is found', () => {
  const report = reportOf(read('keras-lambda.h5'), 'm.h5');
  assert.equal(report.role, 'model');
  assert.equal(report.verdict, 'suspicious');
  assert.ok(report.findings.some(({ ruleId }) => ruleId === 'keras-code'));
});

test('a shape of terabytes in a file of some hundred bytes is a possible bomb', () => {
  assert.ok(
    reportOf(read('shape.h5'), 's.h5').findings.some(({ ruleId, certainty }) => ruleId === 'resource-bomb' && certainty === 'possible'),
  );
});

test('every file, cut at every tenth byte, is read without a failure of a reader', () => {
  for (const name of readdirSync(folder).filter((file) => !file.endsWith('.py'))) {
    const whole = read(name);
    for (let length = 1; length < whole.length; length += Math.max(1, Math.floor(whole.length / 40))) {
      const { unread } = artefactOf(whole.subarray(0, length), name);
      const failures = unread.filter(
        ({ reason, detail }) => reason === 'reader-failed' && /^(TypeError|RangeError|Error|ReferenceError)/.test(detail),
      );
      assert.deepEqual(failures, [], `${name} cut to ${length}`);
    }
  }
});
