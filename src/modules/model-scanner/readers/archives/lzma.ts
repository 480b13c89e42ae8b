/**
 * The LZMA decoder: range coder, literals, matches and repeats into a bounded output. Serves .lzma, .xz and 7z.
 * @source LZMA SDK specification (lzma-specification.txt, public domain): the decoder state machine of chapter "LZMA Decoder".
 */
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import type { BoundedOutput } from './frames.ts';

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

class RangeDecoder {
  input: Uint8Array = new Uint8Array(0);
  at = 0;
  #range = 0;
  #code = 0;

  start(input: Uint8Array, at: number): void {
    this.input = input;
    this.at = at;
    this.#range = 0xffffffff;
    this.#code = 0;
    if (this.#byte() !== 0) throw new MalformedBytes('lzma-broken', at, 'an LZMA chunk starts with a wrong byte');
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }
  get finished(): boolean {
    return this.#code === 0;
  }
  bit(model: Uint16Array, index: number): number {
    const probability = model[index] ?? 0;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      model[index] = probability + ((2048 - probability) >> 5);
      this.#normalize();
      return 0;
    }
    this.#range = (this.#range - bound) >>> 0;
    this.#code = (this.#code - bound) >>> 0;
    model[index] = probability - (probability >> 5);
    this.#normalize();
    return 1;
  }
  direct(count: number): number {
    let result = 0;
    for (let left = count; left > 0; left--) {
      this.#range >>>= 1;
      const over = this.#code >= this.#range;
      if (over) this.#code = (this.#code - this.#range) >>> 0;
      result = ((result << 1) | (over ? 1 : 0)) >>> 0;
      this.#normalize();
    }
    return result;
  }
  tree(model: Uint16Array, bits: number, base = 0): number {
    let node = 1;
    for (let i = 0; i < bits; i++) node = (node << 1) | this.bit(model, base + node);
    return node - (1 << bits);
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
  #normalize(): void {
    if (this.#range >= topValue) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#byte()) >>> 0;
  }
  #byte(): number {
    const byte = this.input[this.at];
    if (byte === undefined) throw new TruncatedBytes('lzma-broken', this.at, 'the LZMA stream is cut');
    this.at += 1;
    return byte;
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

/** Decoder state that LZMA2 keeps from chunk to chunk. */
export class LzmaDecoder {
  readonly range = new RangeDecoder();
  readonly output: BoundedOutput;
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

  constructor(output: BoundedOutput, properties: LzmaProperties) {
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
    this.#repeats = [0, 0, 0, 0];
    this.#literal = probabilities(0x300 << (properties.literalContext + properties.literalPosition));
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
      const positionState = (this.output.length - this.dictionaryStart) & ((1 << this.#properties.position) - 1);
      if (this.range.bit(this.#isMatch, (this.#state << 4) + positionState) === 0) {
        this.#literalByte();
        continue;
      }
      const length = this.#match(positionState);
      if (length === null) return true;
      const [distance] = this.#repeats;
      if (distance >= this.output.length - this.dictionaryStart)
        throw new MalformedBytes('lzma-broken', this.range.at, 'an LZMA match points before the start');
      this.output.repeat(distance + 1, Math.min(length, stop - this.output.length));
    }
    return false;
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
    while (symbol < 0x100) symbol = (symbol << 1) | this.range.bit(this.#literal, base + symbol);
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
