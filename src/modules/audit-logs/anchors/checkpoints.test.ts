import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { inDatabase, systemTransaction } from '../../../platform/database/database.ts';
import { freshLogs } from '../test-log.ts';
import { signDue } from '../tree/checkpoints.ts';
import { readNotes } from '../tree/note-file.ts';
import { isConsistent, isIncluded } from '../tree/proofs.ts';
import { latestCheckpoint, proveConsistency, proveInclusion, rootAt, signingKeys } from '../tree/proving.ts';
import { publicKeyObject } from '../tree/public-key.ts';
import { isSignedBy, readNote } from '../tree/signed-note.ts';
import { keepCheckpointAcrossWorkspaces, readTreeSize } from '../tree/tree-store.ts';
import { verifyLog } from '../verifying/verify.ts';
import { signedLog } from './test-signed-log.ts';

const logs = freshLogs({ after });
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

test('entries are in the tree with the append, and every one is proven under the signed root', async (t) => {
  const log = await signedLog(t, logs());
  await log.fill(7);
  await log.sign();
  await log.fill(300);
  await log.sign();
  const { checkpoint, treeSize } = await log.run(() => latestCheckpoint());
  assert.deepEqual([treeSize, checkpoint?.size], [307, 307]);
  const note = readNote(checkpoint?.note ?? '');
  const [key] = (await log.run(() => signingKeys())).keys;
  const publicKey = Buffer.from(key?.publicKey ?? '', 'base64');
  assert.ok(note && isSignedBy(note, { name: key?.name ?? '', publicKey, keyObject: publicKeyObject(publicKey) }));
  for (const index of [0, 6, 255, 256, 306]) {
    const { leaf, root, size, proof } = await log.run(() => proveInclusion({ index }));
    assert.equal(root, checkpoint?.root);
    assert.ok(isIncluded({ index, size, leaf: bytes(leaf), root: bytes(root) }, proof.map(bytes)));
  }
  const { from, to, fromRoot, toRoot, proof } = await log.run(() => proveConsistency({ from: 7 }));
  assert.ok(isConsistent({ earlier: from, size: to, earlierRoot: bytes(fromRoot), root: bytes(toRoot) }, proof.map(bytes)));
  await assert.rejects(
    log.run(() => proveInclusion({ index: 307 })),
    { code: 'audit-logs.beyondTree' },
  );
  const verification = await inDatabase(log.database, () => verifyLog({ restart: true }, log.context()));
  assert.deepEqual([verification.state, verification.checkpoint?.size, verification.anchored?.size], ['verified', 307, 307]);
});

test('a log from before the tree is taken into it, and goes on', async (t) => {
  const log = await signedLog(t, logs());
  await log.fill(20);
  await log.sign();
  const before = await log.run(() => latestCheckpoint());
  // As an older version of the platform left it.
  await log.owner.query(`update audit_logs.head set tree_size = 0, edge = '', root = sha256('')`);
  await log.fill(1);
  assert.equal(await log.run(() => readTreeSize()), 21);
  const { fromRoot } = await log.run(() => proveConsistency({ from: 20 }));
  assert.equal(fromRoot, before.checkpoint?.root);
});

test('one size has one root: signing again changes nothing, another root is refused', async (t) => {
  const log = await signedLog(t, logs());
  await log.fill(3);
  await log.sign();
  assert.equal((await log.sign()).size, 0);
  const forged = { workspace: log.workspaceId, size: 3, root: Buffer.alloc(32, 1) };
  await assert.rejects(
    inDatabase(log.database, () =>
      systemTransaction(() => keepCheckpointAcrossWorkspaces(forged, { note: 'x'.repeat(60), keyId: 'aaaaaaaa' })),
    ),
  );
  assert.equal(readNotes(readFileSync(log.anchorFile, 'utf8')).notes.length, 1);
});

test('when the log was signed is an entry of it before it is signed again, and a log does not grow by being signed', async (t) => {
  const log = await signedLog(t, logs());
  await log.fill(2);
  const signed = async (now: number): Promise<number> => {
    await log.inside(() => signDue({ now, settle: async () => void (await log.sequence()) }));
    return (await log.run(() => latestCheckpoint())).checkpoint?.size ?? 0;
  };
  assert.equal(await signed(Date.now()), 2, 'the first has none before it');
  const first = (await log.run(() => latestCheckpoint())).checkpoint;
  const later = Date.now() + 61_000;
  assert.equal(await signed(later), 2, 'nothing came since');
  await log.fill(1);
  assert.equal(await signed(Date.now()), 2, 'not yet due');
  assert.equal(await signed(later), 4);
  const { rows } = await log.owner.query<{ line: Buffer }>(
    'select line from audit_logs.entry where workspace_id = $1 order by index desc limit 1',
    [log.workspaceId],
  );
  const entry = JSON.parse(rows[0]?.line.toString('utf8') ?? '{}');
  assert.deepEqual(
    [entry.index, entry.action, entry.change.after],
    [3, 'audit-logs.sign', { size: 2, root: first?.root, signedAt: first?.madeAt }],
  );
  assert.equal(await signed(later), 4);
});

test('a whole log rewritten with every hash valid is seen by its signed roots', async (t) => {
  const log = await signedLog(t);
  await log.fill(5);
  await log.sign();
  await log.owner.query('alter table audit_logs.checkpoint disable trigger never_changed');
  await log.owner.query('update audit_logs.checkpoint set root = sha256(root)');
  const { state, defects } = await inDatabase(log.database, () => verifyLog({ restart: true }, log.context()));
  assert.equal(state, 'tampered');
  assert.ok(defects.some(({ kind, index }) => kind === 'root' && index === 4));
});

test('an older backup is seen by the second place', async (t) => {
  const log = await signedLog(t);
  await log.fill(5);
  await log.sign();
  for (const table of ['entry', 'checkpoint', 'anchor', 'tile'])
    await log.owner.query(`alter table audit_logs.${table} disable trigger user`);
  await log.owner.query('delete from audit_logs.anchor');
  await log.owner.query('delete from audit_logs.checkpoint');
  await log.owner.query('delete from audit_logs.entry where index >= 3');
  await log.owner.query(`update audit_logs.head set size = 3, tree_size = 0, edge = '', root = sha256(''),
    leaf = (select leaf from audit_logs.entry order by index desc limit 1)`);
  const { state, defects } = await inDatabase(log.database, () => verifyLog({ restart: true }, log.context()));
  assert.equal(state, 'tampered');
  assert.ok(defects.some(({ kind, sentence }) => kind === 'rollback' && sentence.includes('5 entries; this log has 3')));
});

test('the root of a size is the same while entries are added: a tile may become whole between two looks at it', async () => {
  const log = await logs();
  await log.fill(250);
  const seen = new Map<number, string>();
  let adding = true;
  const add = (async () => {
    for (let round = 0; round < 12; round += 1) await log.fill(25);
    adding = false;
  })();
  while (adding) {
    const { size, root } = await log.run(() => proveInclusion({ index: 0 }));
    seen.set(size, root);
  }
  await add;
  assert.ok(seen.size > 1);
  for (const [size, root] of seen) assert.equal((await log.run(() => rootAt(size)))?.toString('hex'), root, `${size} entries`);
});
