/** Deflated content as bytes by range without holding it: read forward, started again when a reader goes back. */
import { type Budget, BudgetExceeded } from '../../engine/budget.ts';
import { TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { gzipHeaderBytes, startsGzip } from '../archives/gzip.ts';
import { Inflate } from '../archives/inflate.ts';

export type StreamedCodec = 'deflate' | 'zlib' | 'gzip';

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
export function measuredSource(codec: StreamedCodec, packed: ByteSource, budget: Budget): { source: ByteSource; consumed: number } {
  const first = new Content(codec, packed);
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
  const window = new ForwardWindow(codec, packed, budget, size);
  const read = (offset: number, length: number) => {
    const wanted = Math.max(0, Math.min(length, size - offset));
    if (offset + wanted <= head.length) return head.slice(offset, wanted);
    const tailStart = size - tail.length;
    return offset >= tailStart ? tail.slice(offset - tailStart, wanted) : window.read(offset, wanted);
  };
  return { source: { size, read }, consumed: first.consumed };
}

/** Content whose length is known already, unpacked as far as it is read; the output budget is spent on the way. */
export function forwardSource(codec: StreamedCodec, packed: ByteSource, budget: Budget, size: number): ByteSource {
  const window = new ForwardWindow(codec, packed, budget, 0);
  return { size, costly: true, read: (offset, length) => window.read(offset, Math.max(0, Math.min(length, size - offset))) };
}

/** The pieces of every member of the stream, one after the other. */
class Content {
  readonly #codec: StreamedCodec;
  readonly #packed: ByteSource;
  #inflate: Inflate;
  consumed = 0;
  constructor(codec: StreamedCodec, packed: ByteSource) {
    this.#codec = codec;
    this.#packed = packed;
    this.#inflate = new Inflate(packed, codec === 'deflate' ? 0 : codec === 'zlib' ? 2 : gzipHeaderBytes(packed.read(0, headBytes)));
  }
  next(): Uint8Array | null {
    for (;;) {
      const piece = this.#inflate.next();
      if (piece) return piece;
      this.consumed = this.#inflate.consumed;
      if (this.#codec === 'zlib') this.consumed += 4;
      if (this.#codec !== 'gzip') return null;
      this.consumed += 8;
      if (this.consumed > this.#packed.size)
        throw new TruncatedBytes('gzip-broken', this.#packed.size, 'the gzip stream ends before its checksum');
      const header = this.#packed.read(this.consumed, headBytes);
      if (!startsGzip(header)) return null;
      this.#inflate = new Inflate(this.#packed, this.consumed + gzipHeaderBytes(header));
    }
  }
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
  readonly #codec: StreamedCodec;
  readonly #packed: ByteSource;
  readonly #budget: Budget;
  #content: Content;
  #bytes = new Uint8Array(2 * windowBytes);
  #filled = 0;
  #start = 0;
  #paid: number;
  /** @param paid output bytes the budget was already asked for. */
  constructor(codec: StreamedCodec, packed: ByteSource, budget: Budget, paid: number) {
    this.#codec = codec;
    this.#packed = packed;
    this.#budget = budget;
    this.#paid = paid;
    this.#content = new Content(codec, packed);
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
    this.#content = new Content(this.#codec, this.#packed);
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
