/** Reads numbers and text one after the other, bounds-checked, in small buffered steps. */
import { TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';

/** The first read is small: most cursors look at one header. Those that go on read in larger steps. */
const firstWindow = 4096;
const window = 64 * 1024;
const utf8 = new TextDecoder('utf-8');

/**
 * A position in a byte source. Every read beyond the end throws TruncatedBytes. 64-bit numbers come back as JavaScript
 * numbers: exact up to 2^53, and above that still larger than any file, which is all a bounds check needs.
 */
export class Cursor {
  readonly source: ByteSource;
  readonly end: number;
  littleEndian = true;
  #at: number;
  #buffer: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #bufferAt = 0;

  constructor(source: ByteSource, start = 0, end = source.size) {
    this.source = source;
    this.#at = start;
    this.end = Math.min(end, source.size);
  }
  get at(): number {
    return this.#at;
  }
  get left(): number {
    return this.end - this.#at;
  }
  seek(offset: number): void {
    if (!(offset >= 0 && offset <= this.end)) throw new TruncatedBytes('out-of-bounds', this.#at, `offset ${offset} lies outside the file`);
    this.#at = offset;
  }
  skip(length: number): void {
    this.seek(this.#at + length);
  }
  u8(): number {
    return this.#take(1).getUint8(this.#at - 1 - this.#bufferAt);
  }
  u16(): number {
    return this.#take(2).getUint16(this.#at - 2 - this.#bufferAt, this.littleEndian);
  }
  u32(): number {
    return this.#take(4).getUint32(this.#at - 4 - this.#bufferAt, this.littleEndian);
  }
  i32(): number {
    return this.#take(4).getInt32(this.#at - 4 - this.#bufferAt, this.littleEndian);
  }
  u64(): number {
    const view = this.#take(8);
    const at = this.#at - 8 - this.#bufferAt;
    const low = view.getUint32(this.littleEndian ? at : at + 4, this.littleEndian);
    const high = view.getUint32(this.littleEndian ? at + 4 : at, this.littleEndian);
    return high * 2 ** 32 + low;
  }
  f32(): number {
    return this.#take(4).getFloat32(this.#at - 4 - this.#bufferAt, this.littleEndian);
  }
  f64(): number {
    return this.#take(8).getFloat64(this.#at - 8 - this.#bufferAt, this.littleEndian);
  }
  /** A copy that outlives the cursor's window. */
  bytes(length: number): Uint8Array {
    this.#need(length);
    if (length <= window) {
      this.#take(length);
      return new Uint8Array(this.#buffer.subarray(this.#at - length - this.#bufferAt, this.#at - this.#bufferAt));
    }
    this.#fill(this.#at, length);
    this.#at += length;
    return new Uint8Array(this.#buffer.subarray(0, length));
  }
  text(length: number): string {
    return utf8.decode(this.bytes(length));
  }
  #need(length: number): void {
    if (!(length >= 0 && length <= this.left))
      throw new TruncatedBytes(
        'truncated',
        this.#at,
        `${length} bytes are promised at offset ${this.#at}, ${Math.max(0, this.left)} are there`,
      );
  }
  #take(length: number): DataView {
    this.#need(length);
    const start = this.#at;
    if (start < this.#bufferAt || start + length > this.#bufferAt + this.#buffer.length) this.#fill(start, length);
    this.#at = start + length;
    return this.#view;
  }
  #fill(start: number, length: number): void {
    const step = this.#buffer.length === 0 ? firstWindow : window;
    this.#buffer = this.source.read(start, Math.min(Math.max(step, length), this.end - start));
    if (this.#buffer.length < length) this.#complete(start, length);
    this.#view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.byteLength);
    this.#bufferAt = start;
  }
  /** A source of which only the beginning is held answers short once, and says why when asked for the rest. */
  #complete(start: number, length: number): void {
    const rest = this.source.read(start + this.#buffer.length, length - this.#buffer.length);
    const joined = new Uint8Array(this.#buffer.length + rest.length);
    joined.set(this.#buffer);
    joined.set(rest, this.#buffer.length);
    if (joined.length < length) throw new TruncatedBytes('truncated', start, 'the file became shorter while it was read');
    this.#buffer = joined;
  }
}
