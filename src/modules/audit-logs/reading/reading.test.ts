import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Context } from '../../../contract/actor.ts';
import { audit } from '../../../platform/audit.ts';
import { inDatabase, transaction } from '../../../platform/database/database.ts';
import { type AuditEntry, listAuditLogs } from '../contract.ts';
import { openSealed } from '../sealed/read-sealed.ts';
import { freshLogs, type TestLog } from '../test-log.ts';
import { readEntry, readLog, wordsOf } from './reading.ts';

const logs = freshLogs({ after });

type Filter = Record<string, unknown>;
async function list(log: TestLog, filter: Filter, context: Context = log.context()): Promise<AuditEntry[]> {
  const { items } = await inDatabase(log.database, () => readLog(listAuditLogs.input.parse(filter), context));
  // The reading itself is recorded and sequenced later; entries of earlier readings are not what is asked for here.
  return items.filter(({ action }) => !action.startsWith('audit-logs.'));
}

async function someEntries(log: TestLog): Promise<void> {
  await log.run(() => audit.record({ action: 'ai-assets.update', resource: { type: 'ai-assets', id: 'asset-1' }, outcome: 'done' }));
  await log.run(() =>
    audit.record({
      action: 'identity.login',
      resource: { type: 'users', id: '01a2136d-aa75-7d6b-9f0a-8cb9930864f1' },
      outcome: 'failed',
      reason: 'identity.credentials',
    }),
  );
  await log.run(() =>
    audit.record({
      action: 'vulnerabilities.delete',
      resource: { type: 'vulnerabilities', id: 'v-7' },
      outcome: 'denied',
      reason: 'request.forbidden',
    }),
  );
  await log.sequence();
}

test('each filter finds its entries and no others, newest first', async () => {
  const log = await logs();
  await someEntries(log);
  const actions = async (filter: Filter) => (await list(log, filter)).map(({ action }) => action);
  assert.deepEqual(await actions({}), ['vulnerabilities.delete', 'identity.login', 'ai-assets.update']);
  assert.deepEqual(await actions({ action: 'identity.login' }), ['identity.login']);
  assert.deepEqual(await actions({ resource: 'ai-assets', resource_id: 'asset-1' }), ['ai-assets.update']);
  assert.deepEqual(await actions({ outcome: ['denied'] }), ['vulnerabilities.delete']);
  assert.deepEqual(await actions({ user_id: 'test' }), ['vulnerabilities.delete', 'identity.login', 'ai-assets.update']);
  assert.deepEqual(await actions({ user_id: 'somebody else' }), []);
  assert.deepEqual(await actions({ trace_id: '0af7651916cd43dd8448eb211c80319c', outcome: ['failed'] }), ['identity.login']);
  const today = new Date().toISOString().slice(0, 10);
  assert.equal((await actions({ start_date: today, end_date: today })).length, 3);
  assert.deepEqual(await actions({ end_date: '2020-01-01' }), []);
});

test('words find parts of actions, ids and reasons, in any case, and combine with filters', async () => {
  const log = await logs();
  await someEntries(log);
  const actions = async (filter: Filter) => (await list(log, filter)).map(({ action }) => action);
  assert.deepEqual(await actions({ q: 'LOGIN' }), ['identity.login']);
  assert.deepEqual(await actions({ q: 'aa75-7d6b' }), ['identity.login']);
  assert.deepEqual(await actions({ q: 'vuln' }), ['vulnerabilities.delete']);
  assert.deepEqual(await actions({ q: 'request.forbidden' }), ['vulnerabilities.delete']);
  assert.deepEqual(await actions({ q: 'login', outcome: ['done', 'denied'] }), []);
});

test('what is typed is never an operator of the search', () => {
  assert.equal(wordsOf("a & !b | 'c':* <-> d\\"), "'a':* & 'b':* & 'c':* & 'd':*");
  assert.throws(() => wordsOf(" '!&| "), { code: 'audit-logs.noWords' });
});

test('an end that is not after the start is refused', async () => {
  const log = await logs();
  await assert.rejects(list(log, { start_date: '2026-05-02', end_date: '2026-05-01' }), { code: 'audit-logs.emptyRange' });
});

for (const [name, filter] of [
  ['the whole log', {}],
  ['what words find', { q: 'asset' }],
] as const)
  test(`pages through ${name} without gap or repetition`, async () => {
    const log = await logs();
    await log.fill(25);
    const seen: number[] = [];
    let cursor: string | null | undefined;
    do {
      const input = listAuditLogs.input.parse({ ...filter, limit: 7, ...(cursor ? { cursor } : {}) });
      const page = await inDatabase(log.database, () => readLog(input, log.context()));
      seen.push(...page.items.map(({ index }) => index));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, place) => 24 - place),
    );
  });

test('pages by number agree with pages by cursor, and a cursor of another question is refused', async () => {
  const log = await logs();
  await log.fill(9);
  const page = (filter: Filter) => inDatabase(log.database, () => readLog(listAuditLogs.input.parse(filter), log.context()));
  for (const q of [{}, { q: 'asset' }]) {
    const first = await page({ ...q, limit: 4 });
    const byCursor = await page({ ...q, limit: 4, cursor: first.nextCursor });
    const byNumber = await page({ ...q, page: 2, per_page: 4 });
    assert.deepEqual(byNumber.items, byCursor.items);
    assert.deepEqual([first.total, byCursor.total, byNumber.total], [9, 9, 9]);
    await assert.rejects(page({ q: 'update', cursor: first.nextCursor }), { code: 'paging.otherQuery' });
  }
});

test('entries of another workspace do not exist: in the list, by words, by id', async () => {
  const log = await logs();
  await someEntries(log);
  const [entry] = await list(log, {});
  const other = log.context(log.otherWorkspaceId);
  assert.deepEqual(await list(log, {}, other), []);
  assert.deepEqual(await list(log, { q: 'login' }, other), []);
  await assert.rejects(
    inDatabase(log.database, () => readEntry(entry?.id ?? '', other)),
    { code: 'audit-logs.notFound' },
  );
});

test('address and program of the caller are sealed beside the line, and opened only by who asks for them', async () => {
  const log = await logs();
  const context: Context = { ...log.context(), address: '198.51.100.23', userAgent: 'Browser/1.0' };
  await inDatabase(log.database, () =>
    transaction(context, () => audit.record({ action: 'identity.login', resource: { type: 'users', id: null }, outcome: 'done' })),
  );
  await log.sequence();
  const [listed] = await list(log, { action: 'identity.login' });
  const entry = await inDatabase(log.database, () => readEntry(listed?.id ?? '', log.context()));
  assert.deepEqual(entry.personal, [{ purpose: 'request', erasedAt: null }]);
  assert.doesNotMatch(entry.line, /198\.51|Browser/);
  const { parts } = await log.run(() => openSealed({ id: entry.id }));
  assert.deepEqual(
    parts.map(({ state, values }) => ({ state, values })),
    [{ state: 'open', values: { address: '198.51.100.23', userAgent: 'Browser/1.0' } }],
  );
});

test('what nobody did before signing in belongs to the first workspace', async () => {
  const log = await logs();
  const nobody = log.context('00000000-0000-0000-0000-000000000000');
  await inDatabase(log.database, () =>
    transaction(nobody, () =>
      audit.record({ action: 'identity.login', resource: { type: 'users', id: null }, outcome: 'failed', reason: 'identity.credentials' }),
    ),
  );
  await log.sequence();
  assert.equal((await list(log, { outcome: ['failed'] })).length, 1);
});
