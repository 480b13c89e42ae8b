import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Engine, literal, openEngine } from './engine.ts';
import { cellsOf as columnCells, doublesOf, isPresent } from './ingest/column-chunk.ts';
import { cellsOf, csv, smallEngine, withReader } from './test-frames.ts';

let folder = '';
let staging = '';
let engine: Engine;

before(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "engine-it's-")));
  staging = join(folder, 'staging');
  mkdirSync(staging);
  writeFileSync(join(folder, 'secret.csv'), 'a,b\n1,2\n');
  writeFileSync(join(staging, 'own.csv'), 'a,b\n1,2\n');
  symlinkSync(join(folder, 'secret.csv'), join(staging, 'link.csv'));
  engine = await openEngine(staging, smallEngine);
});
after(() => {
  engine.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a file of the staging folder is read', async () => {
  assert.deepEqual(await engine.rows(`SELECT count(*) FROM read_csv(${literal(join(staging, 'own.csv'))})`), [[1n]]);
});

test('paths outside, steps upward and links out of the folder are refused', async () => {
  for (const path of [join(folder, 'secret.csv'), `${staging}/../secret.csv`, join(staging, 'link.csv'), '/etc/passwd'])
    await assert.rejects(engine.rows(`SELECT * FROM read_text(${literal(path)})`), { code: 'data-quality.unreadable' }, path);
  await assert.rejects(engine.run(`COPY (SELECT 1) TO ${literal(join(folder, 'out.csv'))}`), { code: 'data-quality.unreadable' });
});

test('a single file outside that was named at the start is read where it lies, and no other one; patterns are never taken for a name', async () => {
  const named = join(folder, 'secret.csv');
  const beside = join(folder, 'beside');
  mkdirSync(beside);
  writeFileSync(join(folder, 'secret2.csv'), 'a\n');
  const other = await openEngine(beside, smallEngine, [named, join(folder, 'secret*.csv')]);
  try {
    assert.deepEqual([other.reads(named), other.reads(join(folder, 'secret*.csv'))], [true, false]);
    assert.deepEqual(await other.rows(`SELECT count(*) FROM read_csv(${literal(named)})`), [[1n]]);
    for (const path of [join(folder, 'secret2.csv'), join(folder, 'secret*.csv'), '/etc/passwd'])
      await assert.rejects(other.rows(`SELECT * FROM read_text(${literal(path)})`), { code: 'data-quality.unreadable' }, path);
  } finally {
    other.close();
  }
});

test('attaching, installing, loading and changing settings are refused', async () => {
  for (const sql of [
    `ATTACH ${literal(join(folder, 'other.duckdb'))}`,
    'INSTALL httpfs',
    'LOAD httpfs',
    "SET memory_limit='8GB'",
    'SET enable_external_access=true',
    "SET allowed_directories=['/']",
    "SELECT * FROM read_csv('https://example.org/a.csv')",
  ])
    await assert.rejects(engine.run(sql), { code: 'data-quality.unreadable' }, sql);
});

test('what the engine says does not name the folder it works in', async () => {
  await assert.rejects(
    engine.rows(`SELECT * FROM read_csv(${literal(join(staging, 'missing.csv'))})`),
    (error: Error) => !error.message.includes(staging),
  );
});

test('a chunk of a DOUBLE column exposes its numbers as a Float64Array, NULL rows apart', async () => {
  const seen: number[] = [];
  for await (const chunk of engine.chunks('SELECT i::DOUBLE / 2 AS x FROM range(5000) t(i) ORDER BY i')) {
    const items = doublesOf(chunk, 0);
    assert.equal(items.length, chunk.rowCount);
    seen.push(...items);
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 5000 }, (_, i) => i / 2),
  );
  for await (const chunk of engine.chunks("SELECT 'a'")) assert.throws(() => doublesOf(chunk, 0), TypeError);
});

test('a chunk tells which rows of a DOUBLE column are NULL, and that none is', async () => {
  const holes: number[] = [];
  let from = 0;
  for await (const chunk of engine.chunks(
    'SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE i::DOUBLE END AS x, i::DOUBLE FROM range(5000) t(i) ORDER BY i',
  )) {
    const { items, present } = columnCells(chunk, 0);
    assert.equal(columnCells(chunk, 1).present, null);
    assert.ok(present);
    for (let row = 0; row < items.length; row++) {
      if (!isPresent(present, row)) holes.push(from + row);
      else assert.equal(items[row], from + row);
    }
    from += items.length;
  }
  assert.deepEqual(
    holes,
    Array.from({ length: 715 }, (_, k) => k * 7),
  );
  // 3 rows: the bits behind them say nothing.
  for await (const chunk of engine.chunks('SELECT i::DOUBLE FROM range(3) t(i)')) assert.equal(columnCells(chunk, 0).present, null);
  for await (const chunk of engine.chunks("SELECT 'a'")) assert.throws(() => columnCells(chunk, 0), TypeError);
});

test('SQL in headers and cells is data', async () => {
  await withReader(async (read) => {
    const victim = await read(csv('a\n1\n', { header: true }));
    const table = victim.relations[0] ?? '';
    const hostile = `"a"" FROM ${table}; DROP TABLE ${table}; --",b\n"'); DROP TABLE ${table}; --",1\n`;
    const frame = await read(csv(hostile, { header: true }));
    assert.equal(frame.rows, 1);
    assert.deepEqual(await cellsOf(frame), [[`'); DROP TABLE ${table}; --`, '1']]);
    assert.deepEqual(await cellsOf(victim), [['1']]);
  });
});
