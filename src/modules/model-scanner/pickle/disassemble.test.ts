import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disassemble } from './disassemble.ts';

/** Protocol 2: os.system('marker') as `pickletools.dis` prints it: PROTO 0, GLOBAL 2, BINPUT 13, BINUNICODE 15, TUPLE1 26, REDUCE 27, STOP 28. */
const call = Buffer.concat([
  Buffer.from([0x80, 2]),
  Buffer.from('cos\nsystem\n'),
  Buffer.from([0x71, 0]),
  Buffer.from([0x58, 6, 0, 0, 0]),
  Buffer.from('marker'),
  Buffer.from([0x85, 0x52, 0x2e]),
]);
const names = (lines: { offset: number; name: string }[]): string[] => lines.map(({ offset, name }) => `${offset} ${name}`);

test('a piece that begins with the stream is read exactly, before and after the anchor', () => {
  const lines = disassemble(call, 0, 27);
  assert.deepEqual(names(lines), ['0 PROTO', '2 GLOBAL', '13 BINPUT', '15 BINUNICODE', '26 TUPLE1', '27 REDUCE', '28 STOP']);
  assert.equal(lines[1]?.argument, 'os system');
  assert.equal(lines[3]?.argument, "'marker'");
  assert.ok(lines.every(({ inferred }) => !inferred));
});

test('a piece from the middle is read backwards by the chain that reaches furthest back, and says that it is inferred', () => {
  const start = 5;
  const lines = disassemble(call.subarray(start), start, 27);
  const anchor = lines.findIndex(({ offset }) => offset === 27);
  assert.deepEqual(names(lines.slice(anchor - 3)), ['13 BINPUT', '15 BINUNICODE', '26 TUPLE1', '27 REDUCE', '28 STOP']);
  assert.ok(lines.slice(0, anchor).every(({ inferred }) => inferred));
  assert.ok(lines.slice(anchor).every(({ inferred }) => !inferred));
});

test('letters of a name that are opcodes themselves do not win over the opcode that names it', () => {
  // Inside 'builtins' b, u, i, l, t are opcodes; `ins\neval\n` would read as INST.
  const hidden = Buffer.concat([
    Buffer.from([0x5d, 0x71, 1, 0x28]),
    Buffer.from('cbuiltins\neval\n'),
    Buffer.from([0x8c, 1, 0x31, 0x85, 0x52, 0x2e]),
  ]);
  const lines = disassemble(hidden, 1000, 1000 + hidden.length - 2);
  assert.deepEqual(lines.find(({ name }) => name === 'GLOBAL')?.argument, 'builtins eval');
  assert.ok(!lines.some(({ name }) => name === 'INST'));
});

test('text that would act on a page is escaped, long text is cut, and a value beyond the piece says so', () => {
  const long = Buffer.concat([Buffer.from([0x58, 0, 1, 0, 0]), Buffer.alloc(256, 0x61), Buffer.from([0x2e])]);
  assert.equal(disassemble(long, 0, 0)[0]?.argument?.length, 203, 'quotes, 200 characters, one ellipsis');
  const bidi = Buffer.concat([Buffer.from([0x8c, 3]), Buffer.from('\u202e'), Buffer.from([0x2e])]);
  assert.equal(disassemble(bidi, 0, 0)[0]?.argument, "'\\u{202e}'");
  assert.equal(disassemble(long.subarray(0, 20), 0, 0)[0]?.argument, '(cut here)');
});

test('any bytes at any anchor give lines inside the piece in rising order, and never throw', () => {
  let seed = 7;
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed;
  };
  for (let round = 0; round < 3000; round++) {
    const bytes = Uint8Array.from({ length: 1 + (random() % 120) }, () => random() % 256);
    const start = random() % 50;
    const lines = disassemble(bytes, start, start + (random() % 130));
    for (const [place, { offset }] of lines.entries()) {
      assert.ok(offset >= start && offset < start + bytes.length);
      assert.ok(offset > (lines[place - 1]?.offset ?? -1));
    }
  }
});
