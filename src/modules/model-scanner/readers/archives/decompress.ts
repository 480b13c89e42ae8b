/** Bounded decompression: never more output than the budget allows, whatever the stream promises. */
import { brotliDecompressSync, constants, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { type Budget, BudgetExceeded } from '../../engine/budget.ts';
import { MalformedBytes } from '../../engine/reader.ts';
import { type ByteSource, beginningSource, bytesSource } from '../../engine/source.ts';
import { forwardSource, measuredSource } from '../parts/streamed-source.ts';
import { type BegunPieces, believedBytes } from './begun-pieces.ts';
import { type Decoded, joinBytes, joinFrames } from './frames.ts';
import { decodeGzip } from './gzip.ts';
import { zstdFrameEnd } from './native-pieces.ts';
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
  // More than the budget allows, not only more than may be held: unpacking it again would show the same.
  if (packed.size <= heldInputBytes && allowance < budget.limits.heldBytes) budget.spendOutput(allowance + 1);
  return unpackForward(codec, packed, budget, size) ?? unpackBeginning(codec, packed, { most: allowance, size, budget });
}

/**
 * The same for a stream that was begun already, whose length nobody declares: one decoder tries it, holds it or measures it.
 * @throws as `unpack`.
 */
export function unpackBegun(begun: BegunPieces, packed: ByteSource, budget: Budget): Unpacked {
  budget.checkTime();
  const allowance = Math.floor(Math.min(budget.limits.heldBytes, budget.outputAllowance()));
  if (allowance <= 0) throw new BudgetExceeded('outputBytes', 'the output budget of this file is used up');
  const whole = begun.whole(Math.min(allowance, uncountedBytes), () => budget.checkTime());
  if (whole) {
    budget.spendOutput(whole.length);
    return { source: bytesSource(whole), consumed: begun.consumed, held: whole, complete: true, faults: [] };
  }
  if (allowance > uncountedBytes) {
    begun.close();
    return unpack('brotli', packed, budget, null);
  }
  if (packed.size <= heldInputBytes && allowance < budget.limits.heldBytes) budget.spendOutput(allowance + 1);
  begun.rewind();
  const again = () => openPieces('brotli', packed, { size: null, held: dictionaryBytes }) ?? begun;
  return { ...measuredSource({ first: begun, again, budget }), held: null, complete: true, faults: [] };
}

/** A stream, and what came out of it already. */
type BegunPacked = { readonly source: ByteSource; readonly begun: BegunPieces | undefined };

/** Content whose length nobody knows yet, read on as far as the budget allows; null when the codec cannot be read so. */
export function unpackAhead(codec: Codec, packed: ByteSource | BegunPacked, budget: Budget): ByteSource | null {
  const { source, begun } = 'source' in packed ? packed : { source: packed, begun: undefined };
  const open = () => openPieces(codec, source, { size: null, held: dictionaryBytes, report: () => {} });
  if (begun?.isClosed === false) begun.rewind();
  const first = begun?.isClosed === false ? begun : open();
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
  const lengths = new Set(prefixInputBytes.map((length) => Math.min(length, source.size)));
  for (const length of lengths) {
    const beginning = bytesSource(source.read(0, length));
    const decoded = decode(codec, beginning, { most, partial: true, size: null, tick: () => {}, report: () => {} });
    if (decoded) return decoded.bytes;
  }
  return new Uint8Array(0);
}

/**
 * Do the first bytes decode to anything?
 * @param most bytes of content that may be held.
 * @throws MalformedBytes when they break the format.
 */
export function beginsWell(codec: Codec, source: ByteSource, most: number): boolean {
  const pieces = codec === 'brotli' ? openPieces(codec, source, { size: null, held: most }) : null;
  if (!pieces) return decompressBeginning(codec, source, most).length > 0;
  let length = 0;
  try {
    for (let piece = pieces.next(); piece && length < believedBytes; piece = pieces.next()) length += piece.length;
  } finally {
    pieces.close?.();
  }
  return length > 0;
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
    case 'brotli':
      return decodeCounted(codec, packed, { most: limit, partial, size, tick, report });
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

/** Native calls collect their output in pieces and then join them: more than this is counted first, holding nothing. */
const uncountedBytes = 4 * 2 ** 20;
type NativeCodec = 'zstd' | 'brotli';

/**
 * What turns out to be too large was never held, and what is not is held once. Else a bomb of a hundred bytes would leave its tens of
 * megabytes to the collector, twice.
 */
function decodeCounted(codec: NativeCodec, packed: ByteSource, { most, partial, tick }: Wish): Decoded | null {
  const input = packed.read(0, packed.size);
  const decodeWithin = codec === 'zstd' ? decodeZstd : decodeBrotli;
  if (partial || most <= uncountedBytes) return decodeWithin(input, { most, partial, tick });
  const small = decodeWithin(input, { most: uncountedBytes, partial, tick });
  if (small) return small;
  const size = countedSize(codec, packed, { most, tick });
  if (size > most) return null;
  const isOneFrame = codec === 'brotli' || (size > 0 && zstdFrameEnd(packed, 0) >= packed.size);
  return decodeWithin(input, { most, partial, tick, ...(size > 0 && isOneFrame ? { chunk: size + spareBytes } : {}) });
}

/** A piece that is filled to its end has another one asked for. */
const spareBytes = 64;

/** @returns the length of the content, or more than `most`; 0 for a stream that cannot be counted or breaks on the way. */
function countedSize(codec: NativeCodec, packed: ByteSource, { most, tick }: Pick<Wish, 'most' | 'tick'>): number {
  let pieces: PieceDecoder | null = null;
  let size = 0;
  try {
    pieces = openPieces(codec, packed, { size: null, held: most });
    for (let piece = pieces?.next(); piece && size <= most; piece = pieces?.next()) {
      tick();
      size += piece.length;
    }
    return size;
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return 0;
  } finally {
    pieces?.close?.();
  }
}

/** `chunk`: bytes that the runtime makes room for at a time. */
type NativeWish = Pick<Wish, 'most' | 'partial' | 'tick'> & { readonly chunk?: number };

function decodeBrotli(input: Uint8Array, { most, partial, chunk }: NativeWish): Decoded | null {
  const flush = partial ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {};
  const room = chunk === undefined ? {} : { chunkSize: chunk };
  return native('brotli', () => brotliDecompressSync(input, { info: true, maxOutputLength: most, ...flush, ...room }));
}

function decodeZstd(input: Uint8Array, { most, partial, tick, chunk }: NativeWish): Decoded | null {
  return joinFrames(input, most, startsZstdFrame, (frame, left) => {
    tick();
    return decodeZstdFrame(frame, { most: left, partial, tick, ...(chunk === undefined ? {} : { chunk }) });
  });
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

function decodeZstdFrame(frame: Uint8Array, { most, partial, chunk }: NativeWish): Decoded | null {
  if (isSkippable(frame)) {
    if (frame.length < 8) throw new MalformedBytes('zstd-broken', 0, 'a skippable frame is cut');
    const length = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(4, true);
    return { bytes: new Uint8Array(0), consumed: Math.min(frame.length, 8 + length) };
  }
  return native('zstd', () =>
    zstdDecompressSync(frame, {
      info: true,
      maxOutputLength: Math.max(1, most),
      ...(partial ? { finishFlush: constants.ZSTD_e_flush } : {}),
      ...(chunk === undefined ? {} : { chunkSize: chunk }),
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
