/** Jinja's expressions and statements: tokens → tree. What cannot be read becomes `unreadable`; nothing throws. */
import { type JinjaBlock, type JinjaToken, jinjaPieces } from './jinja-lexer.ts';
import type { JinjaArgument, JinjaExpression, JinjaStatement } from './jinja-tree.ts';
import { blockText } from './python-words.ts';

const deepest = 80;
const mostLinks = 300;

export type JinjaTemplate = { readonly statements: readonly JinjaStatement[]; readonly cut: boolean };

/** @source Jinja 3.1 grammar: jinja2/parser.py, the order of precedence. */
export function parseJinja(template: string): JinjaTemplate {
  const { pieces, cut } = jinjaPieces(template);
  const statements: JinjaStatement[] = [];
  let tooDeep = cut;
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      statements.push({ kind: 'text', text: piece.text, at: piece.at });
      continue;
    }
    const parser = new ExpressionParser(piece.tokens);
    if (piece.kind === 'output') statements.push({ kind: 'output', value: parser.all(), at: piece.at });
    else statements.push(statementOf(parser, piece));
    tooDeep ||= parser.cut;
  }
  return { statements, cut: tooDeep };
}

const loading = new Set(['include', 'import', 'extends', 'from']);
const opening = new Set(['block', 'call', 'filter', 'autoescape', 'trans', 'generation']);

function statementOf(parser: ExpressionParser, { at }: JinjaBlock): JinjaStatement {
  const word = parser.takeName();
  if (word === 'set') return setOf(parser, at);
  if (word === 'for') return forOf(parser, at);
  if (word === 'if' || word === 'elif') return { kind: word, test: parser.all(), at };
  if (word === 'else') return { kind: 'else', word, at };
  if (word.startsWith('end')) return { kind: 'end', word, at };
  if (word === 'macro') return macroOf(parser, at);
  if (word === 'with') return withOf(parser, at);
  if (loading.has(word)) return { kind: 'load', word, value: parser.all(), at };
  const parameters = word === 'call' ? parametersOf(parser).parameters : [];
  const values: JinjaExpression[] = [];
  while (!parser.done()) {
    const value = parser.all();
    if (value.kind !== 'unreadable') values.push(value);
    parser.skip();
  }
  return { kind: 'other', word, values, opens: opening.has(word), parameters, at };
}

function setOf(parser: ExpressionParser, at: number): JinjaStatement {
  const names = parser.targets('=', '|');
  if (parser.take('=')) return { kind: 'set', names, value: parser.all(), filters: null, at };
  return { kind: 'set', names, value: null, filters: parser.filters(blockText(at)), at };
}

function forOf(parser: ExpressionParser, at: number): JinjaStatement {
  const names = parser.targets('in');
  parser.take('in');
  const iterable = parser.withoutCondition();
  const condition = parser.take('if') ? parser.withoutCondition() : null;
  return { kind: 'for', names, iterable, condition, at };
}

function macroOf(parser: ExpressionParser, at: number): JinjaStatement {
  const name = parser.takeName();
  return { kind: 'macro', name, ...parametersOf(parser), at };
}

type Parameters = { readonly parameters: string[]; readonly defaults: JinjaExpression[] };

function parametersOf(parser: ExpressionParser): Parameters {
  const parameters: string[] = [];
  const defaults: JinjaExpression[] = [];
  if (!parser.take('(')) return { parameters, defaults };
  while (!parser.done() && !parser.is(')')) {
    const parameter = parser.takeName();
    if (parameter !== '') parameters.push(parameter);
    if (parser.take('=')) defaults.push(parser.one());
    if (!parser.is(')')) parser.skip();
  }
  parser.take(')');
  return { parameters, defaults };
}

function withOf(parser: ExpressionParser, at: number): JinjaStatement {
  const bindings: { names: readonly string[]; value: JinjaExpression }[] = [];
  while (!parser.done()) {
    const names = parser.targets('=');
    if (parser.take('=')) bindings.push({ names, value: parser.one() });
    parser.skip();
  }
  return { kind: 'with', bindings, at };
}

/** Loosest first. */
const precedence: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'],
  ['+', '-'],
  ['~'],
  ['*', '/', '//', '%'],
];

