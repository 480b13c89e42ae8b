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
  for (let piece = first.next(); piece; piece = first.next()) {
    budget.checkTime();
    budget.spendOutput(piece.length);
    head.add(piece);
    tail.add(piece);
    size += piece.length;
  }
  const window = new ForwardWindow({ first: again(), again, budget }, size);
  const read = (offset: number, length: number) => {
    const wanted = Math.max(0, Math.min(length, size - offset));
    if (offset + wanted <= head.length) return head.slice(offset, wanted);
    const tailStart = size - tail.length;
    return offset >= tailStart ? tail.slice(offset - tailStart, wanted) : window.read(offset, wanted);
  };
  return { source: { size, read }, consumed: first.consumed };
}

/** Content whose length is known already, unpacked as far as it is read; the output budget is spent on the way. */
export function forwardSource({ first, again, budget, size }: Stream & { readonly size: number }): ByteSource {
  const window = new ForwardWindow({ first, again, budget }, 0);
  return { size, costly: true, read: (offset, length) => window.read(offset, Math.max(0, Math.min(length, size - offset))) };
}

/** The first or the last bytes of what passes. */
class Edge {
  readonly #most: number;
  readonly #side: 'first' | 'last';
  #bytes = new Uint8Array(0);
  constructor(most: number, side: 'first' | 'last') {
    this.#most = most;
    this.#side = side;
  }
  get length(): number {
    return this.#bytes.length;
  }
  add(piece: Uint8Array): void {
    if (this.#side === 'first' && this.#bytes.length >= this.#most) return;
    const joined = new Uint8Array(this.#bytes.length + piece.length);
    joined.set(this.#bytes);
    joined.set(piece, this.#bytes.length);
    this.#bytes = this.#side === 'first' ? joined.slice(0, this.#most) : joined.slice(-this.#most);
  }
  slice(offset: number, length: number): Uint8Array {
    return this.#bytes.subarray(offset, offset + length);
  }
}

class ForwardWindow {
  readonly #again: () => PieceDecoder;
  readonly #budget: Budget;
  #content: PieceDecoder;
  #bytes = new Uint8Array(2 * windowBytes);
  #filled = 0;
  #start = 0;
  #paid: number;
  /** @param paid output bytes the budget was already asked for. */
  constructor({ first, again, budget }: Stream, paid: number) {
    this.#again = again;
    this.#budget = budget;
    this.#paid = paid;
    this.#content = first;
  }
  read(offset: number, length: number): Uint8Array {
    if (length > windowBytes) return this.#large(offset, length);
    if (offset < this.#start) this.#restart();
    while (this.#start + this.#filled < offset + length) {
      this.#budget.checkTime();
      const piece = this.#content.next();
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
  #restart(): void {
    this.#content = this.#again();
    this.#filled = 0;
    this.#start = 0;
  }
  /** Makes room by dropping what lies before the wanted offset, or the oldest half. */
  #push(piece: Uint8Array, wanted: number): void {
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
