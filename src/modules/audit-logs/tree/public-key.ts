/** Ed25519 public keys as their 32 bytes and as objects of the crypto library. @source RFC 8410 */
import { createPublicKey, type KeyObject } from 'node:crypto';

/** The 32 bytes end the encoded key. */
export function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32);
}

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
/** @param raw 32 bytes. */
export function publicKeyObject(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiPrefix, raw]), format: 'der', type: 'spki' });
}
