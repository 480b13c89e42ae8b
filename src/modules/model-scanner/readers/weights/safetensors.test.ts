import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, callingPickle, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { safetensors, twoTensors } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { artefactOf, codesOf, reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

const one = (offsets: readonly [number, number], shape = [2], dtype = 'F32') => ({ a: { dtype, shape, data_offsets: offsets } });

test('tensors that cover every byte once are clean and counted', () => {
  const report = reportOf(twoTensors, 'm.safetensors');
  assert.equal(report.verdict, 'clean');
  assert.deepEqual(report.metadata, { 'metadata.format': 'pt', parameters: 5, dtype: 'F32', tensors: 2 });
});

test('a header padded with blanks is ordinary', () => {
  assert.deepEqual(codesOf(artefactOf(safetensors(`${JSON.stringify(one([0, 8]))}   `, new Uint8Array(8)))), []);
});

test('bytes that no tensor uses are broken; a pickle among them is a lie and is read', () => {
  assert.deepEqual(codesOf(artefactOf(safetensors(one([4, 12]), new Uint8Array(12)))), ['safetensors-hole']);
  assert.deepEqual(codesOf(artefactOf(safetensors(one([0, 8]), new Uint8Array(40)))), ['safetensors-tail']);
  const hiding = artefactOf(safetensors(one([0, 8]), bytes(new Uint8Array(8), callingPickle)));
  assert.equal(hiding.anomalies[0]?.nature, 'lie');
  assert.equal(hiding.members[0]?.globals[0]?.name, 'system');
});

test('tensors over one another are a lie', () => {
  const header = { a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] }, b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] } };
  assert.deepEqual(codesOf(artefactOf(safetensors(header, new Uint8Array(12)))), ['safetensors-overlap']);
});

test('a key that stands twice is a lie, which JSON.parse would hide', () => {
  const header = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
  assert.ok(codesOf(artefactOf(safetensors(header, new Uint8Array(8)))).includes('safetensors-repeated-key'));
});

test('a shape that does not fit its bytes is refused', () => {
  assert.deepEqual(codesOf(artefactOf(safetensors(one([0, 8], [3]), new Uint8Array(8)))), ['safetensors-tensor']);
  assert.deepEqual(codesOf(artefactOf(safetensors(one([0, 8], [2 ** 40, 2 ** 40]), new Uint8Array(8)))), ['safetensors-tensor']);
  assert.deepEqual(codesOf(artefactOf(safetensors(one([8, 0]), new Uint8Array(8)))), ['safetensors-tensor']);
});

test('whole numbers written in another way than the official reader takes are refused', () => {
  // serde_json reads 1.0, 2e0 and -0 as floating point and refuses them where a usize is wanted; 2^53 + 1 fits no file.
  const header = (shape: string, offsets = '0,8') => `{"a":{"dtype":"F32","shape":[${shape}],"data_offsets":[${offsets}],"note":1.5}}`;
  const codes = (text: string) => codesOf(artefactOf(safetensors(text, new Uint8Array(8))));
  for (const shape of ['2.0', '2e0', '2,1.0', '20e-1', '9007199254740993,0', '02'])
    assert.deepEqual(codes(header(shape)), ['safetensors-tensor']);
  for (const offsets of ['-0,8', '0,8.0', '0.0,8', '0,8e0']) assert.deepEqual(codes(header('2', offsets)), ['safetensors-tensor']);
  assert.deepEqual(codes(header('2')), []);
});

test('half-byte elements are counted in bits', () => {
  assert.deepEqual(codesOf(artefactOf(safetensors(one([0, 2], [4], 'F4'), new Uint8Array(2)))), []);
});

test('metadata that is no text is refused', () => {
  assert.deepEqual(codesOf(artefactOf(safetensors({ __metadata__: { a: [1] }, ...one([0, 8]) }, new Uint8Array(8)))), [
    'safetensors-metadata',
  ]);
});

test('a header longer than the file, or than allowed, does not throw and is not clean', () => {
  for (const length of [200, 100_000_001, 2 ** 39]) {
    const report = reportOf(bytes(u64(length), '{"a":1}   '), 'm.safetensors');
    assert.equal(report.verdict, 'incomplete', String(length));
  }
});

test('a cut file is incomplete', () => {
  assert.equal(reportOf(twoTensors.subarray(0, twoTensors.length - 4), 'm.safetensors').verdict, 'incomplete');
});
