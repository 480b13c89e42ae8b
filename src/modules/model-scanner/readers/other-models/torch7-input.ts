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

export function torch7Binary(source: ByteSource): Torch7Input {
  const cursor = new Cursor(source);
  const text = (most = 4096) => {
    const length = cursor.i32();
    const at = cursor.at;
    if (length < 0) throw new MalformedBytes('torch7-text', at, `a text of ${length} bytes is none`);
    cursor.skip(length);
    cursor.seek(at);
    const shown = cursor.text(Math.min(length, most));
    cursor.seek(at + length);
    return shown;
  };
  return {
    get at() {
      return cursor.at;
    },
    get left() {
      return cursor.left;
    },
    integer: () => cursor.i32(),
    long: () => cursor.u64(),
    skipNumber: () => cursor.skip(8),
    text,
    bytes: (length) => cursor.bytes(length),
    skipElements: (count, bytes) => cursor.skip(count * bytes),
  };
}

/** Numbers apart by white space; characters stand raw after one end of line. */
export function torch7Text(source: ByteSource): Torch7Input {
  const cursor = new Cursor(source);
  const word = () => {
    let found = '';
    while (cursor.left > 0) {
      const code = cursor.u8();
      if (code > 32) found += String.fromCharCode(code);
      else if (found !== '') return found;
      if (found.length > 60) throw new MalformedBytes('torch7-number', cursor.at, 'a number does not end');
    }
    return found;
  };
  const integer = () => {
    const at = cursor.at;
    const found = word();
    if (!/^-?\d{1,19}$/.test(found))
      throw new MalformedBytes('torch7-number', at, `a number is expected, ${JSON.stringify(found)} stands there`);
    return Number(found);
  };
  return {
    get at() {
      return cursor.at;
    },
    get left() {
      return cursor.left;
    },
    integer,
    long: integer,
    skipNumber: () => void word(),
    text: (most = 4096) => {
      const length = integer();
      const at = cursor.at;
      if (length < 0) throw new MalformedBytes('torch7-text', at, `a text of ${length} bytes is none`);
      cursor.skip(length);
      cursor.seek(at);
      const shown = cursor.text(Math.min(length, most));
      cursor.seek(at + length);
      return shown;
    },
    bytes: (length) => cursor.bytes(length),
    skipElements: (count) => {
      if (count > cursor.left) throw new MalformedBytes('torch7-storage', cursor.at, `${count} elements do not fit`);
      for (let i = 0; i < count; i++) word();
    },
  };
}
