/** Bounded decompression: never more output than the budget allows, whatever the stream promises. */
import { brotliDecompressSync, constants, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { type Budget, BudgetExceeded } from '../budget.ts';
import { MalformedBytes } from '../reader.ts';
import type { ByteSource } from '../source.ts';
import { decodeBzip2 } from './bzip2.ts';
import { type Decoded, joinFrames } from './frames.ts';
import { decodeGzip } from './gzip.ts';
import { decodeLz4Frame } from './lz4.ts';
import { decodeLzmaAlone, decodeXz } from './xz.ts';

export type Codec = 'deflate' | 'zlib' | 'gzip' | 'bzip2' | 'xz' | 'lzma' | 'zstd' | 'lz4' | 'brotli';

/** Compressed input above this is decoded in part only, so that input and output together stay in memory bounds. */
const heldInputBytes = 32 * 2 ** 20;
/** Compressed bytes tried when the whole output is too large to hold: a smaller piece when even that expands too far. */
const prefixInputBytes = [64 * 1024, 4 * 1024, 256];

export type Decompressed = {
  readonly bytes: Uint8Array;
  /** Input bytes the stream used; what follows is not part of it. Meaningless when not complete. */
  readonly consumed: number;
  /** False: only the beginning, because the whole is larger than may be held. */
  readonly complete: boolean;
};

/**
 * Decompresses a whole stream, or its beginning when the whole is larger than `heldBytes`.
 * @throws MalformedBytes when the stream is broken, BudgetExceeded when the root's output budget is used up.
 */
export function decompress(codec: Codec, source: ByteSource, budget: Budget): Decompressed {
  budget.checkTime();
  const allowance = Math.floor(Math.min(budget.limits.heldBytes, budget.outputAllowance()));
  if (allowance <= 0) throw new BudgetExceeded('outputBytes', 'the output budget of this file is used up');
  if (source.size <= heldInputBytes) {
    const whole = decode(codec, source.read(0, source.size), allowance, false);
    if (whole) {
      budget.spendOutput(whole.bytes.length);
      return { ...whole, complete: true };
    }
    if (allowance < budget.limits.heldBytes)
      throw new BudgetExceeded('outputBytes', 'decompressed content exceeds the output budget of this file');
  }
  const beginning = decompressBeginning(codec, source, allowance);
  budget.spendOutput(beginning.length);
  return { bytes: beginning, consumed: source.size, complete: false };
}

/** The first bytes of a stream, as many as a small piece of input gives; empty when there are none. */
export function decompressBeginning(codec: Codec, source: ByteSource, most: number): Uint8Array {
  for (const length of prefixInputBytes) {
    const decoded = decode(codec, source.read(0, Math.min(length, source.size)), most, true);
    if (decoded) return decoded.bytes;
  }
  return new Uint8Array(0);
}

/** @returns null when the output would be larger than `most`. */
function decode(codec: Codec, input: Uint8Array, most: number, partial: boolean): Decoded | null {
  const limit = Math.max(1, most);
  switch (codec) {
    case 'deflate':
      return native(codec, () => inflateRawSync(input, zlibOptions(limit, partial)));
    case 'zlib':
      return native(codec, () => inflateSync(input, zlibOptions(limit, partial)));
    case 'gzip':
      return decodeGzip(input, limit, partial);
    case 'zstd':
      return joinFrames(input, limit, startsZstdFrame, (frame, left) => decodeZstdFrame(frame, left, partial));
    case 'brotli':
      return native(codec, () =>
        brotliDecompressSync(input, {
          info: true,
          maxOutputLength: limit,
          ...(partial ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {}),
        }),
      );
    case 'bzip2':
      return decodeBzip2(input, limit, partial);
    case 'lz4':
      return joinFrames(
        input,
        limit,
        () => true,
        (frame, left) => decodeLz4Frame(frame, left, partial),
      );
    case 'xz':
      return decodeXz(input, limit, partial);
    case 'lzma':
      return decodeLzmaAlone(input, limit, partial);
  }
}

function zlibOptions(limit: number, partial: boolean) {
  return { info: true, maxOutputLength: limit, ...(partial ? { finishFlush: constants.Z_SYNC_FLUSH } : {}) };
}

function startsZstdFrame(bytes: Uint8Array): boolean {
  const standard = bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
  return standard || isSkippable(bytes);
}

function isSkippable(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 0) & 0xf0) === 0x50 && bytes[1] === 0x2a && bytes[2] === 0x4d && bytes[3] === 0x18;
}

function decodeZstdFrame(frame: Uint8Array, limit: number, partial: boolean): Decoded | null {
  if (isSkippable(frame)) {
    if (frame.length < 8) throw new MalformedBytes('zstd-broken', 0, 'a skippable frame is cut');
    const length = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(4, true);
    return { bytes: new Uint8Array(0), consumed: Math.min(frame.length, 8 + length) };
  }
  return native('zstd', () =>
    zstdDecompressSync(frame, {
      info: true,
      maxOutputLength: Math.max(1, limit),
      ...(partial ? { finishFlush: constants.ZSTD_e_flush } : {}),
    }),
  );
}

/** With `info` the synchronous calls also return the engine, whose `bytesWritten` is the input it used; the published types leave that out. */
function native(codec: Codec, work: () => unknown): Decoded | null {
  try {
    const { buffer, engine } = work() as { buffer: Uint8Array; engine: { bytesWritten: number } };
    return { bytes: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') return null;
    if (/^(Z_|ZSTD_|ERR_)/.test(code)) throw new MalformedBytes(`${codec}-broken`, 0, `the ${codec} stream is broken (${code})`);
    throw error;
  }
}
