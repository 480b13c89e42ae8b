/**
 * Deflate and deflate64, piece by piece: for content too large to hold, which the library's synchronous calls can only give as a whole.
 * @source RFC 1951; deflate64 as 7-Zip and Info-ZIP read it: 64 KiB of history, two more distances, a length code of 16 bits.
 */
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import type { PieceDecoder } from './pieces.ts';

const historyBytes = 64 * 1024;
const pieceBytes = 64 * 1024;
const longestMatch = 65_538;
const inputBytes = 64 * 1024;
/** From here on the library's loop is quicker than ours. */
const longRun = 32;

type Codes = { readonly table: Uint16Array; readonly bits: number };

const lengthBase = Uint16Array.from([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
]);
const lengthExtra = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]);
const distanceBase = Uint16Array.from([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385,
  24577, 32769, 49153,
]);
const distanceExtra = Uint8Array.from([
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14,
]);
const codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

let fixed: { literals: Codes; distances: Codes } | undefined;

function fixedCodes(): { literals: Codes; distances: Codes } {
  fixed ??= {
    literals: codesOf([
      ...new Array<number>(144).fill(8),
      ...new Array<number>(112).fill(9),
      ...new Array<number>(24).fill(7),
      ...new Array<number>(8).fill(8),
    ]),
    distances: codesOf(new Array<number>(32).fill(5)),
  };
  return fixed;
}

/** A table over the longest code: entry = symbol * 16 + length; 0 for a code that does not exist. */
function codesOf(lengths: readonly number[]): Codes {
  const bits = Math.max(1, ...lengths);
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const next = new Uint16Array(17);
  let left = 1;
  for (let length = 1; length <= 15; length++) {
    left = left * 2 - (counts[length] ?? 0);
    if (left < 0) throw new MalformedBytes('deflate-broken', 0, 'a deflate code table has too many codes');
    next[length + 1] = ((next[length] ?? 0) + (counts[length] ?? 0)) << 1;
  }
  const table = new Uint16Array(1 << bits);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const code = next[length] ?? 0;
    next[length] = code + 1;
    const step = 1 << length;
    for (let at = reversed(code, length); at < table.length; at += step) table[at] = symbol * 16 + length;
  }
  return { table, bits };
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= ((code >> i) & 1) << (length - 1 - i);
  return result;
}

export type InflateOptions = {
  /** deflate64. */
  readonly wide?: boolean;
  /** Working memory of `inflateScratch`, for streams that follow one another and need not have their own. */
  readonly scratch?: Uint8Array;
};

export function inflateScratch(): Uint8Array {
  return new Uint8Array(historyBytes + pieceBytes + longestMatch);
}

/** One deflate stream. `next` gives the output in order, 64 KiB or less at a time; null at its end. */
export class Inflate implements PieceDecoder {
  readonly #wide: boolean;
  readonly #source: ByteSource;
  #input: Uint8Array = new Uint8Array(0);
  #inputAt: number;
  #position = 0;
  #hold = 0;
  #held = 0;
  /** Zero bytes given beyond the end of the input. */
  #beyond = 0;
  readonly #output: Uint8Array;
  #end = historyBytes;
  #history = 0;
  #last = false;
  #stored = 0;
  #codes: { literals: Codes; distances: Codes } | null = null;

  constructor(source: ByteSource, start: number, { wide = false, scratch = inflateScratch() }: InflateOptions = {}) {
    this.#wide = wide;
    this.#output = scratch;
    this.#source = source;
    this.#inputAt = start;
  }

  /** First input byte after the stream; right only when `next` has returned null. */
  get consumed(): number {
    return this.#inputAt - this.#input.length + this.#position - Math.floor(this.#held / 8);
  }

