/** A forward reader over a byte source: holds one window, skips large constants without reading them. */
import type { ByteSource } from '../engine/source.ts';

/** Large enough that a read is rare, small enough that a skipped tensor costs nothing. */
export const windowBytes = 256 * 1024;
/** The first window: most streams are small, and many that are tried are none. */
const firstWindowBytes = 16 * 1024;

/**
 * Names of attributes and columns repeat within a file and from file to file: a text that was made a moment ago is taken again, which
 * costs a tenth of asking the runtime for another one.
 */
export const longestShort = 32;
const recentTexts: string[] = new Array(1024).fill('');

/** UTF-8 of `longestShort` bytes at most; other than ASCII takes the long way. */
export function shortText(bytes: Buffer, start: number, end: number): string {
  let mixed = end - start;
  let all = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    all |= byte;
    mixed = (Math.imul(mixed, 31) + byte) | 0;
  }
  if (all > 0x7f) return bytes.toString('utf8', start, end);
  const place = (mixed ^ (mixed >>> 10)) & 1023;
  const recent = recentTexts[place] as string;
  if (isText(recent, bytes, start, end)) return recent;
  const text = bytes.toString('latin1', start, end);
  recentTexts[place] = text;
  return text;
}

function isText(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at += 1) if (text.charCodeAt(at - start) !== bytes[at]) return false;
  return true;
}

/** The stream ended or broke here; caught by the stream reader, never seen outside. */
export class StreamBroken extends Error {
  override readonly name = 'StreamBroken';
  readonly code: string;
  constructor(code: string, detail: string) {
    // A hundred thousand streams may be tried that are none: where in our code each broke is asked by nobody, and costs more than the try.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(detail);
    Error.stackTraceLimit = limit;
    this.code = code;
  }
}

export class Cursor {
  readonly source: ByteSource;
  readonly size: number;
  #window: Buffer = Buffer.alloc(0);
  /** Source offset of the first window byte. */
  #base = 0;
  #at = 0;
  #nextWindow = firstWindowBytes;

  constructor(source: ByteSource, offset: number) {
    this.source = source;
    this.size = source.size;
    this.#base = offset;
  }

  get position(): number {
    return this.#base + this.#at;
  }

  /** The bytes at hand; valid until the next read. */
  get window(): Buffer {
    return this.#window;
  }

  /** Where the first of them stands in the source. */
  get windowAt(): number {
    return this.#base;
  }

  seek(position: number): void {
    const index = position - this.#base;
    if (index >= 0 && index <= this.#window.length) {
      this.#at = index;
      return;
    }
    this.#base = position;
    this.#window = Buffer.alloc(0);
    this.#at = 0;
  }

  get atEnd(): boolean {
    return this.position >= this.size;
  }

  #fill(count: number): void {
    this.#base += this.#at;
    this.#at = 0;
    const bytes = this.source.read(this.#base, Math.max(count, this.#nextWindow));
    this.#nextWindow = Math.min(windowBytes, 4 * this.#nextWindow);
    this.#window = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Makes `count` bytes readable from the window. @throws StreamBroken at the end of the source. */
  need(count: number): void {
    if (this.#at + count <= this.#window.length) return;
    if (this.position + count <= this.size) this.#fill(count);
    if (this.#at + count > this.#window.length)
      throw new StreamBroken('truncated', `the stream ends inside a value at byte ${this.position}`);
  }

  u1(): number {
    if (this.#at >= this.#window.length) this.need(1);
    return this.#window[this.#at++] as number;
  }

  u2(): number {
    this.need(2);
    this.#at += 2;
    return this.#window.readUInt16LE(this.#at - 2);
  }

  i4(): number {
    this.need(4);
    this.#at += 4;
    return this.#window.readInt32LE(this.#at - 4);
  }

  u4(): number {
    this.need(4);
    this.#at += 4;
    return this.#window.readUInt32LE(this.#at - 4);
  }

  /** Eight bytes as a number; lengths above 2^53 lose their low bits, which no bound check needs. */
  u8(): number {
    this.need(8);
    this.#at += 8;
    return Number(this.#window.readBigUInt64LE(this.#at - 8));
  }

  float8(): number {
    this.need(8);
    this.#at += 8;
    return this.#window.readDoubleBE(this.#at - 8);
  }

  /** Copies `count` bytes out of the stream. */
  take(count: number): Uint8Array {
    this.need(count);
    this.#at += count;
    return this.#window.subarray(this.#at - count, this.#at);
  }

  /** A view of the next `count` bytes, not moved over; valid until the next read. */
  peek(count: number): Uint8Array {
    this.need(count);
    return this.#window.subarray(this.#at, this.#at + count);
  }

  /** UTF-8 text of `count` bytes. */
  text(count: number): string {
    this.need(count);
    const start = this.#at;
    this.#at += count;
    return count <= longestShort ? shortText(this.#window, start, this.#at) : this.#window.toString('utf8', start, this.#at);
  }

  latin1(count: number): string {
    this.need(count);
    const start = this.#at;
    this.#at += count;
    return this.#window.toString('latin1', start, this.#at);
  }

  /** Moves over `count` bytes without reading them. @throws StreamBroken when the source is shorter. */
  skip(count: number): void {
    const target = this.position + count;
    if (target > this.size)
      throw new StreamBroken('truncated', `${count} bytes are announced at byte ${this.position}, the source ends before`);
    this.seek(target);
  }

  /**
   * A newline-terminated argument without its newline, as Latin-1, cut at `keep` characters. At the end of the source the last byte is
   * taken for the newline: CPython's own Python unpickler does, and looks the name up.
   * @returns the text and its full length in bytes.
   */
  line(keep: number): { text: string; length: number } {
    const start = this.position;
    let text = '';
    for (;;) {
      if (this.#at >= this.#window.length) {
        if (this.atEnd) return { text: text.slice(0, -1), length: Math.max(0, this.position - start - 1) };
        this.need(1);
      }
      const found = this.#window.indexOf(10, this.#at);
      const stop = found < 0 ? this.#window.length : found;
      if (text.length < keep) text += this.#window.toString('latin1', this.#at, Math.min(stop, this.#at + keep - text.length));
      this.#at = stop;
      if (found < 0) continue;
      const length = this.position - start;
      this.#at += 1;
      return { text, length };
    }
  }
}
