/** One entry of the log: its fields, its line of bytes and the hash that chains it. */
import { z } from 'zod';
import { canonicalJson } from './recording/canonical-json.ts';
import { leafHash } from './tree/hashing.ts';

export const zeroLeaf = '0'.repeat(64);
export const maxLineBytes = 32_768;

const Time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
const Leaf = z.string().regex(/^[0-9a-f]{64}$/);

export const sealedPurposes = ['request', 'values'] as const;
/** Personal part of an entry: the line names the key, the nonce and SHA-256 of the ciphertext, never anything of the clear text. */
export const SealedPart = z.strictObject({
  purpose: z.enum(sealedPurposes),
  key: z.uuid(),
  nonce: z.string().regex(/^[0-9a-f]{24}$/),
  hash: Leaf,
});
export type SealedPart = z.infer<typeof SealedPart>;

/** What is known when a thing happens; the sequencer adds workspace, place and chain. */
export const PendingEntry = z.strictObject({
  v: z.literal(1),
  id: z.uuid(),
  time: Time,
  actor: z.strictObject({
    kind: z.string().max(40),
    id: z.string().max(200),
    roles: z.array(z.string().max(60)).max(8),
    session: z.uuid().optional(),
  }),
  action: z.string().max(120),
  resource: z.strictObject({ type: z.string().max(120), id: z.string().max(200).nullable() }),
  outcome: z.enum(['done', 'denied', 'failed', 'allowed']),
  reason: z.string().max(120).optional(),
  request: z.strictObject({
    method: z.string().max(10).optional(),
    endpoint: z.string().max(200).optional(),
    trace: z.string().max(64),
    process: z.string().max(40),
  }),
  change: z
    .strictObject({
      fields: z.array(z.string().max(200)).max(200),
      before: z.json().optional(),
      after: z.json().optional(),
      /** Set when the values were too large for a line: only the field names are kept. */
      omitted: z.literal('too-large').optional(),
    })
    .optional(),
  /** Left out when an entry has no personal part, and in entries from before there were sealed parts. */
  sealed: z.array(SealedPart).min(1).max(4).optional(),
});
export type PendingEntry = z.infer<typeof PendingEntry>;

/** The line: field set and algorithms are fixed by `v`; there is no algorithm field to downgrade. */
export const EntryLine = PendingEntry.extend({
  workspace: z.uuid(),
  index: z.int().min(0),
  /** The system clock stood before the entry before this one. */
  clock: z.literal('regressed').optional(),
  prev: Leaf,
});
export type EntryLine = z.infer<typeof EntryLine>;

/** Canonical bytes of an entry: what is stored, hashed and exported. Nothing else is authoritative. */
export function lineOf(entry: EntryLine): Buffer {
  return Buffer.from(canonicalJson(entry), 'utf8');
}

/**
 * Leaf hash of a line: SHA-256(0x00 ‖ line), 64 hexadecimal digits.
 * @source RFC 6962 section 2.1 (the prefix keeps a leaf from being passed off as an inner node).
 */
export function leafOf(line: Uint8Array): string {
  return leafHash(line).toString('hex');
}

/** UTC with microseconds, as lines write it. Input: milliseconds since 1970, fractions kept to the microsecond. */
export function microTime(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const micros = Math.min(999, Math.floor((milliseconds - whole) * 1000));
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
