import assert from 'node:assert/strict';
import { test } from 'node:test';
import { externalTensor, field, message, onnxModel, onnxNode } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const node = (...args: Parameters<typeof onnxNode>) => field(1, onnxNode(...args));
const graph = (...parts: readonly Uint8Array[]) => message(...parts, field(2, 'g'));
const leaving = externalTensor('../../../secret.bin');
/** Attribute holding a graph (field 6) or a tensor (field 5). */
const attribute = (number: number, content: Uint8Array) => message(field(1, 'a'), field(number, content));

test('a model of standard operators is clean', () => {
  const report = reportOf(onnxModel(graph(node('MatMul'), node('Gelu', 'com.microsoft'))), 'm.onnx');
  assert.equal(report.verdict, 'clean');
  assert.equal(report.metadata.opset, 17);
  assert.equal(report.metadata.nodes, 2);
});

test('an external tensor is found at every place the format allows one', () => {
  const places = {
    initialiser: graph(field(5, leaving)),
    'sparse initialiser': graph(field(15, message(field(1, leaving)))),
    attribute: graph(node('Constant', '', attribute(5, leaving))),
    'sparse attribute': graph(node('Constant', '', attribute(22, message(field(2, leaving))))),
    subgraph: graph(node('If', '', attribute(6, graph(field(5, leaving))))),
    'subgraph of a subgraph': graph(node('If', '', attribute(6, graph(node('Loop', '', attribute(11, graph(field(5, leaving)))))))),
  };
  for (const [place, content] of Object.entries(places))
    assert.equal(artefactOf(onnxModel(content)).externalPaths[0]?.leavesFolder, true, place);
  const inFunction = onnxModel(
    graph(),
    field(25, message(field(1, 'f'), field(7, onnxNode('Constant', '', attribute(5, leaving))), field(10, 'mine'))),
  );
  assert.equal(artefactOf(inFunction).externalPaths.length, 1);
  const inTraining = onnxModel(graph(), field(20, message(field(1, graph(field(5, leaving))))));
  assert.equal(artefactOf(inTraining).externalPaths.length, 1);
});

test('external data beside the model is ordinary; an address, a drive or a climb is not', () => {
  const leaves = (location: string) => artefactOf(onnxModel(graph(field(5, externalTensor(location))))).externalPaths[0]?.leavesFolder;
  for (const location of ['weights.bin', 'sub/weights.bin', './w']) assert.equal(leaves(location), false, location);
  for (const location of ['/etc/passwd', 'C:\\x', '\\\\host\\share\\x', 'https://a.example/w', 'a/../../w', '~/w'])
    assert.equal(leaves(location), true, location);
});

test('reading outside the folder is proved, so the verdict is malicious', () => {
  assert.equal(reportOf(onnxModel(graph(field(5, leaving))), 'm.onnx').verdict, 'malicious');
});

test('an unknown key of external data is a lie', () => {
  assert.deepEqual(codesOf(artefactOf(onnxModel(graph(field(5, externalTensor('w.bin', ['__class__', 'x'])))))), ['onnx-external-key']);
  assert.deepEqual(codesOf(artefactOf(onnxModel(graph(field(5, externalTensor('w.bin', ['offset', '-1'])))))), ['onnx-external-range']);
});

test('an operator of an unknown domain is risky, one that runs Python suspicious', () => {
  assert.equal(reportOf(onnxModel(graph(node('Fast', 'acme'))), 'm.onnx').verdict, 'risky');
  assert.equal(reportOf(onnxModel(graph(node('PyOp', 'com.microsoft'))), 'm.onnx').verdict, 'suspicious');
});

test('a domain whose functions the model itself defines is no custom domain', () => {
  const defined = field(25, message(field(1, 'Fast'), field(7, onnxNode('Add')), field(10, 'acme')));
  assert.equal(reportOf(onnxModel(graph(node('Fast', 'acme')), defined), 'm.onnx').verdict, 'clean');
});

test('fewer raw bytes than the dimensions need is broken', () => {
  const tensor = message(field(1, 4), field(2, 1), field(9, new Uint8Array(12)));
  assert.deepEqual(codesOf(artefactOf(onnxModel(graph(field(5, tensor))))), ['onnx-tensor-size']);
});

test('graphs nested without end are refused', () => {
  let content = graph();
  for (let i = 0; i < 100; i++) content = graph(node('If', '', attribute(6, content)));
  assert.deepEqual(codesOf(artefactOf(onnxModel(content))), ['onnx-depth']);
});

test('shapes without bytes, numbers that do not fit and keys that stand twice are found', () => {
  const tensor = (...fields: readonly Uint8Array[]) => codesOf(artefactOf(onnxModel(message(field(5, message(...fields)))), 'm.onnx'));
  assert.deepEqual(tensor(field(1, 2 ** 30), field(1, 2 ** 20), field(2, 1)), ['onnx-shape']);
  assert.deepEqual(tensor(field(1, 2), field(2, 1), field(4, new Uint8Array(12))), ['onnx-tensor-size']);
  assert.deepEqual(tensor(field(1, 3), field(2, 1), field(4, new Uint8Array(12))), []);
  assert.deepEqual(codesOf(artefactOf(onnxModel(message(field(5, externalTensor('a', ['location', 'b'])))), 'm.onnx')), [
    'onnx-external-twice',
  ]);
});

test('a file of values that many tensors name is one fact that reaches as far as the last of them', () => {
  const part = (offset: string) => field(5, externalTensor('w.bin', ['offset', offset], ['length', '10']));
  const paths = artefactOf(onnxModel(message(part('0'), part('90'), part('10'))), 'm.onnx').externalPaths;
  assert.deepEqual(
    paths.map(({ text, reaches }) => [text, reaches]),
    [['w.bin', 100]],
  );
});

test('a tensor in a file of its own is read like one in a model', () => {
  const tensor = message(field(1, 2), field(2, 1), field(8, 'x'), field(9, new Uint8Array(8)));
  const report = reportOf(tensor, 'input_0.pb');
  assert.equal(report.format, 'onnx-tensor');
  assert.equal(report.verdict, 'clean');
  assert.equal(reportOf(externalTensor('../../secret'), 'input_0.pb').verdict, 'malicious');
});
