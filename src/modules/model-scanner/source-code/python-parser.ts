/** Statements of Python: tokens → tree. A line that is no Python is left out and counted; the rest of the file is still read. */
import { readArguments, readExpression, readExpressions, readTargets } from './python-expressions.ts';
import { readFrom, readImport } from './python-import-statements.ts';
import { readParameters } from './python-parameters.ts';
import { tokenise } from './python-tokens.ts';
import type { Block, ClassStatement, Expression, FunctionStatement, Module, Statement } from './python-tree.ts';
import { bracketsItems, opensBlock, TokenCursor } from './token-cursor.ts';

const deepestBlocks = 60;
const mostStatements = 200_000;
const augmented = new Set(['+=', '-=', '*=', '/=', '//=', '%=', '@=', '&=', '|=', '^=', '>>=', '<<=', '**=']);

/**
 * @param text Python 2 or 3, whole; the grammar of both is accepted.
 * Never throws. Time and memory are linear in the text; nesting and statements are bounded.
 */
export function parsePython(text: string): Module {
  const { tokens, cut, lookalikes } = tokenise(text);
  const parser = new Parser(new TokenCursor(text, tokens));
  const body = parser.module();
  return { body, broken: parser.broken, cut: cut || parser.cut, lookalikes, statements: parser.statements };
}

