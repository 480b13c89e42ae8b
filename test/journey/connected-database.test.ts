/** Tables of a connected database, from the connection to the assessment: product side and data door together. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  addConnection,
  addMonitor,
  assessNow,
  changeConnection,
  getAssessment,
  getDataJob,
  listBaselines,
  listConnections,
  listConnectionTables,
  queueBaseline,
  removeConnection,
  removeMonitor,
  suggestRules,
  testConnection,
} from '../../src/modules/data-integrity/contract.ts';
import { refused, TestIntegrity } from '../../src/modules/data-integrity/test-integrity.ts';
import { routes as dataDoor } from '../../src/modules/data-quality/service.ts';
import { emptyDatabase } from '../../src/platform/database/test-database.ts';
import { openSecret } from '../../src/platform/sealed-secret.ts';

describe('tables of a connected PostgreSQL', () => {
  let integrity: TestIntegrity;
  let door: Server;
  let superuser = '';
  let address: (user: string) => string;
  const ends: (() => Promise<void>)[] = [];
  const sockets = new Set<Socket>();

  before(async () => {
    const owner = { after: (end: () => Promise<void>) => void ends.unshift(end) };
    integrity = await TestIntegrity.open(owner, { door: dataDoor });
    const { host, port, database, user } = (await emptyDatabase(owner)).owner;
    superuser = user ?? '';
    // The test server listens on a socket alone; customers' servers are reached by name and port.
    door = createServer((here) => {
      const there = connect(`${host}/.s.PGSQL.${port}`);
      here.pipe(there).pipe(here);
      for (const end of [here, there]) {
        sockets.add(end);
        end.on('error', () => void [here.destroy(), there.destroy()]).on('close', () => sockets.delete(end));
      }
    });
    await new Promise<void>((done) => door.listen(0, '127.0.0.1', done));
    const at = door.address();
    const open = at !== null && typeof at === 'object' ? at.port : 0;
    address = (user) => `postgresql://${user}:not-shown@127.0.0.1:${open}/${database}?sslmode=disable`;
    await prepare({ host, port, database, user });
  });
  after(async () => {
    // First the connections: the server waits for them to end, and what a role still reads keeps it from being dropped.
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => door.close(done));
    for (const role of ['aispm_test_looker', 'aispm_test_changer'])
      await asOwner(`
        select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = '${role}';
        set lock_timeout = '20s'; drop owned by ${role}; drop role ${role}`);
    for (const end of ends) await end();
  });

  let asOwner: (sql: string) => Promise<void>;
  async function prepare(login: object): Promise<void> {
    const { default: pg } = await import('pg');
    asOwner = async (sql) => {
      const client = new pg.Client(login);
      await client.connect();
      try {
        await client.query(sql);
      } finally {
        await client.end();
      }
    };
    await asOwner(`
      create schema sales;
      create table sales.orders as select i as id, (i % 97) * 1.5 as price, case when i % 10 = 0 then null else 'Oslo' end as city from generate_series(1, 4000) i;
      analyze sales.orders;
      create view sales.cheap as select * from sales.orders where price < 10;
      create role aispm_test_looker login; create role aispm_test_changer login;
      grant usage on schema sales to aispm_test_looker, aispm_test_changer;
      grant select on all tables in schema sales to aispm_test_looker, aispm_test_changer;
      grant update (city) on sales.orders to aispm_test_changer;`);
  }

  const add = (name: string, user = 'aispm_test_looker') => integrity.ask(addConnection, { name, connectionString: address(user) });

  test('what opens a connection is sealed, bound to its workspace, and never shown or audited', async () => {
    const made = await add('sealed');
    assert.deepEqual([made.host, made.user, made.encryption, made.version], ['127.0.0.1', 'aispm_test_looker', 'none', 1]);
    const { rows } = await integrity.base.owner.query<{ text: string; purpose: string }>(
      `select purpose, encode(sealed, 'escape') || (select string_agg(c::text, '') from data_integrity.connection c) as text from platform.sealed_secret`,
    );
    assert.deepEqual(
      rows.map(({ purpose }) => purpose),
      [`data-quality.connection/${made.id}`],
    );
    const seen = JSON.stringify([rows, made, integrity.audited, await integrity.ask(listConnections, {})]);
    assert.equal(seen.includes('not-shown'), false);
    assert.equal(await integrity.run(() => openSecret(`data-quality.connection/${made.id}`)), address('aispm_test_looker'));
    await integrity.base.owner.query('update platform.sealed_secret set workspace_id = $1', [integrity.base.otherWorkspaceId]);
    await assert.rejects(
      integrity.run(() => openSecret(`data-quality.connection/${made.id}`), integrity.other),
      refused('secret.unreadable'),
    );
    await integrity.base.owner.query('delete from platform.sealed_secret');
  });

  test('only the admin makes one, names are taken once, a stale change is refused, and a monitor keeps its connection', async () => {
    const draft = { name: 'engineers', connectionString: address('aispm_test_looker') };
    await assert.rejects(integrity.ask(addConnection, draft, integrity.person('ciso')), refused('request.forbidden'));
    const made = await add('taken');
    await assert.rejects(add('TAKEN'), refused('data-quality.connectionExists'));
    const changed = await integrity.ask(changeConnection, { id: made.id, version: 1, statementTimeoutMs: 5000 });
    assert.deepEqual([changed.version, changed.statementTimeoutMs, changed.user], [2, 5000, 'aispm_test_looker']);
    await assert.rejects(integrity.ask(changeConnection, { id: made.id, version: 1 }), refused('request.conflict'));
    const assetId = integrity.asset({ name: 'orders' });
    const source = { postgres: { connection: 'taken', schema: 'sales', table: 'orders' } };
    const monitor = await integrity.ask(addMonitor, { assetId, name: 'orders', source, enabled: false });
    assert.equal(monitor.sourceLabel, 'postgres:taken/sales.orders');
    await assert.rejects(integrity.ask(removeConnection, { id: made.id }), refused('data-quality.connectionInUse'));
    await integrity.ask(removeMonitor, { id: monitor.id });
    await integrity.ask(removeConnection, { id: made.id });
    const { rows } = await integrity.base.owner.query('select 1 from platform.sealed_secret');
    assert.equal(rows.length, 0);
    await assert.rejects(integrity.ask(addMonitor, { assetId, name: 'again', source }), refused('data-quality.connectionUnknown'));
  });

  test('a test says what the role may do: reading alone, changing a column, or everything', async () => {
    const ask = async (user: string) => integrity.ask(testConnection, { id: (await add(`test-${user.slice(0, 40)}`, user)).id });
    const looker = await ask('aispm_test_looker');
    assert.deepEqual(
      [looker.works, looker.facts?.role, looker.facts?.mayWrite, looker.facts?.readableTables],
      [true, 'aispm_test_looker', false, 2],
    );
    assert.match(looker.facts?.version ?? '', /^1\d/);
    assert.deepEqual((await ask('aispm_test_changer')).facts?.reasons, ['it may insert, update or delete rows of a table']);
    assert.equal((await ask(superuser)).facts?.reasons[0], 'it is a superuser');
    const missing = await ask('nobody_of_that_name');
    assert.deepEqual([missing.works, missing.facts, missing.problem?.code], [false, null, 'data-quality.databaseRefused']);
    assert.equal(JSON.stringify(missing).includes('127.0.0.1'), false);
    const { id } = await add('tables');
    assert.deepEqual(await integrity.ask(listConnectionTables, { id }), {
      tables: [
        { schema: 'sales', table: 'cheap' },
        { schema: 'sales', table: 'orders' },
      ],
    });
  });

  async function ended(id: string) {
    for (let round = 0; round < 600; round += 1) {
      const found = await integrity.ask(getAssessment, { id });
      if (found.state !== 'queued' && found.state !== 'running') return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return assert.fail('the assessment did not end within 30 s');
  }
  const staged = async () => readdir(join(integrity.folder, '.quarantine', 'tables', integrity.base.workspaceId));

  test('a table is assessed by the real door, whole or as a sample that is said, and nothing stays on disk', async () => {
    await add('shop');
    const assetId = integrity.asset({ name: 'orders' });
    const orders = { connection: 'shop', schema: 'sales', table: 'orders' };
    await integrity.withJobs(async () => {
      const assess = async (postgres: object) => {
        const queued = await integrity.send(assessNow, { assetId, checks: ['quality'], source: { postgres } as never });
        assert.equal(integrity.status, 202);
        return ended(queued.id);
      };
      const whole = await assess(orders);
      assert.deepEqual([whole.state, whole.rows, whole.columns, whole.badRows], ['done', 4000, 3, 0], JSON.stringify(whole.problem));
      // One city in ten is missing: 400 of 12,000 cells.
      assert.equal(whole.quality?.metrics.completeness.value, 1 - 400 / 12_000);
      assert.equal(whole.ingest?.warnings[0], 'PostgreSQL table sales.orders through the connection shop: all 4,000 rows read.');
      const part = await assess({ ...orders, sample: { percent: 25, seed: 3 } });
      // 4,000 draws of one in four: 1,000 ± 5 standard deviations of √(4000·0.1875) = 27.
      assert.ok(Math.abs((part.rows ?? 0) - 1000) < 137, String(part.rows));
      assert.equal(part.sourceLabel, 'postgres:shop/sales.orders (sample of 25 %)');
      assert.match(
        part.ingest?.warnings[0] ?? '',
        /rows read of about 4,000 \(the planner's estimate\): a sample of 25 % drawn row by row, seed 3\.$/,
      );
      const gone = await assess({ ...orders, table: 'nowhere' });
      assert.deepEqual([gone.state, gone.problem?.code], ['failed', 'data-quality.noSuchTable']);
    });
    const suggested = await integrity.ask(suggestRules, { source: { postgres: orders } });
    assert.deepEqual([suggested.rows, suggested.leftOut[0]?.includes('all 4,000 rows read')], [4000, true]);
    assert.deepEqual(await staged(), []);
  });

  test('a baseline of a table of a database is made by a job whose result names it', async () => {
    await add('base');
    const assetId = integrity.asset({ name: 'orders' });
    const source = { postgres: { connection: 'base', schema: 'sales', table: 'orders' } };
    await integrity.withJobs(async () => {
      const { jobId } = await integrity.ask(queueBaseline, { assetId, name: 'spring', source, promote: true });
      let job = await integrity.ask(getDataJob, { id: jobId });
      for (let round = 0; round < 600 && ['queued', 'running'].includes(job.state); round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        job = await integrity.ask(getDataJob, { id: jobId });
      }
      const [made] = (await integrity.ask(listBaselines, { assetId })).items;
      assert.deepEqual([job.state, job.result], ['done', { baselineId: made?.id, version: 1, rows: 4000 }], JSON.stringify(job.problem));
      assert.deepEqual([made?.state, made?.createdBy], ['promoted', 'admin-person']);
    });
    const wrong = { postgres: { ...source.postgres, connection: 'none' } };
    await assert.rejects(integrity.ask(queueBaseline, { assetId, name: 'x', source: wrong }), refused('data-quality.connectionUnknown'));
    assert.deepEqual(await staged(), []);
  });
});
