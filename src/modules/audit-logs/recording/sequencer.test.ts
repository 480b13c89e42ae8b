import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { Database } from '../../../platform/database/connection.ts';
import { db, inDatabase, systemTransaction } from '../../../platform/database/database.ts';
import { EntryLine, leafOf, zeroLeaf } from '../entry.ts';
import { readPending } from '../store.ts';
import { freshLogs, recordChange, type TestLog } from '../test-log.ts';
import { chain, sequenceWorkspace } from './sequencer.ts';

const logs = freshLogs({ after });

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

test('the first line is the canonical text of what was recorded, chained to zero', async () => {
  const log = await logs();
  await log.fill(1);
  const [row] = await stored(log);
  const line = row?.line.toString('utf8') ?? '';
  const entry = EntryLine.parse(JSON.parse(line));
  assert.equal(
    line,
    `{"action":"ai-assets.update","actor":{"id":"test","kind":"system","roles":[]},"change":{"after":{"risk":"high"},"before":{"risk":"low"},"fields":["risk"]},"id":"${entry.id}","index":0,"outcome":"done","prev":"${'0'.repeat(64)}","request":{"process":"all","trace":"0af7651916cd43dd8448eb211c80319c"},"resource":{"id":"asset-0","type":"ai-assets"},"time":"${entry.time}","v":1,"workspace":"${log.workspaceId}"}`,
  );
});

test('records of changes that were rolled back leave no entry', async () => {
  const log = await logs();
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

test('one step of the sequencer is bounded in records and in bytes, and takes the first record whatever its size', async () => {
  const log = await logs();
  for (let number = 0; number < 4; number += 1) await log.run(() => recordChange(number));
  const { rows } = await log.owner.query<{ bytes: number }>('select octet_length(payload) as bytes from audit_logs.pending order by place');
  const [first = 0, second = 0] = rows.map(({ bytes }) => bytes);
  const read = (records: number, bytes: number) =>
    inDatabase(log.database, () => systemTransaction(() => readPending(log.workspaceId, { records, bytes })));
  const counts = [
    [3, 1_000_000],
    [100, first + second],
    [100, first + 1],
    [100, 1],
  ].map(async ([records = 0, bytes = 0]) => (await read(records, bytes)).length);
  assert.deepEqual(await Promise.all(counts), [3, 2, 2, 1]);
});

test('many writers and three sequencers at once: no gap, no index twice, nothing lost', async (t) => {
  const log = await logs();
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

test('a sequencer that dies before its commit leaves every record pending and no index used', async () => {
  const log = await logs();
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

test('while one sequencer holds the chain another one finds nothing to do', async () => {
  const log = await logs();
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
  test(`the application may not: ${statement.slice(0, 40)}`, async () => {
    const log = await logs();
    await log.fill(1);
    await assert.rejects(
      log.run(() => db().execute(sql.raw(statement))),
      (error: Error) => /permission denied|refused/.test(String(error.cause ?? error)),
    );
    assert.equal((await stored(log)).length, 1);
  });
}

for (const statement of ['update audit_logs.entry set action = action', 'delete from audit_logs.entry', 'truncate audit_logs.entry']) {
  test(`even the owner is stopped by a trigger: ${statement.split(' ')[0]}`, async () => {
    const log = await logs();
    await log.fill(1);
    await assert.rejects(log.owner.query(statement), /refused/);
  });
}
