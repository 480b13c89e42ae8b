/** Files far larger than memory: constants, arrays and storages are skipped by reference, never read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Budget } from '../engine/budget.ts';
import type { ByteSource } from '../engine/source.ts';
import { readPickle } from './read-pickle.ts';
import { build, call, dict, integer, list, named, op, type Part, raw, stream, text, tuple, withState } from './testing/assembler.ts';
import { catalogTables } from './testing/catalog.ts';
import { legacyMagic } from './torch-legacy.ts';

const tables = catalogTables();
const gigabyte = 2 ** 30;

/** Pieces of real bytes and of zeros that exist only as a number. Counts what is read. */
function sparse(...pieces: readonly (Uint8Array | number)[]): ByteSource & { readonly bytesRead: () => number } {
  const parts: { start: number; bytes: Uint8Array }[] = [];
  let size = 0;
  for (const piece of pieces) {
    if (typeof piece !== 'number') parts.push({ start: size, bytes: piece });
    size += typeof piece === 'number' ? piece : piece.length;
  }
  let count = 0;
  const read = (offset: number, length: number): Uint8Array => {
    const window = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    count += window.length;
    for (const { start, bytes } of parts) {
      const from = Math.max(start, offset);
      const until = Math.min(start + bytes.length, offset + window.length);
      if (from < until) window.set(bytes.subarray(from - start, until - start), from - offset);
    }
    return window;
  };
  return { size, read, bytesRead: () => count };
}

function facts(source: ByteSource, flavour: 'plain' | 'joblib' | 'torch-legacy' = 'plain') {
  return readPickle(
    source,
    { containerPath: ['large'], offset: 0, whole: true, flavour },
    { budget: new Budget(), facts: tables, nested: () => undefined },
  );
}

const u8 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const hostileCall = call(named('os', 'system'), text('id'));

test('skips a bytes constant of ten gigabytes and judges what follows', () => {
  const source = sparse(
    Buffer.concat([op('PROTO', 4), op('BINBYTES8'), u8(10 * gigabyte)]),
    10 * gigabyte,
    Buffer.concat([hostileCall, op('STOP')]),
  );
  const found = facts(source);
  assert.equal(found.globals[0]?.expression, "os.system('id')");
  assert.equal(found.globals[0]?.where.offset, 10 * gigabyte + 28);
  assert.equal(found.end, source.size);
  assert.ok(source.bytesRead() < 2 ** 20);
});

const dtype = (letters: string): Part =>
  withState(
    call(named('numpy', 'dtype'), text(letters), op('NEWFALSE'), op('NEWTRUE')),
    tuple(integer(3), text('<'), op('NONE'), op('NONE'), op('NONE'), integer(-1), integer(-1), integer(0)),
  );
const wrapper = (shape: Part, letters: string, alignment?: number): Part =>
  withState(
    build(named('joblib.numpy_pickle', 'NumpyArrayWrapper')),
    dict(
      [text('subclass'), named('numpy', 'ndarray')],
      [text('shape'), shape],
      [text('dtype'), dtype(letters)],
      ...(alignment === undefined ? [] : [[text('numpy_array_alignment_bytes'), integer(alignment)] as const]),
    ),
  );

test('skips the raw arrays of a joblib dump, with and without alignment', () => {
  const source = sparse(
    Buffer.concat([
      op('PROTO', 4),
      op('EMPTY_LIST'),
      op('MARK'),
      wrapper(tuple(integer(1 << 20), integer(512)), 'f8', 16),
      Uint8Array.of(5),
      Buffer.alloc(5, 0xff),
    ]),
    4 * gigabyte,
    wrapper(tuple(integer(3)), 'U2'),
    24,
    Buffer.concat([hostileCall, op('APPENDS'), op('STOP')]),
  );
  const found = facts(source, 'joblib');
  assert.equal(found.pickles, 1);
  assert.deepEqual(
    found.arrays.map(({ shape, dataBytes }) => ({ shape, dataBytes })),
    [
      { shape: [1 << 20, 512], dataBytes: 4 * gigabyte },
      { shape: [3], dataBytes: 24 },
    ],
  );
  assert.ok(found.globals.some(({ expression }) => expression === "os.system('id')"));
  assert.ok(source.bytesRead() < 2 ** 21);
});

