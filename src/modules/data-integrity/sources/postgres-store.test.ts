import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { emptyDatabase } from '../../../platform/database/test-database.ts';
import { describeTable, finishStates, mergeStates, type Plan, runOnPostgres, stageRows } from '../../data-quality/contract.ts';
import { onPostgres, type PostgresLogin } from './postgres-store.ts';

const limits = { statementTimeoutMs: 5000, tag: 'ai-spm data quality' };
const released: (() => Promise<void>)[] = [];
let login: PostgresLogin;
let owner: pg.Client;

before(async () => {
  login = (await emptyDatabase({ after: (release) => void released.push(release) })).owner;
  owner = new pg.Client(login);
  await owner.connect();
  await owner.query('create table orders as select i as id, i * 1.5 as price from generate_series(1, 200) i');
});
after(async () => {
  await owner.end();
  for (const release of released) await release();
});
const connections = async () =>
  Number(
    (
      await owner.query<{ n: string }>(
        'select count(*) as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      )
    ).rows[0]?.n,
  );

test('a table is read into text and its states are computed where it lies, in one snapshot', async () => {
  const plan: Plan = { metrics: [{ id: 'price', columns: ['price'], state: { kind: 'extremes' } }] };
  const pieces: string[] = [];
  const { staged, states } = await onPostgres(login, limits, async (session) => {
    const table = await describeTable(session, { schema: 'public', name: 'orders' });
    await owner.query('insert into orders values (999, 1e6)');
    const write = async (piece: string) => void pieces.push(piece);
    return {
      staged: await stageRows(session, table, { mostRows: 1000, mostBytes: 2 ** 20, write }),
      states: await runOnPostgres(session, plan, { table }),
    };
  });
  // The row that came meanwhile is in neither.
  assert.deepEqual([staged.rows, staged.isWhole, pieces.join('').split('\n').length], [200, true, 202]);
  assert.deepEqual(finishStates(plan, states.get('') ?? {})[0]?.value, { min: 1.5, max: 300 });
  // What was computed before and the state of new rows alone make the state of all.
  const later = await onPostgres(login, limits, async (session) => {
    const table = await describeTable(session, { schema: 'public', name: 'orders' });
    return runOnPostgres(session, { ...plan, filter: 'id > 200' }, { table });
  });
  const all = mergeStates(plan, [...states.values(), ...later.values()]);
  assert.deepEqual(finishStates(plan, all)[0]?.value, { min: 1.5, max: 1_000_000 });
});

test('the connection is closed after work, after a refusal and after being called off', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(
    onPostgres(login, { ...limits, signal: stop.signal }, (session) => session.query('SELECT pg_sleep(30)')),
    { code: 'data-quality.stopped' },
  );
  await assert.rejects(
    onPostgres(login, limits, (session) => session.query('SELECT 1 / 0')),
    { code: 'data-quality.databaseRefused' },
  );
  for (let i = 0; i < 50 && (await connections()) > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await connections(), 0);
});

test('a database that is not there is a refusal without its address', async () => {
  await assert.rejects(
    onPostgres({ host: '127.0.0.1', port: 1, user: 'nobody', database: 'none' }, limits, async () => {}),
    (error: Error & { code?: string }) => error.code === 'data-quality.databaseRefused' && !error.message.includes('127.0.0.1'),
  );
});
