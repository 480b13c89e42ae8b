/** Which expressions of a template may become the name of a Python attribute, when the name itself cannot be computed. Pure. */
import type { JinjaExpression, JinjaStatement } from './jinja-tree.ts';
import { blockFilter } from './python-words.ts';

/** `__`, alone or at a word: what every attribute on the way to Python begins with; `%c` writes it by number. */
const piece = /(?:^|[^_])__(?:$|[A-Za-z])|[A-Za-z]__$|^_{2,}$|%c/;
const mostBindings = 5000;
/** Methods that put what they are given into what they are called on. */
const keeping = new Set(['append', 'insert', 'extend', 'update', 'setdefault', 'add']);
/** Methods of texts, lists and dictionaries: no macro. */
const plainMethods = new Set(
  'format format_map split rsplit splitlines strip lstrip rstrip startswith endswith replace join get items keys values upper lower title capitalize count find index pop removeprefix removesuffix partition rpartition'.split(
    ' ',
  ),
);

type Binding = { readonly names: readonly string[]; readonly value: JinjaExpression };

/**
 * Names of variables, loop variables, macros and their parameters that may hold a piece of such a name, wherever in the template they get
 * it: `{% set k %}__class__{% endset %}`, `{% for c in ['__', 'class', '__'] %}`, `{{ macro('__class__') }}`, `{{ caller() }}`.
 * The order of statements is not looked at; at most 5,000 bindings are.
 */
export function namesWithPieces(statements: readonly JinjaStatement[]): ReadonlySet<string> {
  const { bindings, found } = bindingsOf(statements);
  const users = new Map<string, string[]>();
  for (const { names, value } of bindings) {
    const used = new Set<string>();
    if (mayHoldPiece(value, { has: (text) => used.add(text) && false })) for (const name of names) found.add(name);
    for (const from of used) for (const name of names) addTo(users, from, name);
  }
  const open = [...found];
  for (let from = open.pop(); from !== undefined; from = open.pop())
    for (const name of users.get(from) ?? []) {
      if (found.has(name)) continue;
      found.add(name);
      open.push(name);
    }
  return found;
}

/** True when the value of the expression may contain a piece. Filters, methods and tests keep what they are given. */
export function mayHoldPiece(expression: JinjaExpression, names: Pick<ReadonlySet<string>, 'has'>): boolean {
  if (expression.kind === 'constant') return typeof expression.value === 'string' && piece.test(expression.value);
  if (expression.kind === 'name') return names.has(expression.name);
  return makesPiece(expression) || partsOf(expression).some((part) => mayHoldPiece(part, names));
}

/** `['_', '_', 'c']`, `'_' * n`, a letter replaced by `_`: the line twice, without standing there twice. */
function makesPiece(expression: JinjaExpression): boolean {
  if (expression.kind === 'list') return expression.items.filter(isLine).length > 1;
  if (expression.kind === 'chain')
    return (
      expression.rest.some(({ sign }) => sign === '*') &&
      (isLine(expression.first) || expression.rest.some(({ operand }) => isLine(operand)))
    );
  const isMethod = expression.kind === 'call' && expression.callee.kind === 'attribute' && expression.callee.name === 'replace';
  if (!isMethod && !(expression.kind === 'filter' && expression.name === 'replace')) return false;
  const [from, to] = expression.args;
  const letter = from?.value.kind === 'constant' && typeof from.value.value === 'string' && /^[\p{L}\p{N}]/u.test(from.value.value);
  return letter && to !== undefined && to.value.kind === 'constant' && /^_+$/.test(String(to.value.value));
}

const isLine = (expression: JinjaExpression): boolean => expression.kind === 'constant' && expression.value === '_';

/** Where the text of an open block goes: to the names of a `set`, to a macro, to `caller`; null: to nowhere of its own. */
type Capture = readonly string[] | null;

class Bindings {
  readonly bindings: Binding[] = [];
  readonly found = new Set<string>();
  readonly #open: Capture[] = [];
  readonly #macros: ReadonlyMap<string, readonly string[]>;
  /** Whatever a call may bind whose callee is only known at run time. */
  readonly #anyParameters: readonly string[];

