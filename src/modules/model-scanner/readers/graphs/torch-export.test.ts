import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle, harmlessPickle } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const program = (...targets: readonly string[]) =>
  bytes(
    JSON.stringify({
      graph_module: { graph: { nodes: targets.map((target) => ({ target, inputs: [], outputs: [] })) } },
      torch_version: '2.9.0',
    }),
  );
const archive = (graph: Uint8Array, sample: Uint8Array = harmlessPickle, ...more: { readonly name: string; readonly data: Uint8Array }[]) =>
  zip([
    { name: 'm/archive_format', data: bytes('pt2') },
    { name: 'm/models/model.json', data: graph },
    { name: 'm/data/weights/weight_0', data: new Uint8Array(80).fill(7) },
    {
      name: 'm/data/sample_inputs/model.pt',
      data: zip([
        { name: 'model/data.pkl', data: sample },
        { name: 'model/version', data: bytes('3\n') },
      ]),
    },
    ...more,
  ]);

test('an exported program of PyTorch operators is clean', () => {
  const report = reportOf(archive(program('torch.ops.aten.add.Tensor', '_operator.getitem')), 'm.pt2');
  assert.equal(report.format, 'torch-exported');
  assert.equal(report.verdict, 'clean', JSON.stringify([report.findings, report.unread]));
  assert.equal(report.metadata.tensors, 1);
});

test('operators of other libraries are risky, those that reach files suspicious', () => {
  assert.equal(reportOf(archive(program('torch.ops.acme.fast.default')), 'm.pt2').verdict, 'risky');
  assert.equal(reportOf(archive(program('torch.ops.aten.from_file.default')), 'm.pt2').verdict, 'suspicious');
});

test('sample inputs are pickles and judged as such; a compiled library is native code', () => {
  assert.equal(reportOf(archive(program(), callingPickle), 'm.pt2').verdict, 'malicious');
  const elf = new Uint8Array(128);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  elf[16] = 3;
  const report = reportOf(archive(program(), harmlessPickle, { name: 'm/data/aotinductor/model/x.so', data: elf }), 'm.pt2');
  assert.equal(report.verdict, 'risky');
  assert.ok(report.findings.some(({ ruleId }) => ruleId === 'native-code'));
});
