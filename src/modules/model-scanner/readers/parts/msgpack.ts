/** MessagePack: one value walked without building it; texts, binaries and extensions are handed out by range. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from './cursor.ts';

export type PackedValue = {
  readonly kind: 'map' | 'array' | 'text' | 'binary' | 'extension' | 'number' | 'nil' | 'boolean';
  /** Where the value's first byte stands. */
  readonly at: number;
  /** Content of text, binary and extension; elsewhere empty. */
  readonly start: number;
  readonly end: number;
  /** Entries of a map, items of an array, type of an extension, 1 for true, a number without its sign (and not a fraction). */
  readonly count: number;
  /** Depth below the root, which has 0. */
  readonly depth: number;
  /** In a map: this value is a key. */
  readonly isKey: boolean;
};

type Open = { left: number; readonly isMap: boolean };

const deepest = 200;

/**
 * Walks one value from the cursor on, in order of the bytes.
 * @throws MalformedBytes when a length leaves the source, the nesting is deeper than 200, or the code C1 stands there.
 * @source MessagePack specification, "Formats".
 */
export function* packedValues(cursor: Cursor): Generator<PackedValue> {
  const open: Open[] = [];
  cursor.littleEndian = false;
  do {
    const top = open.at(-1);
    const isKey = top?.isMap === true && top.left % 2 === 0;
    const value = readValue(cursor, open.length, isKey);
    if (top) top.left -= 1;
    yield value;
    cursor.seek(value.end);
    if (value.kind === 'map' || value.kind === 'array') {
      // Every entry takes a byte at least: a count beyond that is a lie that would only waste time.
      const items = value.kind === 'map' ? value.count * 2 : value.count;
      if (items > cursor.left) throw new MalformedBytes('msgpack-count', value.at, `${items} values are promised in ${cursor.left} bytes`);
      if (open.length >= deepest) throw new MalformedBytes('msgpack-depth', value.at, `nested deeper than ${deepest}`);
      open.push({ left: items, isMap: value.kind === 'map' });
    }
    while (open.at(-1)?.left === 0) open.pop();
  } while (open.length > 0);
}

/** True when the bytes are one value to their end, and that is a map with text as its first key. */
export function isPackedMap(source: ByteSource): boolean {
  try {
    const cursor = new Cursor(source);
    let position = 0;
    for (const value of packedValues(cursor)) {
      if (position === 0 && (value.kind !== 'map' || value.count === 0)) return false;
      if (position === 1 && value.kind !== 'text') return false;
      position += 1;
    }
    return position > 2 && cursor.left === 0;
  } catch (error) {
    if (error instanceof MalformedBytes) return false;
    throw error;
  }
}

function readValue(cursor: Cursor, depth: number, isKey: boolean): PackedValue {
  const at = cursor.at;
  const code = cursor.u8();
  const plain = (kind: PackedValue['kind'], count: number): PackedValue => ({
    kind,
    at,
    start: cursor.at,
    end: cursor.at,
    count,
    depth,
    isKey,
  });
  const ranged = (kind: PackedValue['kind'], length: number, count = length): PackedValue => {
    const start = cursor.at;
    cursor.skip(length);
    return { kind, at, start, end: cursor.at, count, depth, isKey };
  };
  if (code < 0x80) return plain('number', code);
  if (code < 0x90) return plain('map', code & 15);
  if (code < 0xa0) return plain('array', code & 15);
  if (code < 0xc0) return ranged('text', code & 31);
  if (code >= 0xe0) return plain('number', code - 256);
  if (code === 0xc0) return plain('nil', 0);
  if (code === 0xc2 || code === 0xc3) return plain('boolean', code - 0xc2);
  if (code >= 0xd4 && code <= 0xd8) return ranged('extension', 2 ** (code - 0xd4), signed(cursor.u8()));
  const counted = countedCodes.get(code);
  if (!counted) throw new MalformedBytes('msgpack-code', at, 'the code C1 is never used');
  const count = sized(cursor, counted.bytes);
  if (counted.kind === 'extension') return ranged('extension', count, signed(cursor.u8()));
  return counted.kind === 'text' || counted.kind === 'binary' ? ranged(counted.kind, count) : plain(counted.kind, count);
}

/** Codes that a number of so many bytes follows: a length, a count, or the value itself. */
const countedCodes: ReadonlyMap<number, { readonly kind: PackedValue['kind']; readonly bytes: 1 | 2 | 4 | 8 }> = new Map([
  [0xc4, { kind: 'binary', bytes: 1 }],
  [0xc5, { kind: 'binary', bytes: 2 }],
  [0xc6, { kind: 'binary', bytes: 4 }],
  [0xc7, { kind: 'extension', bytes: 1 }],
  [0xc8, { kind: 'extension', bytes: 2 }],
  [0xc9, { kind: 'extension', bytes: 4 }],
  [0xca, { kind: 'number', bytes: 4 }],
  [0xcb, { kind: 'number', bytes: 8 }],
  [0xcc, { kind: 'number', bytes: 1 }],
  [0xcd, { kind: 'number', bytes: 2 }],
  [0xce, { kind: 'number', bytes: 4 }],
  [0xcf, { kind: 'number', bytes: 8 }],
  [0xd0, { kind: 'number', bytes: 1 }],
  [0xd1, { kind: 'number', bytes: 2 }],
  [0xd2, { kind: 'number', bytes: 4 }],
  [0xd3, { kind: 'number', bytes: 8 }],
  [0xd9, { kind: 'text', bytes: 1 }],
  [0xda, { kind: 'text', bytes: 2 }],
  [0xdb, { kind: 'text', bytes: 4 }],
  [0xdc, { kind: 'array', bytes: 2 }],
  [0xdd, { kind: 'array', bytes: 4 }],
  [0xde, { kind: 'map', bytes: 2 }],
  [0xdf, { kind: 'map', bytes: 4 }],
]);

function sized(cursor: Cursor, bytes: 1 | 2 | 4 | 8): number {
  if (bytes === 1) return cursor.u8();
  if (bytes === 2) return cursor.u16();
  return bytes === 4 ? cursor.u32() : cursor.u64();
}

function signed(byte: number): number {
  return byte > 127 ? byte - 256 : byte;
}
