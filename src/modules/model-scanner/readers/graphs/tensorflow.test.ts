import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field, message, savedModel, type TfNode, tfGraph, tfText } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { artefactOf, reportOf, scanTables } from '../../../../../test/corpus/model-scanner/read-artefact.ts';
import { scanSource } from '../../engine/scan.ts';

const constant = (name: string, text: string): TfNode => ({ name, op: 'Const', attributes: { value: tfText(text) } });
const plain: TfNode[] = [
  { name: 'x', op: 'Placeholder' },
  { name: 'y', op: 'MatMul', inputs: ['x', 'x'] },
];
const verdict = (file: Uint8Array) => reportOf(file, 'saved_model.pb').verdict;

test('graph, meta graph and saved model are told apart by content', () => {
  const graph = tfGraph(plain);
  assert.equal(artefactOf(graph).format, 'tensorflow-graph');
  assert.equal(artefactOf(message(field(1, message(field(4, 'serve'))), field(2, graph))).format, 'tensorflow-meta-graph');
  assert.equal(artefactOf(savedModel(graph)).format, 'tensorflow-saved-model');
});

test('tensor operators and ordinary saving are clean', () => {
  const saver: TfNode[] = [
    { name: 'p', op: 'Placeholder' },
    { name: 's', op: 'SaveV2', inputs: ['p'] },
    { name: 'r', op: 'RestoreV2', inputs: ['p'] },
  ];
  assert.equal(verdict(savedModel(tfGraph([...plain, ...saver]))), 'clean');
});

test('reading a file by a path that comes from outside is possible, by a fixed absolute path proved', () => {
  assert.equal(verdict(savedModel(tfGraph([...plain, { name: 'r', op: 'ReadFile', inputs: ['x'] }]))), 'suspicious');
  const fixed = [
    ...plain,
    constant('c', '/etc/passwd'),
    { name: 'i', op: 'Identity', inputs: ['c:0'] },
    { name: 'r', op: 'ReadFile', inputs: ['i'] },
  ];
  assert.equal(verdict(savedModel(tfGraph(fixed))), 'malicious');
});

test('operators in the function library count like those of the graph', () => {
  const operators = artefactOf(savedModel(tfGraph(plain, [{ name: 'innocent', op: 'WriteFile', inputs: [] }]))).operators;
  assert.deepEqual(
    operators.map(({ name, effect }) => [name, effect]),
    [['WriteFile', 'fs-write']],
  );
});

test('an operator that TensorFlow does not have needs a library, and is risky; a function of the graph itself is none', () => {
  const library: TfNode[] = [
    { name: 'a', op: 'SentencepieceTokenizeOp' },
    { name: 'b', op: 'AcmeFast' },
    { name: 'c', op: 'AcmeFast' },
  ];
  const read = reportOf(savedModel(tfGraph(plain, library)), 'saved_model.pb');
  assert.equal(read.verdict, 'risky');
  assert.deepEqual(
    read.findings.filter(({ ruleId }) => ruleId === 'custom-operator').map(({ evidence }) => evidence),
    ['SentencepieceTokenizeOp', 'AcmeFast'],
  );
  // `tfGraph` names the function of its library f.
  assert.equal(verdict(savedModel(tfGraph([...plain, { name: 'call', op: 'f', inputs: ['x'] }], plain))), 'clean');
  assert.equal(verdict(savedModel(tfGraph([...plain, { name: 'call', op: 'g', inputs: ['x'] }], plain))), 'risky');
  const text = (name: string) =>
    new TextEncoder().encode(
      `node { name: "n" op: "f" }\nlibrary { function { signature { name: "${name}" } node_def { op: "MatMul" } } }`,
    );
  assert.equal(reportOf(text('f'), 'graph.pbtxt').verdict, 'clean');
  assert.equal(reportOf(text('g'), 'graph.pbtxt').verdict, 'risky');
});

test('the operator decides, never the name of the node', () => {
  assert.equal(verdict(savedModel(tfGraph([...plain, { name: 'ReadFile', op: 'Identity', inputs: ['x'] }]))), 'clean');
});

test('saving to a fixed place outside the model is proved', () => {
  assert.equal(
    verdict(savedModel(tfGraph([...plain, constant('c', '/etc/cron.d/x'), { name: 's', op: 'SaveV2', inputs: ['c'] }]))),
    'malicious',
  );
});

