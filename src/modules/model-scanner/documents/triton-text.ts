/** Protobuf text format as Triton's configurations and graphs of TensorFlow use it: fields, messages in braces, lists in brackets. */
import { MalformedBytes } from '../engine/reader.ts';

export type TritonField = { readonly name: string; readonly value: string | readonly TritonField[]; readonly at: number };

const deepest = 60;
const mostFields = 100_000;
const word = /[A-Za-z_][\w.]{0,500}/y;
const number = /[-+.\w]{1,100}/y;

/**
 * @param most fields of all messages together.
 * @returns the fields of the outermost message; text values joined and unescaped, all others as written.
 * @throws MalformedBytes with the character offset.
 * @source "Text Format Language Specification" of Protocol Buffers.
 */
export function parseTritonText(text: string, most = mostFields): readonly TritonField[] {
  return new TextParser(text, most).message(0, null);
}

class TextParser {
  readonly #text: string;
  #at = 0;
  #count = 0;
  readonly #most: number;
  constructor(text: string, most: number) {
    this.#text = text;
    this.#most = most;
  }
  message(depth: number, end: string | null): TritonField[] {
    if (depth > deepest) throw this.#wrong(`nested deeper than ${deepest} levels`);
    const fields: TritonField[] = [];
    for (;;) {
      this.#space();
      if (this.#at >= this.#text.length) {
        if (end !== null) throw this.#wrong('a message does not end');
        return fields;
      }
      if (end !== null && this.#take(end)) return fields;
      fields.push(...this.#field(depth));
      this.#space();
      if (!this.#take(',')) this.#take(';');
    }
  }
  #field(depth: number): TritonField[] {
    const at = this.#at;
    const name = this.#take('[') ? this.#extension() : this.#match(word, 'a field name is missing');
    this.#space();
    const colon = this.#take(':');
    this.#space();
    if (this.#take('[')) return this.#list(name, at, depth);
    if (!colon && this.#text[this.#at] !== '{' && this.#text[this.#at] !== '<') throw this.#wrong('a colon is missing');
    return [this.#named(name, at, depth)];
  }
  #extension(): string {
    const name = this.#match(/[\w./]{1,500}/y, 'an extension has no name');
    if (!this.#take(']')) throw this.#wrong('an extension name does not end');
    return name;
  }
  #list(name: string, at: number, depth: number): TritonField[] {
    const items: TritonField[] = [];
    for (;;) {
      this.#space();
      if (this.#take(']')) return items;
      items.push(this.#named(name, items.length === 0 ? at : this.#at, depth));
      this.#space();
      this.#take(',');
    }
  }
  #named(name: string, at: number, depth: number): TritonField {
    this.#count += 1;
    if (this.#count > this.#most) throw this.#wrong(`more than ${this.#most} fields`);
    if (this.#take('{')) return { name, value: this.message(depth + 1, '}'), at };
    if (this.#take('<')) return { name, value: this.message(depth + 1, '>'), at };
    const quoted = this.#text[this.#at] === '"' || this.#text[this.#at] === "'";
    return { name, value: quoted ? this.#texts() : this.#match(number, 'a value is missing'), at };
  }
  /** Texts that stand beside one another are one. */
  #texts(): string {
    let joined = '';
    for (;;) {
      const quote = this.#text[this.#at];
      if (quote !== '"' && quote !== "'") return joined;
      joined += this.#quoted(quote);
      this.#space();
    }
  }
  #quoted(quote: string): string {
    const start = this.#at + 1;
    for (let at = start; at < this.#text.length && this.#text[at] !== '\n'; at++) {
      if (this.#text[at] === '\\') at += 1;
      else if (this.#text[at] === quote) {
        this.#at = at + 1;
        return unescaped(this.#text.slice(start, at));
      }
    }
    throw this.#wrong('a text does not end');
  }
  #match(pattern: RegExp, otherwise: string): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) throw this.#wrong(otherwise);
    this.#at += match[0].length;
    return match[0];
  }
  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
  #space(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at] ?? '';
      if (character === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length - 1 : end;
      } else if (!/\s/.test(character)) return;
    }
  }
  #wrong(what: string): MalformedBytes {
    return new MalformedBytes('pbtxt-broken', this.#at, `Protobuf text: ${what} at character ${this.#at}`);
  }
}

const simple: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
]);

function unescaped(text: string): string {
  return text.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g,
    (whole, octal, hex, short, long, other) => {
      const code = octal === undefined ? (hex ?? short ?? long) : null;
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      if (code === undefined || code === null) return simple.get(other) ?? other;
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}