test('reads the pickle that an array of objects is written as', () => {
  const inner = stream(4, list(hostileCall));
  const found = facts(sparse(Buffer.concat([op('PROTO', 4), wrapper(tuple(integer(1)), 'O', 16), inner, op('STOP')])), 'joblib');
  assert.equal(found.pickles, 1);
  assert.deepEqual(found.anomalies, []);
  assert.ok(found.globals.some(({ expression }) => expression === "os.system('id')"));
});

test('an array longer than the file is truncated', () => {
  const found = facts(sparse(Buffer.concat([op('PROTO', 4), wrapper(tuple(integer(1000)), 'f8'), op('STOP')])), 'joblib');
  assert.equal(found.unread[0]?.reason, 'truncated');
});

function legacyTorch(elements: number): Uint8Array {
  const magic = Buffer.alloc(10);
  for (let at = 0, rest = legacyMagic; at < 10; at += 1, rest >>= 8n) magic[at] = Number(rest & 0xffn);
  const storage = Buffer.concat([
    tuple(text('storage'), named('torch', 'FloatStorage'), text('7'), text('cpu'), integer(elements), op('NONE')),
    op('BINPERSID'),
  ]);
  const tensor = call(
    named('torch._utils', '_rebuild_tensor_v2'),
    storage,
    integer(0),
    tuple(integer(elements)),
    tuple(integer(1)),
    op('NEWFALSE'),
    call(named('collections', 'OrderedDict')),
  );
  return Buffer.concat([
    stream(2, op('LONG1', 10), magic),
    stream(2, integer(1001)),
    stream(2, dict([text('little_endian'), op('NEWTRUE')])),
    stream(2, tensor),
    stream(2, list(text('7'))),
  ]);
}

test('skips the storages of a legacy torch file', () => {
  const elements = 2 ** 31 - 1;
  const source = sparse(legacyTorch(elements), u8(elements), 4 * elements);
  const found = facts(source, 'torch-legacy');
  assert.deepEqual([found.pickles, found.tensors, found.parameters, found.end], [5, 1, elements, source.size]);
  assert.deepEqual(found.anomalies, []);
  assert.ok(source.bytesRead() < 2 ** 21);
});

test('looks at what follows the storages of a legacy torch file', () => {
  const found = facts(sparse(legacyTorch(2), u8(2), 8, stream(2, hostileCall)), 'torch-legacy');
  assert.ok(found.globals.some(({ module }) => module === 'os'));
});

test('a legacy torch file whose storages are missing is truncated', () => {
  const found = facts(sparse(legacyTorch(1000), u8(1000), 100), 'torch-legacy');
  assert.equal(found.unread[0]?.reason, 'truncated');
});

test('a line without an end is not kept', () => {
  const source = sparse(raw('V'), 8 * 2 ** 20, raw('\n.'));
  const started = process.memoryUsage().heapUsed;
  assert.equal(facts(source).pickles, 1);
  assert.ok(process.memoryUsage().heapUsed - started < 64 * 2 ** 20);
});

test('a name that was forgotten on the stack is told as one that cannot be known', () => {
  const waiting = Buffer.alloc(700_000, ']');
  const away = Buffer.alloc(450_000, '0');
  const found = facts(sparse(Buffer.concat([op('PROTO', 4), waiting, away, op('STACK_GLOBAL'), op('STOP')])));
  assert.deepEqual([found.globals[0]?.judgement, found.globals[0]?.certainty], ['computed', 'unknown']);
});
