/** A stream that was begun to see whether it is one: what came out of it is kept, and given again to whoever reads on. */
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { nativePieces } from './native-pieces.ts';
import type { PieceDecoder } from './pieces.ts';

/** A short file may unpack to gigabytes: after so many bytes of content a stream is believed to be one. */
export const believedBytes = 256 * 1024;
/** What breaks within so many bytes of input is no stream of its kind. */
const certainInputBytes = 4096;

export class BegunPieces implements PieceDecoder {
  readonly #inner: PieceDecoder;
  /** What came so far; null once it is no longer kept. */
  #kept: Uint8Array[] | null = [];
  #given = 0;
  #length = 0;
  #failure: unknown = null;
  #ended = false;
  constructor(inner: PieceDecoder) {
    this.#inner = inner;
  }
  get consumed(): number {
    return this.#inner.consumed;
  }
  /** All bytes that came, whether they were given again or not. */
  get length(): number {
    return this.#length;
  }
  next(): Uint8Array | null {
    const again = this.#kept?.[this.#given];
    if (again) {
      this.#given += 1;
      return again;
    }
    if (this.#failure !== null) throw this.#failure;
    if (this.#ended) return null;
    const piece = this.#following();
    if (piece === null) this.#ended = true;
    return piece;
  }
  #following(): Uint8Array | null {
    try {
      const piece = this.#inner.next();
      if (piece === null || this.#kept === null) return piece;
      const copy = new Uint8Array(piece);
      this.#kept.push(copy);
      this.#given += 1;
      this.#length += copy.length;
      return copy;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
  /** Everything from the beginning, when it is not longer than `most`; null when it is. Begins again where it had begun. */
  whole(most: number, tick: () => void): Uint8Array | null {
    this.rewind();
    while (this.#length <= most && this.next() !== null) tick();
    if (this.#length > most) return null;
    const all = Buffer.concat(this.#kept ?? []);
    return new Uint8Array(all.buffer, all.byteOffset, all.length);
  }
  get isClosed(): boolean {
    return this.#kept === null;
  }
  rewind(): void {
    this.#given = 0;
  }
  close(): void {
    this.#kept = null;
    this.#ended = true;
    this.#inner.close?.();
  }
}

/**
 * Two bytes are no signature: a brotli stream is believed when something comes out of it.
 * @returns null when nothing does, or when it breaks at once; undefined when this runtime cannot read it piece by piece.
 */
export function beginBrotli(packed: ByteSource): BegunPieces | null | undefined {
  const inner = nativePieces('brotli', packed);
  if (inner === null) return undefined;
  const begun = new BegunPieces(inner);
  try {
    for (let piece = begun.next(); piece !== null && begun.length < believedBytes; ) piece = begun.next();
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    if (!(error instanceof TruncatedBytes) && begun.consumed < certainInputBytes) begun.close();
  }
  if (begun.length > 0 && !begun.isClosed) return begun;
  begun.close();
  return null;
}
