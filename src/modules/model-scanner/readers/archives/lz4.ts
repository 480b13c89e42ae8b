/** LZ4 frames: header, blocks, end mark. */
import type { ByteSource } from '../../engine/source.ts';
import { ByteFeed, JoinedPieces, malformed, OutputPieces, type PieceDecoder, SlidingOutput } from './pieces.ts';

const frameMagic = 0x184d2204;
const historyBytes = 64 * 1024;

/** @source LZ4 frame format 1.6.4 and LZ4 block format. Checksums are not verified: a wrong one hides nothing from a reader of ours. */
export function lz4Pieces(source: ByteSource): PieceDecoder {
  return new JoinedPieces((at) => {
    const head = source.read(at, 4);
    if (head.length < 4) return null;
    const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
    const feed = new ByteFeed(source, at + 4, 'lz4');
    if (magic >>> 4 === 0x184d2a5) return skippable(feed);
    return magic === frameMagic ? framePieces(feed) : null;
  });
}

/** Content of other programs: passed over. */
export function skippable(feed: ByteFeed): PieceDecoder {
  return {
    next: () => {
      feed.skip(feed.u32());
      return null;
    },
    get consumed() {
      return feed.at;
    },
  };
}

function framePieces(feed: ByteFeed): PieceDecoder {
  const output = new SlidingOutput(historyBytes, historyBytes);
  let frame: Frame | null = null;
  const step = () => {
    frame ??= frameHeader(feed);
    return block(feed, output, frame);
  };
  return new OutputPieces(output, step, () => feed.at);
}

type Frame = { readonly blockChecksum: boolean; readonly contentChecksum: boolean; readonly mostBytes: number };

function frameHeader(feed: ByteFeed): Frame {
  const flags = feed.byte();
  if (flags >>> 6 !== 1) throw malformed('lz4', feed.at - 1, `unknown LZ4 frame version ${flags >>> 6}`);
  const size = (feed.byte() >>> 4) & 7;
  if (size < 4) throw malformed('lz4', feed.at - 1, 'an LZ4 frame has an unknown block size');
  feed.skip(((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4) + 1);
  return { blockChecksum: (flags & 16) !== 0, contentChecksum: (flags & 4) !== 0, mostBytes: 2 ** (8 + 2 * size) };
}

/** @returns false after the end mark. */
function block(feed: ByteFeed, output: SlidingOutput, { blockChecksum, contentChecksum, mostBytes }: Frame): boolean {
  const word = feed.u32();
  if (word === 0) {
    // Some writers leave the last checksum out with the rest of the file.
    if (contentChecksum) feed.skip(Math.min(4, feed.peek(4).length));
    return false;
  }
  const length = word & 0x7fffffff;
  if (length > mostBytes) throw malformed('lz4', feed.at, 'an LZ4 block is longer than its frame allows');
  const at = feed.at;
  const bytes = feed.bytes(length);
  if (word >>> 31) output.append(bytes);
  else decodeBlock(bytes, output, { at, mostBytes });
  if (blockChecksum) feed.skip(4);
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
