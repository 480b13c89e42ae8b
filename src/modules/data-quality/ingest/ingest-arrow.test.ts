import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  bool,
  CompressionType,
  columnFromArray,
  DateUnit,
  date,
  dateDay,
  decimal128,
  dictionary,
  float64,
  int32,
  int64,
  list,
  nullType,
  setCompressionCodec,
  TimeUnit,
  tableFromArrays,
  tableFromColumns,
  tableToIPC,
  timeMicrosecond,
  timestamp,
  utf8,
} from '@uwdata/flechette';
import { type Frame, readNumbers } from '../frame.ts';
import { cellsOf, type Given, withFrames, withReader } from '../test-frames.ts';

const arrow = (content: Uint8Array, name = 'data.arrow'): Given => ({ name, content });
const read = <T>(given: Given, work: (frame: Frame) => Promise<T>) => withFrames([given], (frame) => work(frame as Frame));

const columns = {
  id: [9007199254740993n, 2n, null, -4n],
  n: [1.5, Number.NaN, null, Number.POSITIVE_INFINITY],
  whole: [1, 2, 3, -2147483648],
  text: ['a', '', null, 'say "hi", twice\n'],
  code: ['001', '002', '003', '004'],
  flag: [true, false, null, true],
  kind: ['x', 'y', 'x', null],
  day: [new Date('2024-02-29'), new Date('1969-12-31'), null, new Date('2000-01-01')],
  at: [1_709_164_800_123.456, -0.001, null, 0],
  clock: [3_600_000_001n, 0n, null, 86_399_000_000n],
  price: [12.34, -0.05, null, 1000],
  nothing: [null, null, null, null],
  parts: [[1], [], null, [2, 3]],
};
const types = {
  id: int64(),
  n: float64(),
  whole: int32(),
  text: utf8(),
  code: utf8(),
  flag: bool(),
  kind: dictionary(utf8()),
  day: dateDay(),
  at: timestamp(TimeUnit.MICROSECOND),
  clock: timeMicrosecond(),
  price: decimal128(10, 2),
  nothing: nullType(),
  parts: list(int32()),
};
const table = tableFromArrays(columns, { types });
const bytesOf = (format: 'file' | 'stream') => tableToIPC(table, { format }) as Uint8Array;

test('a file and a stream give the same cells: digits kept, times in ISO 8601, nested columns left out and named', async () => {
  for (const format of ['file', 'stream'] as const)
    await read(arrow(bytesOf(format)), async (frame) => {
      assert.deepEqual(await cellsOf(frame), [
        [
          '9007199254740993',
          '1.5',
          '1',
          'a',
          '001',
          'true',
          'x',
          '2024-02-29',
          '2024-02-29T00:00:00.123456',
          '01:00:00.000001',
          '12.34',
          null,
        ],
        ['2', 'NaN', '2', '', '002', 'false', 'y', '1969-12-31', '1969-12-31T23:59:59.999999', '00:00:00', '-0.05', null],
        [null, null, '3', null, '003', null, 'x', null, null, null, null, null],
        [
          '-4',
          'Infinity',
          '-2147483648',
          'say "hi", twice\n',
          '004',
          'true',
          null,
          '2000-01-01',
          '1970-01-01T00:00:00',
          '23:59:59',
          '1000.00',
          null,
        ],
      ]);
      assert.deepEqual(
        frame.columns.map(({ type }) => type),
        ['text', 'number', 'integer', 'text', 'text', 'boolean', 'text', 'time', 'time', 'text', 'number', 'text'],
      );
      assert.equal(frame.ingest.format, 'arrow');
      assert.deepEqual(frame.ingest.warnings, [
        'Column "parts" holds lists and is not read.',
        'Column "id" has whole numbers beyond 2^53: they stay text.',
      ]);
    });
});

test('a date in milliseconds that has a time of day keeps it', async () => {
  const dates = tableFromArrays(
    { d: [new Date('2024-02-29T00:00:00Z'), new Date('2024-02-29T12:30:00Z')] },
    { types: { d: date(DateUnit.MILLISECOND) } },
  );
  await read(arrow(tableToIPC(dates, { format: 'stream' }) as Uint8Array), async (frame) => {
    assert.deepEqual(await cellsOf(frame), [['2024-02-29'], ['2024-02-29T12:30:00']]);
  });
});

test('several batches, each with the dictionary of its time, and gzip around it', async () => {
  const many = tableFromArrays(
    { i: Array.from({ length: 5000 }, (_, i) => i), k: Array.from({ length: 5000 }, (_, i) => `k${i % 7}`) },
    { types: { i: int32(), k: dictionary(utf8()) }, maxBatchRows: 700 },
  );
  await read(arrow(gzipSync(tableToIPC(many, { format: 'stream' }) as Uint8Array), 'data.arrow.gz'), async (frame) => {
    assert.deepEqual([frame.rows, frame.ingest.compression], [5000, 'gzip']);
    // By hand: 0 + 1 + … + 4999.
    for await (const { numbers } of readNumbers(frame, frame.columns.slice(0, 1)))
      assert.equal(
        numbers.finite.reduce((sum, value) => sum + value, 0),
        12_497_500,
      );
    const [[wrong] = []] = await frame.engine.rows(`SELECT count(*) FROM ${frame.relations[0]} WHERE c1 <> 'k' || (c0::INT % 7)`);
    assert.equal(wrong, 0n);
  });
});

