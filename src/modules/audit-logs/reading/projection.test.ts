import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit } from '../../../platform/audit.ts';
import { inDatabase, rowsOf, systemTransaction, transaction } from '../../../platform/database/database.ts';
import { listAuditLogs } from '../contract.ts';
import { projectAll } from '../recording/projector.ts';
import { projectEntries } from '../store.ts';
import { freshLogs, type TestLog } from '../test-log.ts';
import { verifyLog } from '../verifying/verify.ts';
import { readEntry, readLog } from './reading.ts';
import { readMatching } from './reading-store.ts';

const logs = freshLogs({ after });

const actors = ['ada', 'ben'];
/** 30 entries: numbers 0 to 29, alternately by two actors, every tenth refused. */
async function thirty(log: TestLog): Promise<void> {
  for (let number = 0; number < 30; number += 1) {
    const context = { ...log.context(), actor: { ...log.context().actor, id: actors[number % 2] ?? '' } };
    const outcome = number % 10 === 0 ? 'denied' : 'done';
    const record = { action: 'ai-assets.update', resource: { type: 'ai-assets', id: `äpfel-${number}` }, outcome } as const;
    await inDatabase(log.database, () => transaction(context, () => audit.record(record)));
  }
  await log.sequence();
}

async function logOf() {
  const log = await logs();
  await thirty(log);
  // One reader for the whole test leaves one entry, which nobody sequences before the lists are read.
  const page = (filter: Record<string, unknown>) =>
    inDatabase(log.database, () => readLog(listAuditLogs.input.parse({ limit: 50, ...filter }), log.context()));
  return { ...log, page };
}

const questions: readonly (readonly [Record<string, unknown>, (number: number) => boolean])[] = [
  [{}, () => true],
  [{ user_id: 'ben' }, (number) => number % 2 === 1],
  [{ outcome: ['denied'] }, (number) => number % 10 === 0],
  [{ resource: 'ai-assets', resource_id: 'äpfel-7' }, (number) => number === 7],
  [{ q: 'äpfel 12' }, (number) => number === 12],
  [{ q: 'ada denied' }, (number) => number % 10 === 0],
];

test('a list says the same before its entries are in the projection, while some are, and after', async () => {
  const { page, database, workspaceId } = await logOf();
  const ask = () => Promise.all(questions.map(async ([filter]) => (await page(filter)).items.map(({ index }) => index)));
  // By the rule above, newest first.
  const expected = questions.map(([, holds]) => Array.from({ length: 30 }, (_, at) => 29 - at).filter(holds));
  assert.deepEqual(await ask(), expected);
  assert.equal(await inDatabase(database, () => systemTransaction(() => projectEntries(workspaceId, 13))), 13);
  assert.deepEqual(await ask(), expected);
  assert.equal(await inDatabase(database, projectAll), 17);
  assert.equal(await inDatabase(database, projectAll), 0);
  assert.deepEqual(await ask(), expected);
});

test('pages, totals, an entry by its id and the order of an excerpt do not depend on where an entry is found', async () => {
  const { page, database, workspaceId, context, run } = await logOf();
  await inDatabase(database, () => systemTransaction(() => projectEntries(workspaceId, 13)));
  const first = await page({ user_id: 'ada', limit: 4 });
  const second = await page({ user_id: 'ada', limit: 4, cursor: first.nextCursor });
  assert.deepEqual(
    [...first.items, ...second.items].map(({ index }) => index),
    [28, 26, 24, 22, 20, 18, 16, 14],
  );
  assert.deepEqual([first.total, first.totalIsEstimate, second.total], [15, false, 15]);
  assert.deepEqual((await page({ user_id: 'ada', page: 4, per_page: 4 })).items.length, 3);
  assert.equal((await page({ limit: 3 })).total, 30);
  for (const index of [2, 28]) {
    const id = (await page({})).items.find((item) => item.index === index)?.id ?? '';
    assert.equal((await inDatabase(database, () => readEntry(id, context()))).index, index);
  }
  const matching = await run(() => readMatching({ actorId: 'ben' }, 7, 5));
  assert.deepEqual(
    matching.map(({ index }) => index),
    [9, 11, 13, 15, 17],
  );
});

for (const [name, damage] of [
  ['taken out of', 'delete from audit_logs.projection where index = 4'],
  ['put under another actor in', "update audit_logs.projection set actor_id = 'eve' where index = 4"],
  ['given other words in', "update audit_logs.projection set words = '' where index = 4"],
] as const)
  test(`an entry that was ${name} what lists look in is named by the verification`, async () => {
    const { database, owner, context } = await logOf();
    await inDatabase(database, projectAll);
    await owner.query(damage);
    const { state, defects } = await inDatabase(database, () => verifyLog({ restart: true }, context()));
    assert.deepEqual([state, defects.map(({ index, kind }) => [index, kind])], ['tampered', [[4, 'projection']]]);
  });

test('what a log that lost its newest entries had in the projection is taken out again', async () => {
  const { page, database, owner } = await logOf();
  await inDatabase(database, projectAll);
  await owner.query(
    `insert into audit_logs.projection (workspace_id, index, time, id, actor_id, action, resource_type, outcome, trace_id, words)
     select workspace_id, 35, time, id, actor_id, action, resource_type, outcome, trace_id, words from audit_logs.projection where index = 4`,
  );
  await owner.query('update audit_logs.projected set size = 40');
  while ((await inDatabase(database, projectAll)) > 0);
  const { rows } = await owner.query<{ size: string; most: string }>(
    'select p.size, (select max(index) from audit_logs.projection) as most from audit_logs.projected p',
  );
  assert.deepEqual(rows, [{ size: '30', most: '29' }]);
  assert.equal((await page({ user_id: 'ada' })).items.length, 15);
});

test('the application cannot reach the projection', async () => {
  const { database, context } = await logs();
  for (const statement of ['select * from audit_logs.projection', 'delete from audit_logs.projected', 'select audit_logs.project(null, 1)'])
    await assert.rejects(
      inDatabase(database, () => transaction(context(), () => rowsOf(statement))),
      (error: Error) => /permission denied/.test(String(error.cause ?? error)),
    );
});
