import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { systemActor } from '../actors.ts';
import { Database, type DatabaseLog, databaseTarget, type Target, withClient } from './connection.ts';
import { db, inDatabase, systemTransaction, transaction } from './database.ts';
import type { Place } from './embedded/place.ts';
import { loginAs, startEmbedded, stopEmbedded } from './embedded/postmaster.ts';
import { migrate, requireSchema } from './migrate.ts';
import { setting, workspace } from './table.ts';
import { presentMigrations } from './test-cluster.ts';
import { guardedDirectory } from './test-database.ts';

const settings = { fsync: 'off', shared_buffers: '16MB', dynamic_shared_memory_type: 'mmap' };
const context = (workspaceId: string) => ({
  actor: systemActor(workspaceId, 'test'),
  traceId: 'x',
  signal: new AbortController().signal,
  address: null,
  userAgent: null,
});

async function one(login: pg.ClientConfig, text: string): Promise<Record<string, unknown> | undefined> {
  return await withClient(login, async (client) => (await client.query<Record<string, unknown>>(text)).rows[0]);
}

test('a data directory without a database says how to get one', () => {
  assert.throws(() => databaseTarget({ dataDirectory: guardedDirectory('none'), processName: 'test' }), {
    code: 'database.notRunning',
    status: 503,
  });
});