class Parser {
  readonly #cursor: TokenCursor;
  broken = 0;
  statements = 0;
  #blocks = 0;
  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }
  get cut(): boolean {
    return this.#cursor.cut;
  }

  module(): Block {
    const body: Statement[] = [];
    while (this.#cursor.peek().kind !== 'end') {
      // An indent without a block above it: the lines count as if they stood at the margin.
      if (this.#cursor.peek().kind === 'indent' || this.#cursor.peek().kind === 'dedent') this.#cursor.next();
      else this.#line(body);
    }
    return body;
  }

  /** One logical line: a compound statement, or simple ones with `;` between. */
  #line(into: Statement[]): void {
    const cursor = this.#cursor;
    if (this.statements >= mostStatements) {
      cursor.cut = true;
      cursor.skipLine();
      cursor.next();
      return;
    }
    const before = cursor.position;
    const compound = this.#compound();
    if (compound) into.push(compound);
    else this.#simpleLine(into);
    // Whatever happened, the line is left behind.
    if (cursor.position === before) cursor.next();
  }

  #simpleLine(into: Statement[]): void {
    const cursor = this.#cursor;
    do {
      if (cursor.atLineEnd()) continue;
      this.statements += 1;
      into.push(this.#simple());
      if (!cursor.atLineEnd()) {
        this.broken += 1;
        this.#rest(into);
      }
    } while (cursor.takeSign(';'));
    if (cursor.peek().kind === 'newline') cursor.next();
  }

  /** What follows on a broken line may still hold calls. */
  #rest(into: Statement[]): void {
    const cursor = this.#cursor;
    for (let tries = 0; tries < 50 && !cursor.atLineEnd(); tries += 1) {
      const before = cursor.position;
      const value = readExpressions(cursor);
      into.push({ kind: 'expression', value, at: value.at, end: value.end });
      if (cursor.position === before) cursor.next();
    }
    if (!cursor.atLineEnd()) cursor.skipLine();
  }

  #compound(): Statement | null {
    const cursor = this.#cursor;
    const { kind, text, at } = cursor.peek();
    if (kind === 'sign' && text === '@') return this.#decorated();
    if (kind !== 'name') return null;
    if (text === 'async' && ['def', 'for', 'with'].some((word) => cursor.isWord(word, 1))) cursor.next();
    switch (cursor.peek().text) {
      case 'def':
        return this.#function(at, []);
      case 'class':
        return this.#class(at, []);
      case 'if':
        return this.#if(at);
      case 'for':
        return this.#for(at);
      case 'while':
        return this.#while(at);
      case 'try':
        return this.#try(at);
      case 'with':
        return this.#with(at);
      case 'match':
        return opensBlock(cursor) ? this.#match(at) : null;
      default:
        return null;
    }
  }

  #spot(at: number): { at: number; end: number } {
    return { at, end: this.#cursor.lastEnd() };
  }

  #block(): Block {
    const cursor = this.#cursor;
    if (!cursor.takeSign(':')) {
      this.broken += 1;
      cursor.skipLine();
    }
    const body: Statement[] = [];
    if (cursor.peek().kind !== 'newline') {
      this.#simpleLine(body);
      return body;
    }
    cursor.next();
    if (cursor.peek().kind !== 'indent') return body;
    cursor.next();
    if (this.#blocks >= deepestBlocks) {
      this.#skipBlock();
      return body;
    }
    this.#blocks += 1;
    while (cursor.peek().kind !== 'dedent' && cursor.peek().kind !== 'end') {
      if (cursor.peek().kind === 'indent') cursor.next();
      else this.#line(body);
    }
    cursor.next();
    this.#blocks -= 1;
    return body;
  }

  #skipBlock(): void {
    this.#cursor.cut = true;
    for (let open = 1; open > 0 && this.#cursor.peek().kind !== 'end'; ) {
      const { kind } = this.#cursor.next();
      if (kind === 'indent') open += 1;
      if (kind === 'dedent') open -= 1;
    }
  }

  #decorated(): Statement {
    const cursor = this.#cursor;
    const at = cursor.peek().at;
    const decorators: Expression[] = [];
    while (cursor.takeSign('@')) {
      decorators.push(readExpression(cursor));
      cursor.skipLine();
      if (cursor.peek().kind === 'newline') cursor.next();
    }
    cursor.takeWord('async');
    if (cursor.isWord('class')) return this.#class(at, decorators);
    if (cursor.isWord('def')) return this.#function(at, decorators);
    this.broken += 1;
    return { kind: 'expression', value: { kind: 'tuple', items: decorators, ...this.#spot(at) }, ...this.#spot(at) };
  }

  #function(at: number, decorators: Expression[]): FunctionStatement {
    const cursor = this.#cursor;
    this.statements += 1;
    cursor.next();
    const name = cursor.takeName();
    if (cursor.takeSign('[')) this.#skipTypeParameters();
    cursor.takeSign('(');
    const parameters = readParameters(cursor, ')', readExpression);
    cursor.takeSign(')');
    if (cursor.takeSign('->')) readExpression(cursor);
    return { kind: 'function', name, parameters, decorators, body: this.#block(), ...this.#spot(at) };
  }

  #class(at: number, decorators: Expression[]): ClassStatement {
    const cursor = this.#cursor;
    this.statements += 1;
    cursor.next();
    const name = cursor.takeName();
    if (cursor.takeSign('[')) this.#skipTypeParameters();
    const bases = cursor.takeSign('(') ? readArguments(cursor) : [];
    return { kind: 'class', name, bases, decorators, body: this.#block(), ...this.#spot(at) };
  }

  #skipTypeParameters(): void {
    while (!this.#cursor.takeSign(']') && this.#cursor.peek().kind !== 'newline' && this.#cursor.peek().kind !== 'end') this.#cursor.next();
  }

  #if(at: number): Statement {
    const cursor = this.#cursor;
    this.statements += 1;
    const branches: { test: Expression | null; body: Block }[] = [];
    cursor.next();
    branches.push({ test: readExpression(cursor), body: this.#block() });
    while (cursor.takeWord('elif')) branches.push({ test: readExpression(cursor), body: this.#block() });
    if (cursor.takeWord('else')) branches.push({ test: null, body: this.#block() });
    return { kind: 'if', branches, ...this.#spot(at) };
  }

  #else(): Block {
    return this.#cursor.takeWord('else') ? this.#block() : [];
  }

  #for(at: number): Statement {
    const cursor = this.#cursor;
    this.statements += 1;
    cursor.next();
    const target = readTargets(cursor);
    cursor.takeWord('in');
    const iterable = readExpressions(cursor);
    const body = this.#block();
    return { kind: 'for', target, iterable, body, other: this.#else(), ...this.#spot(at) };
  }

  #while(at: number): Statement {
    this.statements += 1;
    this.#cursor.next();
    const test = readExpression(this.#cursor);
    const body = this.#block();
    return { kind: 'while', test, body, other: this.#else(), ...this.#spot(at) };
  }

  #try(at: number): Statement {
    const cursor = this.#cursor;
    this.statements += 1;
    cursor.next();
    const body = this.#block();
    const handlers: { name: string | null; body: Block }[] = [];
    while (cursor.takeWord('except')) {
      cursor.takeSign('*');
      if (!cursor.isSign(':')) readExpressions(cursor);
      const name = cursor.takeWord('as') ? cursor.takeName() : null;
      handlers.push({ name, body: this.#block() });
    }
    const other = this.#else();
    const last = cursor.takeWord('finally') ? this.#block() : [];
    return { kind: 'try', body, handlers, other, last, ...this.#spot(at) };
  }

  #with(at: number): Statement {
    const cursor = this.#cursor;
    this.statements += 1;
    cursor.next();
    const items: { context: Expression; target: Expression | null }[] = [];
    const bracketed = cursor.isSign('(') && bracketsItems(cursor);
    if (bracketed) cursor.next();
    do {
      if (cursor.isSign(')')) break;
      const context = readExpression(cursor);
      items.push({ context, target: cursor.takeWord('as') ? readExpression(cursor) : null });
    } while (cursor.takeSign(','));
    if (bracketed) cursor.takeSign(')');
    return { kind: 'with', items, body: this.#block(), ...this.#spot(at) };
  }

  #match(at: number): Statement {
    const cursor = this.#cursor;
    this.statements += 1;
    cursor.next();
    const subject = readExpressions(cursor);
    const cases: Block[] = [];
    cursor.takeSign(':');
    if (cursor.peek().kind === 'newline') cursor.next();
    if (cursor.peek().kind !== 'indent') return { kind: 'match', subject, cases, ...this.#spot(at) };
    cursor.next();
    while (cursor.peek().kind !== 'dedent' && cursor.peek().kind !== 'end') {
      if (!cursor.takeWord('case')) {
        this.broken += 1;
        cursor.skipLine();
        if (cursor.peek().kind === 'newline' || cursor.peek().kind === 'indent') cursor.next();
        continue;
      }
      while (!cursor.isSign(':') && cursor.peek().kind !== 'newline' && cursor.peek().kind !== 'end') {
        // Patterns hold colons inside braces: read bracket by bracket.
        if (cursor.isSign('{') || cursor.isSign('(') || cursor.isSign('[')) readExpression(cursor);
        else cursor.next();
      }
      cases.push(this.#block());
    }
    cursor.next();
    return { kind: 'match', subject, cases, ...this.#spot(at) };
  }

  #simple(): Statement {
    const cursor = this.#cursor;
    const { kind, text, at } = cursor.peek();
    if (kind !== 'name') return this.#expressionStatement(at);
    switch (text) {
      case 'import':
        return readImport(cursor, at);
      case 'from':
        return readFrom(cursor, at);
      case 'return':
      case 'raise':
        return this.#valued(text, at);
      case 'global':
      case 'nonlocal':
        return this.#global(at);
      case 'del':
        cursor.next();
        return { kind: 'delete', value: readExpressions(cursor), ...this.#spot(at) };
      case 'assert':
        cursor.next();
        return { kind: 'expression', value: readExpressions(cursor), ...this.#spot(at) };
      case 'pass':
      case 'break':
      case 'continue':
        cursor.next();
        return { kind: 'pass', ...this.#spot(at) };
      case 'type':
        // `type X = int` gives X its value like any assignment.
        if (cursor.peek(1).kind === 'name' && (cursor.isSign('=', 2) || cursor.isSign('[', 2))) cursor.next();
        return this.#expressionStatement(at);
      case 'print':
      case 'exec':
        return this.#oldStatement(text, at);
      default:
        return this.#expressionStatement(at);
    }
  }

  #valued(kind: 'return' | 'raise', at: number): Statement {
    const cursor = this.#cursor;
    cursor.next();
    const value = cursor.atLineEnd() ? null : readExpressions(cursor);
    if (kind === 'raise' && cursor.takeWord('from')) readExpression(cursor);
    return { kind, value, ...this.#spot(at) };
  }

  #global(at: number): Statement {
    this.#cursor.next();
    const names: string[] = [];
    do names.push(this.#cursor.takeName());
    while (this.#cursor.takeSign(','));
    return { kind: 'global', names, ...this.#spot(at) };
  }

  /** Python 2: `exec code in scope`, `print >>stream, value`. Read as the calls they are. */
  #oldStatement(word: 'print' | 'exec', at: number): Statement {
    const cursor = this.#cursor;
    const next = cursor.peek(1);
    const operand =
      next.kind === 'string' ||
      next.kind === 'number' ||
      (next.kind === 'name' && !['in', 'is', 'if', 'and', 'or', 'not'].includes(next.text));
    if (!operand) return this.#expressionStatement(at);
    cursor.next();
    const value = readExpressions(cursor);
    const callee: Expression = { kind: 'name', id: word, at, end: at + word.length };
    const [code] = value.kind === 'chain' && word === 'exec' ? [value.first] : [value];
    return {
      kind: 'expression',
      value: { kind: 'call', callee, args: [{ name: null, star: '', value: code }], ...this.#spot(at) },
      ...this.#spot(at),
    };
  }

  #expressionStatement(at: number): Statement {
    const cursor = this.#cursor;
    const first = readExpressions(cursor);
    if (cursor.takeSign(':')) {
      readExpression(cursor);
      if (!cursor.takeSign('=')) return { kind: 'expression', value: first, ...this.#spot(at) };
      return { kind: 'assign', targets: [first], sign: '=', value: readExpressions(cursor), ...this.#spot(at) };
    }
    const sign = cursor.peek();
    if (sign.kind === 'sign' && augmented.has(sign.text)) {
      cursor.next();
      return { kind: 'assign', targets: [first], sign: sign.text, value: readExpressions(cursor), ...this.#spot(at) };
    }
    if (!cursor.isSign('=')) return { kind: 'expression', value: first, ...this.#spot(at) };
    const targets = [first];
    let value = first;
    while (cursor.takeSign('=')) {
      value = readExpressions(cursor);
      targets.push(value);
    }
    return { kind: 'assign', targets: targets.slice(0, -1), sign: '=', value, ...this.#spot(at) };
  }
}
