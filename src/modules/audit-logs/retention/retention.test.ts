import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { overrideEnvironment } from '../../../platform/config.ts';
import { inDatabase } from '../../../platform/database/database.ts';
import { canonicalJson } from '../recording/canonical-json.ts';
import { entryId } from '../recording/clock.ts';
import { draftEntry } from '../recording/record-entry.ts';
import { sequenceWorkspace } from '../recording/sequencer.ts';
import { type TestLog, testLog } from '../test-log.ts';
import { forgetSigningKey, makeCheckpoints } from '../tree/checkpoints.ts';
import { isIncluded } from '../tree/proofs.ts';
import { proveInclusion, signingKeys } from '../tree/proving.ts';
import { publicKeyObject } from '../tree/public-key.ts';
import { forgetVerifications, verifyLog } from '../verifying/verify.ts';
import { sha256Of } from './cold-files.ts';
import { monthStates } from './month-states.ts';
import { keepLog } from './retention-job.ts';
import { dropMonthAcrossWorkspaces, insertHold, releaseHoldRow } from './retention-store.ts';
import { addMonths } from './terms.ts';
import { verifyCold } from './verify-cold.ts';

const thisMonth = new Date().toISOString().slice(0, 7);
const monthAgo = (months: number): string => addMonths(`${thisMonth}-01`, -months).slice(0, 7);
/** Seven years and the month that ended with them: what ended before the first of this month may go. */
const oldest = 86;
const perMonth = 4;
/** The oldest months are signed and anchored before the others are written: only they go to cold storage, or the test would take long. */
const anchored = 6;
const monthsFrom = (first: number, count: number): string[] => Array.from({ length: count }, (_, at) => monthAgo(first - at));

