/** Personal parts of entries: each is encrypted under a key of its subject, and that key is wrapped by the key of the workspace. */
import { createCipheriv, createDecipheriv, createHash, createSecretKey, hash, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { derivedKey } from '../../../platform/secret.ts';
import type { SealedPart } from '../entry.ts';
import { canonicalJson } from '../recording/canonical-json.ts';

const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** Where a part stands: moved to another entry, purpose or key it does not open. */
export type PartPlace = {
  readonly workspaceId: string;
  readonly entryId: string;
  readonly purpose: SealedPart['purpose'];
  readonly keyId: string;
};
export type Ciphertext = { readonly nonce: Buffer; readonly ciphertext: Buffer };

/** The key that wraps the subject keys of a workspace: derived, so it is in no database. `id` says which without telling anything of it. */
export function workspaceKey(workspaceId: string): { readonly id: string; readonly key: KeyObject } {
  const bytes = Buffer.from(hkdfSync('sha256', derivedKey('audit-sealed'), workspaceId, 'audit subject keys', keyBytes));
  return { id: createHash('sha256').update('key id').update(bytes).digest('hex').slice(0, 16), key: createSecretKey(bytes) };
}

export const freshSubjectKey = (): KeyObject => createSecretKey(randomBytes(keyBytes));

/** @returns nonce ‖ key ‖ tag, 60 bytes. */
export function wrapKey(subjectKey: KeyObject, { workspaceId, keyId }: Pick<PartPlace, 'workspaceId' | 'keyId'>): Buffer {
  const { nonce, ciphertext } = encrypt(workspaceKey(workspaceId).key, subjectKey.export(), `${workspaceId}\n${keyId}`);
  return Buffer.concat([nonce, ciphertext]);
}

/** Null: wrapped by another key of this installation, or changed. */
export function unwrapKey(wrapped: Buffer, { workspaceId, keyId }: Pick<PartPlace, 'workspaceId' | 'keyId'>): KeyObject | null {
  const parts = { nonce: wrapped.subarray(0, nonceBytes), ciphertext: wrapped.subarray(nonceBytes) };
  const opened = decrypt(workspaceKey(workspaceId).key, parts, `${workspaceId}\n${keyId}`);
  return opened === null ? null : createSecretKey(opened);
}

/**
 * Seals values under a subject key (AES-256-GCM, a nonce of its own for each part).
 * @returns what is stored, and the reference that stands in the line: SHA-256 of the ciphertext, nothing of the clear text.
 */
export function sealPart(subjectKey: KeyObject, place: PartPlace, values: unknown): Ciphertext & { readonly reference: SealedPart } {
  const sealed = encrypt(subjectKey, Buffer.from(canonicalJson(values), 'utf8'), placeText(place));
  return {
    ...sealed,
    reference: { purpose: place.purpose, key: place.keyId, nonce: sealed.nonce.toString('hex'), hash: hashOf(sealed.ciphertext) },
  };
}

/** The values; undefined when they do not open with this key at this place. */
export function openPart(subjectKey: KeyObject, place: PartPlace, sealed: Ciphertext): unknown {
  const clear = decrypt(subjectKey, sealed, placeText(place));
  return clear === null ? undefined : JSON.parse(clear.toString('utf8'));
}

export const hashOf = (ciphertext: Buffer): string => hash('sha256', ciphertext, 'hex');

const placeText = ({ workspaceId, entryId, purpose, keyId }: PartPlace): string => [workspaceId, entryId, purpose, keyId].join('\n');

/** Random bytes are fetched for many nonces at once: one call of the system costs as much as one encryption. */
let pool = Buffer.alloc(0);
function freshNonce(): Buffer {
  if (pool.length < nonceBytes) pool = randomBytes(4096 - (4096 % nonceBytes));
  const nonce = pool.subarray(0, nonceBytes);
  pool = pool.subarray(nonceBytes);
  return nonce;
}

function encrypt(key: KeyObject, clear: Buffer, place: string): Ciphertext {
  const nonce = freshNonce();
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(place));
  return { nonce, ciphertext: Buffer.concat([cipher.update(clear), cipher.final(), cipher.getAuthTag()]) };
}

function decrypt(key: KeyObject, { nonce, ciphertext }: Ciphertext, place: string): Buffer | null {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(place));
    decipher.setAuthTag(ciphertext.subarray(-tagBytes));
    return Buffer.concat([decipher.update(ciphertext.subarray(0, -tagBytes)), decipher.final()]);
  } catch {
    // Another key, or bytes that somebody changed: the tag tells no more than that.
    return null;
  }
}
