/** A file in growing windows: records are found in memory, however they lie across reads. */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

const windowBytes = 4 * 2 ** 20;

/** Bytes from `start` on; `isLast` when nothing follows them. */
export class ByteWindow {
  bytes: Buffer = Buffer.alloc(0);
  isLast = false;
  readonly #file: number;
  readonly #buffer: Buffer;
  #next = 0;

  constructor(path: string, most: number) {
    this.#file = openSync(path, 'r');
    // A whole record always fits beside what one read brings. A small file gets a small window: unused megabytes would be collected
    // again and again. One byte more than the file shows its end.
    this.#buffer = Buffer.allocUnsafe(Math.min(windowBytes + most, fstatSync(this.#file).size + 1));
  }

  /** Drops the first `used` bytes and reads on. */
  advance(used: number): void {
    const kept = this.bytes.length - used;
    if (kept > 0) this.#buffer.copyWithin(0, used, this.bytes.length);
    const read = readSync(this.#file, this.#buffer, kept, Math.min(windowBytes, this.#buffer.length - kept), this.#next);
    this.#next += read;
    this.isLast = read === 0;
    this.bytes = this.#buffer.subarray(0, kept + read);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Writes through a buffer of its own. */
export class ByteSink {
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafe(2 ** 20);
  #filled = 0;
  #recordBytes = 0;
  /** Bytes of the longest record so far. */
  longest = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'wx', 0o600);
  }

  endRecord(): void {
    this.text('\n');
    this.longest = Math.max(this.longest, this.#recordBytes);
    this.#recordBytes = 0;
  }

  /** Bytes from `from` to `to` of `source`. */
  copy(source: Buffer, from: number, to: number): void {
    this.#recordBytes += to - from;
    if (to - from > this.#buffer.length) {
      this.#flush();
      writeSync(this.#file, source, from, to - from);
      return;
    }
    if (this.#filled + to - from > this.#buffer.length) this.#flush();
    this.#filled += source.copy(this.#buffer, this.#filled, from, to);
  }

  text(text: string): void {
    if (text.length > 64) {
      const bytes = Buffer.from(text);
      this.copy(bytes, 0, bytes.length);
      return;
    }
    // A UTF-16 unit becomes at most three bytes.
    if (this.#filled + text.length * 3 > this.#buffer.length) this.#flush();
    const bytes = this.#buffer.write(text, this.#filled);
    this.#filled += bytes;
    this.#recordBytes += bytes;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#buffer, 0, this.#filled);
    this.#filled = 0;
  }
}
