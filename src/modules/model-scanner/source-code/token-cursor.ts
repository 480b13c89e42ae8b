/** The tokens of a file under one finger. */
import type { Token } from './python-tokens.ts';

const endToken: Token = { kind: 'end', text: '', at: 0, end: 0 };

export class TokenCursor {
  readonly source: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  /** Nesting of expressions and blocks under work. */
  depth = 0;
  /** Something was too deep or too long to read. */
  cut = false;

  constructor(source: string, tokens: readonly Token[]) {
    this.source = source;
    this.#tokens = tokens;
  }
  get position(): number {
    return this.#at;
  }
  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1) ?? endToken;
  }
  next(): Token {
    const token = this.peek();
    if (this.#at < this.#tokens.length) this.#at += 1;
    return token;
  }
  /** End of the last token taken. */
  lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }
  isSign(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'sign' && token.text === text;
  }
  isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'name' && token.text === text;
  }
  takeSign(text: string): boolean {
    if (!this.isSign(text)) return false;
    this.#at += 1;
    return true;
  }
  takeWord(text: string): boolean {
    if (!this.isWord(text)) return false;
    this.#at += 1;
    return true;
  }
  /** The next token when it is a name, else an empty text. */
  takeName(): string {
    const token = this.peek();
    if (token.kind !== 'name') return '';
    this.#at += 1;
    return token.text;
  }
  atLineEnd(): boolean {
    const { kind, text } = this.peek();
    return kind === 'newline' || kind === 'end' || kind === 'dedent' || kind === 'indent' || (kind === 'sign' && text === ';');
  }
  /** Leaves a line that cannot be read: up to its end, brackets and all. */
  skipLine(): void {
    while (!['newline', 'end', 'dedent', 'indent'].includes(this.peek().kind)) this.#at += 1;
  }
}

/** `with (a as b, c as d):` – brackets around all items hold an `as`, and the colon follows them. */
export function bracketsItems(cursor: TokenCursor): boolean {
  let open = 0;
  let named = false;
  for (let ahead = 0; ahead < 400; ahead += 1) {
    const { kind, text } = cursor.peek(ahead);
    if (kind === 'sign' && '([{'.includes(text)) open += 1;
    if (kind === 'sign' && ')]}'.includes(text)) open -= 1;
    if (open === 1 && kind === 'name' && text === 'as') named = true;
    if (open === 0) return named && cursor.isSign(':', ahead + 1);
  }
  return false;
}

/** `match` is a word like any other unless its line ends with a colon. */
export function opensBlock(cursor: TokenCursor): boolean {
  const next = cursor.peek(1);
  if (next.kind === 'newline' || (next.kind === 'sign' && !'([{-*'.includes(next.text))) return false;
  for (let ahead = 1; ahead < 400; ahead += 1) {
    const { kind } = cursor.peek(ahead);
    if (kind === 'newline' || kind === 'end') return cursor.isSign(':', ahead - 1);
  }
  return false;
}
