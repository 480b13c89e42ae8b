/** Follows the lines of an export: form, index, time, and the hash each names of the one before. */
import { hash } from 'node:crypto';
import type { EntryLine } from '../entry.ts';
import { readLine } from '../verifying/verification.ts';
import type { Defects, LineDefect } from './export-defect.ts';
import { type HashText, hashBytes, hashOfText } from './hashing.ts';
import type { LineBlock } from './line-blocks.ts';
import { type Expected, lineScanner, timeLength, workspaceLength } from './scan-line.ts';

const newline = 10;
const leafPrefix = 0;

/** A line as it stands in its block. */
export type ReadLine = { readonly bytes: Buffer; readonly from: number; readonly to: number };
export type LeafSink = (leaf: HashText, line: ReadLine) => void;

export class LineChain {
  readonly #found: Defects;
  readonly #from: number;
  readonly #next: Expected;
  readonly #scan: ReturnType<typeof lineScanner>;
  line = 0;
  /** Whether the hash of the line before is known: not of the first line of a part. */
  #knowsPrev: boolean;
  #workspace: string | null = null;
  /** Entries before the first defect. */
  goodTo: number;

  constructor(from: number, found: Defects) {
    this.#from = from;
    this.#found = found;
    this.#next = { index: from, prev: '\0'.repeat(hashBytes), time: Buffer.alloc(timeLength), workspace: Buffer.alloc(workspaceLength) };
    this.#scan = lineScanner(this.#next);
    this.#knowsPrev = from === 0;
    this.goodTo = from;
  }

  /** Time of the newest entry that could be read, as lines write it. */
  get time(): string {
    return Buffer.from(this.#next.time).toString('latin1');
  }

  /** Hands the leaf of each line, as it stands, to the sink. */
  take({ bytes, from, to }: LineBlock, sink: LeafSink): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = from; at < to; ) {
      this.line += 1;
      let end = this.#knowsPrev ? this.#scan(view, at) : -1;
      if (end < 0) {
        end = bytes.indexOf(newline, at);
        this.#readFully(Buffer.from(bytes.subarray(at, end)));
      } else this.#next.index += 1;
      // A leaf is hashed with a zero before it: the byte before a line is free, so the line need not be copied.
      bytes[at - 1] = leafPrefix;
      const leaf = hash('sha256', bytes.subarray(at - 1, end), 'latin1');
      this.#next.prev = leaf;
      this.#knowsPrev = true;
      if (this.#found.count === 0) this.goodTo = this.#from + this.line;
      sink(leaf, { bytes, from: at, to: end });
      at = end + 1;
    }
  }

  /** What the quick reader did not take: the first line, one in a rare form, or one that is not what it should be. */
  #readFully(line: Buffer): void {
    const { index } = this.#next;
    const entry = readLine(line);
    if (entry === null) this.#say('form', `Line ${this.line} is no canonical entry of version 1.`);
    else this.#compare(entry);
    // After a gap the file goes on where it says it does, so that one missing line is one defect.
    this.#next.index = Math.max(entry?.index ?? 0, index) + 1;
  }

  #compare({ index: says, prev, time, workspace }: EntryLine): void {
    const { index } = this.#next;
    if (says !== index) this.#say('gap', `Line ${this.line} should be entry ${index} and says it is entry ${says}.`);
    if (this.#knowsPrev && prev !== hashOfText(this.#next.prev).toString('hex')) this.#say('chain', this.#brokenChain(index));
    if (time < this.time) this.#say('time', `Entry ${index} is older than the one before it.`);
    if (this.#workspace !== null && workspace !== this.#workspace) this.#say('chain', `Entry ${index} is of another workspace.`);
    if (this.#workspace === null) this.#next.workspace.set(Buffer.from(workspace, 'latin1'));
    this.#workspace ??= workspace;
    this.#next.time.set(Buffer.from(time, 'latin1'));
  }
  #brokenChain(index: number): string {
    if (index === 0) return 'The first entry follows another one.';
    return `Entry ${index} does not follow line ${this.line - 1} as it stands: one of the two was changed.`;
  }

  #say(kind: LineDefect['kind'], sentence: string): void {
    this.#found.add({ line: this.line, index: this.#next.index, kind, sentence });
  }
}
