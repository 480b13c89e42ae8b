/** Containers of LZMA data: .xz streams (LZMA2 with delta and branch filters) and .lzma files. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { branchFilter, FilteredPieces } from './branch-filters.ts';
import { type Checksum, crc32Checksum, crc64Checksum, sameBytes, sha256Checksum } from './checksums.ts';
import { lzmaPieces, lzmaProperties } from './lzma.ts';
import { lzma2Dictionary, lzma2Pieces } from './lzma2.ts';
import { ByteFeed, type FaultReport, JoinedPieces, malformed, type PieceDecoder } from './pieces.ts';

/** @source LZMA SDK specification, chapter "LZMA file format": properties, dictionary size, uncompressed size. */
export function lzmaAlonePieces(source: ByteSource, held: number): PieceDecoder {
  const feed = new ByteFeed(source, 0, 'lzma');
  const properties = lzmaProperties(feed.byte());
  const dictionary = feed.u32();
  const [low, high] = [feed.u32(), feed.u32()];
  const unknown = low === 0xffffffff && high === 0xffffffff;
  return lzmaPieces(feed, { properties, dictionary, size: unknown ? null : high * 2 ** 32 + low, held });
}

/** @source APPNOTE.TXT 6.3.10, section 5.8: version, size of the properties, properties; then the stream. */
export function zipLzmaPieces(source: ByteSource, size: number | null, held: number): PieceDecoder {
  const feed = new ByteFeed(source, 2, 'lzma');
  const length = feed.byte() + feed.byte() * 256;
  if (length !== 5) throw malformed('lzma', 2, `LZMA properties of ${length} bytes are not known`);
  const properties = lzmaProperties(feed.byte());
  return lzmaPieces(feed, { properties, dictionary: feed.u32(), size, held });
}

/** @source The .xz file format 1.2.1, chapters 2 to 4. A check of a kind nobody defined yet is passed over, as the format asks for. */
export function xzPieces(source: ByteSource, held: number, report: FaultReport): PieceDecoder {
  return new JoinedPieces((at) => {
    const magic = source.read(at, 6);
    const starts = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0].every((byte, i) => magic[i] === byte);
    return starts || at === 0 ? new XzStream(new ByteFeed(source, at, 'xz'), held, report) : null;
  });
}

const lzma2Filter = 0x21;
const checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** By the number in the stream flags. @source The .xz file format 1.2.1, section 2.1.1.2. */
const checkKinds: ReadonlyMap<number, () => Checksum> = new Map([
  [1, crc32Checksum],
  [4, crc64Checksum],
  [10, sha256Checksum],
]);
const nothing = new Uint8Array(0);

type Block = { readonly pieces: PieceDecoder; readonly start: number; readonly checksum: Checksum | null };

class XzStream implements PieceDecoder {
  readonly #feed: ByteFeed;
  readonly #held: number;
  readonly #report: FaultReport;
  #check = -1;
  #block: Block | null = null;
  #ended = false;

  constructor(feed: ByteFeed, held: number, report: FaultReport) {
    this.#feed = feed;
    this.#held = held;
    this.#report = report;
  }
  get consumed(): number {
    return this.#feed.at;
  }
  next(): Uint8Array | null {
    if (this.#check < 0) this.#openStream();
    if (this.#ended) return null;
    if (!this.#block) this.#openBlock();
    if (!this.#block) return null;
    const piece = this.#block.pieces.next();
    if (piece) {
      this.#block.checksum?.add(piece);
      return piece;
    }
    this.#closeBlock(this.#block);
    // Thousands of empty blocks are one loop: whoever reads looks at the clock between pieces.
    return nothing;
  }
  #openStream(): void {
    this.#feed.skip(6);
    const flags = this.#feed.bytes(2);
    this.#verify(flags, this.#feed.bytes(4));
    this.#check = (flags[1] ?? 0) & 15;
  }
  #verify(header: Uint8Array, stored: Uint8Array): void {
    const checksum = crc32Checksum();
    checksum.add(header);
    if (sameBytes(checksum.value(), stored)) return;
    this.#report({ code: 'xz-bad-header-crc', at: this.#feed.at, detail: 'the checksum of an xz header does not match it' });
  }
  #openBlock(): void {
    const at = this.#feed.at;
    const size = this.#feed.byte();
    if (size === 0) {
      this.#streamEnd(at);
      return;
    }
    const header = this.#feed.bytes((size + 1) * 4 - 1);
    this.#verify(Uint8Array.from([size, ...header.subarray(0, -4)]), header.subarray(-4));
    const pieces = blockPieces(header, this.#feed, this.#held);
    this.#block = { pieces, start: this.#feed.at, checksum: checkKinds.get(this.#check)?.() ?? null };
  }
  #closeBlock({ start, checksum }: Block): void {
    this.#feed.skip((4 - ((this.#feed.at - start) & 3)) & 3);
    const stored = this.#feed.bytes(checkBytes[this.#check] ?? 0);
    if (checksum && !sameBytes(checksum.value(), stored))
      this.#report({ code: 'xz-bad-check', at: this.#feed.at, detail: 'the xz check of a block does not match the content' });
    this.#block = null;
  }
  /** Index, footer and stream padding. */
  #streamEnd(start: number): void {
    const records = numberOf(this.#feed);
    for (let i = 0; i < records; i++) {
      numberOf(this.#feed);
      numberOf(this.#feed);
    }
    this.#feed.skip((4 - ((this.#feed.at - start) & 3)) & 3);
    this.#feed.skip(4 + 12);
    while (!this.#feed.ended) {
      const padding = this.#feed.peek(4);
      if (padding.length < 4 || !padding.every((byte) => byte === 0)) break;
      this.#feed.skip(4);
    }
    this.#ended = true;
  }
}

/** @param header the block header without its size byte. */
function blockPieces(header: Uint8Array, feed: ByteFeed, held: number): PieceDecoder {
  const fields = new ByteFeed({ size: header.length, read: (offset, length) => header.subarray(offset, offset + length) }, 0, 'xz');
  const flags = fields.byte();
  if (flags & 0x40) numberOf(fields);
  if (flags & 0x80) numberOf(fields);
  const filters = Array.from({ length: (flags & 3) + 1 }, () => {
    const id = numberOf(fields);
    const length = numberOf(fields);
    if (length > header.length) throw malformed('xz', feed.at, 'a filter of the xz header has too many properties');
    return { id, properties: fields.bytes(length) };
  });
  const last = filters.pop();
  if (last?.id !== lzma2Filter) throw new MalformedBytes('xz-filter', feed.at, `the xz filter ${last?.id ?? 0} is not supported`);
  let pieces = lzma2Pieces(feed, { dictionary: lzma2Dictionary(last.properties[0] ?? 0), held });
  for (const { id, properties } of filters.reverse())
    pieces = new FilteredPieces(pieces, branchFilter(id, properties), startOf(id, properties));
  return pieces;
}

/** Branch filters may carry the position their first byte counts as. */
export function startOf(id: number, properties: Uint8Array): number {
  if (id === 3 || properties.length < 4) return 0;
  return new DataView(properties.buffer, properties.byteOffset, 4).getUint32(0, true);
}

function numberOf(feed: ByteFeed): number {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = feed.byte();
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return value;
  }
  throw malformed('xz', feed.at, 'a length of the xz header is broken');
}
