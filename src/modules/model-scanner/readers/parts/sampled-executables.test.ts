import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, u16, u32, u64 } from '../../../../../test/corpus/model-scanner/build-bytes.ts';
import { safetensors } from '../../../../../test/corpus/model-scanner/build-models.ts';
import { reportOf } from '../../../../../test/corpus/model-scanner/read-artefact.ts';

/** ELF64 for x86-64 with one segment: header and program table alone. */
const elf = bytes(
  '\x7fELF',
  [2, 1, 1],
  new Uint8Array(9),
  bytes(u16(2), u16(62), u32(1), u64(0x400000), u64(64), u64(0), u32(0), u16(64), u16(56), u16(1), u16(64), u16(0), u16(0)),
  bytes(u32(1), u32(5), u64(0), u64(0x400000), u64(0x400000), u64(120), u64(120), u64(4096)),
);
const size = 400_000;
/** Weights of two tensors, with something written into their bytes. */
function weights(at: number, what: Uint8Array): Uint8Array {
  const values = new Uint8Array(size);
  // Not zeros: any byte but those of the beginnings.
  for (let i = 0; i < size; i++) values[i] = (i * 31) % 61;
  values.set(what, at);
  return safetensors(
    {
      a: { dtype: 'U8', shape: [200_000], data_offsets: [0, 200_000] },
      b: { dtype: 'U8', shape: [200_000], data_offsets: [200_000, size] },
    },
    values,
  );
}
const said = (at: number, what: Uint8Array) =>
  reportOf(weights(at, what), 'm.safetensors').findings.filter(({ ruleId }) => ruleId === 'native-code');

test('a program at the start of a tensor, near the beginning and near the end is found at its byte', () => {
  const header = weights(0, bytes()).length - size;
  for (const at of [0, 777, 200_000, size - 3000]) {
    const [finding] = said(at, elf);
    assert.equal(finding?.where.offset, header + at, String(at));
    assert.match(finding?.evidence ?? '', /ELF executable/);
  }
  assert.equal(reportOf(weights(0, elf), 'm.safetensors').verdict, 'risky');
});

test('letters of a program without the rest of its header are values like others', () => {
  for (const what of [bytes('MZ'), bytes('MZ', new Uint8Array(58), u32(128), new Uint8Array(64), 'PE'), bytes('\x7fELF', [9, 9, 9])])
    assert.deepEqual(said(5000, what), []);
  // Away from a tensor's start a program must also fit into the values.
  const tall = Uint8Array.from(elf);
  new DataView(tall.buffer).setBigUint64(64 + 32, 2n ** 40n, true);
  assert.deepEqual(said(777, tall), []);
});
