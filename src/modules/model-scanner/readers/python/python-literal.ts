/** Python literals as numpy writes them into its headers: text, integers, truth values, None, tuples, lists, dictionaries. */
import { MalformedBytes } from '../../engine/reader.ts';

export type Literal = string | number | boolean | null | Literal[] | Map<string, Literal>;

const deepest = 20;

/**
 * @returns the value; tuples and lists both as arrays.
 * @throws MalformedBytes for anything that is no plain literal: a name, a call, an operator, text after the value.
 */
export function parseLiteral(text: string): Literal {
  const parser = new LiteralParser(text);
  const value = parser.value(0);
  parser.end();
  return value;
}

class LiteralParser {
  readonly #text: string;
  #at = 0;
  constructor(text: string) {
    this.#text = text;
  }
  value(depth: number): Literal {
    if (depth > deepest) throw this.#wrong('is nested too deep');
    const start = this.#peek();
    if (start === '{') return this.#dictionary(depth);
    if (start === '(') return this.#sequence(')', depth);
    if (start === '[') return this.#sequence(']', depth);
    if (start === "'" || start === '"') return this.#quoted(start);
    return this.#word();
  }
  end(): void {
    if (this.#peek() !== '') throw this.#wrong('is followed by something else');
  }
  #peek(): string {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
    return this.#text[this.#at] ?? '';
  }
  #word(): Literal {
    const match = /^(True|False|None|-?\d{1,20}L?)(?![\w.])/.exec(this.#text.slice(this.#at, this.#at + 24));
    if (!match?.[1]) throw this.#wrong('is not a plain value');
    this.#at += match[1].length;
    if (match[1] === 'True' || match[1] === 'False') return match[1] === 'True';
    return match[1] === 'None' ? null : Number(match[1].replace('L', ''));
  }
  #quoted(quote: string): string {
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end < 0) throw this.#wrong('has no closing quote');
    const inner = this.#text.slice(this.#at + 1, end);
    if (inner.includes('\\')) throw this.#wrong('holds an escape');
    this.#at = end + 1;
    return inner;
  }
  #sequence(close: string, depth: number): Literal[] {
    this.#at += 1;
    const items: Literal[] = [];
    while (this.#peek() !== close) {
      items.push(this.value(depth + 1));
      if (this.#peek() === ',') this.#at += 1;
      else if (this.#peek() !== close) throw this.#wrong('misses a comma');
    }
    this.#at += 1;
    return items;
  }
  #dictionary(depth: number): Map<string, Literal> {
    this.#at += 1;
    const entries = new Map<string, Literal>();
    while (this.#peek() !== '}') {
      const key = this.value(depth + 1);
      if (typeof key !== 'string' || this.#peek() !== ':') throw this.#wrong('has a key that is no text');
      if (entries.has(key)) throw this.#wrong(`repeats the key ${key}`);
      this.#at += 1;
      entries.set(key, this.value(depth + 1));
      if (this.#peek() === ',') this.#at += 1;
      else if (this.#peek() !== '}') throw this.#wrong('misses a comma');
    }
    this.#at += 1;
    return entries;
  }
  #wrong(what: string): MalformedBytes {
    return new MalformedBytes('not-a-literal', this.#at, `The header ${what} at character ${this.#at}.`);
  }
}
