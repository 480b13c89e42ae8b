/**
 * The LZMA decoder: range coder, literals, matches and repeats into a sliding output. Serves .lzma, .xz and 7z.
 * @source LZMA SDK specification (lzma-specification.txt, public domain): the decoder state machine of chapter "LZMA Decoder".
 */
import { MalformedBytes } from '../../engine/reader.ts';
import { type ByteFeed, OutputPieces, type PieceDecoder, SlidingOutput } from './pieces.ts';

const stepBytes = 16 * 1024;
const topValue = 1 << 24;
const probabilityStart = 1 << 10;
const lengthLow = 8;
const lengthHigh = 16;
const positionSlots = 64;
const alignBits = 4;
const endPositionModel = 14;
const fullDistances = 1 << (endPositionModel >> 1);

function probabilities(count: number): Uint16Array {
  return new Uint16Array(count).fill(probabilityStart);
}

/** Unsigned 32-bit numbers in a typed array: as fields they would be boxed at every step. */
const rangeAt = 0;
const codeAt = 1;

class RangeDecoder {
  readonly feed: ByteFeed;
  readonly #words = new Uint32Array(2);

  constructor(feed: ByteFeed) {
    this.feed = feed;
  }
  start(): void {
    this.#words[rangeAt] = 0xffffffff;
    this.#words[codeAt] = 0;
    if (this.feed.byte() !== 0) throw new MalformedBytes('lzma-broken', this.feed.at, 'an LZMA chunk starts with a wrong byte');
    this.#words[codeAt] = ((this.feed.byte() << 24) | (this.feed.byte() << 16) | (this.feed.byte() << 8) | this.feed.byte()) >>> 0;
  }
  bit(model: Uint16Array, index: number): number {
    const words = this.#words;
    const probability = model[index] ?? 0;
    const range = words[rangeAt] ?? 0;
    const code = words[codeAt] ?? 0;
    const bound = (range >>> 11) * probability;
    if (code < bound) {
      model[index] = probability + ((2048 - probability) >> 5);
      words[rangeAt] = bound;
      if (bound < topValue) this.#shift();
      return 0;
    }
    model[index] = probability - (probability >> 5);
    words[rangeAt] = range - bound;
    words[codeAt] = code - bound;
    if (range - bound < topValue) this.#shift();
    return 1;
  }
  direct(count: number): number {
    const words = this.#words;
    let result = 0;
    for (let left = count; left > 0; left--) {
      const range = (words[rangeAt] ?? 0) >>> 1;
      const code = words[codeAt] ?? 0;
      const over = code >= range;
      words[rangeAt] = range;
      if (over) words[codeAt] = code - range;
      result = ((result << 1) | (over ? 1 : 0)) >>> 0;
      if (range < topValue) this.#shift();
    }
    return result;
  }
  tree(model: Uint16Array, bits: number, base = 0): number {
    return this.descend(model, { base, node: 1, limit: 1 << bits }) - (1 << bits);
  }
  /** Bits from a node down until `limit` is reached; range and code stay in registers on the way, as most of the time is spent here. */
  descend(model: Uint16Array, { base, node, limit }: { base: number; node: number; limit: number }): number {
    const words = this.#words;
    let range = words[rangeAt] ?? 0;
    let code = words[codeAt] ?? 0;
    let at = node;
    while (at < limit) {
      const probability = model[base + at] ?? 0;
      const bound = (range >>> 11) * probability;
      if (code < bound) {
        model[base + at] = probability + ((2048 - probability) >> 5);
        range = bound;
        at <<= 1;
      } else {
        model[base + at] = probability - (probability >> 5);
        range -= bound;
        code -= bound;
        at = (at << 1) | 1;
      }
      if (range >= topValue) continue;
      range = (range << 8) >>> 0;
      code = ((code << 8) | this.feed.byte()) >>> 0;
    }
    words[rangeAt] = range;
    words[codeAt] = code;
    return at;
  }
  reverseTree(model: Uint16Array, bits: number, base = 0): number {
    let node = 1;
    let symbol = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(model, base + node);
      node = (node << 1) | bit;
      symbol |= bit << i;
    }
    return symbol;
  }
  #shift(): void {
    const words = this.#words;
    words[rangeAt] = (words[rangeAt] ?? 0) << 8;
    words[codeAt] = ((words[codeAt] ?? 0) << 8) | this.feed.byte();
  }
}

