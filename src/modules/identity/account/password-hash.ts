/** Password hashes: scrypt off the event loop, few at a time, parameters stored with each hash. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { identityProblems } from '../contract.ts';

/** `logN` is the binary logarithm of scrypt's N; memory is 128 · 2^logN · r bytes. */
export type ScryptCost = { readonly logN: number; readonly r: number; readonly p: number };
/** 128 MiB and some 0.3 s of one core. Raising it re-hashes each password at its owner's next sign-in. */
export const currentCost: ScryptCost = { logN: 17, r: 8, p: 1 };
let costHere = currentCost;

/** For tests of what lies around the hashing, as sign-in: a cost that takes no time. No setting reaches it; null takes it back. */
export function overridePasswordCost(cost: ScryptCost | null): void {
  costHere = cost ?? currentCost;
}

const saltBytes = 16;
const hashBytes = 32;
/** Refuses stored text that would take more memory than any cost we ever issued (1 GiB). */
const largestLogN = 20;

/** At most this many at once: a flood of sign-ins must leave a core and memory to everything else. */
const runningLimit = Math.max(1, Math.min(2, availableParallelism() - 1));
const waitingLimit = 32;
let running = 0;
const waiting: (() => void)[] = [];

/**
 * Hashes a new password.
 *
 * @param password already checked by `passwordIssue`; normalised here to NFKC, so that one keyboard's é equals another's.
 * @param cost scrypt parameters; the default is what every new hash gets.
 * @returns `$scrypt$ln=17,r=8,p=1$<salt>$<hash>`, base64 without padding (PHC string format).
 * @throws identity.busy when 32 hashes are waiting already.
 * @source RFC 7914 (scrypt); PHC string format.
 */
export async function hashPassword(password: string, cost: ScryptCost = costHere): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, { salt, cost });
  return `$scrypt$ln=${cost.logN},r=${cost.r},p=${cost.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Compares a password with a stored hash in time that depends on the stored cost only.
 *
 * @param stored text of `hashPassword`, or null when there is no such account: then the same work is done and the answer is false.
 * @returns whether it matches, and whether the hash is weaker than today's cost and should be replaced.
 * @throws identity.busy when 32 hashes are waiting already.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<{ matches: boolean; outdated: boolean }> {
  const parsed = stored === null ? null : parseHash(stored);
  if (!parsed) {
    await derive(password, { salt: Buffer.alloc(saltBytes), cost: costHere });
    return { matches: false, outdated: false };
  }
  const hash = await derive(password, parsed);
  const matches = timingSafeEqual(hash, parsed.hash);
  return { matches, outdated: isWeaker(parsed.cost, costHere) };
}

/** Reads the stored text; null when it is not ours (a damaged row signs nobody in). */
export function parseHash(stored: string): { cost: ScryptCost; salt: Buffer; hash: Buffer } | null {
  const parts = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/.exec(stored);
  if (!parts) return null;
  const cost = { logN: Number(parts[1]), r: Number(parts[2]), p: Number(parts[3]) };
  if (cost.logN < 1 || cost.logN > largestLogN || cost.r < 1 || cost.p < 1) return null;
  return { cost, salt: Buffer.from(parts[4] ?? '', 'base64'), hash: Buffer.from(parts[5] ?? '', 'base64') };
}

function isWeaker(stored: ScryptCost, wanted: ScryptCost): boolean {
  return stored.logN < wanted.logN || stored.r < wanted.r || stored.p < wanted.p;
}

async function derive(password: string, { salt, cost }: { salt: Buffer; cost: ScryptCost }): Promise<Buffer> {
  await enter();
  try {
    return await scryptAsync(password.normalize('NFKC'), salt, {
      N: 2 ** cost.logN,
      r: cost.r,
      p: cost.p,
      maxmem: 128 * 2 ** cost.logN * cost.r + 32 * 2 ** 20,
    });
  } finally {
    leave();
  }
}

function scryptAsync(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, hashBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

async function enter(): Promise<void> {
  if (running < runningLimit) {
    running += 1;
    return;
  }
  if (waiting.length >= waitingLimit) throw identityProblems.busy({ seconds: 5 }, { retryAfterSeconds: 5 });
  // The slot is handed over by leave(): `running` stays as it is.
  await new Promise<void>((resolve) => waiting.push(resolve));
}

function leave(): void {
  const next = waiting.shift();
  if (next === undefined) running -= 1;
  next?.();
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
