/** The key that signs checkpoints: from the environment or a file only this installation reads; and how one key follows another. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { problems } from '../../../contract/problem.ts';
import { config } from '../../../platform/config.ts';
import { systemTransaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { keyFile } from '../../../platform/secret.ts';
import { microTime, type PendingEntry } from '../entry.ts';
import { canonicalJson } from '../recording/canonical-json.ts';
import { entryId, preciseNow } from '../recording/clock.ts';
import { signRotation } from './key-rotation.ts';
import { rawPublicKey } from './public-key.ts';
import { keyId, type SigningKey, type VerifyingKey } from './signed-note.ts';
import { homeWorkspaceAcrossWorkspaces, listSigningKeys, useKeyAcrossWorkspaces } from './tree-store.ts';

export const signingKeyProblems = problems('audit-logs', {
  signingKey: [500, '{setting} is no Ed25519 private key in PEM or base64 (PKCS #8).'],
  signingKeyEnded: [409, 'The signing key {id} was replaced, and signs no more.'],
  signingKeyFromSettings: [
    409,
    'The signing key comes from AUDIT_SIGNING_KEY: set a new one there, and the old one as AUDIT_PREVIOUS_SIGNING_KEY.',
  ],
  noInstallation: [409, 'There is no workspace yet.'],
});

export type KnownSigningKey = SigningKey & { readonly id: string };
let known: { readonly from: string; readonly key: KnownSigningKey } | undefined;
let registered: string | undefined;

const keyFolder = (): string => join(config().DATA_DIR, 'keys');
const presentFile = (): string => join(keyFolder(), 'audit-signing.pem');
/** A key that is to follow, until the database has taken it. */
const nextFile = (): string => join(keyFolder(), 'audit-signing-next.pem');

/** @throws audit-logs.signingKey when the environment names something else. */
export function signingKey(installation: string): KnownSigningKey {
  const { AUDIT_SIGNING_KEY, DATA_DIR } = config();
  const from = `${installation} ${AUDIT_SIGNING_KEY ?? DATA_DIR}`;
  if (known?.from === from) return known.key;
  const privateKey = AUDIT_SIGNING_KEY === undefined ? readOrMake(presentFile()) : parsedKey('AUDIT_SIGNING_KEY', AUDIT_SIGNING_KEY);
  known = { from, key: named(installation, privateKey) };
  return known.key;
}

function named(installation: string, privateKey: KeyObject): KnownSigningKey {
  const publicKey = rawPublicKey(createPublicKey(privateKey));
  const key = { name: `aispm/${installation}`, privateKey, publicKey };
  return { ...key, id: keyId(key).toString('hex') };
}

function parsedKey(setting: string, text: string): KeyObject {
  try {
    const key = text.includes('-----')
      ? createPrivateKey(text)
      : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // The reason would quote the key.
  }
  throw signingKeyProblems.signingKey({ setting });
}

function readOrMake(path: string): KeyObject {
  const made = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return createPrivateKey(keyFile(path, made));
}

/** Keys whose signatures count, in a system or a workspace's transaction: all that ever signed here, and the one that would sign now. */
export async function knownKeys(installation: string): Promise<VerifyingKey[]> {
  const listed = (await listSigningKeys()).map(({ name, publicKey }) => ({ name, publicKey }));
  return [...listed, signingKey(installation)];
}

/**
 * The key that signs now. One that is new here ends the one before it, with an entry: signed by both when both are at hand; else the
 * old one counts as lost, and that stays visible.
 * @throws audit-logs.signingKeyEnded when another process has replaced it; the next call reads the file anew
 */
export async function currentKey(installation: string): Promise<KnownSigningKey> {
  await settleNext(installation);
  const key = signingKey(installation);
  if (registered === key.id) return key;
  const { AUDIT_PREVIOUS_SIGNING_KEY: previous } = config();
  const before = previous === undefined ? null : named(installation, parsedKey('AUDIT_PREVIOUS_SIGNING_KEY', previous));
  await register(key, before);
  return key;
}

