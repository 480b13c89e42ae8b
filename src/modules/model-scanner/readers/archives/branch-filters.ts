/**
 * Filters that turned jump targets of machine code into absolute ones before packing, and their way back.
 * @source The .xz file format 1.2.1, section 5.3.2; LZMA SDK (public domain), the branch converters by instruction set.
 */
import { MalformedBytes } from '../../engine/reader.ts';
import { type PieceDecoder, pieceBytes } from './pieces.ts';

/** Undoes the filter in place. @returns how many bytes at the front are final; the rest waits for what follows. */
type Filter = (bytes: Uint8Array, position: number) => number;

/** Ids of .xz; 7z knows the same filters under these and under longer ids. */
export function branchFilter(id: number, properties: Uint8Array): Filter {
  switch (id) {
    case 3:
      return deltaFilter((properties[0] ?? 0) + 1);
    case 4:
      return x86Filter();
    case 5:
      return wordFilter(4, powerpc);
    case 6:
      return itanium;
    case 7:
      return wordFilter(4, arm);
    case 8:
      return thumb;
    case 9:
      return wordFilter(4, sparc);
    case 10:
      return wordFilter(4, arm64);
    default:
      throw new MalformedBytes('filter-unsupported', 0, `the filter ${id} is not supported`);
  }
}

export function isBranchFilter(id: number): boolean {
  return id >= 3 && id <= 10;
}

/** A stream with one filter undone. */
export class FilteredPieces implements PieceDecoder {
  readonly #inner: PieceDecoder;
  readonly #filter: Filter;
  #waiting: Uint8Array = new Uint8Array(0);
  #position: number;
  #ended = false;
  /** @param start the position the first byte counts as. */
  constructor(inner: PieceDecoder, filter: Filter, start = 0) {
    this.#inner = inner;
    this.#filter = filter;
    this.#position = start;
  }
  get consumed(): number {
    return this.#inner.consumed;
  }
  next(): Uint8Array | null {
    while (!this.#ended) {
      const piece = this.#inner.next();
      if (!piece) {
        this.#ended = true;
        return this.#waiting.length > 0 ? this.#waiting : null;
      }
      const joined = new Uint8Array(this.#waiting.length + piece.length);
      joined.set(this.#waiting);
      joined.set(piece, this.#waiting.length);
      const done = this.#filter(joined, this.#position);
      this.#position += done;
      this.#waiting = joined.slice(done);
      if (done > 0) return joined.subarray(0, done);
      if (this.#waiting.length > pieceBytes * 4) throw new MalformedBytes('filter-broken', 0, 'a filter makes no progress');
    }
    return null;
  }
  close(): void {
    this.#inner.close?.();
  }
}

function deltaFilter(distance: number): Filter {
  const history = new Uint8Array(256);
  let at = 0;
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      const value = ((bytes[i] ?? 0) + (history[(at - distance) & 255] ?? 0)) & 255;
      bytes[i] = value;
      history[at & 255] = value;
      at = (at + 1) & 255;
    }
    return bytes.length;
  };
}

type Word = (view: DataView, at: number, position: number) => void;

function wordFilter(step: number, convert: Word): Filter {
  return (bytes, position) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = bytes.length - (bytes.length % step);
    for (let at = 0; at < end; at += step) convert(view, at, position + at);
    return end;
  };
}

function powerpc(view: DataView, at: number, position: number): void {
  const word = view.getUint32(at);
  if ((word & 0xfc000003) >>> 0 === 0x48000001) view.setUint32(at, 0x48000001 | (((word & 0x03fffffc) - position) & 0x03fffffc));
}

function arm(view: DataView, at: number, position: number): void {
  if (view.getUint8(at + 3) !== 0xeb) return;
  const target = (view.getUint32(at, true) & 0x00ffffff) * 4 - (position + 8);
  view.setUint32(at, (0xeb000000 | ((target >> 2) & 0x00ffffff)) >>> 0, true);
}

function arm64(view: DataView, at: number, position: number): void {
  const word = view.getUint32(at, true);
  if (word >>> 26 === 0x25) {
    view.setUint32(at, (0x94000000 | ((word - (position >>> 2)) & 0x03ffffff)) >>> 0, true);
    return;
  }
  if ((word & 0x9f000000) >>> 0 !== 0x90000000) return;
  const source = ((word >>> 29) & 3) | ((word >>> 3) & 0x1ffffc);
  if (((source + 0x020000) & 0x1c0000) !== 0) return;
  const target = source - (position >>> 12);
  view.setUint32(
    at,
    ((word & 0x9000001f) | ((target & 3) << 29) | ((target & 0x03fffc) << 3) | ((0 - (target & 0x020000)) & 0xe00000)) >>> 0,
    true,
  );
}

function sparc(view: DataView, at: number, position: number): void {
  const word = view.getUint32(at);
  if (word >>> 22 !== 0x100 && word >>> 22 !== 0x1ff) return;
  const target = ((word << 2) - position) >>> 2;
  view.setUint32(at, ((((0 - ((target >>> 22) & 1)) << 22) & 0x3fffffff) | (target & 0x3fffff) | 0x40000000) >>> 0);
}

function thumb(bytes: Uint8Array, position: number): number {
  let at = 0;
  for (; at + 4 <= bytes.length; at += 2) {
    const [b0 = 0, b1 = 0, b2 = 0, b3 = 0] = bytes.subarray(at, at + 4);
    if ((b1 & 0xf8) !== 0xf0 || (b3 & 0xf8) !== 0xf8) continue;
    const source = (((b1 & 7) << 19) | (b0 << 11) | ((b3 & 7) << 8) | b2) << 1;
    const target = (source - (position + at + 4)) >> 1;
    bytes[at + 1] = 0xf0 | ((target >> 19) & 7);
    bytes[at] = (target >> 11) & 255;
    bytes[at + 3] = 0xf8 | ((target >> 8) & 7);
    bytes[at + 2] = target & 255;
    at += 2;
  }
  return at;
}

/** Slots of a bundle that may hold a branch, by the bundle's template. */
const itaniumSlots = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0];

