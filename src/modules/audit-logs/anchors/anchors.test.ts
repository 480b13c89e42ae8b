import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemTransaction } from '../../../platform/database/database.ts';
import { freshLogs } from '../test-log.ts';
import { makeCheckpoints } from '../tree/checkpoints.ts';
import { readNotes } from '../tree/note-file.ts';
import { readNote, signCheckpoint } from '../tree/signed-note.ts';
import { signingKey } from '../tree/signing-key.ts';
import { testKey } from '../tree/test-export.ts';
import { newestAnchor } from '../tree/tree-store.ts';
import { forgetVerifications, verifyLog } from '../verifying/verify.ts';
import { takeTurnAcrossWorkspaces } from './anchor-store.ts';
import { anchoredBeyond } from './anchored-log.ts';
import { anchorCheckpoints } from './anchors.ts';
import { acknowledgeEpoch } from './epoch-store.ts';
import { type Letter, letterOf, mailPlace } from './mail-place.ts';
import type { AnchorPlace } from './place.ts';
import { anchorPlaces } from './places.ts';
import { detectRollbacks, originOf } from './rollback.ts';
import { placesAnswer } from './standing.ts';
import { refusal, TestObjectStore } from './test-object-store.ts';
import { type SignedLog, signedLog } from './test-signed-log.ts';
import { tryOne } from './try-place.ts';

const logs = freshLogs({ after });
/** Signs, and leaves it to the test what is put where. */
const signOnly = (log: SignedLog) => log.inside(() => makeCheckpoints({ onlyDue: false }));
const verified = (log: SignedLog) => log.inside(() => verifyLog({ restart: true }, log.context()));
const standing = async (log: SignedLog, name: string) => (await log.run(placesAnswer)).places.find((place) => place.name === name);
const news = async (log: SignedLog, type: string): Promise<unknown[]> =>
  (await log.owner.query<{ payload: unknown }>('select payload from platform.outbox where type = $1 order by id', [type])).rows.map(
    ({ payload }) => payload,
  );
/** The time after a failure is over. */
const waited = (log: SignedLog) => log.owner.query("update audit_logs.anchor_failure set retry_at = now() - interval '1 second'");

async function logWithStore(t: Parameters<typeof signedLog>[0]) {
  const log = await signedLog(t, logs());
  const store = await new TestObjectStore().open(t);
  log.set(store.settings);
  const [, place] = anchorPlaces();
  assert.ok(place);
  const name = (size: number): string => `audit/${originOf(log.workspaceId, log.workspaceId)}/${String(size).padStart(16, '0')}`;
  return { log, store, place, name };
}

test('of several places one that refuses keeps no other from keeping; it is asked again later, shown, and an alert from the third time on', async (t) => {
  const { log, store, place } = await logWithStore(t);
  store.fault = () => refusal(403, 'AccessDenied');
  await log.fill(3);
  await log.sign();
  assert.equal((await log.run(newestAnchor))?.place, `file:${log.anchorFile}`);
  const first = await standing(log, place.name);
  assert.deepEqual([first?.anchored, first?.failing?.failures], [null, 1]);
  assert.match(first?.failing?.problem ?? '', /answered 403 \(AccessDenied\): the key may not do this there/);
  const asked = store.asked.length;
  assert.equal(await log.inside(() => anchorCheckpoints()), 0);
  assert.equal(store.asked.length, asked, 'not before its time');
  for (const waits of [10, 20]) {
    await waited(log);
    await log.inside(() => anchorCheckpoints());
    const { rows } = await log.owner.query<{ wait: number }>(
      'select extract(epoch from retry_at - now())::float8 as wait from audit_logs.anchor_failure',
    );
    assert.ok(Math.abs((rows[0]?.wait ?? 0) - waits) < 2, `${rows[0]?.wait} s, not ${waits}`);
  }
  const failing = await news(log, 'audit-log.place-failing');
  assert.deepEqual(failing, [{ place: place.name, size: 3, failures: 3, problem: first?.failing?.problem }]);
  const { state, places } = await verified(log);
  assert.deepEqual([state, places.map((one) => one.state)], ['verified', ['read', 'failed']]);

  store.fault = () => null;
  await waited(log);
  assert.equal(await log.inside(() => anchorCheckpoints()), 1);
  const kept = await standing(log, place.name);
  assert.deepEqual([kept?.anchored?.size, kept?.failing], [3, null]);
  forgetVerifications();
  assert.deepEqual(
    (await verified(log)).places.map((one) => one.state),
    ['read', 'read'],
  );
});

