import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { alignedNumbers, type Frame, readNumbers } from '../frame.ts';
import { assessQuality } from '../quality/quality.ts';
import { withFrames } from '../test-frames.ts';

/** A real Parquet file, written by the engine outside of any staging folder. */
let whole = Buffer.alloc(0);
const rows = 5000;

before(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'quality-parquet-'));
  const path = join(folder, 'table.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const columns = [
    'i AS whole',
    "CASE WHEN i % 10 = 0 THEN NULL WHEN i % 10 = 1 THEN 'NaN'::DOUBLE WHEN i % 10 = 2 THEN '-inf'::DOUBLE ELSE i / 4 END AS number",
    'i + 9007199254740993 AS id',
    '(i / 100)::DECIMAL(18, 2) AS price',
    "DATE '2024-01-01' + (i % 30)::INTEGER AS day",
    'i % 2 = 0 AS flag',
    "{'a': i, 'b': [i]} AS nested",
    '\'w\' || (i % 3) AS "Whole"',
  ];
  await connection.run(`COPY (SELECT ${columns.join(', ')} FROM range(${rows}) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  connection.closeSync();
  instance.closeSync();
  whole = readFileSync(path);
  rmSync(folder, { recursive: true, force: true });
});
after(() => {
  whole = Buffer.alloc(0);
});

const read = <T>(content: Uint8Array, work: (frame: Frame) => Promise<T>) =>
  withFrames([{ name: 'table.parquet', content }], async (frame) => work(frame as Frame));

test('declared types are taken; numbers beyond 2^53 and nested values stay text', async () => {
  await read(whole, async ({ columns, ingest }) => {
    assert.deepEqual(
      columns.map(({ type }) => type),
      ['integer', 'number', 'text', 'number', 'time', 'boolean', 'text', 'text'],
    );
    assert.deepEqual([ingest.rows, ingest.columns, ingest.format], [rows, 8, 'parquet']);
    assert.match(ingest.warnings.join(), /"id" has numbers beyond 2\^53/);
  });
});

test('NULL, NaN and infinity are told apart, and numbers stand in their rows', async () => {
  await read(whole, async (frame) => {
    const number = frame.columns.slice(1, 2);
    for await (const { numbers } of readNumbers(frame, number))
      assert.deepEqual([numbers.finite.length, numbers.infinite, numbers.nan], [rows * 0.7, rows * 0.1, rows * 0.1]);
    const [aligned] = await alignedNumbers(frame, number);
    assert.deepEqual([aligned?.[0], aligned?.[1], aligned?.[3], aligned?.[4999]], [Number.NaN, Number.NaN, 0.75, 4999 / 4]);
  });
});

test('quality of a Parquet table: missing is NULL and NaN', async () => {
  await read(whole, async (frame) => {
    const { columns, metrics } = await assessQuality(frame, { rules: [], key: ['id'], freshness: undefined, truth: undefined }, null);
    assert.deepEqual([columns[1]?.missing, columns[1]?.numbers?.nonFinite], [rows * 0.2, rows * 0.2]);
    assert.deepEqual(columns[7]?.text?.top[0], { value: 'w0', count: 1667 });
    assert.deepEqual([metrics.completeness.numerator, metrics.completeness.denominator], [rows * 8 - rows * 0.2, rows * 8]);
    assert.equal(metrics.uniqueness.value, 1);
  });
});

test('a Parquet file that is cut or damaged is refused or read, never a defect', async () => {
  await assert.rejects(
    read(whole.subarray(0, whole.length - 5), async () => {}),
    { code: 'data-quality.unreadable', status: 422 },
  );
  for (let at = 5; at < whole.length; at += Math.floor(whole.length / 25)) {
    const content = Buffer.from(whole);
    content[at] = (content[at] ?? 0) ^ 0xff;
    const code = await read(content, async (frame) => {
      await assessQuality(frame, { rules: [], key: undefined, freshness: undefined, truth: undefined }, null);
      return 'read';
    }).catch((error: { code?: string; message?: string }) => error.code ?? error.message);
    assert.match(String(code), /^(read|data-quality\.)/, `byte ${at}`);
  }
});
