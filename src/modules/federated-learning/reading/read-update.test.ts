import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import { layoutOf } from './parsed-update.ts';
import { readUpdate, writeRow } from './read-update.ts';
import { writeSafetensors } from './safetensors.ts';
import { npyOf, zipOf } from './test-archive.ts';

const rowOf = (bytes: Buffer): number[] => {
  const { update } = readUpdate(bytes);
  const row = new Float32Array(update.tensors.reduce((sum, { count }) => sum + count, 0));
  writeRow(update, row);
  return [...row];
};
const plain = writeSafetensors([
  { name: 'weight', shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
  { name: 'bias', shape: [2], values: Float32Array.of(-1, 0.5) },
]);

test('tensors are read by name, whatever their order in the file', () => {
  assert.deepEqual(rowOf(plain), [-1, 0.5, 1, 2, 3, 4]);
  const archive = zipOf([
    ['weight.npy', npyOf('<f8', '(2, 2)', Float64Array.of(1, 2, 3, 4)), 8],
    ['bias.npy', npyOf('<f4', '(2,)', Float32Array.of(-1, 0.5)), 0],
  ]);
  assert.deepEqual(rowOf(archive), [-1, 0.5, 1, 2, 3, 4]);
  assert.equal(layoutOf(readUpdate(plain).update), layoutOf(readUpdate(archive).update));
});

test('half precision, brain floats, whole numbers and big-endian numbers are what they stand for', () => {
  // binary16: 0x3c00 = 1, 0xc000 = −2, 0x0001 = 2^−24, 0x7c00 = ∞. bfloat16: 0x3f80 = 1.
  const header =
    '{"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[8,10]},"c":{"dtype":"I64","shape":[1],"data_offsets":[10,18]}}';
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = Buffer.from('003c00c00100007c803f', 'hex');
  const whole = Buffer.alloc(8);
  whole.writeBigInt64LE(-7n);
  assert.deepEqual(rowOf(Buffer.concat([length, Buffer.from(header), data, whole])), [1, -2, 2 ** -24, Infinity, 1, -7]);
  const big = Buffer.alloc(4);
  big.writeFloatBE(1.5);
  assert.deepEqual(rowOf(zipOf([['x.npy', npyOf('>f4', '(1,)', big), 0]])), [1.5]);
});

test('numbers that are not finite in single precision are counted', () => {
  const archive = zipOf([['x.npy', npyOf('<f8', '(4,)', Float64Array.of(1, Number.NaN, 1e300, -Infinity)), 0]]);
  const { update } = readUpdate(archive);
  assert.equal(writeRow(update, new Float32Array(4)), 3);
});

test('a form gives its fields and its file', () => {
  const form = Buffer.concat([
    Buffer.from(
      '--xyz\r\nContent-Disposition: form-data; name="clientId"\r\n\r\nhospital-7\r\n--xyz\r\nContent-Disposition: form-data; name="samples"\r\n\r\n120\r\n',
    ),
    Buffer.from(
      '--xyz\r\nContent-Disposition: form-data; name="update"; filename="a.safetensors"\r\nContent-Type: application/octet-stream\r\n\r\n',
    ),
    plain,
    Buffer.from('\r\n--xyz--\r\n'),
  ]);
  const { fields, update } = readUpdate(form);
  assert.deepEqual([fields.get('clientId'), fields.get('samples'), update.tensors.length], ['hospital-7', '120', 2]);
  assert.throws(() => readUpdate(form.subarray(0, form.length - 40)), { name: 'UnreadableUpdate' });
});

test('what lies about itself is refused with the reason', () => {
  const declared = (text: string, data = 4) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([length, Buffer.from(text), Buffer.alloc(data)]);
  };
  const cases: readonly [string, Buffer, RegExp][] = [
    ['a pickle', Buffer.from('80049500', 'hex'), /neither/],
    [
      'overlap',
      declared('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'),
      /overlap/,
    ],
    ['a tail', declared('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 9), /behind/],
    ['a huge shape', declared('{"a":{"dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4]}}'), /more than/],
    ['nothing', declared('{}', 0), /no numbers/],
    ['objects', zipOf([['x.npy', npyOf('|O1', '(1,)', Buffer.alloc(1)), 0]]), /plain numbers/],
    ['columns first', zipOf([['x.npy', npyOf('<f4', '(2, 2)', Buffer.alloc(16), 'True'), 0]]), /columns/],
    ['a bomb', zipOf([['x.npy', Buffer.alloc(2 ** 20), 8]], { size: 64 }), /unpack/],
    [
      'two of one name',
      zipOf([
        ['x.npy', npyOf('<f4', '(1,)', Buffer.alloc(4)), 0],
        ['x.npy', npyOf('<f4', '(1,)', Buffer.alloc(4)), 0],
      ]),
      /twice/,
    ],
  ];
  for (const [name, bytes, reason] of cases)
    assert.throws(
      () => readUpdate(bytes),
      (error: Error) => error.name === 'UnreadableUpdate' && reason.test(error.message),
      name,
    );
});

test('damaged bytes are refused or read, and never end otherwise', () => {
  const random = randomSource(4);
  const archive = zipOf([['w.npy', npyOf('<f4', '(3,)', Buffer.alloc(12)), 8]]);
  for (const whole of [plain, archive])
    for (let k = 0; k < 400; k++) {
      const bytes = Buffer.from(whole.subarray(0, k % 4 === 0 ? random.below(whole.length) : whole.length));
      for (let j = 0; j < 3 && bytes.length > 0; j++) bytes[random.below(bytes.length)] = random.below(256);
      try {
        readUpdate(bytes);
      } catch (error) {
        assert.ok(error instanceof Error && error.name === 'UnreadableUpdate', String(error));
      }
    }
});
