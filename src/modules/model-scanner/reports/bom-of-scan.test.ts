import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { twoTensors } from '../../../../test/corpus/model-scanner/build-models.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { ScannedPackage, ScanResult } from '../contract.ts';
import { resultOf } from '../engine/scan-result.ts';
import { bomOfScan } from './bom-of-scan.ts';
import { completenessOf } from './completeness.ts';
import { parsePackagePlace } from './package-place.ts';

const card = bytes(
  '---\nlicense: apache-2.0\npipeline_tag: text-generation\ndatasets: [acme/mix, acme/web]\nbase_model: acme/base\n---\n# Card\n',
);
const config = bytes('{"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 8}');

function scanOf(files: Readonly<Record<string, Uint8Array>>): ScanResult {
  const reports = Object.entries(files).map(([path, data]) => reportOf(data, path));
  return resultOf(reports, [], {
    listPlain: true,
    engineVersion: '1.0.0',
    rulesVersion: 'r',
    filesTotal: reports.length,
    bytes: 1,
    durationMs: 1,
  });
}
const bomOf = (files: Readonly<Record<string, Uint8Array>>) => bomOfScan({ result: scanOf(files), name: 'repository' });

test('shards are one model, and the card and settings in its folder speak about it', () => {
  const { models, files } = bomOf({
    'm/model-00001-of-00002.safetensors': twoTensors,
    'm/model-00002-of-00002.safetensors': twoTensors,
    'm/config.json': config,
    'm/README.md': card,
    'other/config.json': bytes('{"model_type": "bert", "architectures": ["BertModel"]}'),
  });
  const [model] = models;
  assert.ok(model && models.length === 1);
  assert.equal(model.key, 'm/model.safetensors');
  assert.deepEqual(
    model.occurrences.map(({ location }) => location),
    ['m/model-00001-of-00002.safetensors', 'm/model-00002-of-00002.safetensors'],
  );
  assert.deepEqual([model.architectureFamily, model.architecture, model.task], ['llama', 'LlamaForCausalLM', 'text-generation']);
  assert.deepEqual(model.trainedOn, ['acme/mix', 'acme/web']);
  assert.deepEqual(model.ancestors, [{ name: 'acme/base', purl: 'pkg:huggingface/acme/base' }]);
  assert.deepEqual(model.licences, [{ expression: 'Apache-2.0', acknowledgement: 'declared' }]);
  assert.ok(files.some(({ key }) => key === 'm/config.json'));
});

test('a model in a Hugging Face cache has its name, revision and address from its place', () => {
  const [model] = bomOf({ 'hub/models--acme--tiny/snapshots/0123abc/model.safetensors': twoTensors }).models;
  assert.deepEqual(
    [model?.name, model?.version, model?.purl, model?.supplier],
    ['acme/tiny', '0123abc', 'pkg:huggingface/acme/tiny@0123abc', 'acme'],
  );
});

test('nothing is made up: a bare file has a name, a format and a place, and the rest is named as missing', () => {
  const { models } = bomOf({ 'x.safetensors': twoTensors });
  const {
    score,
    models: [row],
  } = completenessOf(models);
  assert.equal(score, 13); // name 5, format 3, place 5
  assert.ok(row?.missing.includes('licence') && row.missing.includes('hash') && !row.missing.includes('place'));
});

test('findings are vulnerabilities of their model, without notes and without what is suppressed', () => {
  const result = scanOf({ 'bad.pkl': callingPickle });
  const loud = result.findings.filter(({ severity }) => severity !== 'informational');
  const rows = bomOfScan({ result, name: 'x' }).vulnerabilities;
  assert.equal(rows.length, loud.length);
  assert.deepEqual(
    [rows[0]?.id, rows[0]?.affects, rows[0]?.cwes.includes(502)],
    ['pickle-harmful-call', [{ key: 'bad.pkl', version: null }], true],
  );
  assert.deepEqual(bomOfScan({ result, name: 'x', held: new Set(loud) }).vulnerabilities, []);
});

test('a package at several places is one component, required when any of them needs it at run time', () => {
  const entry: ScannedPackage = {
    ecosystem: 'PyPI',
    name: 'torch',
    version: '2.9.0',
    requirement: null,
    relation: 'direct',
    scope: 'development',
    digest: `sha256:${'ab'.repeat(32)}`,
    origin: null,
    purl: 'pkg:pypi/torch@2.9.0',
    place: 'dev.txt:2',
  };
  const result = scanOf({ 'requirements.txt': bytes('x\n') });
  const files = result.files.map((file) => ({
    ...file,
    packages: [entry, { ...entry, scope: 'runtime' as const, place: 'requirements.txt:1' }],
  }));
  const [row, ...more] = bomOfScan({ result: { ...result, files }, name: 'x' }).packages;
  assert.equal(more.length, 0);
  assert.deepEqual(
    [row?.scope, row?.occurrences.map(({ location, line }) => [location, line])],
    [
      'required',
      [
        ['dev.txt', 2],
        ['requirements.txt', 1],
      ],
    ],
  );
  assert.deepEqual(row?.digests, [{ algorithm: 'SHA-256', hex: 'ab'.repeat(32) }]);
});

test('what was not read makes the document incomplete', () => {
  assert.equal(bomOf({ 'x.safetensors': twoTensors }).complete, true);
  assert.equal(bomOf({ 'x.pkl': callingPickle.subarray(0, 20) }).complete, false);
});

test('printed places are read back', () => {
  assert.deepEqual(parsePackagePlace('a:b/requirements.txt:12'), { location: 'a:b/requirements.txt', line: 12, offset: null });
  assert.deepEqual(parsePackagePlace('m.zip!x@0x1f'), { location: 'm.zip!x', line: null, offset: 31 });
  assert.deepEqual(parsePackagePlace('x'), { location: 'x', line: null, offset: null });
});
