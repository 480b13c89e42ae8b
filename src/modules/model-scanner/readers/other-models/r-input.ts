/** The three encodings of R's serialisation behind one face: XDR (big-endian), native binary (little-endian) and text. */
import { MalformedBytes, TruncatedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';

export type RInput = {
  readonly at: number;
  /** Upper bound of the items that may still come. */
  readonly left: number;
  integer(): number;
  /** Skips `count` values of so many bytes each; text takes a word for each. */
  skipValues(count: number, bytes: 1 | 4 | 8 | 16): void;
  /** Text of so many bytes, at most 4096 of them kept. */
  text(bytes: number): string;
};

export type REncoding = 'xdr' | 'native' | 'ascii';

const keptText = 4096;
const missing = -(2 ** 31);

export function rInput(source: ByteSource, at: number, encoding: REncoding): RInput {
  return encoding === 'ascii' ? new AsciiInput(source, at) : new BinaryInput(source, at, encoding === 'native');
}

class BinaryInput implements RInput {
  readonly #cursor: Cursor;
  constructor(source: ByteSource, at: number, littleEndian: boolean) {
    this.#cursor = new Cursor(source, at);
    this.#cursor.littleEndian = littleEndian;
  }
  get at(): number {
    return this.#cursor.at;
  }
  get left(): number {
    return this.#cursor.left / 4;
  }
  integer(): number {
    return this.#cursor.i32();
  }
  skipValues(count: number, bytes: number): void {
    this.#cursor.skip(count * bytes);
  }
  text(bytes: number): string {
    const at = this.#cursor.at;
    const text = this.#cursor.text(Math.min(bytes, keptText));
    if (bytes > keptText) this.#cursor.seek(at + bytes);
    return text;
  }
}

/** Words apart by white space; text is escaped as in C and its length counts the plain bytes. @source R Internals, section 1.8. */
class AsciiInput implements RInput {
  readonly #cursor: Cursor;
  constructor(source: ByteSource, at: number) {
    this.#cursor = new Cursor(source, at);
  }
  get at(): number {
    return this.#cursor.at;
  }
  get left(): number {
    return (this.#cursor.left + 1) / 2;
  }
  integer(): number {
    const at = this.at;
    const word = this.#word();
    if (word === 'NA') return missing;
    if (!/^-?\d{1,10}$/.test(word))
      throw new MalformedBytes('r-number', at, `a number is expected, ${JSON.stringify(word.slice(0, 30))} stands there`);
    return Number(word);
  }
  skipValues(count: number, bytes: number): void {
    const words = bytes === 16 ? count * 2 : count;
    for (let i = 0; i < words; i++) this.#word();
  }
  text(bytes: number): string {
    this.#space();
    let text = '';
    for (let i = 0; i < bytes; i++) {
      const character = this.#character();
      if (i < keptText) text += character;
    }
    return text;
  }
  #character(): string {
    const code = this.#cursor.u8();
    if (code !== 0x5c) return String.fromCharCode(code);
    const escaped = String.fromCharCode(this.#cursor.u8());
    if (!/[0-7]/.test(escaped)) return escaped;
    let value = Number(escaped);
    for (let i = 0; i < 2 && this.#cursor.left > 0; i++) {
      const at = this.#cursor.at;
      const digit = this.#cursor.u8() - 0x30;
      if (digit < 0 || digit > 7) {
        this.#cursor.seek(at);
        break;
      }
      value = value * 8 + digit;
    }
    return String.fromCharCode(value & 255);
  }
  #space(): number {
    for (;;) {
      const code = this.#cursor.u8();
      if (code > 32) {
        this.#cursor.seek(this.#cursor.at - 1);
        return code;
      }
    }
  }
  #word(): string {
    this.#space();
    let word = '';
    while (this.#cursor.left > 0) {
      const code = this.#cursor.u8();
      if (code <= 32) return word;
      word += String.fromCharCode(code);
      if (word.length > 100) throw new TruncatedBytes('r-word', this.at, 'a word does not end');
    }
    return word;
  }
}
