/** Unpacked content as bytes by range without holding it: read forward, started again when a reader goes back. */
import { type Budget, BudgetExceeded } from '../../engine/budget.ts';
import type { ByteSource } from '../../engine/source.ts';
import type { PieceDecoder } from '../archives/pieces.ts';

/** A stream that can be read from its beginning as often as it takes. */
export type Stream = { readonly first: PieceDecoder; readonly again: () => PieceDecoder; readonly budget: Budget };

/** Kept of the beginning and of the end, because readers look there first. */
const headBytes = 64 * 1024;
const tailBytes = 68 * 1024;
/** Kept behind the place that was read last. */
const windowBytes = 1024 * 1024;

/**
 * The content of a whole stream of unknown length.
 * @returns the content as a source, and how many input bytes the stream took. A first pass measures it and spends the output budget.
 * @throws MalformedBytes when the stream is broken, BudgetExceeded when it is larger than the budget allows.
 */
export function measuredSource({ first, again, budget }: Stream): { source: ByteSource; consumed: number } {
  const head = new Edge(headBytes, 'first');
  const tail = new Edge(tailBytes, 'last');
  let size = 0;
  try {
    for (let piece = first.next(); piece; piece = first.next()) {
      budget.checkTime();
      budget.spendOutput(piece.length);
      head.add(piece);
      tail.add(piece);
      size += piece.length;
    }
  } finally {
    first.close?.();
  }
  const window = new ForwardWindow({ first: null, again, budget }, size);
  const read = (offset: number, length: number) => {
    const wanted = Math.max(0, Math.min(length, size - offset));
    if (offset + wanted <= head.length) return head.slice(offset, wanted);
    const tailStart = size - tail.length;
    return offset >= tailStart ? tail.slice(offset - tailStart, wanted) : window.read(offset, wanted);
  };
  return { source: { size, read, release: () => window.release() }, consumed: first.consumed };
}

/** Content whose length is known already, unpacked as far as it is read; the output budget is spent on the way. */
export function forwardSource({ first, again, budget, size }: Stream & { readonly size: number }): ByteSource {
  const window = new ForwardWindow({ first, again, budget }, 0);
  return {
    size,
    costly: true,
    read: (offset, length) => window.read(offset, Math.max(0, Math.min(length, size - offset))),
    release: () => window.release(),
  };
}

/** The first or the last bytes of what passes: written one behind the other, moved to the front when there is no room for the next. */
class Edge {
  readonly #most: number;
  readonly #side: 'first' | 'last';
  readonly #room: Uint8Array;
  #end = 0;
  constructor(most: number, side: 'first' | 'last') {
    this.#most = most;
    this.#side = side;
    this.#room = new Uint8Array(side === 'first' ? most : 2 * most);
  }
  get length(): number {
    return Math.min(this.#end, this.#most);
  }
  add(piece: Uint8Array): void {
    const part = this.#side === 'first' ? piece.subarray(0, this.#most - this.#end) : piece.subarray(-this.#most);
    if (this.#end + part.length > this.#room.length) {
      this.#room.copyWithin(0, this.#end - this.#most, this.#end);
      this.#end = this.#most;
    }
    this.#room.set(part, this.#end);
    this.#end += part.length;
  }
  slice(offset: number, length: number): Uint8Array {
    const start = this.#end - this.length + offset;
    return this.#room.subarray(start, start + length);
  }
}

const noBytes = new Uint8Array(0);
type Content = { readonly first: PieceDecoder | null; readonly again: () => PieceDecoder; readonly budget: Budget };

class ForwardWindow {
  readonly #again: () => PieceDecoder;
  readonly #budget: Budget;
  /** Null until somebody reads, and after a release: most content is read at its ends only, or not again. */
  #content: PieceDecoder | null;
  #bytes: Uint8Array = noBytes;
  #filled = 0;
  #start = 0;
  #paid: number;
  /** @param paid output bytes the budget was already asked for. */
  constructor({ first, again, budget }: Content, paid: number) {
    this.#again = again;
    this.#budget = budget;
    this.#paid = paid;
    this.#content = first;
  }
  release(): void {
    this.#content?.close?.();
    this.#content = null;
    this.#bytes = noBytes;
    this.#filled = 0;
    this.#start = 0;
  }
  read(offset: number, length: number): Uint8Array {
    if (length > windowBytes) return this.#large(offset, length);
    const content = this.#contentFor(offset);
    while (this.#start + this.#filled < offset + length) {
      this.#budget.checkTime();
      const piece = content.next();
      if (!piece) break;
      this.#push(piece, offset);
    }
    return this.#bytes.slice(Math.max(0, offset - this.#start), Math.max(0, Math.min(this.#filled, offset - this.#start + length)));
  }
  /** Longer than the window: put together from parts, within what may be held. */
  #large(offset: number, length: number): Uint8Array {
    if (length > this.#budget.limits.heldBytes)
      throw new BudgetExceeded('heldBytes', `${length} bytes in one piece are more than may be held`);
    const whole = new Uint8Array(length);
    for (let at = 0; at < length; at += windowBytes) whole.set(this.read(offset + at, Math.min(windowBytes, length - at)), at);
    return whole;
  }
  /** What was passed already is unpacked again from the beginning. */
  #contentFor(offset: number): PieceDecoder {
    if (offset < this.#start) this.release();
    this.#content ??= this.#again();
    return this.#content;
  }
  /** Makes room by dropping what lies before the wanted offset, or the oldest half. */
  #push(piece: Uint8Array, wanted: number): void {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(2 * windowBytes);
    if (this.#filled + piece.length > this.#bytes.length) {
      const drop = Math.max(0, Math.min(this.#filled, Math.max(this.#filled - windowBytes, 0), wanted - this.#start));
      this.#bytes.copyWithin(0, drop, this.#filled);
      this.#filled -= drop;
      this.#start += drop;
    }
    if (this.#filled + piece.length > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length + piece.length);
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#filled);
    this.#filled += piece.length;
    const end = this.#start + this.#filled;
    if (end > this.#paid) this.#budget.spendOutput(end - this.#paid);
    this.#paid = Math.max(this.#paid, end);
  }
}
