/**
 * Checks an export of a log against its signed checkpoints, line by line in constant memory. Stand-alone: no database, no platform.
 * It does not stop at the first defect, and it trusts no hash that a line carries about itself.
 */
import type { KeyObject } from 'node:crypto';
import { readLine } from '../verification.ts';
import { Frontier } from './frontier.ts';
import { leafHash } from './hashing.ts';
import { isSignedBy, keyId, type ReadNote } from './signed-note.ts';

export type LineDefect = {
  /** From 1, of the file of entries; 0 is the file of checkpoints. */
  readonly line: number;
  /** Place in the log; null where no entry stands. */
  readonly index: number | null;
  readonly kind: 'content' | 'form' | 'chain' | 'gap' | 'time' | 'tail' | 'root' | 'signature' | 'fork';
  readonly sentence: string;
};
export type ExportKey = {
  readonly name: string;
  readonly publicKey: Buffer;
  readonly keyObject: KeyObject;
};
export type ExportInput = {
  readonly lines: AsyncIterable<Buffer>;
  readonly notes: readonly (ReadNote & { readonly line: number })[];
  /** Line numbers of the checkpoint file at which no note stands. */
  readonly brokenNotes: readonly number[];
  readonly keys: readonly ExportKey[];
  /** Entries before the file's first line: then roots cannot be computed. */
  readonly from: number;
};
export type ExportVerdict = {
  /** 0 verified and anchored, 1 tampered or incomplete, 2 unreadable, 3 consistent but nothing to compare with. */
  readonly exitCode: 0 | 1 | 2 | 3;
  readonly lines: number;
  /** Entries from the first on that are proven by a checkpoint, or before the first defect. */
  readonly provenTo: number;
  readonly checkpoints: number;
  readonly newest: { readonly origin: string; readonly size: number; readonly root: string } | null;
  readonly defects: readonly LineDefect[];
  readonly defectCount: number;
};
const mostDefects = 100;

export async function verifyExport(input: ExportInput): Promise<ExportVerdict> {
  const found = new Defects();
  const expected = expectedRoots(input, found);
  const sizes = [...expected.keys()].sort((left, right) => left - right);
  const chain = new Chain(input.from, found);
  const frontier = new Frontier();
  let proven = 0;
  for await (const line of input.lines) {
    frontier.append(chain.next(line));
    if (input.from > 0) continue;
    const root = expected.get(frontier.size);
    if (root === undefined) continue;
    if (frontier.root().equals(root)) {
      if (found.count === 0) proven = frontier.size;
      continue;
    }
    const after = sizes[sizes.indexOf(frontier.size) - 1] ?? 0;
    const place = `Entries ${after} to ${frontier.size - 1} are not the ones that were signed as the log of ${frontier.size} entries.`;
    found.add({ line: frontier.size, index: frontier.size - 1, kind: 'root', sentence: place });
  }
  const largest = sizes.at(-1) ?? 0;
  if (input.from === 0 && largest > frontier.size) {
    const gone = largest - frontier.size;
    found.add({
      line: frontier.size + 1,
      index: frontier.size,
      kind: 'tail',
      sentence: `The last ${gone} of ${largest} signed entries are missing.`,
    });
  }
  const newest = input.notes.filter(({ checkpoint }) => checkpoint.size === largest)[0]?.checkpoint;
  return {
    exitCode: found.count > 0 ? 1 : sizes.length === 0 || input.from > 0 || largest === 0 ? 3 : 0,
    lines: frontier.size,
    provenTo: found.count === 0 ? (input.from > 0 ? 0 : largest) : Math.min(proven, chain.goodTo),
    checkpoints: sizes.length,
    newest: newest === undefined ? null : { origin: newest.origin, size: newest.size, root: newest.root.toString('hex') },
    defects: found.list,
    defectCount: found.count,
  };
}

class Defects {
  readonly list: LineDefect[] = [];
  count = 0;
  add(defect: LineDefect): void {
    this.count += 1;
    if (this.list.length < mostDefects) this.list.push(defect);
  }
}

/** Root that each signed size must have. A note without a good signature, two roots for one size, a second origin: defects. */
function expectedRoots({ notes, brokenNotes, keys }: ExportInput, found: Defects): Map<number, Buffer> {
  const roots = new Map<number, Buffer>();
  const say = (kind: LineDefect['kind'], sentence: string): void => found.add({ line: 0, index: null, kind, sentence });
  for (const line of brokenNotes) say('form', `At line ${line} of the checkpoints stands no signed note.`);
  const [first] = notes;
  for (const note of notes) {
    const { origin, size, root } = note.checkpoint;
    if (origin !== first?.checkpoint.origin) {
      say('fork', `The checkpoint at line ${note.line} is of another log: ${origin}.`);
      continue;
    }
    if (!keys.some((key) => isSignedBy(note, key))) {
      const known = keys.some((key) => note.signatures.some(({ name, keyId: id }) => name === key.name && id.equals(keyId(key))));
      say('signature', `The checkpoint of size ${size} ${known ? 'was not signed as it stands' : 'is not signed by a known key'}.`);
      continue;
    }
    const other = roots.get(size);
    if (other !== undefined && !other.equals(root)) say('fork', `Two different logs of ${size} entries were signed.`);
    roots.set(size, root);
  }
  return roots;
}

/** Follows the lines: form, index, time, and the hash each names of the one before. */
class Chain {
  readonly #found: Defects;
  #line = 0;
  #next: number;
  #prev: string | null;
  #time = '';
  #workspace: string | null = null;
  /** Entries before the first defect. */
  goodTo = 0;

  constructor(from: number, found: Defects) {
    this.#next = from;
    this.#prev = from === 0 ? '0'.repeat(64) : null;
    this.#found = found;
  }

  /** @returns the leaf of the line as it stands. */
  next(line: Buffer): Buffer {
    this.#line += 1;
    const before = this.#found.count;
    const leaf = leafHash(line);
    const entry = readLine(line);
    const index = this.#next;
    const say = (kind: LineDefect['kind'], sentence: string): void => this.#found.add({ line: this.#line, index, kind, sentence });
    if (entry === null) say('form', `Line ${this.#line} is no canonical entry of version 1.`);
    else {
      if (entry.index !== index) say('gap', `Line ${this.#line} should be entry ${index} and says it is entry ${entry.index}.`);
      if (this.#prev !== null && entry.prev !== this.#prev)
        say(
          'chain',
          index === 0
            ? 'The first entry follows another one.'
            : `Entry ${index} does not follow line ${this.#line - 1} as it stands: one of the two was changed.`,
        );
      if (entry.time < this.#time) say('time', `Entry ${index} is older than the one before it.`);
      if (this.#workspace !== null && entry.workspace !== this.#workspace) say('chain', `Entry ${index} is of another workspace.`);
      this.#workspace ??= entry.workspace;
      this.#time = entry.time;
    }
    this.#prev = leaf.toString('hex');
    // After a gap the file goes on where it says it does, so that one missing line is one defect.
    this.#next = (entry !== null && entry.index > index ? entry.index : index) + 1;
    if (before === this.#found.count && before === 0) this.goodTo = this.#line;
    return leaf;
  }
}
