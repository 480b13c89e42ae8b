/** Expressions of Python: tokens → tree, by precedence. What cannot be read becomes `unreadable` and the reader goes on. */
import { numberLiteral } from './python-numbers.ts';
import { readParameters } from './python-parameters.ts';
import { tokenise } from './python-tokens.ts';
import type { Argument, Clause, Expression } from './python-tree.ts';
import { TokenCursor } from './token-cursor.ts';

/** One level is up to four frames of this reader: far from the end of any stack. */
const deepest = 100;
const longestPostfix = 300;
const deepestFormat = 4;

/** Loosest first. @source Python language reference, 6.17 Operator precedence. */
const precedence: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['not in', 'is not', 'in', 'is', '<', '>', '==', '>=', '<=', '!=', '<>'],
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%', '@'],
];
const reserved = new Set(
  'and as assert break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/** `a, b` without brackets is a tuple. */
export function readExpressions(cursor: TokenCursor): Expression {
  const at = cursor.peek().at;
  const first = readItem(cursor);
  if (!cursor.isSign(',')) return first;
  const items = [first];
  while (cursor.takeSign(',')) {
    if (cursor.atLineEnd() || closes(cursor) || cursor.isSign('=') || cursor.isSign(':')) break;
    items.push(readItem(cursor));
  }
  return { kind: 'tuple', items, at, end: cursor.lastEnd() };
}

function closes(cursor: TokenCursor): boolean {
  return cursor.isSign(')') || cursor.isSign(']') || cursor.isSign('}');
}

function readItem(cursor: TokenCursor): Expression {
  const { at } = cursor.peek();
  if (cursor.takeSign('*')) return { kind: 'star', value: readExpression(cursor), at, end: cursor.lastEnd() };
  return readExpression(cursor);
}

/** @returns one expression; consumes at least one token unless the line ends here. */
export function readExpression(cursor: TokenCursor): Expression {
  if (cursor.depth >= deepest) return skipNested(cursor);
  cursor.depth += 1;
  try {
    return conditional(cursor);
  } finally {
    cursor.depth -= 1;
  }
}

/** Deeper than is read: the bracket is left behind as a whole. */
function skipNested(cursor: TokenCursor): Expression {
  const at = cursor.peek().at;
  cursor.cut = true;
  let open = 0;
  while (cursor.peek().kind !== 'end') {
    if (open === 0 && (closes(cursor) || cursor.isSign(',') || cursor.peek().kind === 'newline')) break;
    const { text, kind } = cursor.next();
    if (kind === 'sign' && '([{'.includes(text)) open += 1;
    if (kind === 'sign' && ')]}'.includes(text)) open -= 1;
  }
  return { kind: 'unreadable', at, end: cursor.lastEnd() };
}

function conditional(cursor: TokenCursor): Expression {
  const at = cursor.peek().at;
  if (cursor.isWord('lambda')) return lambda(cursor);
  if (cursor.isWord('yield')) return yielded(cursor);
  if (cursor.peek().kind === 'name' && cursor.isSign(':=', 1)) {
    const target = cursor.takeName();
    cursor.next();
    return { kind: 'walrus', target, value: readExpression(cursor), at, end: cursor.lastEnd() };
  }
  const then = chain(cursor, 0);
  if (!cursor.takeWord('if')) return then;
  const test = chain(cursor, 0);
  const other: Expression = cursor.takeWord('else') ? readExpression(cursor) : { kind: 'constant', value: null, at, end: at };
  return { kind: 'conditional', test, then, other, at, end: cursor.lastEnd() };
}

function yielded(cursor: TokenCursor): Expression {
  const at = cursor.next().at;
  cursor.takeWord('from');
  const value = cursor.atLineEnd() || closes(cursor) ? null : readExpressions(cursor);
  return { kind: 'yield', value, at, end: cursor.lastEnd() };
}

function lambda(cursor: TokenCursor): Expression {
  const at = cursor.next().at;
  const parameters = readParameters(cursor, ':', readExpression);
  cursor.takeSign(':');
  return { kind: 'lambda', parameters, body: readExpression(cursor), at, end: cursor.lastEnd() };
}

function chain(cursor: TokenCursor, level: number): Expression {
  const signs = precedence[level];
  if (!signs) return unary(cursor);
  const at = cursor.peek().at;
  if (level === 2 && cursor.isWord('not')) return negated(cursor, level);
  const first = chain(cursor, level + 1);
  let sign = signAt(cursor, signs);
  if (sign === '') return first;
  const rest: { sign: string; operand: Expression }[] = [];
  for (; sign !== ''; sign = signAt(cursor, signs)) {
    cursor.next();
    if (sign === 'not in' || sign === 'is not') cursor.next();
    rest.push({ sign, operand: level === 1 && cursor.isWord('not') ? negated(cursor, 2) : chain(cursor, level + 1) });
  }
  return { kind: 'chain', first, rest, at, end: cursor.lastEnd() };
}

function negated(cursor: TokenCursor, level: number): Expression {
  const { at } = cursor.next();
  let count = 1;
  while (cursor.takeWord('not')) count += 1;
  const operand = chain(cursor, level);
  return { kind: 'unary', sign: count % 2 === 1 ? 'not' : 'truth', operand, at, end: cursor.lastEnd() };
}

function signAt(cursor: TokenCursor, signs: readonly string[]): string {
  const token = cursor.peek();
  if (token.kind === 'name') {
    if (token.text === 'not' && cursor.isWord('in', 1) && signs.includes('not in')) return 'not in';
    if (token.text === 'is' && cursor.isWord('not', 1) && signs.includes('is not')) return 'is not';
  } else if (token.kind !== 'sign') return '';
  return signs.includes(token.text) ? token.text : '';
}

function unary(cursor: TokenCursor): Expression {
  const at = cursor.peek().at;
  const before: string[] = [];
  // `not` binds looser, but where a file is broken it may stand here as well.
  while (cursor.isSign('-') || cursor.isSign('+') || cursor.isSign('~')) before.push(cursor.next().text);
  let value = power(cursor);
  for (const sign of before.slice(-8).reverse()) value = { kind: 'unary', sign, operand: value, at, end: cursor.lastEnd() };
  return value;
}

function power(cursor: TokenCursor): Expression {
  const at = cursor.peek().at;
  const awaits = cursor.isWord('await') && !cursor.isSign('=', 1);
  if (awaits) cursor.next();
  const plain = postfix(cursor);
  const base: Expression = awaits ? { kind: 'await', value: plain, at, end: cursor.lastEnd() } : plain;
  if (!cursor.takeSign('**')) return base;
  const operand = cursor.depth >= deepest ? skipNested(cursor) : nested(cursor, unary);
  return { kind: 'chain', first: base, rest: [{ sign: '**', operand }], at, end: cursor.lastEnd() };
}

function nested(cursor: TokenCursor, read: (cursor: TokenCursor) => Expression): Expression {
  cursor.depth += 1;
  try {
    return read(cursor);
  } finally {
    cursor.depth -= 1;
  }
}

function postfix(cursor: TokenCursor): Expression {
  let value = atom(cursor);
  for (let links = 0; ; links += 1) {
    const { at } = value;
    if (links > longestPostfix) return skipNested(cursor);
    if (cursor.takeSign('.')) value = { kind: 'attribute', of: value, name: cursor.takeName(), at, end: cursor.lastEnd() };
    else if (cursor.takeSign('(')) value = { kind: 'call', callee: value, args: readArguments(cursor), at, end: cursor.lastEnd() };
    else if (cursor.takeSign('[')) value = { kind: 'index', of: value, index: subscript(cursor), at, end: cursor.lastEnd() };
    else return value;
  }
}

/** Arguments after the opening bracket, which is closed here. */
export function readArguments(cursor: TokenCursor): Argument[] {
  const args: Argument[] = [];
  while (!cursor.isSign(')') && cursor.peek().kind !== 'end') {
    const before = cursor.position;
    const star = cursor.takeSign('**') ? '**' : cursor.takeSign('*') ? '*' : '';
    const named = star === '' && cursor.peek().kind === 'name' && cursor.isSign('=', 1);
    const name = named ? cursor.takeName() : null;
    if (named) cursor.next();
    const value = readExpression(cursor);
    args.push({
      name,
      star,
      value: cursor.isWord('for') || cursor.isWord('async') ? comprehension(cursor, 'generator', { element: value }) : value,
    });
    if (!cursor.takeSign(',') && !cursor.isSign(')') && cursor.position === before) cursor.next();
    else if (!cursor.isSign(')') && cursor.peek().kind === 'newline') break;
  }
  cursor.takeSign(')');
  return args;
}

function subscript(cursor: TokenCursor): Expression {
  const at = cursor.peek().at;
  const items: Expression[] = [];
  let tuple = false;
  while (!cursor.isSign(']') && cursor.peek().kind !== 'end') {
    const before = cursor.position;
    items.push(sliceOrItem(cursor));
    if (cursor.takeSign(',')) tuple = true;
    else if (!cursor.isSign(']') && cursor.position === before) cursor.next();
    if (cursor.peek().kind === 'newline') break;
  }
  cursor.takeSign(']');
  const [only] = items;
  if (only && !tuple && items.length === 1) return only;
  return { kind: 'tuple', items, at, end: cursor.lastEnd() };
}

function sliceOrItem(cursor: TokenCursor): Expression {
  const at = cursor.peek().at;
  const bound = () => (cursor.isSign(':') || cursor.isSign(',') || cursor.isSign(']') ? null : readItem(cursor));
  const lower = bound();
  if (!cursor.takeSign(':')) return lower ?? { kind: 'unreadable', at, end: cursor.lastEnd() };
  const upper = bound();
  const step = cursor.takeSign(':') ? bound() : null;
  return { kind: 'slice', lower, upper, step, at, end: cursor.lastEnd() };
}

function atom(cursor: TokenCursor): Expression {
  const token = cursor.peek();
  const { at } = token;
  if (token.kind === 'string') return strings(cursor);
  if (token.kind === 'number') return numberLiteral(cursor.next().text, at, cursor.lastEnd());
  if (token.kind === 'name') return nameOf(cursor);
  if (token.kind === 'sign') {
    if (cursor.takeSign('(')) return parenthesised(cursor, at);
    if (cursor.takeSign('[')) return listed(cursor, at);
    if (cursor.takeSign('{')) return braced(cursor, at);
    if (cursor.takeSign('...')) return { kind: 'constant', value: null, at, end: cursor.lastEnd() };
    // TorchScript writes a Python function inside compiled code as `^name(scalars)(tensors)`.
    if (cursor.isSign('^') && cursor.peek(1).kind === 'name') {
      cursor.next();
      return { kind: 'name', id: `^${cursor.takeName()}`, at, end: cursor.lastEnd() };
    }
    if (!closes(cursor) && !cursor.isSign(',')) cursor.next();
  }
  return { kind: 'unreadable', at, end: Math.max(at, cursor.lastEnd()) };
}

function nameOf(cursor: TokenCursor): Expression {
  const { text, at } = cursor.peek();
  if (reserved.has(text)) {
    // A statement's word inside an expression: the line is broken here.
    if (text === 'print' || text === 'exec') cursor.next();
    return { kind: 'unreadable', at, end: at };
  }
  cursor.next();
  const end = cursor.lastEnd();
  if (text === 'True' || text === 'False') return { kind: 'constant', value: text === 'True', at, end };
  if (text === 'None') return { kind: 'constant', value: null, at, end };
  return { kind: 'name', id: text, at, end };
}

/** Literals side by side are one. */
function strings(cursor: TokenCursor): Expression {
  const { at } = cursor.peek();
  const parts: (string | Expression)[] = [];
  let bytes = false;
  let format = false;
  for (let token = cursor.peek(); token.kind === 'string'; token = cursor.peek()) {
    cursor.next();
    if (token.flavour === 'bytes') bytes = true;
    if (token.flavour !== 'format') parts.push(token.text);
    else {
      format = true;
      for (const piece of token.pieces) parts.push(typeof piece === 'string' ? piece : formatExpression(cursor, piece));
    }
  }
  const end = cursor.lastEnd();
  if (format) return { kind: 'format', parts, at, end };
  return { kind: bytes ? 'bytes' : 'text', value: parts.join(''), at, end };
}

function formatExpression(cursor: TokenCursor, { from, to }: { readonly from: number; readonly to: number }): Expression {
  if (cursor.depth > deepest - deepestFormat) return { kind: 'unreadable', at: from, end: to };
  const inner = new TokenCursor(cursor.source, tokenise(cursor.source, { from, to }).tokens);
  // Each format string inside another one counts as many levels: its text is read once more for each.
  inner.depth = cursor.depth + Math.floor(deepest / deepestFormat);
  const value = readExpressions(inner);
  cursor.cut ||= inner.cut;
  return value;
}

function parenthesised(cursor: TokenCursor, at: number): Expression {
  if (cursor.takeSign(')')) return { kind: 'tuple', items: [], at, end: cursor.lastEnd() };
  const items: Expression[] = [];
  let tuple = false;
  while (!cursor.isSign(')') && cursor.peek().kind !== 'end') {
    const before = cursor.position;
    const value = readItem(cursor);
    items.push(cursor.isWord('for') || cursor.isWord('async') ? comprehension(cursor, 'generator', { element: value }) : value);
    if (cursor.takeSign(',')) tuple = true;
    else if (!cursor.isSign(')') && cursor.position === before) cursor.next();
    if (cursor.peek().kind === 'newline') break;
  }
  cursor.takeSign(')');
  const [only] = items;
  return only && !tuple && items.length === 1
    ? { ...only, at, end: cursor.lastEnd() }
    : { kind: 'tuple', items, at, end: cursor.lastEnd() };
}

function listed(cursor: TokenCursor, at: number): Expression {
  const items: Expression[] = [];
  while (!cursor.isSign(']') && cursor.peek().kind !== 'end') {
    const before = cursor.position;
    const value = readItem(cursor);
    if (cursor.isWord('for') || cursor.isWord('async')) {
      const made = comprehension(cursor, 'list', { element: value });
      cursor.takeSign(']');
      return made;
    }
    items.push(value);
    if (!cursor.takeSign(',') && !cursor.isSign(']') && cursor.position === before) cursor.next();
    if (cursor.peek().kind === 'newline') break;
  }
  cursor.takeSign(']');
  return { kind: 'list', items, at, end: cursor.lastEnd() };
}

function braced(cursor: TokenCursor, at: number): Expression {
  const entries: { key: Expression | null; value: Expression }[] = [];
  const items: Expression[] = [];
  while (!cursor.isSign('}') && cursor.peek().kind !== 'end') {
    const before = cursor.position;
    if (cursor.takeSign('**')) entries.push({ key: null, value: readExpression(cursor) });
    else {
      const key = readItem(cursor);
      const value = cursor.takeSign(':') ? readExpression(cursor) : null;
      if (cursor.isWord('for') || cursor.isWord('async')) {
        const made = value ? comprehension(cursor, 'dict', { element: value, key }) : comprehension(cursor, 'set', { element: key });
        cursor.takeSign('}');
        return made;
      }
      if (value) entries.push({ key, value });
      else items.push(key);
    }
    if (!cursor.takeSign(',') && !cursor.isSign('}') && cursor.position === before) cursor.next();
    if (cursor.peek().kind === 'newline') break;
  }
  cursor.takeSign('}');
  const end = cursor.lastEnd();
  return items.length > 0 ? { kind: 'set', items, at, end } : { kind: 'dict', entries, at, end };
}

type Comprehended = { readonly element: Expression; readonly key?: Expression };
type Brackets = 'list' | 'set' | 'dict' | 'generator';

function comprehension(cursor: TokenCursor, result: Brackets, { element, key }: Comprehended): Expression {
  const clauses: Clause[] = [];
  while (cursor.isWord('for') || (cursor.isWord('async') && cursor.isWord('for', 1))) {
    cursor.takeWord('async');
    cursor.next();
    const target = readTargets(cursor);
    cursor.takeWord('in');
    const iterable = chain(cursor, 0);
    const conditions: Expression[] = [];
    while (cursor.takeWord('if')) conditions.push(chain(cursor, 0));
    clauses.push({ target, iterable, conditions });
  }
  return { kind: 'comprehension', result, key: key ?? null, element, clauses, at: element.at, end: cursor.lastEnd() };
}

/** Targets of `for`: names, tuples, attributes, places. `in` ends them. */
export function readTargets(cursor: TokenCursor): Expression {
  const at = cursor.peek().at;
  const items: Expression[] = [];
  let tuple = false;
  for (;;) {
    const starred = cursor.takeSign('*');
    const value = postfix(cursor);
    items.push(starred ? { kind: 'star', value, at, end: cursor.lastEnd() } : value);
    if (!cursor.takeSign(',')) break;
    tuple = true;
    if (cursor.isWord('in')) break;
  }
  const [only] = items;
  return only && !tuple ? only : { kind: 'tuple', items, at, end: cursor.lastEnd() };
}
