/** One LZ4 frame: header, blocks, end mark. */
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import { BoundedOutput, type Decoded, withinLimit } from './frames.ts';

const frameMagic = 0x184d2204;

/**
 * @returns null when the output would be larger than `most`.
 * @source LZ4 frame format 1.6.4 and LZ4 block format. Checksums are not verified: a wrong one hides nothing from a reader of ours.
 */
export function decodeLz4Frame(input: Uint8Array, most: number, partial: boolean): Decoded | null {
  return withinLimit(() => decodeFrame(input, most, partial));
}

function decodeFrame(input: Uint8Array, most: number, partial: boolean): Decoded {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length < 7) throw new TruncatedBytes('lz4-broken', 0, 'the LZ4 frame is cut');
  const magic = view.getUint32(0, true);
  if (magic >>> 4 === 0x184d2a5) return { bytes: new Uint8Array(0), consumed: Math.min(input.length, 8 + view.getUint32(4, true)) };
  if (magic !== frameMagic) return { bytes: new Uint8Array(0), consumed: 0 };
  const flags = input[4] ?? 0;
  if (flags >>> 6 !== 1) throw new MalformedBytes('lz4-broken', 4, `unknown LZ4 frame version ${flags >>> 6}`);
  const [blockChecksum, contentSize, contentChecksum, dictionary] = [flags & 16, flags & 8, flags & 4, flags & 1];
  let at = 7 + (contentSize ? 8 : 0) + (dictionary ? 4 : 0);
  const output = new BoundedOutput(most, input.length * 4);
  for (;;) {
    if (at + 4 > input.length) {
      if (partial) return { bytes: output.bytes, consumed: input.length };
      throw new TruncatedBytes('lz4-broken', at, 'the LZ4 frame ends before its end mark');
    }
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const length = word & 0x7fffffff;
    if (at + length > input.length) {
      if (partial) return { bytes: output.bytes, consumed: input.length };
      throw new TruncatedBytes('lz4-broken', at, 'an LZ4 block is longer than the file');
    }
    const block = input.subarray(at, at + length);
    if (word >>> 31) output.append(block);
    if (!(word >>> 31)) decodeBlock(block, output, at);
    at += length + (blockChecksum ? 4 : 0);
  }
  return { bytes: output.bytes, consumed: Math.min(input.length, at + (contentChecksum ? 4 : 0)) };
}

function decodeBlock(block: Uint8Array, output: BoundedOutput, blockAt: number): void {
  let at = 0;
  const count = (nibble: number): number => {
    if (nibble < 15) return nibble;
    let total = 15;
    for (;;) {
      const byte = block[at++];
      if (byte === undefined) throw new MalformedBytes('lz4-broken', blockAt + at, 'an LZ4 length runs over its block');
      total += byte;
      if (byte < 255) return total;
    }
  };
  while (at < block.length) {
    const token = block[at++] ?? 0;
    const literals = count(token >>> 4);
    if (at + literals > block.length) throw new MalformedBytes('lz4-broken', blockAt + at, 'LZ4 literals run over their block');
    output.append(block.subarray(at, at + literals));
    at += literals;
    if (at >= block.length) return;
    const distance = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8);
    at += 2;
    if (distance === 0 || distance > output.length)
      throw new MalformedBytes('lz4-broken', blockAt + at, 'an LZ4 match points before the start');
    output.repeat(distance, count(token & 15) + 4);
  }
}