test('a table without rows is a table; names that repeat or are dangerous are renamed', async () => {
  const empty = tableFromArrays({ a: [], b: [] }, { types: { a: int32(), b: utf8() } });
  await read(arrow(tableToIPC(empty, { format: 'file' }) as Uint8Array), async ({ rows, columns: found }) => {
    assert.deepEqual([rows, found.length], [0, 2]);
  });
  const named = tableFromColumns([
    ['__proto__', columnFromArray([1])],
    ['A', columnFromArray([2])],
    ['a', columnFromArray([3])],
  ]);
  await read(arrow(tableToIPC(named, { format: 'stream' }) as Uint8Array), async (frame) => {
    assert.deepEqual(
      frame.columns.map(({ name }) => name),
      ['__proto__', 'A', 'a_1'],
    );
    assert.deepEqual(await cellsOf(frame), [['1', '2', '3']]);
  });
});

test('compressed buffers are refused clearly, and a name that lies is told', async () => {
  const codec = { encode: () => new Uint8Array([1]), decode: (bytes: Uint8Array) => bytes };
  setCompressionCodec(CompressionType.ZSTD, codec);
  const packed = tableToIPC(table, { format: 'stream', codec: CompressionType.ZSTD }) as Uint8Array;
  setCompressionCodec(CompressionType.ZSTD, null as never);
  await assert.rejects(
    read(arrow(packed), async () => {}),
    { code: 'data-quality.unsupported', status: 415, message: /compressed buffers/ },
  );
  await read(arrow(bytesOf('file'), 'lies.csv'), async ({ ingest }) => {
    assert.equal(ingest.warnings[0], 'The name ends in .csv, the content is Arrow IPC.');
  });
});

test('a file that is cut, and lengths that lie, are refused with a reason', async () => {
  const whole = bytesOf('file');
  await withReader(async (reader) => {
    await assert.rejects(reader(arrow(whole.subarray(0, whole.length - 3))), {
      code: 'data-quality.unreadable',
      message: /its footer is missing/,
    });
    const stream = bytesOf('stream');
    await assert.rejects(reader(arrow(stream.subarray(0, stream.length - 300))), {
      code: 'data-quality.unreadable',
      message: /ends within/,
    });
    const long = Uint8Array.from(stream);
    new DataView(long.buffer).setInt32(4, 0x7ffffff0, true);
    await assert.rejects(reader(arrow(long)), { code: 'data-quality.unreadable', message: /a message of 2147483632 bytes/ });
  });
});

test('changed bytes are read or refused, never a defect', async () => {
  const whole = bytesOf('stream');
  await withReader(async (reader) => {
    for (let at = 8; at < whole.length; at += 97) {
      const content = Uint8Array.from(whole);
      content[at] = (content[at] ?? 0) ^ (at % 2 === 0 ? 0xff : 0x10);
      const code = await reader(arrow(content)).then(
        () => 'read',
        (error: { code?: string; message?: string }) => error.code ?? error.message,
      );
      assert.match(String(code), /^(read|data-quality\.)/, `byte ${at}`);
    }
  });
});

test('a dictionary that says it has more values than it has bytes for is refused before any is decoded', async () => {
  const words = Array.from({ length: 100 }, (_, row) => `word ${row % 37}`);
  const whole = tableToIPC(tableFromArrays({ word: words }, { types: { word: dictionary(utf8()) } }), { format: 'stream' }) as Uint8Array;
  // Its length stands twice, for the batch and for its one column.
  const places = Array.from({ length: whole.length / 8 }, (_, word) => 8 * word).filter(
    (at) => new DataView(whole.buffer, whole.byteOffset).getBigInt64(at, true) === 37n,
  );
  assert.equal(places.length, 2);
  for (const at of places) {
    const bytes = whole.slice();
    new DataView(bytes.buffer).setBigInt64(at, 16_777_221n, true);
    await assert.rejects(
      read(arrow(bytes), async () => {}),
      { code: 'data-quality.unreadable', message: /16777221 (rows|values)/ },
    );
  }
});

test('a column without a name gets one, and the report says so', async () => {
  const nameless = tableFromColumns([
    [null as never, columnFromArray([1])],
    ['a', columnFromArray([2])],
  ]);
  await read(arrow(tableToIPC(nameless, { format: 'stream' }) as Uint8Array), async ({ columns: found, ingest }) => {
    assert.deepEqual(
      found.map(({ name }) => name),
      ['column_1', 'a'],
    );
    assert.deepEqual(ingest.renamed, [{ column: 0, from: '', to: 'column_1' }]);
  });
});
