import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'drizzle-orm';
import { Database } from '../../../platform/database/connection.ts';
import { db, inDatabase } from '../../../platform/database/database.ts';
import { EntryLine, leafOf, zeroLeaf } from '../entry.ts';
import { recordChange, type TestLog, testLog } from '../test-log.ts';
import { chain, sequenceWorkspace } from './sequencer.ts';

type Row = { index: string; line: Buffer; leaf: Buffer };
async function stored({ owner, workspaceId }: TestLog): Promise<Row[]> {
  return (await owner.query<Row>('select index, line, leaf from audit_logs.entry where workspace_id = $1 order by index', [workspaceId]))
    .rows;
}

/** Every line names the hash of the one before, indexes count from 0: recomputed here, not taken from the store. */
function assertChained(rows: readonly Row[]): void {
  let prev = zeroLeaf;
  for (const [position, { index, line, leaf }] of rows.entries()) {
    const entry = EntryLine.parse(JSON.parse(line.toString('utf8')));
    assert.equal(Number(index), position);
    assert.equal(entry.index, position);
    assert.equal(entry.prev, prev);
    prev = leafOf(line);
    assert.equal(leaf.toString('hex'), prev);
  }
}

test('the first line is the canonical text of what was recorded, chained to zero', async (t) => {
  const log = await testLog(t);
  await log.fill(1);
  const [row] = await stored(log);
  const line = row?.line.toString('utf8') ?? '';
  const entry = EntryLine.parse(JSON.parse(line));
  assert.equal(
    line,
    `{"action":"ai-assets.update","actor":{"id":"test","kind":"system","roles":[]},"change":{"after":{"risk":"high"},"before":{"risk":"low"},"fields":["risk"]},"id":"${entry.id}","index":0,"outcome":"done","prev":"${'0'.repeat(64)}","request":{"process":"all","trace":"0af7651916cd43dd8448eb211c80319c"},"resource":{"id":"asset-0","type":"ai-assets"},"time":"${entry.time}","v":1,"workspace":"${log.workspaceId}"}`,
  );
});

test('records of changes that were rolled back leave no entry', async (t) => {
  const log = await testLog(t);
  await assert.rejects(
    log.run(async () => {
      await recordChange(1);
      throw new RangeError('the change failed');
    }),
    RangeError,
  );
  await log.fill(1);
  assert.equal((await stored(log)).length, 1);
});

test('many writers and three sequencers at once: no gap, no index twice, nothing lost', async (t) => {
  const log = await testLog(t);
  const others = [new Database(log.target, { poolSize: 4 }), new Database(log.target, { poolSize: 4 })];
  t.after(() => Promise.all(others.map((other) => other.close())));
  let writing = true;
  const sequencers = [log.database, ...others].map(async (database) => {
    while (writing) await inDatabase(database, () => sequenceWorkspace(log.workspaceId));
  });
  const writers = Array.from({ length: 6 }, async (_, writer) => {
    for (let step = 0; step < 25; step += 1) await log.run(() => recordChange(writer * 25 + step));
  });
  await Promise.all(writers);
  writing = false;
  await Promise.all(sequencers);
  await log.sequence();
  const rows = await stored(log);
  assertChained(rows);
  const ids = rows.map(({ line }) => EntryLine.parse(JSON.parse(line.toString('utf8'))).resource.id);
  assert.equal(rows.length, 150);
  assert.equal(new Set(ids).size, 150);
});

test('a sequencer that dies before its commit leaves every record pending and no index used', async (t) => {
  const log = await testLog(t);
  await log.run(() => recordChange(1));
  const dying = new Database(log.target, { poolSize: 1 });
  const killed = inDatabase(dying, async () => {
    const { systemTransaction } = await import('../../../platform/database/database.ts');
    return systemTransaction(async () => {
      await sequenceWorkspace(log.workspaceId);
      const { rows } = await db().execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await log.owner.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
      await db().execute(sql`select 1`);
    });
  });
  await assert.rejects(killed);
  await dying.close();
  assert.equal((await stored(log)).length, 0);
  assert.equal(await log.sequence(), 1);
  assertChained(await stored(log));
});

test('while one sequencer holds the chain another one finds nothing to do', async (t) => {
  const log = await testLog(t);
  await log.run(() => recordChange(1));
  const client = await log.owner.connect();
  try {
    await client.query('begin');
    await client.query('select * from audit_logs.open_head($1)', [log.workspaceId]);
    assert.equal(await inDatabase(log.database, () => sequenceWorkspace(log.workspaceId)), 0);
  } finally {
    await client.query('rollback');
    client.release();
  }
  assert.equal(await log.sequence(), 1);
});

test('a clock that was set back is said so, and times never fall', () => {
  const payload = (id: string, time: string) =>
    Buffer.from(
      JSON.stringify({
        v: 1,
        id,
        time,
        actor: { kind: 'user', id: 'someone', roles: [] },
        action: 'a.b',
        resource: { type: 'a', id: null },
        outcome: 'done',
        request: { trace: 't', process: 'all' },
      }),
    );
  const head = { size: 7, leaf: 'ab'.repeat(32), time: '2026-05-01T10:00:00.000000Z' };
  const rows = [
    { place: 1, payload: payload('00000000-0000-7000-8000-000000000001', '2026-05-01T09:00:00.000000Z') },
    { place: 2, payload: payload('00000000-0000-7000-8000-000000000002', '2026-05-01T10:00:01.000000Z') },
  ];
  const lines = chain('00000000-0000-7000-8000-00000000000a', head, rows, '2026-05-01T09:00:02.000000Z');
  const entries = lines.map(({ line }) => EntryLine.parse(JSON.parse(line.toString('utf8'))));
  assert.deepEqual(
    entries.map(({ index, time, clock }) => [index, time, clock]),
    [
      [7, '2026-05-01T10:00:00.000000Z', 'regressed'],
      [8, '2026-05-01T10:00:01.000000Z', 'regressed'],
    ],
  );
  assert.equal(entries[0]?.prev, 'ab'.repeat(32));
});

for (const statement of [
  'update audit_logs.entry set action = action',
  'delete from audit_logs.entry',
  'truncate audit_logs.entry',
  "insert into audit_logs.entry (index, id, time, line, leaf, actor_kind, actor_id, action, resource_type, outcome, trace_id) values (9, gen_random_uuid(), now(), 'xx', sha256('x'), 'a', 'a', 'a', 'a', 'done', 't')",
  'update audit_logs.head set size = 0',
  'delete from audit_logs.pending',
  'update audit_logs.private set address = null',
]) {
  test(`the application may not: ${statement.slice(0, 40)}`, async (t) => {
    const log = await testLog(t);
    await log.fill(1);
    await assert.rejects(
      log.run(() => db().execute(sql.raw(statement))),
      (error: Error) => /permission denied|refused/.test(String(error.cause ?? error)),
    );
    assert.equal((await stored(log)).length, 1);
  });
}

for (const statement of ['update audit_logs.entry set action = action', 'delete from audit_logs.entry', 'truncate audit_logs.entry']) {
  test(`even the owner is stopped by a trigger: ${statement.split(' ')[0]}`, async (t) => {
    const log = await testLog(t);
    await log.fill(1);
    await assert.rejects(log.owner.query(statement), /refused/);
  });
}
