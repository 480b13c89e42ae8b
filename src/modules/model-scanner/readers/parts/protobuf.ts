/** Protocol-buffer wire format: fields by number and range, nothing decoded that is not asked for. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from './cursor.ts';

export type Field = {
  readonly number: number;
  /** 0 variable, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wire: number;
  /** The number of wire type 0; 0 otherwise. Above 2^53 it loses low bits. */
  readonly value: number;
  /** Content of a length-delimited field (or the fixed bytes). */
  readonly start: number;
  readonly end: number;
};

const deepestGroup = 20;

/**
 * The fields of one message, in file order; unknown ones too. Content is skipped, not read.
 * @throws MalformedBytes when a key, a length or a group is broken.
 * @source Protocol Buffers documentation, "Encoding".
 */
export function* fields(source: ByteSource, start: number, end: number): Generator<Field> {
  const cursor = new Cursor(source, start, end);
  while (cursor.left > 0) {
    const field = readField(cursor, 0);
    yield field;
    cursor.seek(field.end);
  }
}

function readField(cursor: Cursor, depth: number): Field {
  const at = cursor.at;
  const key = varint(cursor);
  const number = Math.floor(key / 8);
  const wire = key % 8;
  if (number < 1 || number > 536_870_911) throw new MalformedBytes('protobuf-key', at, `field number ${number} is impossible`);
  const start = cursor.at;
  switch (wire) {
    case 0: {
      const value = varint(cursor);
      return { number, wire, value, start, end: cursor.at };
    }
    case 1:
      cursor.skip(8);
      return { number, wire, value: 0, start, end: cursor.at };
    case 2: {
      const length = varint(cursor);
      const content = cursor.at;
      cursor.skip(length);
      return { number, wire, value: 0, start: content, end: cursor.at };
    }
    case 3:
      return { number, wire, value: 0, start, end: groupEnd(cursor, number, depth) };
    case 5:
      cursor.skip(4);
      return { number, wire, value: 0, start, end: cursor.at };
    default:
      throw new MalformedBytes('protobuf-wire', at, `wire type ${wire} is impossible here`);
  }
}

function groupEnd(cursor: Cursor, number: number, depth: number): number {
  if (depth > deepestGroup) throw new MalformedBytes('protobuf-depth', cursor.at, 'groups are nested too deep');
  for (;;) {
    const at = cursor.at;
    if (varint(cursor) === number * 8 + 4) return cursor.at;
    cursor.seek(at);
    readField(cursor, depth + 1);
  }
}

function varint(cursor: Cursor): number {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = cursor.u8();
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return value;
  }
  throw new MalformedBytes('protobuf-varint', cursor.at, 'a number does not end');
}

const utf8 = new TextDecoder('utf-8');

/** Text content of a field, cut at `most` bytes. */
export function fieldText(source: ByteSource, { start, end }: Field, most = 4096): string {
  return utf8.decode(source.read(start, Math.min(end - start, most)));
}

/** More top-level fields than any model has: a file of these is something else. */
const mostFields = 1_000_000;

/** True when the bytes parse as a message to their end and use only these field numbers, with a wire type each. */
export function fitsShape(source: ByteSource, start: number, end: number, shape: ReadonlyMap<number, number>): boolean {
  try {
    let count = 0;
    for (const { number, wire } of fields(source, start, end)) {
      count += 1;
      if (shape.get(number) !== wire || count > mostFields) return false;
    }
    return true;
  } catch (error) {
    if (error instanceof MalformedBytes) return false;
    throw error;
  }
}
