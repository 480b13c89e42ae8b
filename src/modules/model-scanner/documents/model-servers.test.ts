import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytes } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../test/corpus/model-scanner/build-zip.ts';
import { allOf, artefactOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { parseTritonText } from './triton-text.ts';

/* ——— TorchServe ——— */
const manifest = (model: object) =>
  JSON.stringify({
    createdOn: '01/01/2026',
    runtime: 'python',
    model: { modelName: 'm', serializedFile: 'm.pt', modelVersion: '1.0', ...model },
    archiverVersion: '0.11.0',
  });
const mar = (model: object, more: { name: string; data: Uint8Array }[] = []) =>
  zip([
    { name: 'MAR-INF/MANIFEST.json', data: bytes(manifest(model)) },
    { name: 'handler.py', data: bytes('class H:\n    pass\n') },
    ...more,
  ]);

test('a model archive with a handler of TorchServe itself is clean and complete', () => {
  const report = reportOf(mar({ handler: 'image_classifier' }), 'm.mar');
  assert.equal(report.format, 'torchserve-mar');
  assert.equal(report.role, 'model');
  assert.deepEqual(report.activations, []);
  assert.deepEqual(report.unread, []);
});

test('a handler and a model file of the archive are activated', () => {
  const { activations } = reportOf(mar({ handler: 'handler.py:handle', modelFile: 'net.py' }), 'm.mar');
  assert.deepEqual(
    activations.map(({ file, by }) => [file, by]),
    [
      ['../handler.py', 'handler of MANIFEST.json'],
      ['../net.py', 'modelFile of MANIFEST.json'],
    ],
  );
});

test('handlers and files outside the archive are external paths', () => {
  for (const model of [
    { handler: '../../../tmp/h.py' },
    { handler: '/tmp/h' },
    { handler: 'h', serializedFile: '../x.pt' },
    { handler: 'h', extraFiles: 'a.json,../../b' },
  ])
    assert.equal(allOf(artefactOf(mar(model))).flatMap(({ externalPaths }) => externalPaths).length, 1, JSON.stringify(model));
});

test('packages that are installed when the model is registered are told', () => {
  const found = reportOf(mar({ handler: 'h.py', requirementsFile: 'requirements.txt' }), 'm.mar').findings;
  assert.ok(found.some(({ evidence }) => evidence.startsWith('install-on-registration')));
});

test('the settings of a server that anybody may steer are told by line, ordinary ones are not', () => {
  const open =
    'inference_address=http://0.0.0.0:8080\nmanagement_address=http://0.0.0.0:8081\ndisable_token_authorization=true\nallowed_urls=.*\n';
  const { findings } = reportOf(bytes(open), 'config.properties');
  assert.deepEqual(findings.map(({ evidence, where }) => [evidence.split(':', 1)[0], where.line]).sort(), [
    ['models-from-anywhere', 4],
    ['no-authentication', 3],
    ['open-management', 2],
  ]);
  const plain = 'inference_address=http://127.0.0.1:8080\nmanagement_address=http://127.0.0.1:8081\nmodel_store=/models\n';
  assert.equal(reportOf(bytes(plain), 'config.properties').verdict, 'clean');
});

/* ——— Triton ——— */
const triton = (text: string) => reportOf(bytes(text), 'config.pbtxt');

/** After the documentation of triton-inference-server. */
const onnx = `name: "densenet_onnx"
platform: "onnxruntime_onnx"
max_batch_size : 0
input [
  {
    name: "data_0"
    data_type: TYPE_FP32
    format: FORMAT_NCHW
    dims: [ 3, 224, 224 ]
    reshape { shape: [ 1, 3, 224, 224 ] }
  }
]
output [{ name: "fc6_1" data_type: TYPE_FP32 dims: [ 1000 ] label_filename: "densenet_labels.txt" }]
instance_group [{ kind: KIND_GPU, count: 1 }]
`;

test('an ordinary configuration is clean', () => {
  const report = triton(onnx);
  assert.equal(report.verdict, 'clean');
  assert.equal(report.format, 'triton-config');
  assert.equal(report.metadata['platform'], 'onnxruntime_onnx');
});

test('the python backend activates model.py of every version, or the file it names', () => {
  assert.deepEqual(
    triton('name: "m"\nbackend: "python"\n').activations.map(({ file }) => file),
    ['*/model.py'],
  );
  assert.deepEqual(
    triton('backend: "py" "thon"\ndefault_model_filename: "run.py"\n').activations.map(({ file }) => file),
    ['*/run.py'],
  );
});

test('environments, libraries and backends out of the folder are external', () => {
  const env = (path: string) => `backend: "python"\nparameters: { key: "EXECUTION_ENV_PATH", value: { string_value: "${path}" } }\n`;
  for (const text of [
    env('/tmp/evil.tar.gz'),
    env('$$TRITON_MODEL_DIRECTORY/../../evil.tar.gz'),
    env('https://evil.example/env.tar.gz'),
    'backend: "../../../tmp/evil"\n',
    'model_operations { op_library_filename: "/tmp/evil.so" }\nbackend: "tensorflow"\n',
    'backend: "onnxruntime"\ndefault_model_filename: "../../other.onnx"\n',
    'backend: "\\056\\x2e/../tmp/evil"\n',
  ])
    assert.ok(['malicious', 'suspicious'].includes(triton(text).verdict), text);
  assert.equal(triton(env('$$TRITON_MODEL_DIRECTORY/env.tar.gz')).verdict, 'clean');
});

test('a backend that Triton does not ship is risky', () => {
  assert.equal(triton('name: "m"\nbackend: "acme"\n').verdict, 'risky');
});

test('comments, extensions, angle brackets and lists of values are read', () => {
  const fields = parseTritonText('# c\na: 1; b <c: "x" \'y\'> [d.e]: true\nl: [1, 2.5, -3]\nm [{n: 1}, {n: 2}]');
  assert.deepEqual(
    fields.map(({ name }) => name),
    ['a', 'b', 'd.e', 'l', 'l', 'l', 'm', 'm'],
  );
  assert.deepEqual(fields[1]?.value, [{ name: 'c', value: 'xy', at: 13 }]);
});

test('broken configurations are not read to the end, and never throw', () => {
  assert.ok(triton('name: "m\nbackend: [').unread.length > 0);
  assert.ok(triton(`a ${'{a '.repeat(100)}`).unread.length > 0);
  fc.assert(
    fc.property(fc.nat(onnx.length - 1), fc.constantFrom('{', '}', '[', '"', '\\', '#', ':', '<', '\n', 'x'), (at, character) => {
      const changed = onnx.slice(0, at) + character + onnx.slice(at + 1);
      assert.doesNotThrow(() => triton(changed));
    }),
    { numRuns: 200, seed: 5 },
  );
});