async function register(key: KnownSigningKey, from: KnownSigningKey | null): Promise<void> {
  const at = microTime(preciseNow());
  const { fresh, ended, isLost } = await systemTransaction(async () => {
    const replaces = (await listSigningKeys()).find(({ validTo }) => validTo === null)?.keyId ?? null;
    const rotation = from !== null && from.id === replaces ? signRotation(from, key, at) : null;
    const entry = entryOf({ key, replaces, rotation, at });
    const answer = await useKeyAcrossWorkspaces({ keyId: key.id, name: key.name, publicKey: key.publicKey, replaces, rotation, entry });
    return { ...answer, isLost: replaces !== null && rotation === null };
  });
  if (ended) {
    forgetSigningKeys();
    throw signingKeyProblems.signingKeyEnded({ id: key.id });
  }
  if (fresh)
    log('security').warn(
      { code: isLost ? 'audit-logs.signingKeyLost' : 'audit-logs.signingKey', keyId: key.id },
      isLost
        ? 'Checkpoints of the audit log are signed by a key that the one before has not signed for'
        : 'Checkpoints of the audit log are signed by a key that is new here',
    );
  registered = key.id;
}

type Change = { readonly key: KnownSigningKey; readonly replaces: string | null; readonly rotation: string | null; readonly at: string };
function entryOf({ key, replaces, rotation, at }: Change): { id: string; payload: Buffer } {
  const id = entryId(preciseNow());
  const entry: PendingEntry = {
    v: 1,
    id,
    time: at,
    actor: { kind: 'system', id: 'audit-logs', roles: [] },
    action: 'audit-logs.replace-key',
    resource: { type: 'audit-logs', id: key.id },
    outcome: rotation === null ? 'failed' : 'done',
    ...(rotation === null ? { reason: 'audit-logs.signingKeyLost' } : {}),
    change: { fields: ['keyId', 'statement'], before: { keyId: replaces }, after: { keyId: key.id, statement: rotation } },
    request: { trace: id.replaceAll('-', ''), process: config().PROCESS },
  };
  return { id, payload: Buffer.from(canonicalJson(entry), 'utf8') };
}

/** Replaces the key of this installation by a new one that both sign for. @throws audit-logs.signingKeyFromSettings */
export async function rotateSigningKey(): Promise<{ keyId: string; replaces: string }> {
  const installation = await systemTransaction(homeWorkspaceAcrossWorkspaces, { readOnly: true });
  if (installation === null) throw signingKeyProblems.noInstallation();
  if (config().AUDIT_SIGNING_KEY !== undefined) throw signingKeyProblems.signingKeyFromSettings();
  const old = await currentKey(installation);
  const next = named(installation, readOrMake(nextFile()));
  await register(next, old);
  await settleNext(installation);
  return { keyId: next.id, replaces: old.id };
}

const abandonedMs = 60_000;
/** A key that the database has taken becomes the present one; one it has not taken was left by a crash, and is dropped. */
async function settleNext(installation: string): Promise<void> {
  if (config().AUDIT_SIGNING_KEY !== undefined || !existsSync(nextFile())) return;
  const next = named(installation, createPrivateKey(readFileSync(nextFile(), 'utf8')));
  const listed = await systemTransaction(listSigningKeys, { readOnly: true });
  if (listed.some(({ keyId: id, validTo }) => id === next.id && validTo === null)) renameSync(nextFile(), presentFile());
  // Another process may be about to hand it to the database.
  else if (Date.now() - statSync(nextFile()).mtimeMs > abandonedMs) rmSync(nextFile(), { force: true });
  else return;
  forgetSigningKeys();
}

/** What was read is read again: after a change of the file, and for tests that use several databases in one process. */
export function forgetSigningKeys(): void {
  known = undefined;
  registered = undefined;
}
