import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flatBuffer, integers, table, tables, text, u8of, u32of } from '../../../../../test/corpus/model-scanner/build-flat.ts';
import { MalformedBytes } from '../../engine/reader.ts';
import { bytesSource } from '../../engine/source.ts';
import { FlatBuffer, type FlatSchema, verifyFlatBuffer } from './flatbuffer.ts';

const schema: FlatSchema = { Root: ['4', 'text', '[4]', 'Inner', '[Inner]', '?', '[text]'], Inner: ['1', 'Inner'] };
const made = flatBuffer(
  [u32of(7), text('word'), integers(1, -2), table(u8of(1)), tables([u8of(2)], [u8of(3), table(u8of(4))]), table(), { texts: ['a', 'b'] }],
  'TEST',
);
const verify = (bytes: Uint8Array) => verifyFlatBuffer(new FlatBuffer(bytesSource(bytes)).root('TEST'), 'Root', schema, () => {});

test('values come back as they were written', () => {
  const root = new FlatBuffer(bytesSource(made)).root('TEST');
  verify(made);
  assert.equal(root.number(0, 4), 7);
  assert.equal(root.text(1), 'word');
  assert.deepEqual(root.integers(2), [1, -2]);
  assert.equal(root.table(3)?.number(0, 1), 1);
  assert.deepEqual(
    [...root.tables(4)].map((inner) => inner.number(0, 1)),
    [2, 3],
  );
  assert.equal(root.number(9, 4, 5), 5);
});

test('another identifier is refused', () => {
  assert.throws(() => new FlatBuffer(bytesSource(made)).root('ABCD'), { code: 'flatbuffer-identifier' });
});

test('every single byte may be anything: the answer is a MalformedBytes or a value, never another error', () => {
  let refused = 0;
  for (let at = 0; at < made.length; at++)
    for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
      const copy = Uint8Array.from(made);
      copy[at] = value;
      try {
        verify(copy);
      } catch (error) {
        assert.ok(error instanceof MalformedBytes, String(error));
        refused += 1;
      }
    }
  assert.ok(refused > 100);
});
