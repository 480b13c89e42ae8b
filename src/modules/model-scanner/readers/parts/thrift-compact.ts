/** Thrift compact protocol: structures walked by field number, everything not asked for is skipped. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { Cursor } from './cursor.ts';

/** A value that stands at the cursor; the caller reads it with the method for its type, or skips it. */
export type ThriftField = { readonly id: number; readonly type: number };

export const thriftTypes = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;

const deepest = 64;

/** @source Apache Thrift, "Thrift Compact protocol encoding". */
export class ThriftReader {
  readonly cursor: Cursor;
  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }
  /** The fields of the structure at the cursor. The caller must read or skip each value before the next step. */
  *fields(): Generator<ThriftField> {
    let id = 0;
    for (;;) {
      const head = this.cursor.u8();
      if (head === 0) return;
      const delta = head >> 4;
      id = delta === 0 ? this.integer() : id + delta;
      yield { id, type: head & 15 };
    }
  }
  varint(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.cursor.u8();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new MalformedBytes('thrift-varint', this.cursor.at, 'a number does not end');
  }
  /** Zigzag; above 2^53 low bits are lost, which bounds checks do not mind. */
  integer(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  /** @returns range of the bytes; the cursor then stands behind them. */
  binary(): { readonly start: number; readonly end: number } {
    const length = this.varint();
    const start = this.cursor.at;
    this.cursor.skip(length);
    return { start, end: this.cursor.at };
  }
  list(): { readonly type: number; readonly count: number } {
    const head = this.cursor.u8();
    const count = head >> 4 === 15 ? this.varint() : head >> 4;
    // A value takes one byte at least.
    if (count > this.cursor.left)
      throw new MalformedBytes('thrift-count', this.cursor.at, `${count} values are promised in ${this.cursor.left} bytes`);
    return { type: head & 15, count };
  }
  skip(type: number, depth = 0): void {
    if (depth > deepest) throw new MalformedBytes('thrift-depth', this.cursor.at, `nested deeper than ${deepest}`);
    if (type === thriftTypes.true || type === thriftTypes.false) return;
    if (type === thriftTypes.byte) this.cursor.skip(1);
    else if (type >= thriftTypes.i16 && type <= thriftTypes.i64) this.varint();
    else if (type === thriftTypes.double) this.cursor.skip(8);
    else if (type === thriftTypes.binary) this.binary();
    else if (type === thriftTypes.list || type === thriftTypes.set) this.#skipList(depth);
    else if (type === thriftTypes.map) this.#skipMap(depth);
    else if (type === thriftTypes.struct) for (const field of this.fields()) this.skip(field.type, depth + 1);
    else throw new MalformedBytes('thrift-type', this.cursor.at, `the type ${type} does not exist`);
  }
  #skipList(depth: number): void {
    const { type, count } = this.list();
    for (let i = 0; i < count; i++) this.#skipItem(type, depth);
  }
  #skipMap(depth: number): void {
    const count = this.varint();
    if (count === 0) return;
    if (count > this.cursor.left) throw new MalformedBytes('thrift-count', this.cursor.at, `${count} entries are promised`);
    const types = this.cursor.u8();
    for (let i = 0; i < count; i++) {
      this.#skipItem(types >> 4, depth);
      this.#skipItem(types & 15, depth);
    }
  }
  /** Truth values in containers take a byte. */
  #skipItem(type: number, depth: number): void {
    if (type === thriftTypes.true || type === thriftTypes.false) this.cursor.skip(1);
    else this.skip(type, depth + 1);
  }
}
