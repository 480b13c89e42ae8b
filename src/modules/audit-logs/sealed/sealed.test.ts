import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Context } from '../../../contract/actor.ts';
import { type AuditRecord, audit } from '../../../platform/audit.ts';
import { overrideEnvironment } from '../../../platform/config.ts';
import { inDatabase, transaction } from '../../../platform/database/database.ts';
import { insertHold, releaseHoldRow } from '../retention/retention-store.ts';
import { type TestLog, testLog } from '../test-log.ts';
import { verifyLog } from '../verifying/verify.ts';
import { destroyListedAgain, erase, preview } from './erasure.ts';
import { openSealed } from './read-sealed.ts';

describe('personal parts', () => {
  let log: TestLog;
  const folder = mkdtempSync(join(tmpdir(), 'sealed-'));
  const list = join(folder, 'destroyed');
  const release: (() => Promise<void>)[] = [];
  before(async () => {
    log = await testLog({ after: (step) => void release.push(step) });
    overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', AUDIT_DESTROYED_KEYS: list });
  });
  after(async () => {
    for (const step of release) await step();
    overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', AUDIT_DESTROYED_KEYS: '' });
    rmSync(folder, { recursive: true, force: true });
  });

  /** Somebody does something from an address; answers the entry's id. */
  async function act(person: string, record: Partial<AuditRecord> = {}, address = '198.51.100.7'): Promise<string> {
    const base = log.context();
    const context: Context = { ...base, actor: { ...base.actor, kind: 'user', id: person }, address, userAgent: 'Reader/2.0' };
    await inDatabase(log.database, () =>
      transaction(context, () =>
        audit.record({ action: 'ai-assets.update', resource: { type: 'ai-assets', id: 'a' }, outcome: 'done', ...record }),
      ),
    );
    await log.sequence();
    const { rows } = await log.owner.query<{ id: string }>(
      'select id from audit_logs.entry where actor_id = $1 order by index desc limit 1',
      [person],
    );
    return rows[0]?.id ?? '';
  }
  const opened = async (id: string) =>
    (await log.run(() => openSealed({ id }))).parts.map(({ purpose, state, values }) => ({ purpose, state, values }));
  const eraseAll = (person: string) => log.run(() => erase({ subject_id: person, ground: 'consent-withdrawn' }));
  const verify = () => inDatabase(log.database, () => verifyLog({ restart: true }, log.context()));

  test('erasing a person leaves nothing to read of them, and a log that is verified to its last entry', async () => {
    const change = { after: { comment: 'I leave, says Ada', state: 'open' } };
    const id = await act('ada', { change }, '198.51.100.99');
    assert.deepEqual(await opened(id), [
      { purpose: 'request', state: 'open', values: { address: '198.51.100.99', userAgent: 'Reader/2.0' } },
      { purpose: 'values', state: 'open', values: { after: { comment: 'I leave, says Ada' } } },
    ]);
    const other = await act('bob');
    const { erased, parts, refused } = await eraseAll('ada');
    assert.deepEqual([erased, parts, refused], [2, 2, []]);
    await log.sequence();

    assert.deepEqual(
      (await opened(id)).map(({ state, values }) => [state, values]),
      [
        ['erased', null],
        ['erased', null],
      ],
    );
    assert.equal((await opened(other))[0]?.state, 'open');
    const { state, goodTo, size } = await verify();
    assert.deepEqual([state, goodTo], ['verified', size]);
    const { rows } = await log.owner.query<{ left: string }>(
      `select (select count(*) from audit_logs.sealed s join audit_logs.subject_key k on k.id = s.key_id where k.subject = 'ada') +
        (select count(*) from audit_logs.subject_key where subject = 'ada' and wrapped is not null) as left`,
    );
    assert.equal(rows[0]?.left, '0');
  });

  test('no line and no table holds the address or the words in clear, nor their SHA-256', async () => {
    await act('carol', { change: { after: { note: 'secret-words-of-carol' } } }, '203.0.113.77');
    const hashes = await log.owner.query<{ hash: string }>(
      `select encode(sha256(convert_to(t, 'UTF8')), 'hex') as hash from unnest(array['203.0.113.77', 'secret-words-of-carol']) as t`,
    );
    const needles = ['203.0.113.77', 'secret-words-of-carol', ...hashes.rows.map(({ hash }) => hash)];
    const { rows } = await log.owner.query<{ text: string }>(
      `select convert_from(line, 'UTF8') as text from audit_logs.entry union all
       select encode(s.ciphertext, 'escape') || s::text from audit_logs.sealed s union all
       select k::text from audit_logs.subject_key k union all select p::text from audit_logs.private p`,
    );
    assert.ok(rows.length > 3);
    for (const needle of needles) assert.ok(!rows.some(({ text }) => text.includes(needle)), needle);
  });

  test('destroying is an entry that names the keys and nobody', async () => {
    await act('dora');
    await eraseAll('dora');
    await log.sequence();
    const { rows } = await log.owner.query<{ line: Buffer }>(
      `select line from audit_logs.entry where action = 'audit-logs.destroy-keys' order by index desc limit 1`,
    );
    const line = rows[0]?.line.toString('utf8') ?? '';
    const [key] = JSON.parse(line).change.after.keys;
    assert.match(key, /^[0-9a-f-]{36}$/);
    assert.doesNotMatch(line, /dora/);
    assert.match(readFileSync(list, 'utf8'), new RegExp(key));
  });

  test('who acts again after an erasure gets a new key, though this process still held the old one', async () => {
    await act('erin');
    // Destroyed by another process: nothing here hears of it.
    await log.owner.query("update audit_logs.subject_key set wrapped = null, destroyed_at = now(), ground = 'x' where subject = 'erin'");
    assert.equal((await opened(await act('erin')))[0]?.state, 'open');
  });

  test('keys that a restored backup brings back are destroyed again before service, and that is an entry', async () => {
    const id = await act('fred');
    const rows = await log.owner.query("select * from audit_logs.subject_key where subject = 'fred'");
    const parts = await log.owner.query('select * from audit_logs.sealed where entry_id = $1', [id]);
    await eraseAll('fred');
    // The backup of before the erasure is restored.
    const [key, part] = [rows.rows[0], parts.rows[0]];
    await log.owner.query('update audit_logs.subject_key set wrapped = $2, destroyed_at = null, ground = null where id = $1', [
      key.id,
      key.wrapped,
    ]);
    await log.owner.query(
      'insert into audit_logs.sealed (workspace_id, entry_id, purpose, key_id, nonce, ciphertext) values ($1, $2, $3, $4, $5, $6)',
      [part.workspace_id, part.entry_id, part.purpose, part.key_id, part.nonce, part.ciphertext],
    );
    assert.equal((await opened(id))[0]?.state, 'open');
    assert.equal(await inDatabase(log.database, () => destroyListedAgain(list)), 1);
    assert.equal((await opened(id))[0]?.state, 'erased');
    await log.sequence();
    const { rowCount } = await log.owner.query("select from audit_logs.entry where action = 'audit-logs.destroy-keys-again'");
    assert.equal(rowCount, 1);
    assert.equal(await inDatabase(log.database, () => destroyListedAgain(list)), 0);
  });

  test('a legal hold refuses an erasure with its reason, and its release lets it be', async () => {
    const id = await act('gina');
    const hold = await log.run(() => insertHold({ reason: 'case 7', subject: 'gina', since: null, until: null }));
    assert.equal((await log.run(() => preview({ subject_id: 'gina' }))).keys[0]?.refusal?.code, 'legal-hold');
    await assert.rejects(eraseAll('gina'), { code: 'audit-logs.erasureHeld', message: /legal hold/ });
    assert.equal((await opened(id))[0]?.state, 'open');
    assert.equal(await log.run(() => releaseHoldRow(hold, 'closed')), true);
    assert.equal((await eraseAll('gina')).erased, 1);
  });

  test('entries that a law obliges to keep are refused with the law and the day it ends', async () => {
    await act('hugo', { action: 'agents.decide' });
    await assert.rejects(eraseAll('hugo'), { code: 'audit-logs.erasureHeld', message: /AI Act/ });
    const { keys } = await log.run(() => preview({ subject_id: 'hugo' }));
    assert.match(keys[0]?.refusal?.until ?? '', /^\d{4}-\d\d-01$/);
  });

  test('nobody of that name has anything to erase', async () => {
    await assert.rejects(eraseAll('nobody-at-all'), { code: 'audit-logs.nothingToErase' });
  });

  test('a ciphertext that was changed, or moved to another entry, does not open', async () => {
    const [first, second] = [await act('ivan'), await act('ivan', {}, '198.51.100.8')];
    await log.owner.query(
      'update audit_logs.sealed a set ciphertext = b.ciphertext, nonce = b.nonce from audit_logs.sealed b where a.entry_id = $1 and b.entry_id = $2',
      [first, second],
    );
    assert.equal((await opened(first))[0]?.state, 'changed');
    assert.equal((await opened(second))[0]?.state, 'open');
  });

  test('a part that vanished while its key stands is said to be gone', async () => {
    const id = await act('jane');
    await log.owner.query('delete from audit_logs.sealed where entry_id = $1', [id]);
    assert.equal((await opened(id))[0]?.state, 'gone');
  });

  test('another workspace reads neither entry nor part, and its erasure touches nothing here', async () => {
    const id = await act('karl');
    const other = { workspaceId: log.otherWorkspaceId };
    await assert.rejects(
      log.run(() => openSealed({ id }), other),
      { code: 'audit-logs.notFound' },
    );
    await assert.rejects(
      log.run(() => erase({ subject_id: 'karl', ground: 'unlawful' }), other),
      { code: 'audit-logs.nothingToErase' },
    );
    assert.equal((await opened(id))[0]?.state, 'open');
  });

  for (const statement of [
    'update audit_logs.subject_key set wrapped = null, destroyed_at = now()',
    'delete from audit_logs.sealed',
    "insert into audit_logs.legal_hold (reason, placed_by) values ('x', 'y')",
    'update audit_logs.cold_month set keep_until = now()',
    "select audit_logs.drop_month('2019-01-01')",
  ])
    test(`the application may not: ${statement.slice(0, 45)}`, async () => {
      const client = await log.owner.connect();
      try {
        await client.query('begin; set local role aispm_app');
        await client.query(`set local app.workspace = '${log.workspaceId}'`);
        await assert.rejects(client.query(statement), /permission denied/);
      } finally {
        await client.query('rollback');
        client.release();
      }
    });
});
