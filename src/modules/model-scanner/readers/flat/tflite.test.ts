import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, u32 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import {
  blob,
  type FlatFields,
  flatBuffer,
  integers,
  tables,
  text,
  u8of,
  u32of,
  u64of,
} from '../../../../../test/corpus/model-scanner/build-flat.ts';
import { zip } from '../../../../../test/corpus/model-scanner/build-zip.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

type Parts = {
  codes?: readonly FlatFields[];
  operators?: readonly FlatFields[];
  tensors?: readonly FlatFields[];
  buffers?: readonly FlatFields[];
};
const add: FlatFields = [u8of(0), null, u32of(1), u32of(0)];
const custom = (name: string): FlatFields => [u8of(32), text(name), u32of(1), u32of(32)];
const tensor = (buffer: number, ...shape: readonly number[]): FlatFields => [integers(...shape), u8of(0), u32of(buffer), text('x')];
const operator = (code: number, inputs: readonly number[], outputs: readonly number[]): FlatFields => [
  u32of(code),
  integers(...inputs),
  integers(...outputs),
];

function model({
  codes = [add],
  operators = [operator(0, [0, 1], [2])],
  tensors = [tensor(0, 4), tensor(1, 4), tensor(0, 4)],
  buffers = [[], [blob(new Uint8Array(16))]],
}: Parts): Uint8Array {
  const graph: FlatFields = [tables(...tensors), integers(0), integers(2), tables(...operators), text('main')];
  return flatBuffer([u32of(3), tables(...codes), tables(graph), text('test'), tables(...buffers)], 'TFL3');
}

test('a model of builtin operators is clean and its facts are read', () => {
  const report = reportOf(model({}), 'm.tflite');
  assert.equal(report.format, 'tflite');
  assert.equal(report.verdict, 'clean');
  assert.deepEqual(report.metadata, { version: 3, description: 'test', parameters: 4, operators: 1, tensors: 3, subgraphs: 1 });
});

test('the extension does not matter', () => {
  assert.equal(reportOf(model({}), 'readme.txt').format, 'tflite');
});

test('a custom operator is risky and named; those TensorFlow Lite ships are ordinary', () => {
  const report = reportOf(model({ codes: [custom('AcmeFast')] }), 'm.tflite');
  assert.equal(report.verdict, 'risky');
  assert.equal(report.findings[0]?.ruleId, 'custom-operator');
  assert.match(report.findings[0]?.why ?? '', /AcmeFast/);
  assert.equal(reportOf(model({ codes: [custom('TFLite_Detection_PostProcess')] }), 'm.tflite').verdict, 'clean');
});

test('operators of the Flex delegate have the effects of TensorFlow', () => {
  const read = reportOf(model({ codes: [custom('FlexReadFile')] }), 'm.tflite');
  assert.equal(read.verdict, 'suspicious');
  assert.equal(read.findings[0]?.effect, 'fs-read');
  assert.equal(reportOf(model({ codes: [custom('FlexErf')] }), 'm.tflite').verdict, 'clean');
  assert.equal(reportOf(model({ codes: [custom('FlexAcmeFast')] }), 'm.tflite').verdict, 'risky');
});

test('indexes outside their lists are found where they stand', () => {
  assert.deepEqual(codesOf(artefactOf(model({ operators: [operator(0, [0, 77], [2])] }))), ['tflite-index']);
  assert.deepEqual(codesOf(artefactOf(model({ operators: [operator(9, [0, 1], [2])] }))), ['tflite-index']);
  assert.deepEqual(codesOf(artefactOf(model({ tensors: [tensor(0, 4), tensor(8, 4), tensor(0, 4)] }))), ['tflite-index']);
  const place = artefactOf(model({ operators: [operator(0, [0, 77], [2])] })).anomalies[0]?.where;
  assert.ok((place?.offset ?? 0) > 8);
});

test('an absent optional input is ordinary', () => {
  assert.deepEqual(codesOf(artefactOf(model({ operators: [operator(0, [0, -1], [2])] }))), []);
});

test('a constant with fewer bytes than its dimensions is broken', () => {
  assert.deepEqual(codesOf(artefactOf(model({ tensors: [tensor(0, 4), tensor(1, 400), tensor(0, 4)] }))), ['tflite-tensor-size']);
});

test('a buffer that lies behind the file is unread', () => {
  const report = reportOf(model({ buffers: [[], [null, u64of(2n ** 40n), u64of(16)]] }), 'm.tflite');
  assert.equal(report.verdict, 'incomplete');
  assert.match(report.unread[0]?.detail ?? '', /ends beyond the file/);
});

test('files packed behind the model are read and no lie', () => {
  const file = bytes(model({}), zip([{ name: 'labels.txt', data: bytes('cat\ndog\n') }]));
  const artefact = artefactOf(file, 'm.tflite');
  assert.equal(artefact.format, 'tflite');
  assert.equal(reportOf(file, 'm.tflite').verdict, 'clean');
  assert.ok(artefact.members.some(({ format }) => format === 'zip'));
});

test('offsets, vtables and vectors that leave the buffer end the reading, and what was found stays', () => {
  const whole = model({ codes: [custom('AcmeFast')] });
  assert.deepEqual(codesOf(artefactOf(bytes(u32(0x7fffffff), 'TFL3', new Uint8Array(40)))), ['flatbuffer-offset']);
  const cut = reportOf(whole.subarray(0, whole.length - 40), 'm.tflite');
  assert.equal(cut.verdict, 'incomplete');
  assert.ok(cut.findings.some(({ ruleId }) => ruleId === 'custom-operator'));
});