describe('a database server that is not ours', () => {
  const dataDirectory = guardedDirectory('external');
  let place: Place;
  let administrator: pg.ClientConfig;
  const urlOf = (login: string, database: string, more = '') =>
    `postgres://${login}@${encodeURIComponent(place.socketDirectory ?? '')}/${database}${more}`;
  const targetOf = (login: string, database: string, more?: string): Target =>
    databaseTarget({ url: urlOf(login, database, more), dataDirectory: '/nowhere', processName: 'test' });
  before(async () => {
    ({ place } = await startEmbedded({ dataDirectory, settings }));
    administrator = loginAs(place, 'aispm');
    await withClient(administrator, async (client) => {
      await client.query('create role makes_roles login createrole; create role plain login');
      for (const name of ['first', 'second', 'third'])
        await client.query(`create database ${name} owner ${name === 'second' ? 'plain' : 'makes_roles'}`);
    });
  });
  after(() => stopEmbedded(dataDirectory));

  test('a login that may not make roles is told what an administrator must run, and that is enough: an empty database is migrated, once, and has one workspace', async () => {
    const target = targetOf('plain', 'second');
    let statements = '';
    await assert.rejects(migrate(target), (error: Error & { code?: string; params?: { statements?: string } }) => {
      statements = error.params?.statements ?? '';
      return error.code === 'database.rolesMissing' && statements.includes('create role aispm_app');
    });
    await withClient({ ...administrator, database: 'second' }, (client) => client.query(statements));
    // All of the platform's own migrations, in a database where nothing is yet.
    const applied = await migrate(target);
    assert.equal(applied[0], 'platform/0001_platform');
    assert.deepEqual(await migrate(target), [], 'once');
    assert.deepEqual(await one(target.owner, 'select array_agg(name) as names from platform.workspace'), { names: ['Default'] });
    await requireSchema(target);
    assert.deepEqual(await one(target.application, 'select current_user, session_user'), {
      current_user: 'aispm_app',
      session_user: 'plain',
    });
    await withClient(administrator, (client) => client.query('drop database second with (force)'));
    await withClient(administrator, (client) =>
      client.query('drop owned by aispm_app, aispm_system, aispm_jobs; drop role aispm_app, aispm_system, aispm_jobs'),
    );
  });

  test('a login that may make roles prepares everything by itself; requests run as the application role and stay it', async () => {
    const target = targetOf('makes_roles', 'first', '?options=-c%20work_mem%3D1234kB');
    // The ground alone: whatever slices add went in above by a login that may do less.
    const ground = { migrations: presentMigrations().filter(({ slice }) => slice === 'platform') };
    assert.ok((await migrate(target, ground)).length > 0);
    assert.deepEqual(await migrate(target, ground), []);
    await withClient(target.application, async (client) => {
      await client.query('reset role');
      assert.deepEqual((await client.query("select current_user as who, current_setting('work_mem') as memory")).rows, [
        { who: 'aispm_app', memory: '1234kB' },
      ]);
    });
    assert.equal((await one(target.jobs, 'select current_user as who'))?.['who'], 'aispm_jobs');
    assert.equal(
      (await one(target.jobs, "select pg_get_userbyid(nspowner) as owner from pg_namespace where nspname = 'pgboss'"))?.['owner'],
      'aispm_jobs',
    );
  });

  test('workspaces are apart there too, and system transactions work', async () => {
    const database = new Database(targetOf('makes_roles', 'first'));
    try {
      await inDatabase(database, async () => {
        const [row] = await systemTransaction(() => db().select().from(workspace));
        const id = row?.id ?? '';
        await transaction(context(id), () => db().insert(setting).values({ key: 'a', value: 1, changedBy: 'test' }));
        assert.equal((await transaction(context(id), () => db().select().from(setting))).length, 1);
        assert.equal((await transaction(context('0191d2a0-0000-7000-8000-000000000001'), () => db().select().from(setting))).length, 0);
      });
    } finally {
      await database.close();
    }
    // The owner is no superuser there, and still sees all rows: migrations and owner functions need it.
    assert.deepEqual(
      await one(
        targetOf('makes_roles', 'first').owner,
        "select count(*)::int as n, current_setting('is_superuser') as su from platform.setting",
      ),
      { n: 1, su: 'off' },
    );
  });

  test('connections carry the process’s name and the limits of requests', async () => {
    const target = targetOf('makes_roles', 'first');
    const limits =
      "select current_setting('application_name') as name, current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock, current_setting('idle_in_transaction_session_timeout') as idle";
    assert.deepEqual(await one(target.application, limits), { name: 'ai-spm test', statement: '30s', lock: '5s', idle: '1min' });
    assert.deepEqual(await one(target.owner, limits), { name: 'ai-spm test', statement: '0', lock: '0', idle: '0' });
  });

  test('DATABASE_APP_URL is used as it is', () => {
    const applicationUrl = 'postgres://app@db.example/x';
    const target = databaseTarget({ url: urlOf('makes_roles', 'first'), applicationUrl, dataDirectory: '/nowhere', processName: 'test' });
    assert.equal(target.application.connectionString, applicationUrl);
  });

  test('while the database is away callers are told within 5 s, at once after that, and are served again by themselves', async () => {
    const said: unknown[] = [];
    const note = (fields: Record<string, unknown>) => void said.push(fields['code']);
    const log: DatabaseLog = { info: note, warn: () => {}, error: note };
    const database = new Database(targetOf('makes_roles', 'first'), { log });
    try {
      const ask = () => inDatabase(database, () => systemTransaction(() => db().execute(sql`select 1 as n`)));
      await ask();
      await stopEmbedded(dataDirectory);

      const begun = performance.now();
      await assert.rejects(ask(), { code: 'request.unavailable', status: 503 });
      assert.ok(performance.now() - begun < 5000, `${performance.now() - begun} ms`);
      // The least of three: others on the machine may hold up one. Who still waited would take two seconds each time.
      let least = Infinity;
      for (let round = 0; round < 3; round += 1) {
        const again = performance.now();
        await assert.rejects(Promise.all([ask(), ask(), ask()]), { code: 'request.unavailable' });
        least = Math.min(least, performance.now() - again);
      }
      assert.ok(least < 1000, `${least} ms`);

      await startEmbedded({ dataDirectory, settings });
      // One caller in a tenth of a second tries a server that was away.
      await sleep(120);
      assert.deepEqual((await ask()).rows, [{ n: 1 }]);
      assert.deepEqual(said, ['database.away', 'database.returned']);

      // A server that is back within the patience of a caller costs him time, not an error.
      await stopEmbedded(dataDirectory);
      const patient = ask();
      await sleep(300);
      await startEmbedded({ dataDirectory, settings });
      assert.deepEqual((await patient).rows, [{ n: 1 }]);
    } finally {
      await database.close();
    }
  });

  test('a connection cut while idle is replaced without anybody noticing', async () => {
    const database = new Database(targetOf('makes_roles', 'first'));
    try {
      const ask = () =>
        inDatabase(database, () => systemTransaction(() => db().execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)));
      const first = (await ask()).rows[0]?.pid;
      await withClient(administrator, (client) => client.query('select pg_terminate_backend($1)', [first]));
      await sleep(50);
      assert.notEqual((await ask()).rows[0]?.pid, first);
    } finally {
      await database.close();
    }
  });
});
