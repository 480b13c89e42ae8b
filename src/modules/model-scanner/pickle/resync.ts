/** Where a pickle could begin again after bytes that are none: looked for by shape, never trusted. */
import type { Budget } from '../engine/budget.ts';
import type { ByteSource } from '../engine/source.ts';
import { windowBytes } from './cursor.ts';
import { globalIn, nameRuns } from './embedded.ts';

/** Longest shape looked for: two names of 200 bytes and their marks. */
const overlap = 512;

/** How far behind `(` an INST may stand: its arguments lie between. */
const instReach = 64;

/** One window, with what is known about it: bytes are looked at once, however many candidates are asked for. */
class SearchWindow {
  readonly bytes: Uint8Array;
  /** Offset in the source. */
  readonly base: number;
  /** Made when the first name is asked for. */
  #runs: Int32Array | null = null;
  /** The first INST at or behind the last place asked for. */
  #inst = -1;

  constructor(bytes: Uint8Array, base: number) {
    this.bytes = bytes;
    this.base = base;
  }

  candidateAt(at: number): boolean {
    const byte = this.bytes[at];
    if (byte === 0x80) {
      const protocol = this.bytes[at + 1] ?? 0;
      return protocol >= 2 && protocol <= 5;
    }
    if (byte === 0x63) return globalIn(this.bytes, at, this.#nameRuns());
    return byte === 0x28 && this.#instBehind(at + 1) < Math.min(this.bytes.length, at + 1 + instReach);
  }

  #instBehind(from: number): number {
    if (this.#inst >= from) return this.#inst;
    let at = this.bytes.indexOf(0x69, from);
    while (at >= 0 && !globalIn(this.bytes, at, this.#nameRuns())) at = this.bytes.indexOf(0x69, at + 1);
    this.#inst = at < 0 ? Number.POSITIVE_INFINITY : at;
    return this.#inst;
  }

  #nameRuns(): Int32Array {
    this.#runs ??= nameRuns(this.bytes);
    return this.#runs;
  }
}

/** Looks for candidates from left to right; keeps the window it looks at, because candidates lie close together. */
export class CandidateSearch {
  readonly #source: ByteSource;
  readonly #budget: Budget;
  #window = new SearchWindow(new Uint8Array(0), 0);

  constructor(source: ByteSource, budget: Budget) {
    this.#source = source;
    this.#budget = budget;
  }

  /** The next offset >= `from` at which a stream could start, or -1. */
  next(from: number): number {
    let at = from;
    while (at < this.#source.size) {
      this.#budget.checkTime();
      const window = this.#windowAt(at);
      const until = Math.min(windowBytes, window.bytes.length);
      for (let index = at - window.base; index < until; index += 1) if (window.candidateAt(index)) return window.base + index;
      // Unpacked content may end before the size that somebody announced.
      if (window.base + until <= at) return -1;
      at = window.base + until;
    }
    return -1;
  }

  /** Windows overlap, so that a shape is never cut. */
  #windowAt(position: number): SearchWindow {
    const { base, bytes } = this.#window;
    const inside = position >= base && position < base + Math.min(windowBytes, bytes.length);
    if (!inside) this.#window = new SearchWindow(this.#source.read(position, windowBytes + overlap), position);
    return this.#window;
  }
}

/** True when every byte of the range, looked at up to 1 MiB, is zero: padding, not content. */
export function isPadding(source: ByteSource, from: number): boolean {
  const bytes = source.read(from, Math.min(source.size - from, 1 << 20));
  return bytes.every((byte) => byte === 0);
}
