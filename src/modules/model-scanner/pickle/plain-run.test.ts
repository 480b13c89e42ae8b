import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Budget } from '../engine/budget.ts';
import { bytesSource } from '../engine/source.ts';
import { Cursor } from './cursor.ts';
import { Recorder } from './recorder.ts';
import { readStream } from './stream.ts';
import { get, integer, join, nothing, op, put, raw, text } from './testing/assembler.ts';
import { catalogTables } from './testing/catalog.ts';

/** @param watched a watched stream is run opcode by opcode. */
function said(data: Uint8Array, watched: boolean) {
  const recorder = new Recorder(['x'], () => undefined);
  const { broken, ...end } = readStream({
    cursor: new Cursor(bytesSource(data), 0),
    tables: catalogTables(),
    recorder,
    budget: new Budget(),
    ...(watched ? { trace: () => undefined } : {}),
  });
  return { ...recorder, ...end, broken: broken && [broken.code, broken.message] };
}

const parts = [
  text(''),
  text('weight'),
  text('layer.0.weight'),
  text('größe größe'),
  text('a text that is longer than thirty-two bytes'),
  raw('X\x06\0\0\0k00001'),
  raw('X\xff\xff\xff\xff'),
  op('BINFLOAT', 0x3f, 0xf0, 0, 0, 0, 0, 0, 0),
  op('BININT1', 7),
  op('BININT2', 0xff, 0xff),
  integer(-5),
  nothing,
  op('NEWTRUE'),
  op('NEWFALSE'),
  op('MEMOIZE'),
  put(3),
  get(3),
  op('MARK'),
  op('POP'),
  op('TUPLE'),
  op('EMPTY_DICT'),
  op('SETITEMS'),
  op('SETITEM'),
  raw('cos\nsystem\n'),
  op('REDUCE'),
  op('STACK_GLOBAL'),
];

test('constants that are read in a row are what they are one by one: facts, places, memo, errors and result', () => {
  const program = fc
    .tuple(fc.array(fc.constantFrom(...parts), { maxLength: 40 }), fc.nat({ max: 3 }))
    .map(([all, cut]) => join(...all, raw('.')).subarray(0, cut === 0 ? -1 : undefined));
  fc.assert(
    fc.property(program, (data) => assert.deepEqual(said(data, false), said(data, true))),
    { numRuns: 1500, seed: 5 },
  );
});

test('a row of constants may be longer than the bytes at hand', () => {
  // 21 bytes each, 84 kB: past the first window of 16 KiB and the second of 64.
  const pair = join(text('feature.name'), op('BININT2', 1, 2), op('MEMOIZE'), nothing, op('NEWTRUE'), op('NEWFALSE'));
  const data = join(raw('\x80\x04}('), ...Array.from({ length: 4000 }, () => pair), raw('u.'));
  const { strings, broken, end, opcodes } = said(data, false);
  assert.deepEqual(said(data, false), said(data, true));
  assert.equal(broken, null);
  assert.deepEqual([end, opcodes, strings.length], [data.length, 3 + 4000 * 6 + 2, 2000]);
  assert.deepEqual(strings[1]?.where, { containerPath: ['x'], offset: 4 + 21, length: 14, opcodeIndex: 9 });
});
