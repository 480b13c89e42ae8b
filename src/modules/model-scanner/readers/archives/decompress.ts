/** Bounded decompression: never more output than the budget allows, whatever the stream promises. */
import { brotliDecompressSync, constants, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { type Budget, BudgetExceeded } from '../../engine/budget.ts';
import { MalformedBytes } from '../../engine/reader.ts';
import { type ByteSource, beginningSource, bytesSource } from '../../engine/source.ts';
import { forwardSource, measuredSource } from '../parts/streamed-source.ts';
import { type Decoded, joinBytes, joinFrames } from './frames.ts';
import { decodeGzip } from './gzip.ts';
import { type FaultReport, faultList, type PieceDecoder, type StreamFault } from './pieces.ts';
import { type Codec, openPieces } from './stream-pieces.ts';

export type { Codec } from './stream-pieces.ts';

/** Compressed input above this is decoded in part only, so that input and output together stay in memory bounds. */
const heldInputBytes = 16 * 2 ** 20;
/** A dictionary of this size is kept at most while content is read on. */
const dictionaryBytes = 64 * 2 ** 20;
/** Compressed bytes tried when the whole output is too large to hold: a smaller piece when even that expands too far. */
const prefixInputBytes = [64 * 1024, 4 * 1024, 256, 64, 24];

export type Unpacked = {
  readonly source: ByteSource;
  /** Input bytes the stream used; what follows is not part of it. */
  readonly consumed: number;
  /** All content, when it is held in memory; null when it is larger. */
  readonly held: Uint8Array | null;
  /** False: only the beginning can be had. */
  readonly complete: boolean;
  /** Checksums that do not match; of content that is read forward, more may come while it is read. */
  readonly faults: readonly StreamFault[];
};

/**
 * Unpacks a stream: held when it is small enough, else read forward as far as somebody asks.
 * @param size the length somebody declares, or null.
 * @throws MalformedBytes when the stream is broken, BudgetExceeded when the root's output budget is used up.
 */
export function unpack(codec: Codec, packed: ByteSource, budget: Budget, size: number | null): Unpacked {
  budget.checkTime();
  const allowance = Math.floor(Math.min(budget.limits.heldBytes, budget.outputAllowance()));
  if (allowance <= 0) throw new BudgetExceeded('outputBytes', 'the output budget of this file is used up');
  const { faults, report } = faultList();
  const tick = () => budget.checkTime();
  const whole = packed.size <= heldInputBytes ? decode(codec, packed, { most: allowance, partial: false, size, tick, report }) : null;
  if (whole) {
    budget.spendOutput(whole.bytes.length);
    return { source: bytesSource(whole.bytes), consumed: whole.consumed, held: whole.bytes, complete: true, faults };
  }
  return unpackForward(codec, packed, budget, size) ?? unpackBeginning(codec, packed, { most: allowance, size, budget });
}

/** Content whose length nobody knows yet, read on as far as the budget allows; null when the codec cannot be read so. */
export function unpackAhead(codec: Codec, packed: ByteSource, budget: Budget): ByteSource | null {
  const open = () => openPieces(codec, packed, { size: null, held: dictionaryBytes, report: () => {} });
  const first = open();
  return first && forwardSource({ first, again: () => open() ?? first, budget, size: Number.MAX_SAFE_INTEGER });
}

/** Content that is read on as far as somebody asks; null when the codec cannot be read so. */
function unpackForward(codec: Codec, packed: ByteSource, budget: Budget, size: number | null): Unpacked | null {
  const { faults, report } = faultList();
  const open = () => openPieces(codec, packed, { size, held: dictionaryBytes, report });
  const first = open();
  if (!first) return null;
  const again = () => open() ?? first;
  if (size === null) return { ...measuredSource({ first, again, budget }), held: null, complete: true, faults };
  return { source: forwardSource({ first, again, budget, size }), consumed: packed.size, held: null, complete: true, faults };
}

type Beginning = { readonly most: number; readonly size: number | null; readonly budget: Budget };

function unpackBeginning(codec: Codec, packed: ByteSource, { most, size, budget }: Beginning): Unpacked {
  const beginning = decompressBeginning(codec, packed, most);
  budget.spendOutput(beginning.length);
  const source = beginningSource(beginning, size ?? Number.MAX_SAFE_INTEGER, null);
  return { source, consumed: packed.size, held: null, complete: false, faults: [] };
}

/** The first bytes of a stream, as many as a small piece of input gives; empty when there are none. */
export function decompressBeginning(codec: Codec, source: ByteSource, most: number): Uint8Array {
  for (const length of prefixInputBytes) {
    const beginning = bytesSource(source.read(0, Math.min(length, source.size)));
    const decoded = decode(codec, beginning, { most, partial: true, size: null, tick: () => {}, report: () => {} });
    if (decoded) return decoded.bytes;
  }
  return new Uint8Array(0);
}

type Wish = {
  readonly most: number;
  readonly partial: boolean;
  readonly size: number | null;
  /** Looks at the clock: called once for every frame or piece. */
  readonly tick: () => void;
  readonly report: FaultReport;
};

/** @returns null when the output would be larger than `most`. */
function decode(codec: Codec, packed: ByteSource, { most, partial, size, tick, report }: Wish): Decoded | null {
  const limit = Math.max(1, most);
  const input = () => packed.read(0, packed.size);
  switch (codec) {
    case 'deflate':
      return native(codec, () => inflateRawSync(input(), zlibOptions(limit, partial)));
    case 'zlib':
      return native(codec, () => inflateSync(input(), zlibOptions(limit, partial)));
    case 'gzip':
      return decodeGzip(input(), limit, { partial, tick, report });
    case 'zstd':
      return joinFrames(input(), limit, startsZstdFrame, (frame, left) => {
        tick();
        return decodeZstdFrame(frame, left, partial);
      });
    case 'brotli':
      return native(codec, () =>
        brotliDecompressSync(input(), {
          info: true,
          maxOutputLength: limit,
          ...(partial ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {}),
        }),
      );
    default:
      return collected(openPieces(codec, packed, { size, held: limit, report }), limit, { partial, tick });
  }
}

/** All pieces of a stream as one; a cut stream gives what there is when only a part is asked for. */
function collected(pieces: PieceDecoder | null, most: number, { partial, tick }: Pick<Wish, 'partial' | 'tick'>): Decoded | null {
  if (!pieces) return null;
  const parts: Uint8Array[] = [];
  let total = 0;
  try {
    for (let piece = pieces.next(); piece; piece = pieces.next()) {
      tick();
      total += piece.length;
      if (total > most) return null;
      parts.push(new Uint8Array(piece));
    }
  } catch (error) {
    if (!partial || !(error instanceof MalformedBytes)) throw error;
  }
  return { bytes: joinBytes(parts, total), consumed: pieces.consumed };
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
