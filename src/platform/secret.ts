/** The installation's master secret and the keys derived from it, one per purpose. */
import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { config } from './config.ts';

let master: Buffer | undefined;

function masterSecret(): Buffer {
  if (master !== undefined) return master;
  const { SESSION_SECRET, DATA_DIR } = config();
  master = SESSION_SECRET === undefined ? fileSecret(join(DATA_DIR, 'keys')) : Buffer.from(SESSION_SECRET, 'utf8');
  return master;
}

/** Two processes may start at once: each writes its own file, and one wins by link, which never overwrites. */
function fileSecret(folder: string): Buffer {
  const path = join(folder, 'master.key');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!existsSync(path)) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  return Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url');
}

export type KeyPurpose = 'cursor' | 'csrf' | 'service-token' | 'invitation' | 'sealed-secret';

/** A 32-byte key for one purpose (HKDF-SHA256, RFC 5869): a leak of one says nothing of the others. */
export function derivedKey(purpose: KeyPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', masterSecret(), 'ai-spm', purpose, 32));
}

/** Constant-time comparison of two texts; texts of different length are unequal. */
export function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
