/** Which expressions of a template may become the name of a Python attribute, when the name itself cannot be computed. Pure. */
import type { JinjaExpression, JinjaStatement } from './jinja-tree.ts';

/** `__`, alone or at a word: what every attribute on the way to Python begins with. */
const piece = /(?:^|[^_])__(?:$|[A-Za-z])|[A-Za-z]__$|^_{2,}$/;
const mostBindings = 5000;

type Binding = { readonly name: string; readonly value: JinjaExpression };

/**
 * Names of variables, loop variables and macro parameters that may hold a piece of such a name, wherever in the template they get it:
 * `{% set k %}__class__{% endset %}`, `{% for c in ['__', 'class', '__'] %}`, `{{ macro('__class__') }}`.
 * The order of statements is not looked at; at most 5,000 bindings are.
 */
export function namesWithPieces(statements: readonly JinjaStatement[]): ReadonlySet<string> {
  const { bindings, found } = bindingsOf(statements);
  const users = new Map<string, string[]>();
  for (const { name, value } of bindings) {
    const used = new Set<string>();
    if (mayHoldPiece(value, { has: (text) => used.add(text) && false })) found.add(name);
    for (const from of used) addTo(users, from, name);
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
  return partsOf(expression).some((part) => mayHoldPiece(part, names));
}

function bindingsOf(statements: readonly JinjaStatement[]): { bindings: readonly Binding[]; found: Set<string> } {
  const bindings: Binding[] = [];
  const found = new Set<string>();
  const parameters = new Map(statements.flatMap((each) => (each.kind === 'macro' ? [[each.name, each.parameters] as const] : [])));
  const bind = (names: readonly string[], value: JinjaExpression): void => {
    for (const name of names) if (bindings.length < mostBindings) bindings.push({ name, value });
  };
  /** Text between `{% set x %}` and `{% endset %}` is its value. */
  let inside: readonly string[] | null = null;
  for (const statement of statements) {
    if (statement.kind === 'set' && statement.value === null) inside = statement.names;
    if (statement.kind === 'end' && statement.word === 'endset') inside = null;
    if (inside && statement.kind === 'text' && piece.test(statement.text.trim())) for (const name of inside) found.add(name);
    if (inside && statement.kind === 'output') bind(inside, statement.value);
    if (statement.kind === 'set' && statement.value) bind(statement.names, statement.value);
    if (statement.kind === 'with') for (const { names, value } of statement.bindings) bind(names, value);
    if (statement.kind === 'for') bind(statement.names, statement.iterable);
    if (parameters.size > 0) for (const value of valuesOf(statement)) bindArguments(value, parameters, bind);
  }
  return { bindings, found };
}

function bindArguments(
  expression: JinjaExpression,
  parameters: ReadonlyMap<string, readonly string[]>,
  bind: (names: readonly string[], value: JinjaExpression) => void,
): void {
  const names = expression.kind === 'call' && expression.callee.kind === 'name' ? parameters.get(expression.callee.name) : undefined;
  if (names && expression.kind === 'call') for (const { value } of expression.args) bind(names, value);
  for (const part of partsOf(expression)) bindArguments(part, parameters, bind);
}

function valuesOf(statement: JinjaStatement): readonly JinjaExpression[] {
  switch (statement.kind) {
    case 'output':
      return [statement.value];
    case 'set':
      return statement.value ? [statement.value] : [];
    case 'for':
      return [statement.iterable];
    case 'with':
      return statement.bindings.map(({ value }) => value);
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
