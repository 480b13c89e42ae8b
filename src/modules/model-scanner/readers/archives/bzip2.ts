/**
 * bzip2, block by block: Huffman codes, move to front, the inverse Burrows-Wheeler transform and two run lengths.
 * @source bzip2 1.0.8 (Julian Seward), file format as its documentation and decompressor define it; Burrows and Wheeler 1994.
 */
import { MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { BitFeed } from './bit-feed.ts';
import { bzip2Codes, type Codes, symbolOf } from './bzip2-codes.ts';
import { bzip2CrcTable } from './checksums.ts';
import { ByteFeed, type FaultReport, JoinedPieces, malformed, OutputPieces, type PieceDecoder, SlidingOutput } from './pieces.ts';

const stepBytes = 16 * 1024;
const groupSymbols = 50;
const blockMagic = 0x314159265359;
const endMagic = 0x177245385090;

/** Several streams in a row are one content, as bzip2 itself reads them. */
export function bzip2Pieces(source: ByteSource, report: FaultReport): PieceDecoder {
  return new JoinedPieces((at) => {
    const magic = source.read(at, 4);
    if (magic[0] !== 0x42 || magic[1] !== 0x5a || magic[2] !== 0x68) return null;
    const feed = new ByteFeed(source, at + 4, 'bzip2');
    const stream = new Stream(feed, (magic[3] ?? 0) - 0x30, report);
    return new OutputPieces(
      stream.output,
      () => stream.step(),
      () => feed.at,
    );
  });
}

class Stream {
  readonly output = new SlidingOutput(0, 0);
  readonly #bits: BitFeed;
  readonly #blockBytes: number;
  #table: Uint32Array;
  /** Bytes of the open block that were not yet given, and where the next one stands. */
  #left = 0;
  #place = 0;
  #run = 0;
  #previous = -1;
  readonly #report: FaultReport;
  /** Of the open block: as stored, and of what was given so far; then of all blocks together. */
  #stored = 0;
  #crc = 0;
  #combined = 0;

  constructor(feed: ByteFeed, level: number, report: FaultReport) {
    if (level < 1 || level > 9) throw malformed('bzip2', 3, `bzip2 has no level ${level}`);
    this.#report = report;
    this.#bits = new BitFeed(feed);
    this.#blockBytes = level * 100_000;
    this.#table = new Uint32Array(0);
  }
  /** @returns false at the end of the stream. */
  step(): boolean {
    if (this.#left > 0) {
      this.#give();
      return true;
    }
    const magic = this.#bits.read(24) * 2 ** 24 + this.#bits.read(24);
    const stored = (this.#bits.read(16) << 16) | this.#bits.read(16);
    if (magic === endMagic) {
      if (stored !== this.#combined) this.#tell('the bzip2 checksum of the whole stream does not match its blocks');
      return false;
    }
    if (magic !== blockMagic) throw malformed('bzip2', this.#bits.feed.at, 'a bzip2 block has no start mark');
    this.#open();
    this.#stored = stored;
    this.#crc = -1;
    return true;
  }
  #tell(detail: string): void {
    this.#report({ code: 'bzip2-bad-crc', at: this.#bits.feed.at, detail });
  }
  #closeBlock(): void {
    const crc = ~this.#crc;
    if (crc !== this.#stored) this.#tell('the bzip2 checksum of a block does not match the content');
    this.#combined = ((this.#combined << 1) | (this.#combined >>> 31)) ^ crc;
  }
  #open(): void {
    if (this.#bits.read(1) === 1)
      throw new MalformedBytes('bzip2-randomised', this.#bits.feed.at, 'the randomised blocks of bzip2 before 0.9.5 are not read');
    const origin = this.#bits.read(24);
    const used = usedBytes(this.#bits);
    const groups = this.#bits.read(3);
    const selectors = selectorsOf(this.#bits, groups);
    const codes = Array.from({ length: groups }, () => bzip2Codes(this.#bits, used.length + 2));
    const { bytes, count } = this.#symbols(used, codes, selectors);
    if (origin >= count) throw malformed('bzip2', this.#bits.feed.at, 'a bzip2 block points outside itself');
    this.#table = inverted(bytes, count);
    this.#place = (this.#table[origin] ?? 0) >>> 8;
    this.#left = count;
    this.#run = 0;
    this.#previous = -1;
  }
  /** Huffman, zero runs and move to front: the last column of the sorted rotations. */
  #symbols(used: readonly number[], codes: readonly Codes[], selectors: Uint8Array): { bytes: Uint32Array; count: number } {
    // The table grows with what the block really holds: a tiny block must not cost 3.6 MB.
    let bytes = new Uint32Array(4096);
    const front = Uint8Array.from(used);
    const last = used.length + 1;
    let count = 0;
    let zeros = 0;
    let weight = 1;
    for (let read = 0; ; read++) {
      const group = codes[selectors[Math.floor(read / groupSymbols)] ?? 255];
      if (!group) throw malformed('bzip2', this.#bits.feed.at, 'a bzip2 block has more symbols than selectors');
      const symbol = symbolOf(this.#bits, group);
      if (symbol < 2) {
        zeros += weight << symbol;
        weight *= 2;
        if (zeros > this.#blockBytes) throw malformed('bzip2', this.#bits.feed.at, 'a bzip2 block is longer than its level allows');
        continue;
      }
      const needed = count + zeros + 1;
      if (needed - 1 > this.#blockBytes) throw malformed('bzip2', this.#bits.feed.at, 'a bzip2 block is longer than its level allows');
      if (needed > bytes.length) bytes = grown(bytes, needed);
      bytes.fill(front[0] ?? 0, count, count + zeros);
      count += zeros;
      zeros = 0;
      weight = 1;
      if (symbol === last) return { bytes, count };
      const byte = front[symbol - 1] ?? 0;
      front.copyWithin(1, 0, symbol - 1);
      front[0] = byte;
      bytes[count++] = byte;
    }
  }
  /** The first run length: four equal bytes are followed by how many more there are. */
  #give(): void {
    for (let given = 0; given < stepBytes && this.#left > 0; given++) {
      const entry = this.#table[this.#place] ?? 0;
      this.#place = entry >>> 8;
      this.#left -= 1;
      const byte = entry & 255;
      if (this.#run === 4) {
        for (let i = 0; i < byte; i++) this.#put(this.#previous);
        this.#run = 0;
        continue;
      }
      this.#run = byte === this.#previous ? this.#run + 1 : 1;
      this.#previous = byte;
      this.#put(byte);
    }
    if (this.#left === 0) this.#closeBlock();
  }
  #put(byte: number): void {
    this.#crc = (this.#crc << 8) ^ (bzip2CrcTable[(this.#crc >>> 24) ^ byte] ?? 0);
    this.output.push(byte);
  }
}

function grown(bytes: Uint32Array<ArrayBuffer>, needed: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(needed, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

function usedBytes(bits: BitFeed): number[] {
  const ranges = bits.read(16);
  const used: number[] = [];
  for (let range = 0; range < 16; range++) {
    if (((ranges >> (15 - range)) & 1) === 0) continue;
    const map = bits.read(16);
    for (let i = 0; i < 16; i++) if ((map >> (15 - i)) & 1) used.push(range * 16 + i);
  }
  if (used.length === 0) throw malformed('bzip2', bits.feed.at, 'a bzip2 block uses no byte');
  return used;
}

function selectorsOf(bits: BitFeed, groups: number): Uint8Array {
  if (groups < 2 || groups > 6) throw malformed('bzip2', bits.feed.at, `a bzip2 block has ${groups} code tables`);
  const count = bits.read(15);
  if (count === 0) throw malformed('bzip2', bits.feed.at, 'a bzip2 block has no selector');
  const front = Array.from({ length: groups }, (_, i) => i);
  return Uint8Array.from({ length: count }, () => {
    let place = 0;
    while (bits.read(1) === 1) {
      place += 1;
      if (place >= groups) throw malformed('bzip2', bits.feed.at, 'a bzip2 selector does not exist');
    }
    const [group = 0] = front.splice(place, 1);
    front.unshift(group);
    return group;
  });
}

/** Each entry: the place of the byte that follows in the content, and the byte itself in the low 8 bits. */
function inverted(bytes: Uint32Array, count: number): Uint32Array {
  const starts = new Uint32Array(257);
  for (let i = 0; i < count; i++) {
    const next = (bytes[i] ?? 0) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let i = 1; i < 257; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  const table = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const byte = bytes[i] ?? 0;
    const at = starts[byte] ?? 0;
    starts[byte] = at + 1;
    table[at] = ((table[at] ?? 0) & 255) | (i << 8);
  }
  for (let i = 0; i < count; i++) table[i] = ((table[i] ?? 0) & 0xffffff00) | (bytes[i] ?? 0);
  return table;
}