  /** @returns a view that is overwritten by the next call. */
  next(): Uint8Array | null {
    this.#output.copyWithin(0, this.#end - historyBytes, this.#end);
    this.#end = historyBytes;
    while (this.#end < historyBytes + pieceBytes) {
      if (this.#stored > 0) this.#copyStored();
      else if (this.#codes) this.#decode(this.#codes);
      else if (this.#last) break;
      else this.#block();
    }
    const piece = this.#output.subarray(historyBytes, this.#end);
    this.#history = Math.min(historyBytes, this.#history + piece.length);
    return piece.length === 0 ? null : piece;
  }

  #byte(): number {
    if (this.#position >= this.#input.length) {
      this.#input = this.#source.read(this.#inputAt, inputBytes);
      this.#inputAt += this.#input.length;
      this.#position = 0;
      if (this.#input.length === 0) {
        this.#beyond += 1;
        if (this.#beyond > 4) throw new TruncatedBytes('deflate-broken', this.#inputAt, 'the deflate stream is cut');
        return 0;
      }
    }
    return this.#input[this.#position++] ?? 0;
  }
  #bits(count: number): number {
    while (this.#held < count) {
      this.#hold |= this.#byte() << this.#held;
      this.#held += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }
  #symbol({ table, bits }: Codes): number {
    while (this.#held < bits) {
      this.#hold |= this.#byte() << this.#held;
      this.#held += 8;
    }
    const entry = table[this.#hold & ((1 << bits) - 1)] ?? 0;
    if (entry === 0) throw new MalformedBytes('deflate-broken', this.#inputAt, 'a deflate code does not exist');
    this.#hold >>>= entry & 15;
    this.#held -= entry & 15;
    return entry >> 4;
  }
  #block(): void {
    this.#last = this.#bits(1) === 1;
    const type = this.#bits(2);
    if (type === 3) throw new MalformedBytes('deflate-broken', this.#inputAt, 'a deflate block has no valid type');
    if (type === 1) this.#codes = fixedCodes();
    else if (type === 2) this.#codes = this.#dynamicCodes();
    else {
      this.#bits(this.#held % 8);
      const length = this.#bits(16);
      if (length !== (this.#bits(16) ^ 0xffff))
        throw new MalformedBytes('deflate-broken', this.#inputAt, 'a stored deflate block has a wrong length');
      this.#stored = length;
    }
  }
  #dynamicCodes(): { literals: Codes; distances: Codes } {
    const literals = this.#bits(5) + 257;
    const distances = this.#bits(5) + 1;
    const count = this.#bits(4) + 4;
    if (literals > 286 || distances > (this.#wide ? 32 : 30))
      throw new MalformedBytes('deflate-broken', this.#inputAt, 'a deflate code table is too large');
    const small = new Array<number>(19).fill(0);
    for (let i = 0; i < count; i++) small[codeOrder[i] ?? 0] = this.#bits(3);
    const codes = codesOf(small);
    const lengths: number[] = [];
    while (lengths.length < literals + distances) {
      const symbol = this.#symbol(codes);
      if (symbol < 16) lengths.push(symbol);
      else this.#repeat(symbol, lengths);
    }
    if (lengths.length > literals + distances) throw new MalformedBytes('deflate-broken', this.#inputAt, 'a deflate code table runs over');
    return { literals: codesOf(lengths.slice(0, literals)), distances: codesOf(lengths.slice(literals)) };
  }
  #repeat(symbol: number, lengths: number[]): void {
    const previous = lengths.at(-1);
    if (symbol === 16 && previous === undefined)
      throw new MalformedBytes('deflate-broken', this.#inputAt, 'a deflate code table repeats nothing');
    const value = symbol === 16 ? (previous ?? 0) : 0;
    const times = symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
    for (let i = 0; i < times; i++) lengths.push(value);
  }
  #copyStored(): void {
    const room = historyBytes + pieceBytes - this.#end;
    for (let left = Math.min(room, this.#stored); left > 0; left--) {
      // Whole bytes may still lie in the bit buffer.
      this.#output[this.#end++] = this.#bits(8);
      this.#stored -= 1;
    }
  }
  #decode({ literals, distances }: { literals: Codes; distances: Codes }): void {
    const output = this.#output;
    const stop = historyBytes + pieceBytes;
    while (this.#end < stop) {
      const symbol = this.#symbol(literals);
      if (symbol < 256) {
        output[this.#end++] = symbol;
        continue;
      }
      if (symbol === 256) {
        this.#codes = null;
        return;
      }
      this.#match(symbol - 257, distances);
    }
  }
  #match(index: number, distances: Codes): void {
    if (index >= lengthBase.length) throw new MalformedBytes('deflate-broken', this.#inputAt, 'a deflate length does not exist');
    const longest = this.#wide && index === 28;
    const length = longest ? 3 + this.#bits(16) : (lengthBase[index] ?? 0) + this.#bits(lengthExtra[index] ?? 0);
    const slot = this.#symbol(distances);
    if (slot >= (this.#wide ? 32 : 30)) throw new MalformedBytes('deflate-broken', this.#inputAt, 'a deflate distance does not exist');
    const distance = (distanceBase[slot] ?? 0) + this.#bits(distanceExtra[slot] ?? 0);
    if (distance > this.#history + this.#end - historyBytes)
      throw new MalformedBytes('deflate-broken', this.#inputAt, 'a deflate match points before the start');
    const output = this.#output;
    let from = this.#end - distance;
    // Long runs of zeros are matches of the longest length at distance 1.
    if (distance === 1 && length >= longRun) {
      output.fill(output[from] ?? 0, this.#end, this.#end + length);
      this.#end += length;
      return;
    }
    for (let left = length; left > 0; left--) output[this.#end++] = output[from++] ?? 0;
  }
}
