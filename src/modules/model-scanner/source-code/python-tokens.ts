/** Python source → tokens. Tolerant: what is no Python becomes a sign of its own, never an error. */
import { readLiteral, startsLiteral } from './python-strings.ts';

export type Token =
  | {
      readonly kind: 'name' | 'sign' | 'newline' | 'indent' | 'dedent' | 'end';
      readonly text: string;
      readonly at: number;
      readonly end: number;
    }
  | { readonly kind: 'number'; readonly text: string; readonly at: number; readonly end: number }
  | StringToken;

type StringToken = {
  readonly kind: 'string';
  /** Value without escapes; of f-strings the pieces are in `pieces`. Bytes hold one character for each byte. */
  readonly text: string;
  readonly flavour: 'text' | 'bytes' | 'format';
  /** Format strings: literal text, and the ranges of the expressions in the source. */
  readonly pieces: readonly (string | { readonly from: number; readonly to: number })[];
  readonly at: number;
  readonly end: number;
};

type TokenStream = {
  readonly tokens: readonly Token[];
  /** More tokens than are read: the rest of the file is not looked at. */
  readonly cut: boolean;
  /** Identifiers written in letters that only look like others (NFKC changes them): offsets. */
  readonly lookalikes: readonly number[];
};

type Part = { readonly from: number; readonly to: number };

const mostTokens = 400_000;
/** Longest first: `**=` before `**`. @source Python language reference, 2.6 Operators and delimiters. */
const signs = '**= //= >>= <<= ... != -> := += -= *= /= %= @= &= |= ^= ** // << >> <= >= == <>'.split(' ');
const identifier = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}·]*/uy;
const plainName = /[A-Za-z_]\w*/y;
const number = /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)[jJlL]?/y;

/**
 * @param text a whole file.
 * @param part an expression in it, read as inside brackets; offsets of the tokens are offsets in the file all the same.
 * Blocks are told by indent and dedent tokens; inside brackets lines do not count. Linear in the length.
 */
export function tokenise(text: string, part?: Part): TokenStream {
  const scanner = new Scanner(text, part);
  scanner.run();
  return { tokens: scanner.tokens, cut: scanner.cut, lookalikes: scanner.lookalikes };
}

class Scanner {
  readonly tokens: Token[] = [];
  readonly lookalikes: number[] = [];
  cut = false;
  readonly #text: string;
  readonly #end: number;
  #at: number;
  #depth: number;
  readonly #indents: number[] = [0];

  constructor(text: string, part?: Part) {
    this.#text = text;
    this.#at = part?.from ?? 0;
    this.#end = part?.to ?? text.length;
    this.#depth = part ? 1 : 0;
  }

  run(): void {
    if (this.#depth === 0) this.#lineStart();
    while (this.#at < this.#end) {
      if (this.tokens.length >= mostTokens) {
        this.cut = true;
        break;
      }
      this.#step();
    }
    if (this.tokens.at(-1)?.kind !== 'newline') this.#plain('newline', '', this.#end);
    for (let open = this.#indents.length; open > 1; open -= 1) this.#plain('dedent', '', this.#end);
    this.#plain('end', '', this.#end);
  }

  #step(): void {
    const character = this.#text[this.#at] ?? '';
    if (character === '\n' || character === '\r') this.#lineEnd();
    else if (character === ' ' || character === '\t' || character === '\f' || character === '\0' || character === '\u00a0') this.#at += 1;
    else if (character === '#') this.#at = this.#lineLimit();
    else if (character === '\\' && /[\r\n]/.test(this.#text[this.#at + 1] ?? ''))
      this.#at += this.#text.startsWith('\r\n', this.#at + 1) ? 3 : 2;
    else if (startsLiteral(this.#text, this.#at)) this.#string();
    else if (/[0-9]/.test(character) || (character === '.' && /[0-9]/.test(this.#text[this.#at + 1] ?? ''))) this.#number();
    else if (!this.#name(character)) this.#sign(character);
  }

  #plain(kind: 'newline' | 'indent' | 'dedent' | 'end' | 'sign' | 'name' | 'number', text: string, at: number): void {
    this.tokens.push({ kind, text, at, end: at + text.length });
  }

  #lineLimit(): number {
    let at = this.#at;
    while (at < this.#end && this.#text[at] !== '\n' && this.#text[at] !== '\r') at += 1;
    return at;
  }

  #lineEnd(): void {
    const at = this.#at;
    this.#at += this.#text.startsWith('\r\n', at) ? 2 : 1;
    if (this.#depth > 0) return;
    const last = this.tokens.at(-1)?.kind;
    if (last !== undefined && last !== 'newline' && last !== 'indent' && last !== 'dedent') this.#plain('newline', '', at);
    this.#lineStart();
  }

  /** Empty lines and comments do not change the block. */
  #lineStart(): void {
    let width = 0;
    let at = this.#at;
    for (; at < this.#end; at += 1) {
      const character = this.#text[at];
      if (character === ' ') width += 1;
      else if (character === '\t') width += 8 - (width % 8);
      else if (character === '\f') width = 0;
      else break;
    }
    this.#at = at;
    const next = this.#text[at];
    if (at >= this.#end || next === '\n' || next === '\r' || next === '#') return;
    const current = this.#indents.at(-1) ?? 0;
    if (width > current) {
      this.#indents.push(width);
      this.#plain('indent', '', at);
    }
    while ((this.#indents.at(-1) ?? 0) > width) {
      this.#indents.pop();
      this.#plain('dedent', '', at);
    }
  }

  #string(): void {
    const literal = readLiteral(this.#text, this.#at, this.#end);
    this.tokens.push({ kind: 'string', ...literal, at: this.#at });
    this.#at = literal.end;
  }

  #number(): void {
    number.lastIndex = this.#at;
    const match = number.exec(this.#text)?.[0] ?? this.#text[this.#at] ?? '';
    this.#plain('number', match, this.#at);
    this.#at += match.length;
  }

  /** Python reads identifiers in their NFKC form: letters of mathematics are plain letters to it. */
  #name(character: string): boolean {
    const shape = character < '\u0080' ? plainName : identifier;
    shape.lastIndex = this.#at;
    let match = shape.exec(this.#text)?.[0];
    if (match === undefined) return false;
    if (shape === plainName && (this.#text.charCodeAt(this.#at + match.length) || 0) >= 0x80) {
      identifier.lastIndex = this.#at;
      match = identifier.exec(this.#text)?.[0] ?? match;
    }
    const normal = /^\w+$/.test(match) ? match : match.normalize('NFKC');
    if (normal !== match && /^\w+$/.test(normal)) this.lookalikes.push(this.#at);
    this.tokens.push({ kind: 'name', text: normal, at: this.#at, end: this.#at + match.length });
    this.#at += match.length;
    return true;
  }

  #sign(character: string): void {
    const long = '*/<>!.-:+%@&|^='.includes(character) ? signs.find((sign) => this.#text.startsWith(sign, this.#at)) : undefined;
    const text = long ?? String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0xfffd);
    if (text === '(' || text === '[' || text === '{') this.#depth += 1;
    else if ((text === ')' || text === ']' || text === '}') && this.#depth > 0) this.#depth -= 1;
    this.#plain('sign', text, this.#at);
    this.#at += text.length;
  }
}
