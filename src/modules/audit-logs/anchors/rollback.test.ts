import assert from 'node:assert/strict';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { readLines } from '../store.ts';
import { freshLogs } from '../test-log.ts';
import { readRotation } from '../tree/key-rotation.ts';
import { readNotes } from '../tree/note-file.ts';
import { signingKeys } from '../tree/proving.ts';
import { readNote, signCheckpoint } from '../tree/signed-note.ts';
import { rotateSigningKey } from '../tree/signing-key.ts';
import { testKey } from '../tree/test-export.ts';
import { forgetVerifications, verifyLog } from '../verifying/verify.ts';
import { acknowledgeEpoch } from './epoch-store.ts';
import type { AnchorPlace, FoundNote } from './place.ts';
import { anchorPlaces } from './places.ts';
import { detectRollbacks, originOf } from './rollback.ts';
import { type SignedLog, signedLog } from './test-signed-log.ts';

const logs = freshLogs({ after });
const verified = (log: SignedLog) => log.inside(() => verifyLog({ restart: true }, log.context()));
const originsIn = (path: string): string[] =>
  readNotes(readFileSync(path, 'utf8')).notes.map(({ checkpoint }) => `${checkpoint.origin} ${checkpoint.size}`);

async function notesIn(place: AnchorPlace, origin: string, above: number): Promise<FoundNote[]> {
  const notes: FoundNote[] = [];
  for await (const note of (await place.read(origin, above)) ?? []) notes.push(note);
  return notes;
}

test('a note that no key of ours signed raises no alarm, and is counted', async (t) => {
  const log = await signedLog(t, logs());
  await log.fill(3);
  await log.sign();
  const forged = { origin: originOf(log.workspaceId, log.workspaceId), size: 900, root: Buffer.alloc(32, 9) };
  appendFileSync(log.anchorFile, `${signCheckpoint(forged, testKey(`aispm/${log.workspaceId}`))}\n`);
  const { state, places } = await verified(log);
  assert.deepEqual([state, places.map((place) => [place.state, place.unsigned])], ['verified', [['read', 1]]]);
  assert.deepEqual(await log.inside(detectRollbacks), []);
});

test('after an older backup the log goes on in a new epoch, whose first entry names what is lost; the loss is acknowledged, never hidden', async (t) => {
  const log = await signedLog(t, logs());
  await log.fill(5);
  await log.sign();
  await log.restoreOlder(3);
  forgetVerifications();
  assert.deepEqual(await log.inside(detectRollbacks), [log.workspaceId]);
  assert.deepEqual(await log.inside(detectRollbacks), [], 'once');
  await log.fill(2);
  const [line] = await log.run(() => readLines(3, 4));
  const entry: { action: string; reason: string; change: { after: { lostFrom: number; lostTo: number; checkpoint: string } } } = JSON.parse(
    String(line),
  );
  assert.deepEqual(
    [entry.action, entry.reason, entry.change.after.lostFrom, entry.change.after.lostTo],
    ['audit-logs.rollback', 'audit-logs.rollbackDetected', 3, 4],
  );
  assert.equal(readNote(entry.change.after.checkpoint)?.checkpoint.size, 5);
  await log.sign();
  const origin = originOf(log.workspaceId, log.workspaceId);
  // Five entries were signed twice, as two logs of two names: no name has two roots for one size.
  assert.deepEqual(originsIn(log.anchorFile), [`${origin} 5`, `${origin}/epoch-1 6`]);

  const before = await verified(log);
  assert.equal(before.state, 'tampered');
  assert.match(
    before.defects[0]?.sentence ?? '',
    /^Entries 3 to 4 were signed and kept in file:.* nobody has acknowledged the loss yet\.$/,
  );
  assert.equal(await log.run(() => acknowledgeEpoch(1, 'Restored the backup of Monday.')), true);
  assert.equal(await log.run(() => acknowledgeEpoch(1, 'Again.')), false);
  const after = await verified(log);
  assert.deepEqual(
    [after.state, after.epochs[0]?.lostTo, after.epochs[0]?.acknowledged?.words],
    ['verified', 5, 'Restored the backup of Monday.'],
  );
});

test('a new key is signed for by the one before it; without that the old one counts as lost', async (t) => {
  const log = await signedLog(t, logs());
  await log.fill(2);
  await log.sign();
  const { keyId, replaces } = await log.inside(rotateSigningKey);
  await log.fill(1);
  await log.sign();
  const { keys } = await log.run(() => signingKeys());
  assert.deepEqual(
    keys.map(({ keyId: id, replaces: old, validTo }) => [id, old, validTo === null]),
    [
      [replaces, null, false],
      [keyId, replaces, true],
    ],
  );
  const statement = readRotation(keys[1]?.rotation ?? '');
  assert.equal(statement?.to.publicKey.toString('base64'), keys[1]?.publicKey);
  assert.equal((await verified(log)).state, 'verified');
  const lines = (await log.run(() => readLines(0, 10))).map(String);
  assert.ok(lines.some((line) => line.includes('"action":"audit-logs.replace-key"') && line.includes('"outcome":"done"')));

  const { privateKey } = testKey();
  log.set({ AUDIT_SIGNING_KEY: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64') });
  await log.fill(1);
  await log.sign();
  const third = (await log.run(() => signingKeys())).keys[2];
  assert.deepEqual([third?.replaces, third?.rotation], [keyId, null]);
  await log.fill(1);
  const all = (await log.run(() => readLines(0, 20))).map(String);
  assert.ok(all.some((line) => line.includes('"reason":"audit-logs.signingKeyLost"')));
});

test('another database and an address are second places too: each holds the note, and each shows a rollback', async (t) => {
  const log = await signedLog(t, logs());
  const received: { body: string; signature: string | undefined }[] = [];
  const server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      if (request.method === 'POST') received.push({ body, signature: request.headers['x-aispm-signature']?.toString() });
      answer.writeHead(200, { 'content-type': 'text/plain' });
      answer.end(request.method === 'GET' ? received.map((one) => `${one.body}\n`).join('') : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  const { host = '', port: databasePort, user, database } = log.target.owner;
  log.set({
    AUDIT_ANCHOR_URL: `http://127.0.0.1:${port}/anchors`,
    AUDIT_ANCHOR_SECRET: 'a secret of sixteen',
    OUTBOUND_HOSTS: `127.0.0.1:${port}`,
    AUDIT_ANCHOR_DATABASE_URL: `postgresql://${String(user)}@localhost:${String(databasePort)}/${String(database)}?host=${encodeURIComponent(host)}`,
  });
  await log.fill(4);
  await log.sign();
  assert.equal(readNote(received[0]?.body ?? '')?.checkpoint.size, 4);
  assert.match(received[0]?.signature ?? '', /^t=\d+,v1=[0-9a-f]{64}$/);
  const places = anchorPlaces();
  const origin = originOf(log.workspaceId, log.workspaceId);
  for (const place of places) {
    const notes = await notesIn(place, origin, 3);
    assert.deepEqual(
      notes.map(({ size, note }) => [size, readNote(note)?.checkpoint.size]),
      [[4, 4]],
      place.name,
    );
    assert.deepEqual(await notesIn(place, origin, 4), [], place.name);
  }
  const other = signCheckpoint({ origin, size: 4, root: Buffer.alloc(32, 1) }, testKey());
  assert.equal(readNote((await places[2]?.put([other])) ?? '')?.checkpoint.root.equals(Buffer.alloc(32, 1)), false, 'what lies there');
});
