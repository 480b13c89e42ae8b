/** Checkpoints of an export, checked: which root was signed for which size, by whom, and until when that key was good. */
import type { KeyObject } from 'node:crypto';
import type { Defects, LineDefect } from './export-defect.ts';
import { isSignedBy, keyId, type ReadNote, signedAt } from './signed-note.ts';

export type ExportKey = {
  readonly name: string;
  readonly publicKey: Buffer;
  readonly keyObject: KeyObject;
  /** When it was replaced, as lines write time; absent or null: it signs now, or nobody knows. */
  readonly validTo?: string | null;
};
export type FiledNote = ReadNote & { readonly line: number };
export type SignedRoot = {
  readonly root: Buffer;
  /** The log cannot have been signed at this size after this moment; null: no end is known. */
  readonly signedBefore: string | null;
  /** When its signer says it signed; null: it says nothing, or nothing that was signed. */
  readonly signedAt: string | null;
};
type Given = {
  readonly notes: readonly FiledNote[];
  /** Line numbers of the checkpoint file at which no note stands. */
  readonly brokenNotes: readonly number[];
  readonly keys: readonly ExportKey[];
};

/** Root that each signed size must have. A note without a good signature, two roots for one size, a second origin: defects. */
export function expectedRoots({ notes, brokenNotes, keys }: Given, found: Defects): Map<number, SignedRoot> {
  const roots = new Map<number, SignedRoot>();
  const say = (kind: LineDefect['kind'], sentence: string): void => found.add({ line: 0, index: null, kind, sentence });
  for (const line of brokenNotes) say('form', `At line ${line} of the checkpoints stands no signed note.`);
  const [first] = notes;
  for (const note of notes) {
    const { origin, size, root } = note.checkpoint;
    if (first === undefined || logOf(origin) !== logOf(first.checkpoint.origin)) {
      say('fork', `The checkpoint at line ${note.line} is of another log: ${origin}.`);
      continue;
    }
    const signers = keys.filter((key) => isSignedBy(note, key));
    if (signers.length === 0) {
      const known = keys.some((key) => note.signatures.some(({ name, keyId: id }) => name === key.name && id.equals(keyId(key))));
      say('signature', `The checkpoint of size ${size} ${known ? 'was not signed as it stands' : 'is not signed by a known key'}.`);
      continue;
    }
    const times = signers.map((key) => signedAt(note, key));
    if (times.includes(false))
      say('signature', `The time at which the checkpoint of size ${size} was signed is not the one it was signed with.`);
    const other = roots.get(size);
    if (other !== undefined && !other.root.equals(root)) say('fork', `Two different logs of ${size} entries were signed.`);
    const at = times.find((one) => one instanceof Date);
    roots.set(size, { root, signedBefore: endOf(signers), signedAt: at instanceof Date ? at.toISOString() : null });
  }
  return roots;
}

export type NewestRoot = { readonly origin: string; readonly size: number; readonly root: string; readonly signedAt: string | null };
/** The largest checkpoint that was given, good or not; null without one. */
export function newestOf(notes: readonly FiledNote[], roots: ReadonlyMap<number, SignedRoot>): NewestRoot | null {
  const newest = notes.toSorted((left, right) => right.checkpoint.size - left.checkpoint.size)[0]?.checkpoint;
  if (newest === undefined) return null;
  const { origin, size, root } = newest;
  return { origin, size, root: root.toString('hex'), signedAt: roots.get(size)?.signedAt ?? null };
}

/** After a rollback a log goes on under a name of its own: it is the same log, and every root must hold that was signed of it. */
const logOf = (origin: string): string => origin.replace(/\/epoch-[1-9]\d{0,5}$/, '');

/** Clocks of the machines that write entries and that replace keys may differ so much. */
const clocksDifferMs = 600_000;

/** The latest end of the signers; null when one of them has none. */
function endOf(signers: readonly ExportKey[]): string | null {
  const ends = signers.map(({ validTo }) => (validTo == null ? Number.NaN : Date.parse(validTo) + clocksDifferMs));
  const latest = Math.max(...ends);
  return Number.isFinite(latest) ? new Date(latest).toISOString() : null;
}
