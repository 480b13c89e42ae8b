/** Content piece by piece: what every decoder of a compressed stream gives, in bounded memory. */
import { BudgetExceeded } from '../../engine/budget.ts';
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';

export type PieceDecoder = {
  /**
   * @returns the bytes that follow, valid until the next call, perhaps none; null at the end of the stream.
   * @throws MalformedBytes, TruncatedBytes, BudgetExceeded; all bytes before the failure were given.
   */
  next(): Uint8Array | null;
  /** First input byte after the stream; right only when `next` has returned null. */
  readonly consumed: number;
  /** Gives back what it holds outside the heap, up to a window of 64 MiB, which else waits for the collector; it is not asked again. */
  close?(): void;
};

/** A checksum or length of a stream that does not fit its content: the content is given all the same, as programs that do not check give it. */
export type StreamFault = { readonly code: string /** Input byte. */; readonly at: number; readonly detail: string };
export type FaultReport = (fault: StreamFault) => void;

/** @returns what a decoder reports to, and what it said: each kind of fault once, however many blocks have it. */
export function faultList(): { readonly faults: readonly StreamFault[]; readonly report: FaultReport } {
  const faults: StreamFault[] = [];
  return {
    faults,
    report: (fault) => {
      if (!faults.some(({ code }) => code === fault.code)) faults.push(fault);
    },
  };
}

export const pieceBytes = 64 * 1024;
const inputBytes = 64 * 1024;

/** Bytes of a source one after the other. */
export class ByteFeed {
  readonly #source: ByteSource;
  readonly #format: string;
  readonly #end: number;
  #input: Uint8Array = new Uint8Array(0);
  #inputAt: number;
  #position = 0;
  /** @param format names the stream in what it throws, `xz`. */
  constructor(source: ByteSource, start: number, format: string, end = source.size) {
    this.#source = source;
    this.#inputAt = start;
    this.#format = format;
    this.#end = end;
  }
  get at(): number {
    return this.#inputAt - this.#input.length + this.#position;
  }
  get ended(): boolean {
    return this.at >= this.#end;
  }
  byte(): number {
    if (this.#position >= this.#input.length) this.#fill();
    return this.#input[this.#position++] ?? 0;
  }
  /** Little-endian. */
  u32(): number {
    return (this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)) >>> 0;
  }
  bytes(length: number): Uint8Array {
    const result = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      if (this.#position >= this.#input.length) this.#fill();
      const part = this.#input.subarray(this.#position, this.#position + length - at);
      result.set(part, at);
      this.#position += part.length;
      at += part.length;
    }
    return result;
  }
  skip(length: number): void {
    const target = this.at + length;
    if (target > this.#end) throw this.#cut();
    if (length <= this.#input.length - this.#position) {
      this.#position += length;
      return;
    }
    this.#input = new Uint8Array(0);
    this.#position = 0;
    this.#inputAt = target;
  }
  /** The next bytes without taking them; fewer at the end. */
  peek(length: number): Uint8Array {
    return this.#source.read(this.at, Math.max(0, Math.min(length, this.#end - this.at)));
  }
  #fill(): void {
    this.#input = this.#source.read(this.#inputAt, Math.max(0, Math.min(inputBytes, this.#end - this.#inputAt)));
    this.#inputAt += this.#input.length;
    this.#position = 0;
    if (this.#input.length === 0) throw this.#cut();
  }
  #cut(): TruncatedBytes {
    return new TruncatedBytes(`${this.#format}-broken`, this.at, `the ${this.#format} stream is cut`);
  }
}

