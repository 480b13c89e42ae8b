/** One file while its readers look at it: opened once, read by range, counted against the walk's budget. */
import type { OpenFile, Tree } from './tree.ts';
import type { WalkedFile } from './walk.ts';

/** Bytes read so far and the most that may be, in all files together. */
export type ReadBudget = { read: number; readonly most: number };
export class ReadBudgetSpent extends Error {
  override readonly name = 'ReadBudgetSpent';
}

const headBytes = 4096;

export class OpenedFile {
  readonly path: string;
  readonly name: string;
  readonly folder: string;
  readonly size: number;
  readonly #file: OpenFile;
  readonly #budget: ReadBudget;
  readonly #textBytes: number;
  #head: Uint8Array | undefined;
  #text: string | null | undefined;

  constructor(tree: Tree, walked: WalkedFile, budget: ReadBudget, textBytes: number) {
    this.path = walked.path;
    this.name = walked.name;
    this.folder = walked.folder;
    this.#budget = budget;
    this.#textBytes = textBytes;
    this.#file = tree.open(walked.path);
    this.size = this.#file.size;
  }

  /** @throws ReadBudgetSpent when the walk has read all it may. */
  read(offset: number, length: number): Uint8Array {
    this.#budget.read += Math.max(0, Math.min(length, this.size - offset));
    if (this.#budget.read > this.#budget.most) throw new ReadBudgetSpent(`more than ${this.#budget.most} bytes`);
    return this.#file.read(offset, length);
  }

  /** The first 4 KiB. */
  get head(): Uint8Array {
    this.#head ??= this.read(0, headBytes);
    return this.#head;
  }

  /** The whole text, cut at the bound; null when it is binary (a NUL in the head, or no UTF-8 and no UTF-16 mark). */
  get text(): string | null {
    if (this.#text === undefined)
      this.#text = decodeText(this.head, () => (this.size <= this.head.length ? this.head : this.read(0, this.#textBytes)));
    return this.#text;
  }

  get ending(): string {
    const dot = this.name.lastIndexOf('.');
    return dot <= 0 ? '' : this.name.slice(dot + 1).toLowerCase();
  }

  close(): void {
    this.#file.close();
  }
}

function decodeText(head: Uint8Array, whole: () => Uint8Array): string | null {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le').decode(whole());
  if (head.includes(0)) return null;
  const text = new TextDecoder('utf-8').decode(whole());
  return text;
}
