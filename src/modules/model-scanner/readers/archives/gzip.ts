/** gzip members one after the other, each with its own checksum and length. */
import { constants, crc32, inflateRawSync } from 'node:zlib';
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import { type Decoded, joinFrames } from './frames.ts';

type Reading = { readonly partial: boolean /** Called for every member. */; readonly tick: () => void };

/**
 * @returns null when the output would be larger than `most`.
 * @source RFC 1952, section 2.3.
 */
export function decodeGzip(input: Uint8Array, most: number, { partial, tick }: Reading): Decoded | null {
  return joinFrames(input, most, startsGzip, (rest, left) => {
    tick();
    return decodeMember(rest, left, partial);
  });
}

export function startsGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function decodeMember(input: Uint8Array, most: number, partial: boolean): Decoded | null {
  const start = gzipHeaderBytes(input);
  const raw = inflate(input.subarray(start), Math.max(1, most), partial);
  if (!raw) return null;
  if (partial) return { bytes: raw.bytes, consumed: input.length };
  const trailer = start + raw.consumed;
  if (trailer + 8 > input.length) throw new TruncatedBytes('gzip-broken', trailer, 'the gzip stream ends before its checksum');
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (view.getUint32(trailer, true) !== crc32(raw.bytes))
    throw new MalformedBytes('gzip-bad-crc', trailer, 'the gzip checksum does not match the content');
  if (view.getUint32(trailer + 4, true) !== raw.bytes.length % 2 ** 32)
    throw new MalformedBytes('gzip-bad-size', trailer + 4, 'the gzip length does not match the content');
  return { bytes: raw.bytes, consumed: trailer + 8 };
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