test('a process that is killed between putting a checkpoint and noting it: the same note is put again, and nothing looks forged', async (t) => {
  const { log, store, place, name } = await logWithStore(t);
  await log.fill(4);
  // It lies there; that it was put is not known.
  const put = place.put.bind(place);
  const killed: AnchorPlace = {
    ...place,
    put: async (notes) => {
      await put(notes);
      throw new Error('killed');
    },
  };
  log.set({ AUDIT_ANCHOR_S3_BUCKET: '' });
  await signOnly(log);
  await log.inside(() => anchorCheckpoints([killed]));
  log.set({ AUDIT_ANCHOR_S3_BUCKET: store.bucket });
  const before = store.objects.get(name(4))?.body;
  assert.equal((await standing(log, place.name))?.anchored, null);
  assert.deepEqual(await log.inside(() => detectRollbacks()), []);
  await log.fill(1);
  assert.deepEqual(await log.inside(() => detectRollbacks()), [], 'nor when the log has grown meanwhile');
  await waited(log);
  assert.equal(await log.inside(() => anchorCheckpoints([place])), 1);
  assert.deepEqual([store.objects.get(name(4))?.body, store.objects.size], [before, 1]);
  assert.equal((await standing(log, place.name))?.anchored?.size, 4);
  assert.equal((await verified(log)).state, 'verified');
});

test('an older backup is seen by the object store alone, though an old note was put on top under a larger name', async (t) => {
  const { log, store, place, name } = await logWithStore(t);
  log.set({ AUDIT_ANCHOR_FILE: '' });
  await log.fill(2);
  await log.sign();
  await log.fill(3);
  await log.sign();
  store.objects.set(name(900), { body: store.objects.get(name(2))?.body ?? '', lock: null });
  await log.restoreOlder(3);
  forgetVerifications();
  const { state, goodTo, defects } = await verified(log);
  assert.deepEqual([state, goodTo], ['tampered', 3]);
  assert.ok(
    defects.some(
      ({ kind, sentence }) =>
        kind === 'rollback' && sentence.includes(`${place.name} holds a signed checkpoint of 5 entries; this log has 3`),
    ),
  );
  assert.deepEqual(await log.inside(() => detectRollbacks()), [log.workspaceId]);
  assert.deepEqual(await news(log, 'audit-log.history-differs'), [{ place: place.name, size: 3, signedSize: 5 }]);
});

test('who cuts the log and leaves what is known of its places hides nothing', async (t) => {
  const { log } = await logWithStore(t);
  await log.fill(5);
  await log.sign();
  await log.restoreOlder(3, 'cut');
  assert.deepEqual(await log.inside(() => detectRollbacks()), [log.workspaceId]);
});