describe('84 months and more', () => {
  let log: TestLog;
  const folder = mkdtempSync(join(tmpdir(), 'cold-'));
  const release: (() => Promise<void>)[] = [];
  const settings = {
    LOG_LEVEL: 'silent',
    LOG_DIR: '',
    DATA_DIR: folder,
    AUDIT_COLD_DIR: join(folder, 'cold'),
    AUDIT_ANCHOR_FILE: join(folder, 'anchors'),
  };
  const inside = <T>(work: () => T): T => inDatabase(log.database, work);
  const verify = () => inside(() => verifyLog({ restart: true }, log.context()));

  /** Entries whose moments lie in the past: the clock of the test. */
  async function recordAt(moments: readonly number[], workspaceId: string): Promise<void> {
    const rows = moments.map((now, at) => {
      const record = { action: 'ai-assets.update', resource: { type: 'ai-assets', id: `a${at}` }, outcome: 'done' } as const;
      return { id: entryId(now), now, record };
    });
    const payloads = rows.map(({ id, now, record }) =>
      Buffer.from(canonicalJson(draftEntry(record, log.context(workspaceId), { id, now, process: 'test' }).entry)),
    );
    await log.owner.query(
      'insert into audit_logs.pending (id, workspace_id, payload) select i, $1, p from unnest($2::uuid[], $3::bytea[]) as t (i, p)',
      [workspaceId, rows.map(({ id }) => id), payloads],
    );
    while ((await inside(() => sequenceWorkspace(workspaceId))) > 0);
  }
  const momentsOf = (month: string): number[] =>
    Array.from({ length: perMonth }, (_, at) => Date.parse(`${month}-0${1 + 2 * at}T12:00:00Z`));

  before(async () => {
    log = await testLog({ after: (step) => void release.push(step) });
    overrideEnvironment(settings);
    forgetSigningKey();
    await recordAt(monthsFrom(oldest, anchored).flatMap(momentsOf), log.workspaceId);
    await recordAt(momentsOf(monthAgo(oldest)), log.otherWorkspaceId);
  });
  after(async () => {
    for (const step of release) await step();
    overrideEnvironment({ LOG_LEVEL: 'silent', LOG_DIR: '', AUDIT_COLD_DIR: '', AUDIT_ANCHOR_FILE: '' });
    forgetSigningKey();
    rmSync(folder, { recursive: true, force: true });
  });

  test('without a checkpoint in a second place nothing leaves', async () => {
    assert.deepEqual(await inside(() => keepLog(log.context())), { frozen: [], dropped: [], erasedKeys: 0 });
  });

  test('each month of a log of seven years is a table of its own, and guarded as the whole is', async () => {
    await inside(() => makeCheckpoints({ onlyDue: false }));
    await recordAt([...monthsFrom(oldest - anchored, oldest - anchored).flatMap(momentsOf), Date.now()], log.workspaceId);
    await recordAt([Date.now()], log.otherWorkspaceId);
    const { rows } = await log.owner.query<{ name: string; guards: number; grants: boolean }>(
      `select m.name, (select count(*)::int from pg_trigger t where t.tgrelid = m.partition and t.tgname in ('never_changed', 'never_emptied')) as guards,
         has_table_privilege('aispm_app', m.partition, 'select, insert, update, delete, truncate') as grants
       from audit_logs.month m where m.first < date_trunc('month', now()) order by 1`,
    );
    assert.equal(rows.length, oldest);
    assert.deepEqual(
      rows.filter(({ guards, grants }) => guards !== 2 || grants),
      [],
    );
    assert.equal((await verify()).state, 'verified');
  });

  test('closed months go to cold storage and are proved there; none is dropped before every workspace let it go', async () => {
    const { frozen, dropped } = await inside(() => keepLog(log.context()));
    assert.deepEqual([frozen, dropped], [monthsFrom(oldest, anchored), []]);
    const { keys } = await log.run(signingKeys);
    const known = keys.map(({ name, publicKey }) => ({
      name,
      publicKey: Buffer.from(publicKey, 'base64'),
      keyObject: publicKeyObject(Buffer.from(publicKey, 'base64')),
    }));
    const verdict = await verifyCold(join(folder, 'cold', log.workspaceId, monthAgo(83)), known);
    assert.deepEqual([verdict.defects, verdict.lines], [[], perMonth]);
  });

  test('a month changed in cold storage is refused, whatever its hash says', async () => {
    const place = join(folder, 'cold', log.workspaceId, monthAgo(82));
    const { keys } = await log.run(signingKeys);
    const known = keys.map(({ name, publicKey }) => ({
      name,
      publicKey: Buffer.from(publicKey, 'base64'),
      keyObject: publicKeyObject(Buffer.from(publicKey, 'base64')),
    }));
    const path = join(place, 'entries.jsonl.zst');
    const good = readFileSync(path);
    const lines = zstdDecompressSync(good).toString('utf8').trimEnd().split('\n');
    // The last line of the month: no line after it names its hash.
    const damaged = [...lines.slice(0, -1), lines.at(-1)?.replace('"a', '"b')].join('\n');
    writeFileSync(path, zstdCompressSync(`${damaged}\n`));
    const manifest = JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8'));
    writeFileSync(join(place, 'manifest.json'), JSON.stringify({ ...manifest, sha256: await sha256Of(path) }));
    assert.match((await verifyCold(place, known)).defects.join(), /do not lead to the tree that was signed/);
    writeFileSync(path, good);
    writeFileSync(join(place, 'manifest.json'), JSON.stringify(manifest));
    assert.deepEqual((await verifyCold(place, known)).defects, []);
  });

  test('a legal hold keeps the oldest month, and its release lets it go', async () => {
    const hold = await log.run(() => insertHold({ reason: 'case 9', subject: null, since: null, until: `${monthAgo(80)}-01` }));
    await inside(() => keepLog(log.context(log.otherWorkspaceId)));
    assert.deepEqual((await inside(() => keepLog(log.context()))).dropped, []);
    assert.equal((await log.run(monthStates)).find(({ month }) => month === monthAgo(oldest))?.kept, 'legal-hold');
    await log.run(() => releaseHoldRow(hold, 'closed'));
    await inside(() => keepLog(log.context(log.otherWorkspaceId)));
    assert.deepEqual((await inside(() => keepLog(log.context()))).dropped, [monthAgo(86), monthAgo(85)]);
  });

  test('a month that is not old enough is not dropped, whoever asks', async () => {
    assert.equal(
      await inside(() =>
        import('../../../platform/database/database.ts').then(({ systemTransaction }) =>
          systemTransaction(() => dropMonthAcrossWorkspaces(monthAgo(84))),
        ),
      ),
      'term',
    );
  });

  test('what is left is verified to its end, dropping is an entry, and old proofs still hold', async () => {
    for (const id of [log.workspaceId, log.otherWorkspaceId]) while ((await inside(() => sequenceWorkspace(id))) > 0);
    forgetVerifications();
    const { state, goodTo, size, defects } = await verify();
    assert.deepEqual([state, goodTo, defects], ['verified', size, []]);
    const { rows } = await log.owner.query(
      "select resource_id from audit_logs.entry where action = 'audit-logs.drop-month' and workspace_id = $1 order by index",
      [log.workspaceId],
    );
    assert.deepEqual(rows, [{ resource_id: monthAgo(86) }, { resource_id: monthAgo(85) }]);
    const { index, leaf, root, proof, size: of } = await log.run(() => proveInclusion({ index: 1 }));
    const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
    assert.ok(isIncluded({ index, size: of, leaf: bytes(leaf), root: bytes(root) }, proof.map(bytes)));
    const other = await inside(() => verifyLog({ restart: true }, log.context(log.otherWorkspaceId)));
    assert.equal(other.state, 'verified');
    const dropped = (await log.run(monthStates)).filter((one) => one.state === 'dropped');
    assert.deepEqual(
      dropped.map(({ month, entries }) => [month, entries]),
      [
        [monthAgo(85), perMonth],
        [monthAgo(86), perMonth],
      ],
    );
    assert.ok((await readdir(dropped[0]?.folder ?? '')).includes('entries.jsonl.zst'));
  });

  test('the log grows on, though the leaves of its open tile lay in a month that left', async () => {
    await log.fill(3);
    assert.equal((await verify()).state, 'verified');
  });

  test('a month that is taken out of the table by hand is named', async () => {
    const part = `audit_logs.entry_${monthAgo(30).replace('-', '_')}`;
    await log.owner.query(`alter table audit_logs.entry detach partition ${part}`);
    const { state, defects } = await verify();
    assert.equal(state, 'tampered');
    assert.ok(defects.some(({ kind, sentence }) => kind === 'guard' && sentence.includes(monthAgo(30))));
    assert.ok(defects.some(({ kind }) => kind === 'gap'));
  });
});
