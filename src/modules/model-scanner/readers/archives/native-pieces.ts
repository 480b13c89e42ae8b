/**
 * zstd and brotli, piece by piece, through the engine of node:zlib. Its public calls give the whole output at once or a stream of
 * later events; one synchronous step is what `_processChunk` does inside, and is all that is used here. A runtime without
 * it is no failure: `nativePieces` is null then, and callers read the beginning only.
 */
import { constants, createBrotliDecompress, createZstdDecompress } from 'node:zlib';
import { TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { skippable } from './lz4.ts';
import { ByteFeed, JoinedPieces, malformed, type PieceDecoder, pieceBytes } from './pieces.ts';

type Handle = {
  writeSync(flush: number, input: Uint8Array, inputAt: number, inputLength: number, output: Uint8Array, at: number, length: number): void;
  close(): void;
  onerror: (message: string, number: number, code: string) => void;
};
type Engine = { readonly _handle: Handle; readonly _writeState: Uint32Array };

const inputBytes = 64 * 1024;
const noInput = new Uint8Array(0);
/** 2^26 bytes: larger windows are a setting that ordinary readers refuse too. */
const longestWindow = 26;

function engineOf(codec: 'zstd' | 'brotli'): Engine | null {
  const engine: unknown =
    codec === 'zstd' ? createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: longestWindow } }) : createBrotliDecompress();
  return isEngine(engine) ? engine : null;
}

function isEngine(value: unknown): value is Engine {
  if (typeof value !== 'object' || value === null || !('_handle' in value) || !('_writeState' in value)) return false;
  const { _handle: handle, _writeState: state } = value;
  return typeof handle === 'object' && handle !== null && 'writeSync' in handle && state instanceof Uint32Array && state.length === 2;
}

let usable: boolean | undefined;

/** @returns null when this runtime has no synchronous step. */
export function nativePieces(codec: 'zstd' | 'brotli', source: ByteSource): PieceDecoder | null {
  usable ??= engineOf('brotli') !== null;
  if (!usable) return null;
  if (codec === 'brotli') return new NativePieces('brotli', source, 0);
  return new JoinedPieces((at) => zstdFrame(source, at));
}

function zstdFrame(source: ByteSource, at: number): PieceDecoder | null {
  const head = source.read(at, 4);
  if (head.length < 4) return null;
  const magic = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
  if (magic >>> 4 === 0x184d2a5) return skippable(new ByteFeed(source, at + 4, 'zstd'));
  return magic === 0xfd2fb528 ? new NativePieces('zstd', source, at, zstdFrameEnd(source, at)) : null;
}

/**
 * Where a frame ends, by the lengths of its blocks: the engine itself does not tell.
 * @source RFC 8878, section 3.1.1.
 */
export function zstdFrameEnd(source: ByteSource, start: number): number {
  const feed = new ByteFeed(source, start + 4, 'zstd');
  const descriptor = feed.byte();
  const single = (descriptor & 0x20) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0;
  feed.skip((single ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + sizeBytes);
  for (;;) {
    const header = feed.byte() | (feed.byte() << 8) | (feed.byte() << 16);
    const type = (header >>> 1) & 3;
    if (type === 3) throw malformed('zstd', feed.at, 'a zstd block has no valid type');
    feed.skip(type === 1 ? 1 : header >>> 3);
    if ((header & 1) === 1) break;
  }
  if ((descriptor & 4) !== 0) feed.skip(4);
  return feed.at;
}

class NativePieces implements PieceDecoder {
  readonly #codec: 'zstd' | 'brotli';
  readonly #engine: Engine | null;
  readonly #source: ByteSource;
  readonly #end: number;
  readonly #output = new Uint8Array(pieceBytes);
  #at: number;
  #failure: string | null = null;
  #closed = false;

  constructor(codec: 'zstd' | 'brotli', source: ByteSource, start: number, end = source.size) {
    this.#codec = codec;
    this.#source = source;
    this.#at = start;
    this.#end = end;
    this.#engine = engineOf(codec);
    if (this.#engine)
      this.#engine._handle.onerror = (message, _number, code) => {
        this.#failure = `${message} (${code})`;
      };
  }
  get consumed(): number {
    return this.#at;
  }
  next(): Uint8Array | null {
    if (!this.#engine || this.#closed) return null;
    const { _handle: handle, _writeState: state } = this.#engine;
    for (;;) {
      const input = this.#source.read(this.#at, Math.min(inputBytes, this.#end - this.#at));
      handle.writeSync(0, input, 0, input.length, this.#output, 0, this.#output.length);
      const [outputLeft = 0, inputLeft = 0] = state;
      const written = this.#output.length - outputLeft;
      const used = input.length - inputLeft;
      this.#at += used;
      if (this.#failure !== null) {
        this.close();
        throw malformed(this.#codec, this.#at, `the ${this.#codec} stream is broken: ${this.#failure}`);
      }
      if (written > 0) return this.#output.subarray(0, written);
      if (used > 0) continue;
      if (this.#codec === 'brotli') this.#checkEnd();
      this.close();
      return null;
    }
  }
  /** A stream that waits for more input is cut. That of zstd is told by the lengths of its blocks. */
  #checkEnd(): void {
    this.#engine?._handle.writeSync(constants.BROTLI_OPERATION_FINISH, noInput, 0, 0, this.#output, 0, this.#output.length);
    if (this.#failure === null) return;
    this.close();
    throw new TruncatedBytes('brotli-broken', this.#at, `the brotli stream is cut: ${this.#failure}`);
  }
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#engine?._handle.close();
  }
}