class LengthDecoder {
  readonly choice = probabilities(2);
  readonly low = probabilities(16 << 3);
  readonly middle = probabilities(16 << 3);
  readonly high = probabilities(256);

  decode(range: RangeDecoder, positionState: number): number {
    if (range.bit(this.choice, 0) === 0) return range.tree(this.low, 3, positionState << 3);
    if (range.bit(this.choice, 1) === 0) return lengthLow + range.tree(this.middle, 3, positionState << 3);
    return lengthHigh + range.tree(this.high, 8);
  }
}

export type LzmaProperties = { readonly literalContext: number; readonly literalPosition: number; readonly position: number };

/** The properties byte: (pb * 5 + lp) * 9 + lc. */
export function lzmaProperties(byte: number): LzmaProperties {
  if (byte >= 225) throw new MalformedBytes('lzma-broken', 0, `LZMA properties byte ${byte} is out of range`);
  const rest = Math.floor(byte / 9);
  return { literalContext: byte % 9, literalPosition: rest % 5, position: Math.floor(rest / 5) };
}

/** One stream of known or unknown length; its end marker may come before or stand behind the last byte. */
export function lzmaPieces(
  feed: ByteFeed,
  { properties, dictionary, size, held }: { properties: LzmaProperties; dictionary: number; size: number | null; held: number },
): PieceDecoder {
  const output = new SlidingOutput(Math.max(4096, dictionary), held);
  let decoder: LzmaDecoder | null = null;
  const step = () => {
    if (!decoder) {
      decoder = new LzmaDecoder(feed, output, properties);
      decoder.range.start();
    }
    const left = size === null ? stepBytes : Math.min(stepBytes, size - output.length);
    return left > 0 && !decoder.run(left);
  };
  return new OutputPieces(output, step, () => feed.at);
}

/** Decoder state that LZMA2 keeps from chunk to chunk. */
export class LzmaDecoder {
  readonly range: RangeDecoder;
  readonly output: SlidingOutput;
  #properties: LzmaProperties;
  #state = 0;
  #repeats: [number, number, number, number] = [0, 0, 0, 0];
  #literal = probabilities(0);
  #isMatch = probabilities(0);
  #isRepeat = probabilities(0);
  #isRepeatZero = probabilities(0);
  #isRepeatOne = probabilities(0);
  #isRepeatTwo = probabilities(0);
  #isRepeatZeroLong = probabilities(0);
  #slots = probabilities(0);
  #special = probabilities(0);
  #align = probabilities(0);
  #length = new LengthDecoder();
  #repeatLength = new LengthDecoder();
  /** Distances may not reach before this output byte. */
  dictionaryStart = 0;

  /** What is left of a match that the last run cut. */
  #pending = 0;

  constructor(feed: ByteFeed, output: SlidingOutput, properties: LzmaProperties) {
    this.range = new RangeDecoder(feed);
    this.output = output;
    this.#properties = properties;
    this.reset(properties);
  }

