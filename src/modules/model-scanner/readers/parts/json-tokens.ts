/** JSON with what JSON.parse hides: repeated keys, and a depth bound instead of a stack overflow. */
import { MalformedBytes } from '../../engine/reader.ts';

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;
export type JsonDocument = { readonly value: JsonValue; readonly repeatedKeys: readonly { readonly key: string; readonly at: number }[] };
/** Of each object and array: offset of the value under a key or index, in characters. */
export type ValueOffsets = WeakMap<object, Map<string | number, number>>;
export type JsonOptions = {
  /** Filled with the place of every key and item. */
  readonly offsets?: ValueOffsets;
  /** A number written any other way than as digits (`1.0`, `1e3`, `-0`, `01`) becomes NaN: readers of whole numbers refuse it. */
  readonly digitsOnly?: boolean;
};

const deepest = 400;

/**
 * Parses one JSON document. NaN and Infinity pass, because Python writes and reads them.
 * @param text the document; a byte order mark is skipped.
 * @throws MalformedBytes with the character offset when the text is no JSON or nested deeper than 400.
 */
export function parseJson(text: string, { offsets, digitsOnly = false }: JsonOptions = {}): JsonDocument {
  const parser = new JsonParser(text, offsets, digitsOnly);
  const value = parser.document();
  return { value, repeatedKeys: parser.repeatedKeys };
}

class JsonParser {
  readonly repeatedKeys: { key: string; at: number }[] = [];
  readonly #text: string;
  readonly #offsets: ValueOffsets | undefined;
  #at = 0;

  readonly #digitsOnly: boolean;

  constructor(text: string, offsets: ValueOffsets | undefined, digitsOnly: boolean) {
    this.#text = text;
    this.#digitsOnly = digitsOnly;
    this.#offsets = offsets;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
  }
  document(): JsonValue {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#wrong('something follows the document');
    return value;
  }
  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at += 1;
    }
  }
  #value(depth: number): JsonValue {
    if (depth > deepest) throw new MalformedBytes('json-depth', this.#at, `JSON nested deeper than ${deepest} levels`);
    this.#space();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      default:
        return this.#word();
    }
  }
  #object(depth: number): JsonObject {
    const object: JsonObject = new Map();
    const places = this.#placesOf(object);
    this.#at += 1;
    this.#space();
    if (this.#take('}')) return object;
    for (;;) {
      this.#space();
      const at = this.#at;
      if (this.#text[at] !== '"') throw this.#wrong('a key must be text');
      const key = this.#string();
      if (object.has(key) && this.repeatedKeys.length < 100) this.repeatedKeys.push({ key, at });
      this.#space();
      if (!this.#take(':')) throw this.#wrong('a colon is missing');
      places?.set(key, at);
      object.set(key, this.#value(depth + 1));
      this.#space();
      if (this.#take('}')) return object;
      if (!this.#take(',')) throw this.#wrong('a comma is missing');
    }
  }
  #array(depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    const places = this.#placesOf(items);
    this.#at += 1;
    this.#space();
    if (this.#take(']')) return items;
    for (;;) {
      this.#space();
      places?.set(items.length, this.#at);
      items.push(this.#value(depth + 1));
      this.#space();
      if (this.#take(']')) return items;
      if (!this.#take(',')) throw this.#wrong('a comma is missing');
    }
  }
  #placesOf(holder: object): Map<string | number, number> | undefined {
    if (this.#offsets === undefined) return undefined;
    const places = new Map<string | number, number>();
    this.#offsets.set(holder, places);
    return places;
  }
  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
  #string(): string {
    const start = this.#at + 1;
    const text = this.#text;
    for (let at = start; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.#at = at + 1;
        return text.slice(start, at);
      }
      if (code === 0x5c) return this.#escaped(start);
      if (code < 0x20) throw this.#wrong('a control character stands in text');
    }
    throw this.#wrong('text does not end');
  }
  #escaped(start: number): string {
    const text = this.#text;
    let at = start;
    while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
    this.#at = at + 1;
    try {
      const value: unknown = JSON.parse(text.slice(start - 1, at + 1));
      if (typeof value === 'string') return value;
    } catch {
      // The escape is wrong: said below with its place.
    }
    throw new MalformedBytes('json-broken', start, `JSON: an escape in the text at character ${start} is wrong`);
  }
  #word(): JsonValue {
    const match = /^(?:true|false|null|NaN|-?Infinity|-?\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,10})?)/.exec(
      this.#text.slice(this.#at, this.#at + 820),
    );
    if (!match) throw this.#wrong('a value is missing');
    this.#at += match[0].length;
    if (match[0] === 'true' || match[0] === 'false') return match[0] === 'true';
    if (match[0] === 'null') return null;
    return this.#digitsOnly && !/^(?:0|[1-9]\d*)$/.test(match[0]) ? Number.NaN : Number(match[0]);
  }
  #wrong(what: string): MalformedBytes {
    return new MalformedBytes('json-broken', this.#at, `JSON: ${what} at character ${this.#at}`);
  }
}
