import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { emptyDatabase } from '../../../platform/database/test-database.ts';
import type { Frame } from '../frame.ts';
import { finishStates, type Plan } from '../plans/plan.ts';
import { cellsOf, csv, withFrames } from '../test-frames.ts';
import { describeTable, inSnapshot, listTables, runOnPostgres, type Sample, stageRows } from './postgres-source.ts';
import { testSession } from './test-postgres.ts';

const limits = { statementTimeoutMs: 5000, tag: 'ai-spm data quality' };
const released: (() => Promise<void>)[] = [];
let login: pg.ClientConfig;
let session: Awaited<ReturnType<typeof testSession>>;

before(async () => {
  login = (await emptyDatabase({ after: (release) => void released.push(release) })).owner;
  session = await testSession(login);
  await session.client.query(`
    create schema "Sales; drop";
    create table "Sales; drop"."ta""ble" ("i d" bigint, "__proto__" text, amount numeric, at timestamptz, ok boolean, note text);
    insert into "Sales; drop"."ta""ble" values
      (9007199254740993, '=1+1', 10.50, '2024-01-01 12:00:00+02', true, null),
      (2, 'say "hi", twice', 'NaN', null, false, ''),
      (3, repeat('é', 70000), -1, '2024-02-29 00:00:00.5+00', null, e'two\\nlines');
    create table "Sales; drop".many as select i as n, i % 10 as k from generate_series(1, 20000) i;
    create view "Sales; drop".shown as select n from "Sales; drop".many;
    create role aispm_test_reader; grant usage on schema "Sales; drop" to aispm_test_reader;
    grant select (n) on "Sales; drop".many to aispm_test_reader;`);
});
after(async () => {
  await session.client.query('drop owned by aispm_test_reader; drop role aispm_test_reader');
  await session.close();
  for (const release of released) await release();
});

const schema = 'Sales; drop';
const inside = <T>(work: () => Promise<T>) => inSnapshot(session, limits, work);
function staged(name: string, options: { sample?: Sample; mostRows?: number; mostBytes?: number } = {}) {
  let text = '';
  return inside(async () => {
    const table = await describeTable(session, { schema, name });
    const answer = await stageRows(session, table, {
      mostRows: options.mostRows ?? 100_000,
      mostBytes: options.mostBytes ?? 2 ** 26,
      sample: options.sample,
      write: async (piece) => {
        text += piece;
      },
    });
    return { answer, text };
  });
}

test('a table is described as the role sees it, and its rows come whole: digits, quotes, line breaks, NULL and empty text told apart', async () => {
  const { answer, text } = await staged('ta"ble');
  assert.deepEqual({ ...answer, bytes: 0 }, { rows: 3, bytes: 0, isWhole: true, sample: null, cutCells: 1 });
  await withFrames([csv(text, { header: true })], async (frame) => {
    const read = frame as Frame;
    assert.deepEqual(
      read.columns.map(({ name }) => name),
      ['i d', '__proto__', 'amount', 'at', 'ok', 'note'],
    );
    const cells = await cellsOf(read);
    assert.deepEqual(cells[0], ['9007199254740993', '=1+1', '10.50', '2024-01-01 10:00:00+00', 'true', null]);
    assert.deepEqual(cells[1], ['2', 'say "hi", twice', 'NaN', null, 'false', '']);
    assert.deepEqual([cells[2]?.[5], String(cells[2]?.[1]).length], ['two\nlines', 65_536]);
  });
  assert.ok((await inside(() => listTables(session))).some(({ name }) => name === 'shown'));
});

test('caps on rows and bytes end the reading and are said', async () => {
  const short = await staged('many', { mostRows: 150 });
  assert.deepEqual([short.answer.rows, short.answer.isWhole, short.text.trim().split('\n').length], [150, false, 151]);
  const exact = await staged('many', { mostRows: 20_000 });
  assert.deepEqual([exact.answer.rows, exact.answer.isWhole], [20_000, true]);
  assert.equal((await staged('many', { mostBytes: 5000 })).answer.isWhole, false);
});