  /** Probabilities and repeats start anew, with the same properties. */
  resetState(): void {
    this.reset(this.#properties);
  }

  reset(properties: LzmaProperties): void {
    this.#properties = properties;
    this.#state = 0;
    this.#pending = 0;
    this.#repeats = [0, 0, 0, 0];
    const literals = 0x300 << (properties.literalContext + properties.literalPosition);
    // A stream may ask for new tables with every chunk: the largest one is used again.
    if (this.#literal.length === literals) this.#literal.fill(probabilityStart);
    else this.#literal = probabilities(literals);
    this.#isMatch = probabilities(12 << 4);
    this.#isRepeat = probabilities(12);
    this.#isRepeatZero = probabilities(12);
    this.#isRepeatOne = probabilities(12);
    this.#isRepeatTwo = probabilities(12);
    this.#isRepeatZeroLong = probabilities(12 << 4);
    this.#slots = probabilities(positionSlots * 4);
    this.#special = probabilities(fullDistances - endPositionModel + 1);
    this.#align = probabilities(1 << alignBits);
    this.#length = new LengthDecoder();
    this.#repeatLength = new LengthDecoder();
  }

  /**
   * Decodes until `count` bytes were written or the end marker came.
   * @returns true when the end marker came.
   */
  run(count: number): boolean {
    const stop = this.output.length + count;
    while (this.output.length < stop) {
      if (this.#pending > 0) {
        this.#copy(stop);
        continue;
      }
      const positionState = (this.output.length - this.dictionaryStart) & ((1 << this.#properties.position) - 1);
      if (this.range.bit(this.#isMatch, (this.#state << 4) + positionState) === 0) {
        this.#literalByte();
        continue;
      }
      const length = this.#match(positionState);
      if (length === null) return true;
      this.#pending = length;
    }
    return false;
  }

  #copy(stop: number): void {
    const [distance] = this.#repeats;
    if (distance >= this.output.length - this.dictionaryStart)
      throw new MalformedBytes('lzma-broken', this.range.feed.at, 'an LZMA match points before the start');
    const length = Math.min(this.#pending, stop - this.output.length);
    this.output.repeat(distance + 1, length);
    this.#pending -= length;
  }

  #literalByte(): void {
    const { literalContext, literalPosition } = this.#properties;
    const written = this.output.length - this.dictionaryStart;
    const previous = written > 0 ? this.output.byteBack(1) : 0;
    const context = ((written & ((1 << literalPosition) - 1)) << literalContext) + (previous >> (8 - literalContext));
    const base = 0x300 * context;
    let symbol = 1;
    if (this.#state >= 7) {
      let match = this.output.byteBack(this.#repeats[0] + 1);
      while (symbol < 0x100) {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        const bit = this.range.bit(this.#literal, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    symbol = this.range.descend(this.#literal, { base, node: symbol, limit: 0x100 });
    this.output.push(symbol & 0xff);
    this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
  }

  /** @returns the match length with #repeats[0] as its distance, or null for the end marker. */
  #match(positionState: number): number | null {
    const state = this.#state;
    if (this.range.bit(this.#isRepeat, state) === 1) return this.#repeatMatch(state, positionState);
    const length = this.#length.decode(this.range, positionState);
    this.#state = state < 7 ? 7 : 10;
    const distance = this.#distance(length);
    if (distance === 0xffffffff) return null;
    this.#repeats = [distance, this.#repeats[0], this.#repeats[1], this.#repeats[2]];
    return length + 2;
  }

  #repeatMatch(state: number, positionState: number): number {
    const [zero, one, two, three] = this.#repeats;
    if (this.range.bit(this.#isRepeatZero, state) === 0) {
      if (this.range.bit(this.#isRepeatZeroLong, (state << 4) + positionState) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 1;
      }
    } else if (this.range.bit(this.#isRepeatOne, state) === 0) this.#repeats = [one, zero, two, three];
    else if (this.range.bit(this.#isRepeatTwo, state) === 0) this.#repeats = [two, zero, one, three];
    else this.#repeats = [three, zero, one, two];
    const length = this.#repeatLength.decode(this.range, positionState);
    this.#state = state < 7 ? 8 : 11;
    return length + 2;
  }

  #distance(length: number): number {
    const slot = this.range.tree(this.#slots, 6, Math.min(length, 3) << 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = ((2 | (slot & 1)) << bits) >>> 0;
    if (slot < endPositionModel) return base + this.range.reverseTree(this.#special, bits, base - slot);
    const high = this.range.direct(bits - alignBits) * 2 ** alignBits;
    return base + high + this.range.reverseTree(this.#align, alignBits);
  }
}