test('debug addresses and printing into a file are found in attributes', () => {
  const list = field(1, message(field(2, 'grpc://a.example:1')));
  const debug = artefactOf(tfGraph([...plain, { name: 'd', op: 'DebugIdentityV2', attributes: { debug_urls: list } }])).operators[0];
  assert.equal(debug?.effect, 'net');
  const print = artefactOf(tfGraph([...plain, { name: 'p', op: 'PrintV2', attributes: { output_stream: field(2, 'file:///tmp/x') } }]))
    .operators[0];
  assert.equal(print?.effect, 'fs-write');
  assert.deepEqual(
    artefactOf(tfGraph([...plain, { name: 'p', op: 'PrintV2', attributes: { output_stream: field(2, 'stderr') } }])).operators,
    [],
  );
});

test('a Python function in the graph is possible execution', () => {
  assert.equal(artefactOf(tfGraph([...plain, { name: 'p', op: 'EagerPyFunc' }])).operators[0]?.effect, 'exec');
});

test('a vocabulary of the assets is ordinary whatever path its constant was exported with; a fixed path elsewhere is a read', () => {
  const table: TfNode[] = [
    ...plain,
    constant('vocabulary', '/home/me/vocabulary.txt'),
    { name: 't', op: 'InitializeTableFromTextFileV2', inputs: ['x', 'vocabulary'] },
  ];
  const asset = (file: string) => field(6, message(field(1, message(field(1, 'vocabulary:0'))), field(2, file)));
  const model = (...more: readonly Uint8Array[]) =>
    message(field(1, 1), field(2, message(field(1, message(field(4, 'serve'))), field(2, tfGraph(table)), ...more)));
  assert.equal(verdict(model(asset('vocabulary.txt'))), 'clean');
  assert.equal(verdict(model()), 'malicious');
  assert.equal(verdict(model(asset('../../../etc/passwd'))), 'malicious');
});

test('a data set cached at a fixed place outside, and a description of a protocol buffer from a file, are found', () => {
  assert.equal(
    verdict(savedModel(tfGraph([...plain, constant('c', '/etc/cron.d/x'), { name: 'd', op: 'CacheDatasetV2', inputs: ['x', 'c'] }]))),
    'malicious',
  );
  const decode = (source: string) =>
    verdict(
      savedModel(
        tfGraph([...plain, { name: 'd', op: 'DecodeProtoV2', inputs: ['x'], attributes: { descriptor_source: field(2, source) } }]),
      ),
    );
  assert.equal(decode('local://'), 'clean');
  assert.equal(decode('/etc/passwd'), 'malicious');
});

test('a graph written as text is read like the binary one, with the line of the node', () => {
  const text = (nodes: string) => new TextEncoder().encode(`saved_model_schema_version: 1\nmeta_graphs {\n graph_def {\n${nodes}\n }\n}\n`);
  const placeholder = 'node { name: "ReadFile" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }\n';
  const reads = 'node { name: "r" op: "ReadFile" input: "i" }';
  const path = 'node { name: "i" op: "Const" attr { key: "value" value { tensor { dtype: DT_STRING string_val: "/etc/passwd" } } } }\n';
  const judged = (file: Uint8Array) => reportOf(file, 'saved_model.pbtxt');
  assert.equal(judged(text(placeholder)).verdict, 'clean');
  assert.equal(judged(text(placeholder)).format, 'tensorflow-text');
  assert.equal(judged(text(placeholder + path + reads)).verdict, 'malicious');
  assert.equal(judged(text(placeholder + reads)).findings[0]?.where.line, 5);
  const inFunction = "library { function { node_def { name: 'p' op: 'PyFunc' } } }";
  assert.equal(reportOf(new TextEncoder().encode(inFunction), 'vocab.txt').verdict, 'suspicious');
});

test('bytes that look like hundreds of thousands of empty graphs cost no look at each', () => {
  const bytes = new Uint8Array(20 * 100_000).fill(0x12);
  let reads = 0;
  const read = (offset: number, length: number) => {
    reads += 1;
    return bytes.subarray(offset, offset + length);
  };
  assert.equal(scanSource({ size: bytes.length, read }, 'x.bin', { tables: scanTables() }).verdict, 'unsupported');
  assert.ok(reads < 10_000, `${reads} reads`);
});