test('a sample is drawn by the database with its seed, again the same, and views are not sampled in silence', async () => {
  const sample = { percent: 10, seed: 7 };
  const [one, two, other] = [
    await staged('many', { sample }),
    await staged('many', { sample }),
    await staged('many', { sample: { percent: 10, seed: 8 } }),
  ];
  assert.equal(one.text, two.text);
  assert.notEqual(one.text, other.text);
  // 20,000 draws of one in ten: 2,000 ± 5 standard deviations of √(20000·0.09) = 42.
  assert.ok(Math.abs(one.answer.rows - 2000) < 212, String(one.answer.rows));
  assert.deepEqual(one.answer.sample, { percent: 10, seed: 7, method: 'bernoulli' });
  await assert.rejects(staged('shown', { sample }), { code: 'data-quality.databaseRefused', message: /cannot be sampled/ });
});

test('a plan runs on the table where it lies, on all of it or on a sample', async () => {
  const plan: Plan = {
    filter: 'k < 5',
    metrics: [
      { id: 'rows', columns: ['n'], state: { kind: 'count' } },
      { id: 'q', columns: ['n'], state: { kind: 'quantiles', size: 4 } },
    ],
  };
  const [whole, part] = await inside(async () => {
    const table = await describeTable(session, { schema, name: 'many' });
    return [await runOnPostgres(session, plan, { table }), await runOnPostgres(session, plan, { table, sample: { percent: 50, seed: 1 } })];
  });
  assert.deepEqual(finishStates(plan, whole?.get('') ?? {})[0]?.value, { rows: 10_000, present: 10_000, missing: 0, completeness: 1 });
  const sampled = finishStates(plan, part?.get('') ?? {})[0]?.value;
  const rows = (sampled as { rows?: number } | undefined)?.rows ?? 0;
  assert.ok(rows > 4700 && rows < 5300, String(rows));
});

test('nothing can be written, a slow statement is ended, and the settings end with the snapshot', async () => {
  await assert.rejects(
    inside(() => session.query(`delete from "${schema}".many`)),
    { code: 'data-quality.databaseRefused', message: /read-only transaction/ },
  );
  await assert.rejects(
    inSnapshot(session, { ...limits, statementTimeoutMs: 50 }, () => session.query('SELECT pg_sleep(10)')),
    { code: 'data-quality.databaseRefused', message: /statement timeout/ },
  );
  const tag = await inside(() => session.query("SELECT current_setting('application_name'), current_setting('search_path')"));
  assert.deepEqual(tag, [['ai-spm data quality', 'pg_catalog']]);
  assert.deepEqual(await session.query("SELECT current_setting('statement_timeout')"), [['0']]);
});

test('called off, the statement ends on the server too', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  const started = Date.now();
  await assert.rejects(
    inSnapshot(session, { ...limits, signal: stop.signal }, () => session.query('SELECT pg_sleep(60)')),
    { code: 'data-quality.stopped' },
  );
  assert.ok(Date.now() - started < 10_000);
  assert.deepEqual(await session.query('SELECT 1'), [['1']]);
});

test('called off between two statements, the next one is ended', async () => {
  const stop = new AbortController();
  const work = async () => {
    stop.abort();
    // The first cancel finds nothing to end.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return session.query('SELECT pg_sleep(4)');
  };
  const started = Date.now();
  await assert.rejects(inSnapshot(session, { ...limits, signal: stop.signal }, work), { code: 'data-quality.stopped' });
  assert.ok(Date.now() - started < 3500);
});

test('with a role only what it may read is there', async () => {
  const asReader = { ...limits, role: 'aispm_test_reader' };
  const table = await inSnapshot(session, asReader, () => describeTable(session, { schema, name: 'many' }));
  assert.deepEqual(
    table.columns.map(({ name }) => name),
    ['n'],
  );
  await assert.rejects(
    inSnapshot(session, asReader, () => describeTable(session, { schema, name: 'ta"ble' })),
    { code: 'data-quality.noSuchTable', status: 422 },
  );
});
