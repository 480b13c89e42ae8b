import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auditProblems, checkAuditGate, installAuditGate } from '../../../platform/audit.ts';
import type { Counts } from '../../../platform/audit-coverage.ts';
import { inDatabase, transaction } from '../../../platform/database/database.ts';
import { recordChange, type TestLog, testLog } from '../test-log.ts';
import { listCounts, noteMigrations } from './coverage-store.ts';
import { gateFor } from './disk-quota.ts';
import { Reconciler } from './reconcile.ts';

describe('coverage', () => {
  let log: TestLog;
  const release: (() => Promise<void>)[] = [];
  before(async () => {
    log = await testLog({ after: (step) => void release.push(step) });
  });
  after(async () => {
    for (const step of release) await step();
  });
  const nobody = '00000000-0000-0000-0000-000000000000';
  const countsOf = (traces: readonly (readonly [trace: string, requests: number, workspaceId?: string])[], cameIn?: number): Counts => ({
    cameIn: cameIn ?? traces.reduce((sum, [, requests]) => sum + requests, 0),
    decided: traces.map(([traceId, requests, workspaceId = log.workspaceId]) => ({ traceId, requests, workspaceId, since: Date.now() })),
    notFollowed: 0,
  });
  const nothing: Counts = { cameIn: 0, decided: [], notFollowed: 0 };
  const look = (reconciler: Reconciler, counts: Counts) => inDatabase(log.database, () => reconciler.look(counts));
  const recordUnder = async (traceId: string, workspaceId = log.workspaceId): Promise<void> => {
    const context = { ...log.context(workspaceId), traceId };
    await inDatabase(log.database, () => transaction(context, () => recordChange(1)));
  };
  const gaps = async () =>
    (
      await log.owner.query(
        "select payload from platform.outbox where type = 'audit-log.gap-found' union all select payload from platform.event where type = 'audit-log.gap-found'",
      )
    ).rows;

  test('requests whose entries are there, those before anybody signed in too, leave nothing to report', async () => {
    const reconciler = new Reconciler();
    await recordUnder('seen');
    await recordUnder('seen-too', nobody);
    await log.sequence();
    for (const counts of [
      countsOf([
        ['seen', 1],
        ['seen-too', 1, nobody],
      ]),
      nothing,
      nothing,
      nothing,
    ])
      assert.deepEqual(await look(reconciler, counts), []);
    const { items } = await log.run(() => listCounts(undefined, {}), { readOnly: true });
    assert.deepEqual(
      items.map(({ cameIn, decided, logged, missing }) => ({ cameIn, decided, logged, missing })),
      [{ cameIn: 2, decided: 2, logged: 2, missing: [] }],
    );
  });

  test('a request without an entry is named by its trace after three looks, once, and told to the platform', async () => {
    const reconciler = new Reconciler();
    assert.deepEqual(await look(reconciler, countsOf([['lost', 1]])), []);
    assert.deepEqual(await look(reconciler, nothing), []);
    assert.deepEqual(await look(reconciler, nothing), ['lost']);
    assert.deepEqual(await look(reconciler, nothing), []);
    assert.deepEqual(
      (await gaps()).map(({ payload }) => payload.missing),
      [['lost']],
    );
    const { items } = await log.run(() => listCounts(true, {}), { readOnly: true });
    assert.deepEqual(items[0]?.missing, ['lost']);
  });

  test('two requests of one trace need two entries', async () => {
    const reconciler = new Reconciler();
    await recordUnder('twice');
    await log.sequence();
    await look(reconciler, countsOf([['twice', 2]]));
    await look(reconciler, nothing);
    assert.deepEqual(await look(reconciler, nothing), ['twice']);
  });

  test('a record that waits for its place is not missing, however long it waits', async () => {
    const reconciler = new Reconciler();
    await recordUnder('late');
    for (const counts of [countsOf([['late', 1]]), nothing, nothing, nothing, nothing])
      assert.deepEqual(await look(reconciler, counts), []);
    await log.sequence();
    for (let round = 0; round < 4; round += 1) assert.deepEqual(await look(reconciler, nothing), []);
  });

  test('a change whose record cannot be written is refused, and is not made', async () => {
    await log.owner.query('alter table audit_logs.pending add constraint nothing_more check (false) not valid');
    try {
      await assert.rejects(
        log.run(() => recordChange(1)),
        { code: 'audit.unavailable', status: 503 },
      );
    } finally {
      await log.owner.query('alter table audit_logs.pending drop constraint nothing_more');
    }
    await log.run(() => recordChange(1));
  });

  test('migrations are noted once', async () => {
    const noted = await log.run(noteMigrations);
    assert.ok(noted.includes('audit-logs/0004_months'), noted.join());
    assert.deepEqual(await log.run(noteMigrations), []);
  });
});

test('changes are refused from 95 % of the quota on, readings only when it is full, and nothing without a quota', () => {
  assert.equal(gateFor(10 ** 15, 0), 'open');
  assert.deepEqual(
    [9499, 9500, 9999, 10_000].map((bytes) => gateFor(bytes, 10_000)),
    ['open', 'changes-refused', 'changes-refused', 'closed'],
  );
  const { code } = auditProblems.unavailable();
  try {
    installAuditGate(() => 'changes-refused');
    checkAuditGate({ changes: false });
    assert.throws(() => checkAuditGate({ changes: true }), { code });
    installAuditGate(() => 'closed');
    assert.throws(() => checkAuditGate({ changes: false }), { code });
  } finally {
    installAuditGate(() => 'open');
  }
});
