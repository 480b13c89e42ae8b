/** Universal Binary JSON, big-endian, with typed containers: parsed to the values JSON has; long runs of numbers stay numbers. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from './cursor.ts';
import type { JsonObject, JsonValue } from './json-tokens.ts';

const deepest = 64;
const mostValues = 20_000_000;
const longestText = 2 ** 20;
/** Bytes of the values that have a fixed width. @source UBJSON specification draft 12, "Value Types". */
const widths: ReadonlyMap<string, number> = new Map([
  ['i', 1],
  ['U', 1],
  ['I', 2],
  ['l', 4],
  ['L', 8],
  ['d', 4],
  ['D', 8],
  ['C', 1],
]);

export type UbjsonDocument = {
  readonly value: JsonValue;
  readonly end: number;
  readonly repeatedKeys: readonly { readonly key: string; readonly at: number }[];
};

/**
 * Parses one value.
 * @param tick called now and then, to check a time budget.
 * @throws MalformedBytes when a marker or length is wrong, or nesting is deeper than 64.
 */
export function parseUbjson(source: ByteSource, tick: () => void): UbjsonDocument {
  const parser = new UbjsonParser(source, tick);
  const value = parser.document();
  return { value, end: parser.at, repeatedKeys: parser.repeatedKeys };
}

type Container = { readonly type: string | null; readonly count: number | null };

class UbjsonParser {
  readonly repeatedKeys: { key: string; at: number }[] = [];
  readonly #cursor: Cursor;
  readonly #tick: () => void;
  #values = 0;

  constructor(source: ByteSource, tick: () => void) {
    this.#cursor = new Cursor(source);
    this.#cursor.littleEndian = false;
    this.#tick = tick;
  }
  get at(): number {
    return this.#cursor.at;
  }
  document(): JsonValue {
    return this.#value(this.#marker(), 0);
  }
  #marker(): string {
    let marker = String.fromCharCode(this.#cursor.u8());
    while (marker === 'N') marker = String.fromCharCode(this.#cursor.u8());
    return marker;
  }
  #value(marker: string, depth: number): JsonValue {
    this.#values += 1;
    if (this.#values > mostValues) throw new MalformedBytes('ubjson-values', this.at, `more than ${mostValues} values`);
    if ((this.#values & 0xffff) === 0) this.#tick();
    if (depth > deepest) throw new MalformedBytes('ubjson-depth', this.at, `nested deeper than ${deepest}`);
    switch (marker) {
      case 'Z':
        return null;
      case 'T':
      case 'F':
        return marker === 'T';
      case 'S':
      case 'H':
        return this.#text();
      case '[':
        return this.#array(depth);
      case '{':
        return this.#object(depth);
      default:
        return this.#scalar(marker);
    }
  }
  #scalar(marker: string): JsonValue {
    const cursor = this.#cursor;
    switch (marker) {
      case 'i':
        return (cursor.u8() << 24) >> 24;
      case 'U':
        return cursor.u8();
      case 'I':
        return (cursor.u16() << 16) >> 16;
      case 'l':
        return cursor.i32();
      case 'L':
        return this.#long();
      case 'd':
        return cursor.f32();
      case 'D':
        return cursor.f64();
      case 'C':
        return String.fromCharCode(cursor.u8());
      default:
        throw new MalformedBytes('ubjson-marker', cursor.at - 1, `the marker ${JSON.stringify(marker)} does not exist`);
    }
  }
  #long(): number {
    const high = this.#cursor.i32();
    return high * 2 ** 32 + this.#cursor.u32();
  }
  #length(): number {
    const at = this.at;
    const value = this.#scalar(String.fromCharCode(this.#cursor.u8()));
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      throw new MalformedBytes('ubjson-length', at, 'a length is no count');
    return value;
  }
  #text(): string {
    const length = this.#length();
    if (length <= longestText) return this.#cursor.text(length);
    const text = this.#cursor.source.read(this.at, longestText);
    this.#cursor.skip(length);
    return new TextDecoder().decode(text);
  }
  #container(): Container {
    const cursor = this.#cursor;
    let type: string | null = null;
    let at = cursor.at;
    let marker = String.fromCharCode(cursor.u8());
    if (marker === '$') {
      type = String.fromCharCode(cursor.u8());
      at = cursor.at;
      marker = String.fromCharCode(cursor.u8());
      if (marker !== '#') throw new MalformedBytes('ubjson-typed', at, 'a typed container has no count');
    }
    if (marker === '#') return { type, count: this.#length() };
    cursor.seek(at);
    return { type, count: null };
  }
  #array(depth: number): JsonValue[] {
    const { type, count } = this.#container();
    const items: JsonValue[] = [];
    if (count !== null) {
      this.#fits(count * (type === null ? 1 : (widths.get(type) ?? 0)), count);
      for (let i = 0; i < count; i++) items.push(this.#value(type ?? this.#marker(), depth + 1));
      return items;
    }
    for (let marker = this.#marker(); marker !== ']'; marker = this.#marker()) items.push(this.#value(marker, depth + 1));
    return items;
  }
  #object(depth: number): JsonObject {
    const { type, count } = this.#container();
    const object: JsonObject = new Map();
    if (count !== null) this.#fits(count * 2, count);
    for (let i = 0; count === null || i < count; i++) {
      const at = this.at;
      if (count === null && String.fromCharCode(this.#cursor.u8()) === '}') return object;
      this.#cursor.seek(at);
      const key = this.#text();
      if (object.has(key) && this.repeatedKeys.length < 100) this.repeatedKeys.push({ key, at });
      object.set(key, this.#value(type ?? this.#marker(), depth + 1));
    }
    return object;
  }
  /** Values without bytes of their own (null, true, false) are bounded by their number alone. */
  #fits(bytes: number, count: number): void {
    if (bytes > this.#cursor.left || count > mostValues)
      throw new MalformedBytes('ubjson-count', this.at, `${count} values are promised in ${this.#cursor.left} bytes`);
  }
}