function itanium(bytes: Uint8Array, position: number): number {
  let at = 0;
  for (; at + 16 <= bytes.length; at += 16) {
    const mask = itaniumSlots[(bytes[at] ?? 0) & 31] ?? 0;
    for (let slot = 0; slot < 3; slot++) if ((mask >> slot) & 1) itaniumSlot(bytes, at, slot, position + at);
  }
  return at;
}

function itaniumSlot(bytes: Uint8Array, at: number, slot: number, position: number): void {
  const bit = 5 + slot * 41;
  const start = at + (bit >> 3);
  let word = 0n;
  for (let i = 0; i < 6; i++) word |= BigInt(bytes[start + i] ?? 0) << BigInt(8 * i);
  const shift = BigInt(bit & 7);
  let norm = word >> shift;
  if (((norm >> 37n) & 0xfn) !== 5n || ((norm >> 9n) & 7n) !== 0n) return;
  let source = (norm >> 13n) & 0xfffffn;
  source |= ((norm >> 36n) & 1n) << 20n;
  const target = BigInt.asUintN(32, (source << 4n) - BigInt(position)) >> 4n;
  norm &= ~(0x8fffffn << 13n);
  norm |= (target & 0xfffffn) << 13n;
  norm |= (target & 0x100000n) << 16n;
  const result = (word & ((1n << shift) - 1n)) | (norm << shift);
  for (let i = 0; i < 6; i++) bytes[start + i] = Number((result >> BigInt(8 * i)) & 255n);
}

/** Whether an operand byte can be the top of a converted address, by the opcodes seen right before it. */
const x86Allowed = [true, true, true, false, true, false, false, false];
const x86Bits = [0, 1, 2, 2, 3, 3, 3, 3];

function isEdge(byte: number | undefined): boolean {
  return byte === 0 || byte === 255;
}

function x86Filter(): Filter {
  let mask = 0;
  let previous = -5;
  return (bytes, position) => {
    if (bytes.length < 5) return 0;
    const limit = bytes.length - 5;
    let at = 0;
    while (at <= limit) {
      if (((bytes[at] ?? 0) & 0xfe) !== 0xe8) {
        at += 1;
        continue;
      }
      const distance = position + at - previous;
      previous = position + at;
      mask = distance > 5 ? 0 : shiftedMask(mask, distance);
      if (isEdge(bytes[at + 4]) && (x86Allowed[(mask >> 1) & 7] ?? false) && mask >> 1 < 16) {
        convertX86(bytes, at, position, mask);
        at += 5;
        mask = 0;
        continue;
      }
      at += 1;
      mask |= 1;
      if (isEdge(bytes[at + 3])) mask |= 0x10;
    }
    return at;
  };
}

function shiftedMask(mask: number, distance: number): number {
  let shifted = mask;
  for (let i = 0; i < distance; i++) shifted = (shifted & 0x77) << 1;
  return shifted;
}

function convertX86(bytes: Uint8Array, at: number, position: number, mask: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let source = view.getUint32(at + 1, true);
  let target = 0;
  // Honest input is done after two rounds; hostile input must not go round for ever.
  for (let round = 0; round < 8; round++) {
    target = (source - (position + at + 5)) >>> 0;
    if (mask === 0) break;
    const bits = (x86Bits[mask >> 1] ?? 0) * 8;
    if (!isEdge((target >>> (24 - bits)) & 255)) break;
    source = (target ^ (bits === 0 ? 0xffffffff : 2 ** (32 - bits) - 1)) >>> 0;
  }
  target = (target & 0x01ffffff) | ((target & 0x01000000) !== 0 ? 0xff000000 : 0);
  view.setUint32(at + 1, target >>> 0, true);
}
