/** LZ4 frames: header, blocks, end mark. */
import type { ByteSource } from '../../engine/source.ts';
import { type Checksum, sameBytes, xxh32Checksum } from './checksums.ts';
import {
  ByteFeed,
  type FaultReport,
  GivenPieces,
  JoinedPieces,
  malformed,
  OutputPieces,
  type PieceDecoder,
  SlidingOutput,
} from './pieces.ts';

const frameMagic = 0x184d2204;
const historyBytes = 64 * 1024;

/** @source LZ4 frame format 1.6.4 and LZ4 block format. */
export function lz4Pieces(source: ByteSource, report: FaultReport): PieceDecoder {
  return new JoinedPieces((at) => {
    const head = source.read(at, 4);
    if (head.length < 4) return null;
    const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
    const feed = new ByteFeed(source, at + 4, 'lz4');
    if (magic >>> 4 === 0x184d2a5) return skippable(feed);
    return magic === frameMagic ? framePieces(feed, report) : null;
  });
}

/** Content of other programs: passed over. */
export function skippable(feed: ByteFeed): PieceDecoder {
  return new GivenPieces(
    () => {
      feed.skip(feed.u32());
      return null;
    },
    () => feed.at,
  );
}

function framePieces(feed: ByteFeed, report: FaultReport): PieceDecoder {
  const output = new SlidingOutput(historyBytes, historyBytes);
  const told = (detail: string) => report({ code: 'lz4-bad-checksum', at: feed.at, detail });
  let frame: Frame | null = null;
  const step = () => {
    frame ??= frameHeader(feed, told);
    return block(feed, output, { ...frame, told });
  };
  const pieces = new OutputPieces(output, step, () => feed.at);
  return new GivenPieces(
    () => {
      const piece = pieces.next();
      if (piece) frame?.content?.add(piece);
      else if (frame) closeFrame(feed, frame, { length: output.length, told });
      return piece;
    },
    () => feed.at,
  );
}

type Tell = (detail: string) => void;
type Frame = {
  readonly blockChecksum: boolean;
  /** Of all content; null: the frame has none. */
  readonly content: Checksum | null;
  readonly contentBytes: bigint | null;
  readonly mostBytes: number;
};

function frameHeader(feed: ByteFeed, told: Tell): Frame {
  const flags = feed.byte();
  if (flags >>> 6 !== 1) throw malformed('lz4', feed.at - 1, `unknown LZ4 frame version ${flags >>> 6}`);
  const descriptor = feed.byte();
  const size = (descriptor >>> 4) & 7;
  if (size < 4) throw malformed('lz4', feed.at - 1, 'an LZ4 frame has an unknown block size');
  const length = feed.bytes((flags & 8) === 0 ? 0 : 8);
  const dictionary = feed.bytes((flags & 1) === 0 ? 0 : 4);
  const checksum = xxh32Checksum();
  checksum.add(Uint8Array.from([flags, descriptor, ...length, ...dictionary]));
  if (checksum.value()[1] !== feed.byte()) told('the checksum of an LZ4 frame header does not match it');
  return {
    blockChecksum: (flags & 16) !== 0,
    content: (flags & 4) === 0 ? null : xxh32Checksum(),
    contentBytes: length.length === 0 ? null : new DataView(length.buffer, length.byteOffset, 8).getBigUint64(0, true),
    mostBytes: 2 ** (8 + 2 * size),
  };
}

/** Behind the end mark. */
function closeFrame(feed: ByteFeed, { content, contentBytes }: Frame, { length, told }: { length: number; told: Tell }): void {
  if (contentBytes !== null && contentBytes !== BigInt(length)) told('the length in an LZ4 frame header does not match the content');
  // Some writers leave the last checksum out with the rest of the file.
  const stored = content ? feed.bytes(Math.min(4, feed.peek(4).length)) : null;
  if (content && stored?.length === 4 && !sameBytes(content.value(), stored)) told('the LZ4 checksum does not match the content');
}

type BlockRules = Pick<Frame, 'blockChecksum' | 'mostBytes'> & { readonly told: Tell };

/** @returns false after the end mark. */
function block(feed: ByteFeed, output: SlidingOutput, { blockChecksum, mostBytes, told }: BlockRules): boolean {
  const word = feed.u32();
  if (word === 0) return false;
  const length = word & 0x7fffffff;
  if (length > mostBytes) throw malformed('lz4', feed.at, 'an LZ4 block is longer than its frame allows');
  const at = feed.at;
  const bytes = feed.bytes(length);
  if (word >>> 31) output.append(bytes);
  else decodeBlock(bytes, output, { at, mostBytes });
  if (!blockChecksum) return true;
  const checksum = xxh32Checksum();
  checksum.add(bytes);
  if (!sameBytes(checksum.value(), feed.bytes(4))) told('the checksum of an LZ4 block does not match it');
  return true;
}

function decodeBlock(bytes: Uint8Array, output: SlidingOutput, { at: blockAt, mostBytes }: { at: number; mostBytes: number }): void {
  const stop = output.length + mostBytes;
  let at = 0;
  const count = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let total = 15;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined) throw malformed('lz4', blockAt + at, 'an LZ4 length runs over its block');
      total += byte;
      if (byte < 255) return total;
    }
  };
  while (at < bytes.length) {
    const token = bytes[at++] ?? 0;
    const literals = count(token >>> 4);
    if (at + literals > bytes.length) throw malformed('lz4', blockAt + at, 'LZ4 literals run over their block');
    output.append(bytes.subarray(at, at + literals));
    at += literals;
    if (at >= bytes.length) break;
    const distance = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    at += 2;
    if (distance === 0 || distance > output.length) throw malformed('lz4', blockAt + at, 'an LZ4 match points before the start');
    const length = count(token & 15) + 4;
    if (output.length + length > stop) throw malformed('lz4', blockAt + at, 'an LZ4 block is longer than its frame allows');
    output.repeat(distance, length);
  }
  if (output.length > stop) throw malformed('lz4', blockAt, 'an LZ4 block is longer than its frame allows');
}