/** Output of which the last bytes can be copied again, as matches do. */
export class SlidingOutput {
  /** Bytes written since the beginning. */
  length = 0;
  readonly #dictionary: number;
  readonly #most: number;
  /** Room for little at first: many a stream that is tried is none. */
  #bytes = new Uint8Array(4096);
  #end = 0;
  #taken = 0;
  /**
   * @param dictionary how far back the format lets a match reach.
   * @param most       how much of that is kept; a match beyond it is a budget breach.
   */
  constructor(dictionary: number, most: number) {
    this.#dictionary = dictionary;
    this.#most = Math.max(pieceBytes, most);
  }
  get untaken(): number {
    return this.#end - this.#taken;
  }
  take(): Uint8Array {
    const piece = this.#bytes.subarray(this.#taken, this.#end);
    this.#taken = this.#end;
    return piece;
  }
  push(byte: number): void {
    if (this.#end === this.#bytes.length) this.#room(1);
    this.#bytes[this.#end++] = byte;
    this.length += 1;
  }
  append(part: Uint8Array): void {
    this.#room(part.length);
    this.#bytes.set(part, this.#end);
    this.#end += part.length;
    this.length += part.length;
  }
  byteBack(distance: number): number {
    return this.#bytes[this.#end - distance] ?? 0;
  }
  /** Copies `length` bytes from `distance` back; the ranges may overlap, which repeats the pattern. */
  repeat(distance: number, length: number): void {
    if (distance > this.#end)
      throw new BudgetExceeded('heldBytes', `a match reaches ${distance} bytes back: a dictionary of that size is more than may be held`);
    this.#room(length);
    const bytes = this.#bytes;
    let from = this.#end - distance;
    if (distance >= length) bytes.copyWithin(this.#end, from, from + length);
    else for (let at = this.#end; at < this.#end + length; at++) bytes[at] = bytes[from++] ?? 0;
    this.#end += length;
    this.length += length;
  }
  /** Keeps what matches may reach and what was not given yet; a quarter more, so that moving it stays rare. */
  #room(count: number): void {
    if (this.#end + count <= this.#bytes.length) return;
    const kept = Math.min(this.#end, Math.max(Math.min(this.#dictionary, this.#most), this.untaken));
    const wanted = kept + count + Math.max(4 * pieceBytes, Math.floor(kept / 4));
    const target = wanted <= this.#bytes.length ? this.#bytes : new Uint8Array(wanted);
    target.set(this.#bytes.subarray(this.#end - kept, this.#end));
    this.#taken -= this.#end - kept;
    this.#end = kept;
    this.#bytes = target;
  }
}

const nothing = new Uint8Array(0);
/** Thousands of chunks of a byte each, with new tables for each, are no single piece: whoever reads looks at the clock between pieces. */
const mostSteps = 1024;

/** Pieces from two functions. Not an object with a getter: each would be a shape of its own, kept until the next full collection with all it holds. */
export class GivenPieces implements PieceDecoder {
  readonly #next: () => Uint8Array | null;
  readonly #consumed: () => number;
  constructor(next: () => Uint8Array | null, consumed: () => number) {
    this.#next = next;
    this.#consumed = consumed;
  }
  next(): Uint8Array | null {
    return this.#next();
  }
  get consumed(): number {
    return this.#consumed();
  }
}

/** Pieces of a sliding output that `step` goes on filling; a failure waits until what stands before it was given. */
export class OutputPieces implements PieceDecoder {
  readonly #output: SlidingOutput;
  readonly #step: () => boolean;
  readonly #position: () => number;
  #state: 'open' | 'ended' = 'open';
  #failure: unknown = null;
  /** @param step writes some more; false: that was the end. @param position input bytes taken so far. */
  constructor(output: SlidingOutput, step: () => boolean, position: () => number) {
    this.#output = output;
    this.#step = step;
    this.#position = position;
  }
  get consumed(): number {
    return this.#position();
  }
  next(): Uint8Array | null {
    if (this.#failure === null && this.#state === 'open') this.#fill();
    if (this.#output.untaken > 0) return this.#output.take();
    if (this.#failure !== null) throw this.#failure;
    return this.#state === 'open' ? nothing : null;
  }
  #fill(): void {
    try {
      for (let steps = 0; this.#output.untaken < pieceBytes && steps < mostSteps; steps++)
        if (!this.#step()) {
          this.#state = 'ended';
          return;
        }
    } catch (error) {
      this.#failure = error;
    }
  }
}

/** Some streams in a row, as long as another one begins where the last ended. */
export class JoinedPieces implements PieceDecoder {
  readonly #open: (at: number) => PieceDecoder | null;
  #current: PieceDecoder | null;
  #consumed = 0;
  /** @param open the stream at an input offset, or null when none begins there. */
  constructor(open: (at: number) => PieceDecoder | null) {
    this.#open = open;
    this.#current = open(0);
  }
  get consumed(): number {
    return this.#consumed;
  }
  next(): Uint8Array | null {
    while (this.#current) {
      const piece = this.#current.next();
      if (piece) return piece;
      const { consumed } = this.#current;
      this.#current = consumed > this.#consumed ? this.#open(consumed) : null;
      this.#consumed = consumed;
      // Thousands of empty streams are one loop: whoever reads looks at the clock between pieces.
      if (this.#current) return nothing;
    }
    return null;
  }
  close(): void {
    this.#current?.close?.();
    this.#current = null;
  }
}

export function malformed(format: string, at: number, detail: string): MalformedBytes {
  return new MalformedBytes(`${format}-broken`, at, detail);
}