  constructor(statements: readonly JinjaStatement[]) {
    this.#macros = new Map(statements.flatMap((each) => (each.kind === 'macro' ? [[each.name, each.parameters] as const] : [])));
    const loops = callsItself(statements) ? statements.flatMap((each) => (each.kind === 'for' ? each.names : [])) : [];
    const calls = statements.flatMap((each) => (each.kind === 'other' ? each.parameters : []));
    this.#anyParameters = [...new Set(['varargs', 'kwargs', ...calls, ...this.#macros.values().toArray().flat(), ...loops])].slice(0, 200);
  }
  bind(names: readonly string[], value: JinjaExpression): void {
    if (names.length > 0 && this.bindings.length < mostBindings) this.bindings.push({ names, value });
  }
  text(text: string): void {
    if (piece.test(text.trim())) for (const name of this.#captured()) this.found.add(name);
  }
  /** Text that a statement writes belongs to every block it stands in. */
  write(value: JinjaExpression): void {
    this.bind(this.#captured(), value);
  }
  opens(capture: Capture): void {
    this.#open.push(capture);
  }
  closes(): void {
    this.#open.pop();
  }
  /** Blocks in blocks are few; the outermost 50 are looked at. */
  #captured(): string[] {
    return this.#open.slice(0, 50).flatMap((names) => names ?? []);
  }
  /** What calls hand on: to macros, to a caller's block, into lists and dictionaries. */
  arguments(expression: JinjaExpression): void {
    if (expression.kind === 'call') for (const { value } of expression.args) this.bind(this.#parametersOf(expression.callee), value);
    for (const part of partsOf(expression)) this.arguments(part);
  }
  #parametersOf(callee: JinjaExpression): readonly string[] {
    if (callee.kind === 'attribute' && keeping.has(callee.name)) return [rootOf(callee.of)];
    if (callee.kind === 'attribute' && plainMethods.has(callee.name)) return [];
    const parameters = callee.kind === 'name' ? this.#macros.get(callee.name) : undefined;
    if (parameters) return [...parameters, 'varargs', 'kwargs'];
    return this.#anyParameters;
  }
}

const callsItself = (statements: readonly JinjaStatement[]): boolean =>
  statements.some((each) => each.kind === 'output' && each.value.kind === 'call' && rootOf(each.value) === 'loop');

/** The variable that an expression begins with, '' for none. */
function rootOf(expression: JinjaExpression): string {
  let part = expression;
  for (let links = 0; links < 700; links += 1) {
    if (part.kind === 'name') return part.name;
    if (part.kind === 'attribute' || part.kind === 'index' || part.kind === 'filter') part = part.of;
    else if (part.kind === 'call') part = part.callee;
    else return '';
  }
  return '';
}

function bindingsOf(statements: readonly JinjaStatement[]): Bindings {
  const all = new Bindings(statements);
  for (const statement of statements) {
    if (statement.kind === 'text') all.text(statement.text);
    if (statement.kind === 'output') all.write(statement.value);
    if (statement.kind === 'set') all.bind(statement.names, statement.value ?? statement.filters ?? noText);
    if (statement.kind === 'with') for (const { names, value } of statement.bindings) all.bind(names, value);
    if (statement.kind === 'for') all.bind(statement.names, statement.iterable);
    if (statement.kind === 'other' && statement.word === 'filter') for (const value of statement.values) all.write(blockFilter(value));
    for (const value of valuesOf(statement)) all.arguments(value);
    if (statement.kind === 'end') all.closes();
    const capture = captureOf(statement);
    if (capture !== undefined) all.opens(capture);
  }
  return all;
}

const noText: JinjaExpression = { kind: 'constant', value: '', at: 0 };

/** undefined: the statement opens no block. */
function captureOf(statement: JinjaStatement): Capture | undefined {
  if (statement.kind === 'set') return statement.value === null ? statement.names : undefined;
  if (statement.kind === 'macro') return [statement.name];
  if (statement.kind === 'for' || statement.kind === 'if' || statement.kind === 'with') return null;
  if (statement.kind !== 'other' || !statement.opens) return undefined;
  return statement.word === 'call' ? ['caller'] : null;
}

function valuesOf(statement: JinjaStatement): readonly JinjaExpression[] {
  switch (statement.kind) {
    case 'output':
      return [statement.value];
    case 'set':
      return statement.value ? [statement.value] : statement.filters ? [statement.filters] : [];
    case 'for':
      return [statement.iterable];
    case 'with':
      return statement.bindings.map(({ value }) => value);
    case 'if':
    case 'elif':
      return [statement.test];
    case 'other':
      return statement.values;
    default:
      return [];
  }
}

/** The expressions an expression is made of. Depth is bounded by the parser. */
function partsOf(expression: JinjaExpression): readonly JinjaExpression[] {
  switch (expression.kind) {
    case 'attribute':
      return [expression.of];
    case 'index':
      return [expression.of, expression.index];
    case 'call':
      return [expression.callee, ...expression.args.map(({ value }) => value)];
    case 'filter':
      return [expression.of, ...expression.args.map(({ value }) => value)];
    case 'list':
      return expression.items;
    case 'dict':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'chain':
      return [expression.first, ...expression.rest.map(({ operand }) => operand)];
    case 'conditional':
      return [expression.then, ...(expression.other ? [expression.other] : [])];
    default:
      return [];
  }
}

function addTo(users: Map<string, string[]>, from: string, name: string): void {
  const known = users.get(from);
  if (known) known.push(name);
  else users.set(from, [name]);
}
