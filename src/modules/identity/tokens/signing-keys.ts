/** The keys that access tokens are signed with: made when needed, followed by the next each month, public ones shown until no token of theirs is left. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { systemTransaction } from '../../../platform/database/database.ts';
import { derivedKey } from '../../../platform/secret.ts';
import {
  dropSigningKeysAcrossWorkspaces,
  insertSigningKeyAcrossWorkspaces,
  oneRotationAtATimeAcrossWorkspaces,
  readSigningKeysAcrossWorkspaces,
  type SigningKeyRow,
} from './token-store.ts';

/** A key signs for this long; the next one is shown from its first moment on, and tokens live minutes. */
const signsForDays = 30;
/** Long after the last token of a key: whoever validates elsewhere may have kept the set for a day. */
const shownForDays = 60;
/** A process asks the database again after this. */
const rememberedMs = 60_000;
const nonceBytes = 12;
const tagBytes = 16;

export type PublicKey = SigningKeyRow['publicKey'];
type Known = { readonly at: number; readonly rows: Awaited<ReturnType<typeof readSigningKeysAcrossWorkspaces>> };
let known: Known | undefined;

/** The set to verify with, by key id. */
export async function publicKeys(): Promise<ReadonlyMap<string, PublicKey>> {
  return new Map((await keys()).map(({ id, publicKey }) => [id, publicKey]));
}

/** An unknown key id may be one another process has just made: asks once more, at most once a second. */
export async function publicKey(id: string): Promise<PublicKey | null> {
  const found = (await publicKeys()).get(id);
  if (found !== undefined || performance.now() - (known?.at ?? 0) < 1000) return found ?? null;
  forgetSigningKeys();
  return (await publicKeys()).get(id) ?? null;
}

/** The key that signs now; made when there is none, or when the last is a month old. */
export async function signingKeyNow(): Promise<{ readonly id: string; readonly key: KeyObject }> {
  const present = (await keys()).find(({ ageDays }) => ageDays < signsForDays) ?? (await nextKey());
  return { id: present.id, key: openPrivateKey(present) };
}

/** For tests, and after a rotation. */
export function forgetSigningKeys(): void {
  known = undefined;
}

async function keys(): Promise<Known['rows']> {
  if (known === undefined || performance.now() - known.at > rememberedMs)
    known = { at: performance.now(), rows: await systemTransaction(readSigningKeysAcrossWorkspaces, { readOnly: true }) };
  return known.rows;
}

async function nextKey(): Promise<Known['rows'][number]> {
  const made = await systemTransaction(async () => {
    await oneRotationAtATimeAcrossWorkspaces();
    const [newest] = await readSigningKeysAcrossWorkspaces();
    if (newest !== undefined && newest.ageDays < signsForDays) return newest;
    const draft = newSigningKey();
    await insertSigningKeyAcrossWorkspaces(draft);
    await dropSigningKeysAcrossWorkspaces(shownForDays);
    return { ...draft, createdAt: new Date(), ageDays: 0 };
  });
  forgetSigningKeys();
  return made;
}

/** Ed25519 (RFC 8032); its id is the thumbprint of the public key (RFC 7638). */
function newSigningKey(): Pick<SigningKeyRow, 'id' | 'publicKey' | 'sealedPrivateKey'> {
  const pair = generateKeyPairSync('ed25519');
  const { x = '' } = pair.publicKey.export({ format: 'jwk' });
  const id = createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url');
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', derivedKey('signing-key'), nonce).setAAD(Buffer.from(id));
  const text = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  const sealedPrivateKey = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  return { id, publicKey: { kty: 'OKP', crv: 'Ed25519', x }, sealedPrivateKey };
}

function openPrivateKey({ id, sealedPrivateKey }: Pick<SigningKeyRow, 'id' | 'sealedPrivateKey'>): KeyObject {
  const nonce = sealedPrivateKey.subarray(0, nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', derivedKey('signing-key'), nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(id)).setAuthTag(sealedPrivateKey.subarray(-tagBytes));
  const text = Buffer.concat([decipher.update(sealedPrivateKey.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  return createPrivateKey({ key: text, format: 'der', type: 'pkcs8' });
}
