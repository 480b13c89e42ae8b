/** Torch7's two encodings: binary (little-endian, 32-bit counts, 64-bit longs) and text. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';

export type Torch7Input = {
  readonly at: number;
  readonly left: number;
  integer(): number;
  long(): number;
  skipNumber(): void;
  /** A count and so many characters; at most `most` are kept. */
  text(most?: number): string;
  bytes(length: number): Uint8Array;
  skipElements(count: number, bytes: number): void;
};

/** Classes, not objects with getters: V8 would keep a shape of its own for each file. */
abstract class CursorInput {
  protected readonly cursor: Cursor;
  constructor(source: ByteSource) {
    this.cursor = new Cursor(source);
  }
  abstract integer(): number;
  get at(): number {
    return this.cursor.at;
  }
  get left(): number {
    return this.cursor.left;
  }
  bytes(length: number): Uint8Array {
    return this.cursor.bytes(length);
  }
  text(most = 4096): string {
    const length = this.integer();
    const at = this.cursor.at;
    if (length < 0) throw new MalformedBytes('torch7-text', at, `a text of ${length} bytes is none`);
    this.cursor.skip(length);
    this.cursor.seek(at);
    const shown = this.cursor.text(Math.min(length, most));
    this.cursor.seek(at + length);
    return shown;
  }
}

export class Torch7Binary extends CursorInput implements Torch7Input {
  integer(): number {
    return this.cursor.i32();
  }
  long(): number {
    return this.cursor.u64();
  }
  skipNumber(): void {
    this.cursor.skip(8);
  }
  skipElements(count: number, bytes: number): void {
    this.cursor.skip(count * bytes);
  }
}

/** Numbers apart by white space; characters stand raw after one end of line. */
export class Torch7Text extends CursorInput implements Torch7Input {
  integer(): number {
    const { at } = this;
    const found = this.#word();
    if (!/^-?\d{1,19}$/.test(found))
      throw new MalformedBytes('torch7-number', at, `a number is expected, ${JSON.stringify(found)} stands there`);
    return Number(found);
  }
  long(): number {
    return this.integer();
  }
  skipNumber(): void {
    this.#word();
  }
  skipElements(count: number): void {
    if (count > this.left) throw new MalformedBytes('torch7-storage', this.at, `${count} elements do not fit`);
    for (let i = 0; i < count; i++) this.#word();
  }
  #word(): string {
    let found = '';
    while (this.cursor.left > 0) {
      const code = this.cursor.u8();
      if (code > 32) found += String.fromCharCode(code);
      else if (found !== '') return found;
      if (found.length > 60) throw new MalformedBytes('torch7-number', this.cursor.at, 'a number does not end');
    }
    return found;
  }
}