class ExpressionParser {
  cut = false;
  readonly #tokens: readonly JinjaToken[];
  #at = 0;
  #depth = 0;
  constructor(tokens: readonly JinjaToken[]) {
    this.#tokens = tokens;
  }
  done(): boolean {
    return this.#at >= this.#tokens.length;
  }
  #peek(ahead = 0): JinjaToken {
    return this.#tokens[this.#at + ahead] ?? { kind: 'end', value: '', at: this.#tokens.at(-1)?.at ?? 0 };
  }
  is(value: string, ahead = 0): boolean {
    const token = this.#peek(ahead);
    return (token.kind === 'sign' || token.kind === 'name') && token.value === value;
  }
  take(value: string): boolean {
    if (!this.is(value)) return false;
    this.#at += 1;
    return true;
  }
  takeName(): string {
    const token = this.#peek();
    if (token.kind !== 'name') return '';
    this.#at += 1;
    return token.value;
  }
  /** Leaves one token that could not be read, so that a loop always ends. */
  skip(): void {
    if (!this.done()) this.#at += 1;
  }
  /** Names up to one of `stops`: `a, b`, `ns.x`. */
  targets(...stops: readonly string[]): string[] {
    const names: string[] = [];
    while (!this.done() && !stops.some((stop) => this.is(stop))) {
      const { kind, value } = this.#peek();
      if (kind === 'name') names.push(value);
      this.#at += 1;
    }
    return names;
  }
  /** `a, b` is a tuple. */
  all(): JinjaExpression {
    const first = this.one();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.take(',') && !this.done()) items.push(this.one());
    return { kind: 'list', items, at: first.at };
  }
  one(): JinjaExpression {
    return this.#nested(() => this.#conditional());
  }
  /** `| trim | replace('a', 'b')`, after what they filter. */
  filters(of: JinjaExpression): JinjaExpression {
    return this.#nested(() => this.#postfix(of));
  }
  withoutCondition(): JinjaExpression {
    return this.#nested(() => this.#chain(0));
  }
  #nested(read: () => JinjaExpression): JinjaExpression {
    if (this.#depth >= deepest) {
      this.cut = true;
      const { at } = this.#peek();
      this.#at = this.#tokens.length;
      return { kind: 'unreadable', at };
    }
    this.#depth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }
  #conditional(): JinjaExpression {
    let then = this.#chain(0);
    for (let links = 0; this.is('if') && links < mostLinks; links += 1) {
      this.take('if');
      const test = this.#chain(0);
      const other = this.take('else') ? this.one() : null;
      then = { kind: 'conditional', then, test, other, at: then.at };
    }
    return then;
  }
  #chain(level: number): JinjaExpression {
    const signs = precedence[level];
    if (!signs) return this.#unary();
    if (level === 2 && this.is('not')) {
      const { at } = this.#peek();
      this.take('not');
      return { kind: 'not', operand: this.#nested(() => this.#chain(level)), at };
    }
    const first = this.#chain(level + 1);
    const rest: { sign: string; operand: JinjaExpression }[] = [];
    for (let sign = this.#sign(signs); sign !== ''; sign = this.#sign(signs))
      rest.push({ sign, operand: this.#chain(level === 1 ? 2 : level + 1) });
    return rest.length === 0 ? first : { kind: 'chain', first, rest, at: first.at };
  }
  #sign(signs: readonly string[]): string {
    if (signs.includes('not in') && this.is('not') && this.is('in', 1)) {
      this.#at += 2;
      return 'not in';
    }
    const found = signs.find((sign) => this.is(sign)) ?? '';
    if (found !== '') this.#at += 1;
    return found;
  }
  #unary(): JinjaExpression {
    const { at } = this.#peek();
    let minus = 0;
    while (this.is('-') || this.is('+')) minus += this.take('-') ? 1 : Number(this.take('+')) * 0;
    const value = this.#postfix();
    const negative: JinjaExpression =
      minus % 2 === 1 ? { kind: 'chain', first: { kind: 'constant', value: 0, at }, rest: [{ sign: '-', operand: value }], at } : value;
    if (!this.take('**')) return negative;
    return { kind: 'chain', first: negative, rest: [{ sign: '**', operand: this.#nested(() => this.#unary()) }], at };
  }
  #postfix(of: JinjaExpression = this.#atom()): JinjaExpression {
    let value = of;
    for (let links = 0; !this.done(); links += 1) {
      const { at } = this.#peek();
      if (links > mostLinks) {
        this.cut = true;
        this.#at = this.#tokens.length;
        break;
      }
      if (this.take('.')) {
        const token = this.#peek();
        this.skip();
        value =
          token.kind === 'number'
            ? { kind: 'index', of: value, index: { kind: 'constant', value: Number(token.value), at }, at }
            : { kind: 'attribute', of: value, name: token.value, at };
      } else if (this.take('[')) value = { kind: 'index', of: value, index: this.#subscript(), at };
      else if (this.take('(')) value = { kind: 'call', callee: value, args: this.#arguments(), at };
      else if (this.is('|')) {
        this.#at += 1;
        value = { kind: 'filter', of: value, name: this.#dotted(), args: this.take('(') ? this.#arguments() : [], at };
      } else if (this.is('is')) value = this.#test(value);
      else break;
    }
    return value;
  }
  #dotted(): string {
    let name = this.takeName();
    while (this.is('.')) {
      this.#at += 1;
      name += `.${this.takeName()}`;
    }
    return name;
  }
  #test(of: JinjaExpression): JinjaExpression {
    const { at } = this.#peek();
    this.#at += 1;
    this.take('not');
    const name = this.#dotted();
    if (this.take('(')) return { kind: 'test', of, name, args: this.#arguments(), at };
    const next = this.#peek();
    const operand =
      next.kind === 'text' ||
      next.kind === 'number' ||
      (next.kind === 'name' && !/^(and|or|else|if|is|in|not)$/.test(next.value)) ||
      this.is('[') ||
      this.is('{');
    return { kind: 'test', of, name, args: operand && name !== '' ? [{ name: null, value: this.#nested(() => this.#atom()) }] : [], at };
  }
  #subscript(): JinjaExpression {
    const { at } = this.#peek();
    const bounds: (JinjaExpression | null)[] = [];
    let slices = false;
    let current: JinjaExpression | null = null;
    while (!this.done() && !this.is(']')) {
      if (this.take(':')) {
        slices = true;
        bounds.push(current);
        current = null;
      } else if (current !== null) this.skip();
      else current = this.one();
    }
    this.take(']');
    if (!slices) return current ?? { kind: 'unreadable', at };
    return { kind: 'slice', bounds: [...bounds, current], at };
  }
  #arguments(): JinjaArgument[] {
    const args: JinjaArgument[] = [];
    while (!this.done() && !this.is(')')) {
      while (this.take('*') || this.take('**'));
      const named = this.#peek().kind === 'name' && this.is('=', 1);
      const name = named ? this.takeName() : null;
      if (named) this.take('=');
      const before = this.#at;
      args.push({ name, value: this.one() });
      if (!this.take(',') && !this.is(')') && this.#at === before) this.skip();
    }
    this.take(')');
    return args;
  }
  #atom(): JinjaExpression {
    const token = this.#peek();
    const { at } = token;
    if (token.kind === 'end') return { kind: 'unreadable', at };
    this.#at += 1;
    if (token.kind === 'text') return this.#texts(token);
    if (token.kind === 'number') return { kind: 'constant', value: Number(token.value), at };
    if (token.kind === 'name') return nameOf(token);
    if (token.value === '(' || token.value === '[') return this.#items(token.value === '(' ? ')' : ']', at);
    if (token.value === '{') return this.#dict(at);
    return { kind: 'unreadable', at };
  }
  /** Texts side by side are one. */
  #texts({ value, at }: JinjaToken): JinjaExpression {
    const parts = [value];
    while (this.#peek().kind === 'text') {
      parts.push(this.#peek().value);
      this.#at += 1;
    }
    return { kind: 'constant', value: parts.join(''), at };
  }
  #items(close: string, at: number): JinjaExpression {
    const items: JinjaExpression[] = [];
    let tuple = close === ']';
    while (!this.done() && !this.is(close)) {
      const before = this.#at;
      items.push(this.one());
      if (this.take(',')) tuple = true;
      else if (this.#at === before) this.skip();
      else if (!this.is(close)) break;
    }
    this.take(close);
    const [only] = items;
    return only && !tuple && items.length === 1 ? only : { kind: 'list', items, at };
  }
  #dict(at: number): JinjaExpression {
    const entries: { key: JinjaExpression; value: JinjaExpression }[] = [];
    while (!this.done() && !this.is('}')) {
      const before = this.#at;
      const key = this.one();
      // Without a colon there is no value. The key again would be walked twice, and so would every dictionary in it: 2^depth times.
      entries.push({ key, value: this.take(':') ? this.one() : { kind: 'unreadable', at: key.at } });
      if (!this.take(',') && this.#at === before) this.skip();
    }
    this.take('}');
    return { kind: 'dict', entries, at };
  }
}

function nameOf({ value, at }: JinjaToken): JinjaExpression {
  const word = value.toLowerCase();
  if (word === 'true' || word === 'false') return { kind: 'constant', value: word === 'true', at };
  if (word === 'none') return { kind: 'constant', value: null, at };
  return { kind: 'name', name: value, at };
}
