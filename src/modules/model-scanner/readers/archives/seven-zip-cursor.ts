/** The number, bit and name fields of a 7z header. @source 7zFormat.txt of the LZMA SDK. */
import { MalformedBytes } from '../../engine/reader.ts';
import { bytesSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';

const utf16 = new TextDecoder('utf-16le');

export class SevenZipCursor {
  readonly #cursor: Cursor;
  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }
  byte(): number {
    return this.#cursor.u8();
  }
  bytes(length: number): Uint8Array {
    return this.#cursor.bytes(length);
  }
  skip(length: number): void {
    this.#cursor.skip(length);
  }
  /** The leading ones of the first byte tell how many bytes follow; its other bits are the highest of the number. */
  number(): number {
    const first = this.byte();
    let mask = 0x80;
    let value = 0;
    for (let i = 0; i < 8; i++) {
      if ((first & mask) === 0) return value + (first & (mask - 1)) * 2 ** (8 * i);
      value += this.byte() * 2 ** (8 * i);
      mask >>= 1;
    }
    return value;
  }
  /** A number of things, of which there cannot be more than bytes left nor than `most`. */
  count(most: number): number {
    const value = this.number();
    if (value > most) throw this.wrong(`${value} entries are more than are read`);
    return value;
  }
  numbers(count: number): number[] {
    return Array.from({ length: count }, () => this.number());
  }
  bits(count: number): boolean[] {
    let byte = 0;
    let mask = 0;
    return Array.from({ length: count }, () => {
      if (mask === 0) {
        byte = this.byte();
        mask = 0x80;
      }
      const set = (byte & mask) !== 0;
      mask >>= 1;
      return set;
    });
  }
  /** A byte says that all are given, or a bit for each follows. */
  #given(count: number): boolean[] {
    return this.byte() === 0 ? this.bits(count) : new Array<boolean>(count).fill(true);
  }
  digests(count: number): (number | null)[] {
    return this.#given(count).map((given) => (given ? this.#cursor.u32() : null));
  }
  attributes(count: number): (number | null)[] {
    const given = this.#given(count);
    if (this.byte() !== 0) return [];
    return given.map((has) => (has ? this.#cursor.u32() : null));
  }
  names(count: number): string[] {
    if (this.byte() !== 0) throw this.wrong('names described elsewhere are not known');
    const text = utf16.decode(this.bytes(this.#cursor.left));
    return text.split('\0').slice(0, count);
  }
  part(length: number): SevenZipCursor {
    return new SevenZipCursor(new Cursor(bytesSource(this.bytes(length))));
  }
  wrong(detail: string): MalformedBytes {
    return new MalformedBytes('7z-broken', this.#cursor.at, `7z: ${detail}`);
  }
}
