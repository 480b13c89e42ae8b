import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import {
  blob,
  type FlatFields,
  flatBuffer,
  integers,
  table,
  tables,
  text,
  u8of,
  u32of,
  u64of,
} from '../../../../../test/corpus/model-scanner/build-flat.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

type Parts = {
  operators?: readonly FlatFields[];
  delegates?: readonly FlatFields[];
  inline?: readonly FlatFields[];
  segments?: readonly FlatFields[];
  instructions?: readonly FlatFields[];
};
const call = (kind: number, index: number): FlatFields => [u8of(kind), table(u32of(index), integers(0))];

function program({
  operators = [[text('aten::add'), text('out')]],
  delegates = [],
  inline = [],
  segments = [],
  instructions = [call(1, 0)],
}: Parts): Uint8Array {
  const chain: FlatFields = [null, null, tables(...instructions)];
  const plan: FlatFields = [
    text('forward'),
    null,
    null,
    integers(0),
    integers(1),
    tables(chain),
    tables(...operators),
    tables(...delegates),
  ];
  return flatBuffer([u32of(0), tables(plan), null, tables(...inline), tables(...segments)], 'ET12');
}

test('a program of known operators and delegates is clean', () => {
  const xnn: FlatFields = [text('XnnpackBackend'), table(u8of(0), u32of(0))];
  const report = reportOf(
    program({ delegates: [xnn], inline: [[blob(new Uint8Array(80))]], instructions: [call(1, 0), call(2, 0)] }),
    'm.pte',
  );
  assert.equal(report.verdict, 'clean');
  assert.deepEqual(report.metadata, { version: 0, delegates: 'XnnpackBackend', methods: 1 });
});

test('custom operators and delegates of others are risky by name', () => {
  const report = reportOf(program({ operators: [[text('acme::fast'), text('out')]], delegates: [[text('AcmeBackend')]] }), 'm.pte');
  assert.equal(report.verdict, 'risky');
  assert.deepEqual(report.findings.map(({ evidence }) => evidence).sort(), ['AcmeBackend', 'acme::fast']);
});

test('an operator that maps a file is possible reading', () => {
  assert.equal(reportOf(program({ operators: [[text('aten::from_file'), text('out')]] }), 'm.pte').verdict, 'suspicious');
});

test('calls of operators and delegates that do not exist are found', () => {
  assert.deepEqual(codesOf(artefactOf(program({ instructions: [call(1, 5)] }))), ['executorch-index']);
  assert.deepEqual(codesOf(artefactOf(program({ instructions: [call(2, 0)] }))), ['executorch-index']);
  assert.deepEqual(codesOf(artefactOf(program({ delegates: [[text('XnnpackBackend'), table(u8of(1), u32of(3))]] }))), ['executorch-index']);
});

test('segments behind the file and a header that lies about them are found', () => {
  assert.equal(reportOf(program({ segments: [[u64of(0), u64of(2n ** 40n)]] }), 'm.pte').verdict, 'incomplete');
  const plain = program({});
  const header = bytes(plain.subarray(0, 8), 'eh00', u32(24), u64(2n ** 50n), u64(0), plain.subarray(8));
  assert.deepEqual(codesOf(artefactOf(header)), ['executorch-header']);
});

test('a library in the data of a delegate is native code', () => {
  const elf = new Uint8Array(128);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  elf[16] = 3;
  const report = reportOf(program({ delegates: [[text('CudaBackend'), table(u8of(0), u32of(0))]], inline: [[blob(elf)]] }), 'm.pte');
  assert.equal(report.verdict, 'risky');
  assert.ok(report.findings.some(({ ruleId }) => ruleId === 'native-code'));
});