test('a log that was cut, and grew beyond what was signed before anybody compared it, is seen by its roots', async (t) => {
  const { log } = await logWithStore(t);
  await log.fill(5);
  await log.sign();
  await log.restoreOlder(3);
  await log.fill(6);
  forgetVerifications();
  const now = await verified(log);
  assert.deepEqual([now.state, now.goodTo, now.defects.map(({ kind, index }) => [kind, index])], ['tampered', 0, [['fork', 4]]]);
  assert.deepEqual(await log.inside(() => detectRollbacks()), [log.workspaceId]);
  assert.deepEqual(await log.inside(() => detectRollbacks()), [], 'once');
  assert.equal((await log.inside(() => verifyLog({ restart: false }, log.context()))).epochs.length, 1, 'at the next look');
  await log.sequence();
  const [epoch] = (await verified(log)).epochs;
  assert.deepEqual([epoch?.firstIndex, epoch?.lostTo], [9, 5]);
  assert.match(
    (await verified(log)).defects[0]?.sentence ?? '',
    /^Of the first 5 entries others were signed, .* nobody has acknowledged it yet\.$/,
  );
  assert.equal(await log.run(() => acknowledgeEpoch(1, 'Restored on purpose.')), true);
  forgetVerifications();
  await log.sign();
  assert.equal((await verified(log)).state, 'verified');
});

test('a signed checkpoint of another log where one belongs is a fork, and told once; what nobody signed is only in the way', async (t) => {
  const { log, store, place, name } = await logWithStore(t);
  const origin = originOf(log.workspaceId, log.workspaceId);
  log.set({ AUDIT_ANCHOR_S3_BUCKET: '' });
  await log.fill(2);
  await signOnly(log);
  log.set({ AUDIT_ANCHOR_S3_BUCKET: store.bucket });
  const other = { origin, size: 2, root: Buffer.alloc(32, 7) };
  store.objects.set(name(2), { body: signCheckpoint(other, testKey()), lock: null });
  await log.inside(() => anchorCheckpoints());
  assert.match(
    (await standing(log, place.name))?.failing?.problem ?? '',
    /^Where the checkpoint of 2 entries belongs lies something that no key/,
  );
  const { state, places } = await verified(log);
  assert.deepEqual([state, places[1]?.unsigned], ['verified', 1]);

  store.objects.set(name(2), { body: signCheckpoint(other, signingKey(log.workspaceId)), lock: null });
  await waited(log);
  await log.inside(() => anchorCheckpoints());
  await waited(log);
  await log.inside(() => anchorCheckpoints());
  assert.deepEqual(await news(log, 'audit-log.history-differs'), [{ place: place.name, size: 2, signedSize: 2 }]);
  await log.sequence();
  assert.equal((await verified(log)).state, 'tampered');
  await log.sign();
  assert.deepEqual(
    [...store.objects.keys()].map((key) => key.replace(`audit/${origin}`, '')),
    ['/0000000000000002', '/epoch-1/0000000000000003'],
    'it goes on under another name',
  );
});

test('trying a place puts the newest checkpoint there at once, reads it back and says whether it is locked', async (t) => {
  const { log, store, place } = await logWithStore(t);
  await log.fill(2);
  const trial = (name: string) => log.inside(() => tryOne(name, log.context()));
  const { tookMs, lockedUntil, ...kept } = await trial(place.name);
  assert.deepEqual(kept, { outcome: 'kept', problem: null, readBack: 'same', size: 2, locks: true });
  assert.ok(tookMs >= 0 && Date.parse(lockedUntil ?? '') > Date.now() + 2500 * 86_400_000);
  assert.equal((await standing(log, place.name))?.anchored?.size, 2);
  const [[name = '', stored] = []] = store.objects;
  store.objects.set(name, { body: stored?.body ?? '', lock: null });
  assert.equal((await trial(place.name)).lockedUntil, null, 'a store that ignored the lock');
  assert.deepEqual([(await trial(`file:${log.anchorFile}`)).readBack], ['same']);
  store.fault = () => refusal(404, 'NoSuchBucket');
  const failed = await trial(place.name);
  assert.deepEqual([failed.outcome, failed.readBack], ['failed', null]);
  assert.match(failed.problem ?? '', /there is no such bucket/);
  await assert.rejects(trial('file:/elsewhere'), { code: 'audit-logs.noPlace' });
});

