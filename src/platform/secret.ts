/** The installation's master secret and the keys derived from it, one per purpose. */
import { createSecretKey, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { config } from './config.ts';

let master: Buffer | undefined;

function masterSecret(): Buffer {
  if (master !== undefined) return master;
  const { SESSION_SECRET, DATA_DIR } = config();
  master = SESSION_SECRET === undefined ? fileSecret(join(DATA_DIR, 'keys')) : Buffer.from(SESSION_SECRET, 'utf8');
  return master;
}

function fileSecret(folder: string): Buffer {
  const text = keyFile(join(folder, 'master.key'), () => randomBytes(32).toString('base64url'));
  return Buffer.from(text.trim(), 'base64url');
}

/**
 * The text of a key file, made when there is none; only its owner may read it.
 * Two processes may start at once: each writes its own file, and one wins by link, which never overwrites.
 */
export function keyFile(path: string, make: () => string): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, make(), { mode: 0o600 });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!existsSync(path)) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  return readFileSync(path, 'utf8');
}

export type KeyPurpose =
  | 'audit-sealed'
  | 'cursor'
  | 'csrf'
  | 'service-token'
  | 'invitation'
  | 'sealed-secret'
  | 'sign-in-ticket'
  | 'signing-key';

/** A 32-byte key for one purpose (HKDF-SHA256, RFC 5869): a leak of one says nothing of the others. */
export function derivedKey(purpose: KeyPurpose): KeyObject {
  const known = derived.get(purpose);
  if (known !== undefined) return known;
  // As an object of Node's own: given as bytes, each use would cost several times what the HMAC or cipher does.
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', masterSecret(), 'ai-spm', purpose, 32)));
  derived.set(purpose, key);
  return key;
}
const derived = new Map<KeyPurpose, KeyObject>();

/** Constant-time comparison of two texts; texts of different length are unequal. */
export function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
