/** Numbers at any offset of a source: formats that jump back and forth read each page once. */
import { TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';

const pageBytes = 16 * 1024;
/** One MiB at most is held. */
const mostPages = 64;
const utf8 = new TextDecoder('utf-8');

/**
 * A window of a source, little-endian, addressed from 0. Every access outside it throws TruncatedBytes with the offset in the source.
 * 64-bit numbers come back as JavaScript numbers: exact up to 2^53, above that still larger than any file.
 */
export class PagedBytes {
  readonly source: ByteSource;
  readonly start: number;
  readonly size: number;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(source: ByteSource, start = 0, size = source.size - start) {
    this.source = source;
    this.start = start;
    this.size = Math.max(0, Math.min(size, source.size - start));
  }
  u8(at: number): number {
    return this.#view(at, 1).getUint8(0);
  }
  u16(at: number): number {
    return this.#view(at, 2).getUint16(0, true);
  }
  u32(at: number): number {
    return this.#view(at, 4).getUint32(0, true);
  }
  i32(at: number): number {
    return this.#view(at, 4).getInt32(0, true);
  }
  u64(at: number): number {
    return Number(this.#view(at, 8).getBigUint64(0, true));
  }
  i64(at: number): bigint {
    return this.#view(at, 8).getBigInt64(0, true);
  }
  text(at: number, length: number): string {
    return utf8.decode(this.bytes(at, length));
  }
  /** May share memory with the source: copy what outlives the call. */
  bytes(at: number, length: number): Uint8Array {
    this.need(at, length);
    const page = this.#page(Math.floor(at / pageBytes));
    const from = at % pageBytes;
    if (from + length <= page.length) return page.subarray(from, from + length);
    const found = this.source.read(this.start + at, length);
    if (found.length < length)
      throw new TruncatedBytes('truncated', this.start + at, `${length} bytes are promised, ${found.length} are there`);
    return found;
  }
  /** @throws TruncatedBytes when the range is not inside. */
  need(at: number, length: number): void {
    if (!(at >= 0 && length >= 0 && at + length <= this.size))
      throw new TruncatedBytes(
        'out-of-bounds',
        this.start + Math.max(0, Math.min(at, this.size)),
        `${length} bytes at ${at} do not lie in the ${this.size} bytes`,
      );
  }
  #view(at: number, length: number): DataView {
    const bytes = this.bytes(at, length);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  #page(index: number): Uint8Array {
    const held = this.#pages.get(index);
    if (held) return held;
    const at = index * pageBytes;
    const page = this.source.read(this.start + at, Math.min(pageBytes, this.size - at));
    const [oldest] = this.#pages.keys();
    if (this.#pages.size >= mostPages && oldest !== undefined) this.#pages.delete(oldest);
    this.#pages.set(index, page);
    return page;
  }
}