test('a mailbox gets one mail of all logs, not before its time, from one process at a time, and again when it did not go out', async (t) => {
  const log = await signedLog(t, logs());
  const letters: Letter[] = [];
  const mailServer = { isDown: true };
  const place = mailPlace('archive@example.org', 3_600_000, async (_to, letter) => {
    if (mailServer.isDown) throw new TypeError('down');
    letters.push(letter);
  });
  const anchor = () => log.inside(() => anchorCheckpoints([place]));
  await log.fill(2);
  await signOnly(log);
  assert.equal(await anchor(), 0);
  mailServer.isDown = false;
  await waited(log);
  assert.equal(await log.inside(() => systemTransaction(() => takeTurnAcrossWorkspaces(place.name, 60_000))), true);
  assert.equal(await anchor(), 0, 'another process is at it');
  await log.owner.query("update audit_logs.anchor_turn set until = now() - interval '1 second'");
  assert.equal(await anchor(), 1);
  await log.fill(1);
  await signOnly(log);
  assert.equal(await anchor(), 0, 'an hour is not over');
  await log.owner.query(
    `begin; alter table audit_logs.anchor disable trigger user; update audit_logs.anchor set at = at - interval '2 hours';
     alter table audit_logs.anchor enable trigger user; commit`,
  );
  assert.equal(await anchor(), 1);
  assert.deepEqual(
    letters.map(({ subject, attachment }) => [subject, readNotes(attachment.text).notes.map(({ checkpoint }) => checkpoint.size)]),
    [
      ['Audit log checkpoint: 2 entries (AI-SPM)', [2]],
      ['Audit log checkpoint: 3 entries (AI-SPM)', [3]],
    ],
  );
  assert.equal(await place.read('', 0), null);
});

test('a place that is filled with notes nobody signed counts as one that does not answer, never as one that holds nothing', async () => {
  const key = testKey('aispm/i');
  const origin = 'aispm/i/w';
  const foreign = signCheckpoint({ origin, size: 9, root: Buffer.alloc(32, 9) }, testKey('aispm/i'));
  const own = signCheckpoint({ origin, size: 5, root: Buffer.alloc(32, 5) }, key);
  const filled = (count: number): AnchorPlace => ({
    name: 'filled',
    kind: 'database',
    everyMs: null,
    put: async () => null,
    read: async () => [...Array.from({ length: count }, () => ({ origin, size: 9, note: foreign })), { origin, size: 5, note: own }],
  });
  const found = async (count: number) => anchoredBeyond({ origin, above: () => 0, keys: [key] }, [filled(count)]);
  assert.deepEqual(
    (await found(999)).found.map(({ size }) => size),
    [5],
  );
  const { found: none, places } = await found(1000);
  assert.deepEqual([none, places[0]?.state], [[], 'failed']);
  assert.match(places[0]?.problem ?? '', /what lies below them was not read/);
});

test('the mail says origin, entries and root of ten logs, and its file holds the notes of all', () => {
  const notes = Array.from({ length: 12 }, (_, at) =>
    signCheckpoint({ origin: `aispm/i/w${at}`, size: at + 1, root: Buffer.alloc(32, at) }, testKey()),
  );
  const { subject, paragraphs, attachment } = letterOf(notes, new Date('2026-05-08T10:11:12Z'));
  assert.deepEqual([subject, attachment.name], ['Audit log checkpoints of 12 logs (AI-SPM)', 'checkpoints-2026-05-08-10-11-12.txt']);
  assert.deepEqual([paragraphs.length, paragraphs[1]], [13, `aispm/i/w0\nEntries: 1\nRoot (SHA-256): ${'00'.repeat(32)}`]);
  assert.equal(paragraphs[11], '2 more are in the file.');
  assert.deepEqual(
    readNotes(attachment.text).notes.map(({ checkpoint }) => checkpoint.origin),
    notes.map((note) => readNote(note)?.checkpoint.origin),
  );
});
