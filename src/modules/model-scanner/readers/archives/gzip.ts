/** gzip members one after the other, each with its own checksum and length. */
import { constants, inflateRawSync } from 'node:zlib';
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import { crc32Checksum, sameBytes } from './checksums.ts';
import { type Decoded, joinFrames } from './frames.ts';
import type { FaultReport } from './pieces.ts';

type Reading = { readonly partial: boolean /** Called for every member. */; readonly tick: () => void; readonly report: FaultReport };

/**
 * @returns null when the output would be larger than `most`.
 * @source RFC 1952, section 2.3.
 */
export function decodeGzip(input: Uint8Array, most: number, { partial, tick, report }: Reading): Decoded | null {
  return joinFrames(input, most, startsGzip, (rest, left) => {
    tick();
    return decodeMember(rest, left, { partial, report, at: rest.byteOffset - input.byteOffset });
  });
}

export function startsGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

type Member = Pick<Reading, 'partial' | 'report'> & { /** Where it begins in the file. */ readonly at: number };

function decodeMember(input: Uint8Array, most: number, { partial, report, at }: Member): Decoded | null {
  const start = gzipHeaderBytes(input);
  const raw = inflate(input.subarray(start), Math.max(1, most), partial);
  if (!raw) return null;
  if (partial) return { bytes: raw.bytes, consumed: input.length };
  const trailer = start + raw.consumed;
  if (trailer + 8 > input.length) throw new TruncatedBytes('gzip-broken', trailer, 'the gzip stream ends before its checksum');
  const checksum = crc32Checksum();
  checksum.add(raw.bytes);
  const stored = input.subarray(trailer, trailer + gzipTrailerBytes);
  checkGzipTrailer(stored, { checksum: checksum.value(), length: raw.bytes.length, at: at + trailer, report });
  return { bytes: raw.bytes, consumed: trailer + gzipTrailerBytes };
}

export const gzipTrailerBytes = 8;
type Measured = { readonly checksum: Uint8Array; readonly length: number; readonly at: number; readonly report: FaultReport };

/** Programs read the content before they come to its checksum: a wrong one stops nobody from loading it. */
export function checkGzipTrailer(trailer: Uint8Array, { checksum, length, at, report }: Measured): void {
  if (!sameBytes(trailer.subarray(0, 4), checksum))
    report({ code: 'gzip-bad-crc', at, detail: 'the gzip checksum does not match the content' });
  if (new DataView(trailer.buffer, trailer.byteOffset, 8).getUint32(4, true) !== length % 2 ** 32)
    report({ code: 'gzip-bad-size', at: at + 4, detail: 'the gzip length does not match the content' });
}

/** Bytes of the header of a member. */
export function gzipHeaderBytes(input: Uint8Array): number {
  const flags = input[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + ((input[at] ?? 0) | ((input[at + 1] ?? 0) << 8));
  for (const flag of [8, 16]) if (flags & flag) at = input.indexOf(0, at) < 0 ? input.length : input.indexOf(0, at) + 1;
  if (flags & 2) at += 2;
  if (at > input.length) throw new TruncatedBytes('gzip-broken', input.length, 'the gzip header is cut');
  return at;
}

function inflate(input: Uint8Array, most: number, partial: boolean): Decoded | null {
  try {
    const options = { info: true, maxOutputLength: most, ...(partial ? { finishFlush: constants.Z_SYNC_FLUSH } : {}) };
    // With `info` the engine is returned too; the published types leave that out.
    const { buffer, engine } = inflateRawSync(input, options) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
    return { bytes: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') return null;
    if (code === 'Z_BUF_ERROR') throw new TruncatedBytes('gzip-broken', 0, 'the gzip stream is cut');
    if (code.startsWith('Z_')) throw new MalformedBytes('gzip-broken', 0, `the gzip stream is broken (${code})`);
    throw error;
  }
}
