import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { parquetRead } from 'hyparquet';
import { alignedNumbers } from '../frame.ts';
import { withReader } from '../test-frames.ts';

const rows = 3000;
/** Numbers, texts, times and gaps in pages of several encodings: runs, dictionaries, deltas. */
const columns = [
  'i AS whole',
  'CASE WHEN i % 7 > 0 THEN (i * 7919 % 1000) / 8 END AS number',
  '(i % 40)::TINYINT AS tiny',
  "'w' || (i * i % 13) AS word",
  "CASE WHEN i % 5 > 0 THEN repeat('é', i % 9) || i END AS text",
  "DATE '1969-12-01' + (i % 90)::INTEGER AS day",
  'i % 3 = 0 AS flag',
  '(i - 1500) * 900719925474099 + 1 AS id',
];
const forms = ["CODEC 'uncompressed'", "CODEC 'snappy'", "CODEC 'snappy', PARQUET_VERSION v2"];

async function written(): Promise<Uint8Array[]> {
  const folder = mkdtempSync(join(tmpdir(), 'quality-crosscheck-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const files: Uint8Array[] = [];
    for (const [k, form] of forms.entries()) {
      const path = join(folder, `${k}.parquet`);
      await connection.run(
        `COPY (SELECT ${columns.join(', ')} FROM range(${rows}) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048, ${form})`,
      );
      files.push(Uint8Array.from(readFileSync(path)));
    }
    return files;
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Another reader, which shares no line with the engine's. */
async function otherReading({ buffer: file }: Uint8Array): Promise<unknown[][]> {
  let found: unknown[][] = [];
  await parquetRead({
    file: file as ArrayBuffer,
    rowFormat: 'array',
    onComplete: (read) => {
      found = read as unknown[][];
    },
  });
  return found;
}

/** As the engine writes a cell in text. */
function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return String(value);
}

test('another Parquet reader finds the same cells in the same rows', async () => {
  const files = await written();
  await withReader(async (read) => {
    for (const [k, content] of files.entries()) {
      const frame = await read({ name: `${k}.parquet`, content });
      const other = await otherReading(content);
      assert.equal(other.length, rows);
      const texts = await frame.engine.rows(
        `SELECT ${frame.columns.map(({ index }) => `c${index}::VARCHAR`).join(', ')} FROM ${frame.relations[0]} ORDER BY r`,
      );
      const [numbers] = await alignedNumbers(frame, frame.columns.slice(1, 2));
      for (const [row, cells] of other.entries()) {
        const number = cells[1] as number | null;
        assert.ok(Object.is(numbers?.[row], number ?? Number.NaN), `${forms[k]} row ${row}: ${numbers?.[row]} ${number}`);
        for (const column of [0, 2, 3, 4, 5, 6, 7])
          assert.equal(texts[row]?.[column], asText(cells[column]), `${forms[k]} row ${row} column ${column}`);
      }
    }
  });
});
