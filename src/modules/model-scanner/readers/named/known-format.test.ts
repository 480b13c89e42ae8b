import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

test('model formats without a reader are unsupported by name, never clean', () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    rknn: bytes('RKNN', new Uint8Array(40)),
    cntk: bytes('B\0C\0N\0', new Uint8Array(40)),
    'mlir-bytecode': bytes('ML\u00efR', new Uint8Array(40)),
    'ggml-legacy': bytes('lmgg', new Uint8Array(40)),
    orc: bytes('ORC', new Uint8Array(40)),
  };
  for (const [format, file] of Object.entries(files)) {
    const report = reportOf(file, 'model.pkl');
    assert.equal(report.format, format);
    assert.equal(report.verdict, 'unsupported', format);
    assert.ok(report.unread[0]?.detail.includes(format));
  }
});

test('pictures and prose are no artefacts and leave nothing unread', () => {
  for (const file of [bytes('\u0089PNG\r\n\u001a\n', new Uint8Array(20)), bytes('# Read me\n\nDo not call exec(os.system).\n'), bytes()]) {
    const artefact = artefactOf(file, 'README.md');
    assert.equal(artefact.role, null);
    assert.deepEqual(artefact.unread, []);
  }
});

test('an unknown binary is unsupported', () => {
  assert.equal(reportOf(bytes([1, 2, 3, 250, 251, 252, 0, 9]), 'weights.xyz').verdict, 'unsupported');
});

test('Python source in a file called .pkl is Python source, and a pickle called .txt is a pickle', () => {
  assert.equal(artefactOf(bytes('import os\n'), 'm.pkl').format, 'python');
});

test('configurations that activate code say so', () => {
  const config = {
    architectures: ['AcmeModel'],
    model_type: 'acme',
    auto_map: { AutoModel: 'modeling_acme.AcmeModel', AutoConfig: 'other/repo--conf.Conf' },
  };
  const report = reportOf(new TextEncoder().encode(JSON.stringify(config)), 'config.json');
  assert.equal(report.role, 'config');
  assert.equal(report.verdict, 'risky');
  assert.equal(report.findings.length, 2);
});

test('a shard index whose parts lie elsewhere reaches outside', () => {
  const index = (shard: string) => new TextEncoder().encode(JSON.stringify({ metadata: {}, weight_map: { a: shard } }));
  assert.equal(reportOf(index('model-00001-of-00002.safetensors'), 'i.json').verdict, 'clean');
  assert.equal(reportOf(index('../../other.bin'), 'i.json').verdict, 'malicious');
});

test('a notebook is recognised by what it holds', () => {
  const notebook = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3' } },
    cells: [
      { cell_type: 'code', source: [] },
      { cell_type: 'markdown', source: [] },
    ],
  };
  const report = reportOf(new TextEncoder().encode(JSON.stringify(notebook)), 'x.txt');
  assert.equal(report.format, 'notebook');
  assert.deepEqual(report.metadata, { cells: 2, codeCells: 1, kernel: 'python3' });
});
