/** Expressions: what they stand for, and what they do on the way. */
import { markOfItems } from './interpreter-objects.ts';
import { assign } from './python-assign.ts';
import { callValue } from './python-calls.ts';
import { indexOf, memberOf } from './python-members.ts';
import { combine, graver, signed } from './python-operators.ts';
import { Scope } from './python-scope.ts';
import { slice } from './python-slice.ts';
import type { Expression } from './python-tree.ts';
import {
  bytes,
  deepMarks,
  elementsOf,
  integer,
  isTextual,
  keyOf,
  longestText,
  marks,
  marksOf,
  named,
  type PythonScope,
  sequence,
  text,
  unknown,
  unknownWith,
  type Value,
} from './python-values.ts';
import type { SourceRun } from './source-run.ts';

/** @returns unknown for everything that is not certain; calls inside are judged as they are met. */
export function evaluate(run: SourceRun, expression: Expression | null, scope: PythonScope): Value {
  if (expression === null || !run.step()) return unknown;
  return run.nested(() => evaluateKind(run, expression, scope)) ?? unknown;
}

function evaluateKind(run: SourceRun, expression: Expression, scope: PythonScope): Value {
  const inner = (part: Expression | null) => evaluate(run, part, scope);
  switch (expression.kind) {
    case 'name':
      return nameValue(run, expression.id, scope);
    case 'text':
      return text(expression.value);
    case 'bytes':
      return bytes(expression.value);
    case 'integer':
      return integer(expression.value);
    case 'constant':
      return { kind: 'constant', value: expression.value, marks: 0 };
    case 'format':
      return formatted(expression.parts.map((part) => (typeof part === 'string' ? text(part) : inner(part))));
    case 'attribute':
      return memberOf(run, inner(expression.of), expression.name);
    case 'call':
      return callValue(run, expression, scope);
    case 'index':
      return indexed(run, expression, scope);
    case 'list':
    case 'set':
    case 'tuple':
      return items(
        expression.items.map((item) => [item.kind === 'star', inner(item)] as const),
        expression.kind === 'tuple',
      );
    case 'dict':
      return dictionary(run, expression, scope);
    case 'chain':
      return chained(run, expression, scope);
    case 'unary':
      return signed(expression.sign, inner(expression.operand));
    case 'conditional':
      inner(expression.test);
      return graver(inner(expression.then), inner(expression.other));
    case 'comprehension':
      return comprehended(run, expression, scope);
    case 'walrus': {
      const value = inner(expression.value);
      scope.set(expression.target, value);
      return value;
    }
    case 'star':
    case 'await':
    case 'yield':
      return inner(expression.value);
    case 'lambda':
      return lambda(run, expression, scope);
    case 'slice':
      for (const bound of [expression.lower, expression.upper, expression.step]) inner(bound);
      return unknown;
    default:
      return unknown;
  }
}

function lambda(run: SourceRun, { parameters, body, at }: Expression & { kind: 'lambda' }, scope: PythonScope): Value {
  const defaults = new Map(parameters.filter((one) => one.default).map((one) => [one.name, evaluate(run, one.default, scope)]));
  const value = {
    kind: 'function',
    name: 'lambda',
    parameters,
    defaults,
    body,
    scope,
    origin: run.origin,
    self: null,
    at,
    marks: 0,
  } as const;
  run.functions.push(value);
  return value;
}

function nameValue(run: SourceRun, id: string, scope: PythonScope): Value {
  const known = scope.find(id);
  if (known !== undefined) return known;
  // `from os import *`: any name may be one of that module; it is the one the tables know.
  for (const module of scope.starred())
    if (run.tables.effects.has(`${module} ${id}`) || run.tables.moduleEffects.has(module)) return named(module, id);
  if (id === '__builtins__') return named('builtins', '');
  if (id === '__file__') return text('./__file__', 0);
  return named('builtins', id);
}

function formatted(parts: readonly Value[]): Value {
  const from = marksOf(parts);
  const made = parts.map((part) => (isTextual(part) ? part.text : part.kind === 'integer' ? String(part.value) : null));
  if (!made.every((part) => part !== null)) return unknownWith(from);
  return text(made.join(''), from | (parts.length > 1 ? marks.joined : 0));
}

