import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { externalTensor, field, message, onnxModel } from '../../../../test/corpus/model-scanner/build-models.ts';
import { scanTables } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { FileReport } from './file-report.ts';
import { scanFile } from './scan.ts';

const model = (...more: readonly (readonly [string, string])[]) => onnxModel(message(field(5, externalTensor('weights.bin', ...more))));

/** A folder `model` with `model.onnx`, beside a folder `elsewhere` with a secret. */
function inFolder(make: (model: string, elsewhere: string) => void, file = model()): FileReport {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'companions-')));
  try {
    mkdirSync(join(root, 'model'));
    mkdirSync(join(root, 'elsewhere'));
    writeFileSync(join(root, 'model/model.onnx'), file);
    writeFileSync(join(root, 'elsewhere/secret'), 'marker');
    make(join(root, 'model'), join(root, 'elsewhere'));
    return scanFile(join(root, 'model/model.onnx'), 'model.onnx', { tables: scanTables(), folder: join(root, 'model') });
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('a file of values, or none, is ordinary', () => {
  assert.equal(inFolder((folder) => writeFileSync(join(folder, 'weights.bin'), 'values')).verdict, 'clean');
  assert.equal(inFolder(() => {}).verdict, 'clean');
});

test('a link out of the folder is a read outside (CVE-2026-27489)', () => {
  const report = inFolder((folder, elsewhere) => symlinkSync(join(elsewhere, 'secret'), join(folder, 'weights.bin')));
  assert.equal(report.verdict, 'malicious');
  assert.ok(report.findings[0]?.references.includes('CVE-2026-27489'));
});

test('a linked folder on the way counts too', () => {
  const file = onnxModel(message(field(5, externalTensor('data/secret'))));
  assert.equal(inFolder((folder, elsewhere) => symlinkSync(elsewhere, join(folder, 'data')), file).verdict, 'malicious');
});

test('a link inside the folder is ordinary', () => {
  const report = inFolder((folder) => {
    writeFileSync(join(folder, 'real.bin'), 'values');
    symlinkSync('real.bin', join(folder, 'weights.bin'));
  });
  assert.equal(report.verdict, 'clean');
});

test('a hub cache, where the model and its values are links into one store, is ordinary', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'companions-')));
  try {
    mkdirSync(join(root, 'blobs'));
    mkdirSync(join(root, 'snapshots/1'), { recursive: true });
    writeFileSync(join(root, 'blobs/a'), model());
    writeFileSync(join(root, 'blobs/b'), 'values');
    symlinkSync('../../blobs/a', join(root, 'snapshots/1/model.onnx'));
    symlinkSync('../../blobs/b', join(root, 'snapshots/1/weights.bin'));
    assert.equal(
      scanFile(join(root, 'blobs/a'), 'model.onnx', { tables: scanTables(), folder: join(root, 'snapshots/1') }).verdict,
      'clean',
    );
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a second name elsewhere is possible reading outside (CVE-2026-34446)', () => {
  const report = inFolder((folder, elsewhere) => linkSync(join(elsewhere, 'secret'), join(folder, 'weights.bin')));
  assert.equal(report.verdict, 'suspicious');
  assert.ok(report.findings[0]?.references.includes('CVE-2026-34446'));
});

test('two names in one folder, and a whole folder copied by links, are ordinary', () => {
  const twice = inFolder((folder) => {
    writeFileSync(join(folder, 'weights.bin'), 'values');
    linkSync(join(folder, 'weights.bin'), join(folder, 'weights-2.bin'));
  });
  assert.equal(twice.verdict, 'clean');
  const copied = inFolder((folder, elsewhere) => {
    linkSync(join(elsewhere, 'secret'), join(folder, 'weights.bin'));
    linkSync(join(folder, 'model.onnx'), join(elsewhere, 'model.onnx'));
  });
  assert.equal(copied.verdict, 'clean');
});

test('values that lie beyond the end of their file are unread', () => {
  const file = model(['offset', '100'], ['length', '900']);
  const report = inFolder((folder) => writeFileSync(join(folder, 'weights.bin'), 'values'), file);
  assert.equal(report.verdict, 'incomplete');
  assert.match(report.unread[0]?.detail ?? '', /up to byte 1000 of weights\.bin, which has 6/);
});

test('constants of an OpenVINO topology that lie beyond the end of the file beside it are unread', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'companions-')));
  const data = '<data element_type="u8" shape="16" offset="1000" size="16"/>';
  const topology = `<net name="m" version="11"><layers><layer id="0" name="w" type="Const" version="opset1">${data}</layer></layers></net>`;
  const scanned = () => scanFile(join(root, 'm.xml'), 'm.xml', { tables: scanTables(), folder: root });
  try {
    writeFileSync(join(root, 'm.xml'), topology);
    assert.equal(scanned().verdict, 'clean', 'weights that are not there say nothing');
    writeFileSync(join(root, 'm.bin'), Buffer.alloc(1016));
    assert.equal(scanned().verdict, 'clean');
    writeFileSync(join(root, 'm.bin'), Buffer.alloc(1015));
    const { verdict, findings } = scanned();
    assert.deepEqual(
      [verdict, findings.map(({ axis, evidence }) => [axis, evidence.split(':')[0]])],
      ['incomplete', [['integrity', 'external-data-cut']]],
    );
    assert.match(findings[0]?.why ?? '', /up to byte 1016 of m\.bin, which has 1015/);
  } finally {
    rmSync(root, { recursive: true });
  }
});
