/** Where a pickle could begin again after bytes that are none: looked for by shape, never trusted. */
import type { Budget } from '../engine/budget.ts';
import type { ByteSource } from '../engine/source.ts';
import { windowBytes } from './cursor.ts';
import { globalAt } from './embedded.ts';

/** Longest shape looked for: two names of 200 bytes and their marks. */
const overlap = 512;

function candidateAt(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at];
  if (byte === 0x80) {
    const protocol = bytes[at + 1] ?? 0;
    return protocol >= 2 && protocol <= 5;
  }
  if (byte === 0x63) return globalAt(bytes, at);
  // `(` with an INST further on: its arguments lie between.
  return byte === 0x28 && instWithin(bytes, at + 1);
}

function instWithin(bytes: Uint8Array, from: number): boolean {
  const until = Math.min(bytes.length, from + 64);
  for (let at = from; at < until; at += 1) if (bytes[at] === 0x69 && globalAt(bytes, at)) return true;
  return false;
}

/** Looks for candidates from left to right; keeps the window it looks at, because candidates lie close together. */
export class CandidateSearch {
  readonly #source: ByteSource;
  readonly #budget: Budget;
  #window: Uint8Array = new Uint8Array(0);
  #base = 0;

  constructor(source: ByteSource, budget: Budget) {
    this.#source = source;
    this.#budget = budget;
  }

  /** The next offset >= `from` at which a stream could start, or -1. */
  next(from: number): number {
    let at = from;
    while (at < this.#source.size) {
      this.#budget.checkTime();
      const bytes = this.#windowAt(at);
      const until = Math.min(windowBytes, bytes.length);
      for (let index = at - this.#base; index < until; index += 1) if (candidateAt(bytes, index)) return this.#base + index;
      at = this.#base + until;
    }
    return -1;
  }

  /** Windows overlap, so that a shape is never cut. */
  #windowAt(position: number): Uint8Array {
    const inside = position >= this.#base && position < this.#base + Math.min(windowBytes, this.#window.length);
    if (inside) return this.#window;
    this.#base = position;
    this.#window = this.#source.read(position, windowBytes + overlap);
    return this.#window;
  }
}

/** True when every byte of the range, looked at up to 1 MiB, is zero: padding, not content. */
export function isPadding(source: ByteSource, from: number): boolean {
  const bytes = source.read(from, Math.min(source.size - from, 1 << 20));
  return bytes.every((byte) => byte === 0);
}