function items(values: readonly (readonly [boolean, Value])[], tuple: boolean): Value {
  const flat: Value[] = [];
  for (const [starred, value] of values) {
    const inner = starred ? elementsOf(value) : undefined;
    if (inner) flat.push(...inner);
    else flat.push(starred ? unknownWith(value.marks) : value);
  }
  return sequence(flat, tuple);
}

function dictionary(run: SourceRun, { entries }: Expression & { kind: 'dict' }, scope: PythonScope): Value {
  const made = new Map<string, Value>();
  for (const [at, { key, value }] of entries.entries()) {
    const known = key === null ? null : keyOf(evaluate(run, key, scope));
    const inner = evaluate(run, value, scope);
    if (key === null && inner.kind === 'dict') for (const [name, one] of inner.entries) made.set(name, one);
    else made.set(known ?? `\0${at}`, inner);
  }
  return { kind: 'dict', entries: made, marks: 0 };
}

function indexed(run: SourceRun, { of, index }: Expression & { kind: 'index' }, scope: PythonScope): Value {
  const owner = evaluate(run, of, scope);
  if (index.kind === 'slice') {
    const bounds = [index.lower, index.upper, index.step].map((bound) => (bound === null ? null : evaluate(run, bound, scope)));
    return slice(owner, bounds) ?? unknownWith(owner.marks | (index.step?.kind === 'unary' ? marks.decoded : 0));
  }
  return indexOf(run, owner, evaluate(run, index, scope));
}

function chained(run: SourceRun, { first, rest }: Expression & { kind: 'chain' }, scope: PythonScope): Value {
  let value = evaluate(run, first, scope);
  // Texts are gathered and put together once: a long sum of short texts stays linear.
  const pieces: string[] = [];
  for (const { sign, operand } of rest) {
    const right = evaluate(run, operand, scope);
    if (sign === '+' && isTextual(value) && isTextual(right) && value.kind === right.kind) {
      if (pieces.length === 0) pieces.push(value.text);
      pieces.push(right.text);
      value = { ...value, text: right.text, marks: value.marks | right.marks | marks.joined };
      continue;
    }
    if (pieces.length > 0 && isTextual(value)) value = { ...value, text: pieces.join('') };
    pieces.length = 0;
    value = combine(value, sign, right);
  }
  if (pieces.length === 0 || !isTextual(value)) return value;
  const joined = pieces.join('');
  return joined.length > longestText ? unknownWith(value.marks) : { ...value, text: joined };
}

type Comprehension = Expression & { kind: 'comprehension' };

function comprehended(run: SourceRun, expression: Comprehension, outer: PythonScope): Value {
  const scope = new Scope<Value>('function', outer);
  const made: Value[] = [];
  let certain = true;
  let from = 0;
  const level = (depth: number): void => {
    const clause = expression.clauses[depth];
    if (!clause) {
      if (expression.key) evaluate(run, expression.key, scope);
      made.push(evaluate(run, expression.element, scope));
      return;
    }
    const iterable = evaluate(run, clause.iterable, scope);
    const elements = elementsOf(iterable);
    from |= deepMarks(iterable, 2) | markOfItems(iterable);
    // A condition may leave elements out: then the result is not certain.
    if (!elements || clause.conditions.length > 0) certain = false;
    const all = elements && run.mayReplay() ? elements : [unknownWith(markOfItems(iterable))];
    for (const [turn, element] of all.entries()) {
      run.replay(turn > 0, () => {
        assign(run, { target: clause.target, value: element }, scope);
        for (const condition of clause.conditions) evaluate(run, condition, scope);
        level(depth + 1);
      });
      if (!run.step() || made.length > 4096 || (made.length > 0 && !run.mayReplay())) {
        certain = false;
        return;
      }
    }
  };
  level(0);
  from |= marksOf(made);
  if (!certain || expression.result === 'dict') return unknownWith(from);
  return sequence(made, false);
}
