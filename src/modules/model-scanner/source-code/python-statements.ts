/** Statements: names get their values, bodies are gone through; nothing is run. */
import { markOfItems } from './interpreter-objects.ts';
import { assign } from './python-assign.ts';
import { nothingGiven } from './python-call.ts';
import { callFunction, instantiate } from './python-calls.ts';
import { evaluate } from './python-evaluate.ts';
import { findMember } from './python-members.ts';
import { combine, graver } from './python-operators.ts';
import { Scope } from './python-scope.ts';
import type { Block, ClassStatement, Expression, FunctionStatement, Statement } from './python-tree.ts';
import {
  type ClassValue,
  elementsOf,
  type FunctionValue,
  none,
  type PythonScope,
  unknown,
  unknownWith,
  type Value,
} from './python-values.ts';
import { isHarmfulName } from './source-effects.ts';
import { loadingImport } from './source-imports.ts';
import type { SourceRun } from './source-run.ts';

/** @returns what `return` gave, the gravest of several; undefined without one. */
export function execute(run: SourceRun, block: Block, scope: PythonScope): Value | undefined {
  let result: Value | undefined;
  for (const statement of block) {
    if (!run.step()) break;
    const given = run.nested(() => executeOne(run, statement, scope));
    if (given !== undefined) result = result === undefined ? given : graver(given, result);
  }
  return result;
}

function executeOne(run: SourceRun, statement: Statement, scope: PythonScope): Value | undefined {
  switch (statement.kind) {
    case 'expression':
      evaluate(run, statement.value, scope);
      return undefined;
    case 'assign':
      assignStatement(run, statement, scope);
      return undefined;
    case 'import':
    case 'from':
      loadingImport(run, statement, scope);
      return undefined;
    case 'function':
      defineFunction(run, statement, scope);
      return undefined;
    case 'class':
      defineClass(run, statement, scope);
      return undefined;
    case 'return':
      return statement.value ? evaluate(run, statement.value, scope) : none;
    case 'raise':
      evaluate(run, statement.value, scope);
      return undefined;
    case 'global':
      for (const name of statement.names) scope.elsewhere.add(name);
      return undefined;
    case 'if':
      return branches(run, statement, scope);
    case 'for':
      return loop(run, statement, scope);
    case 'while':
      evaluate(run, statement.test, scope);
      return merged([repeatedBody(run, statement.body, scope), execute(run, statement.other, scope)]);
    case 'try':
      return attempt(run, statement, scope);
    case 'with':
      for (const { context, target } of statement.items) {
        const value = evaluate(run, context, scope);
        if (target) assign(run, { target, value }, scope);
      }
      return execute(run, statement.body, scope);
    case 'match':
      evaluate(run, statement.subject, scope);
      return merged(statement.cases.map((body) => execute(run, body, scope)));
    case 'delete':
      evaluate(run, statement.value, scope);
      return undefined;
    default:
      return undefined;
  }
}

function merged(results: readonly (Value | undefined)[]): Value | undefined {
  const known = results.filter((result) => result !== undefined);
  return known.length === 0 ? undefined : known.reduce(graver);
}

function assignStatement(run: SourceRun, { targets, sign, value }: Statement & { kind: 'assign' }, scope: PythonScope): void {
  let made = evaluate(run, value, scope);
  const [only] = targets;
  if (sign !== '=' && only) made = combine(evaluate(run, only, scope), sign.slice(0, -1), made);
  for (const target of targets) assign(run, { target, value: made }, scope);
}

function defineFunction(run: SourceRun, statement: FunctionStatement, scope: PythonScope): void {
  const { name, parameters, body, decorators, at } = statement;
  const defaults = new Map<string, Value>();
  for (const parameter of parameters) if (parameter.default) defaults.set(parameter.name, evaluate(run, parameter.default, scope));
  const value: FunctionValue = { kind: 'function', name, parameters, defaults, body, scope, origin: run.origin, self: null, at, marks: 0 };
  run.functions.push(value);
  scope.set(name, decorated(run, value, { decorators, scope }));
  // The names `from module import name` asks for when the module has none of its own.
  if (name === '__getattr__' && scope.kind === 'module') callFunction(run, value, { args: [unknown], keywords: new Map() });
}

type Decoration = { readonly decorators: readonly Expression[]; readonly scope: PythonScope };

/** A decorator of this file runs with what it decorates; one from elsewhere is taken to give it back. */
function decorated(run: SourceRun, value: Value, { decorators, scope }: Decoration): Value {
  let made = value;
  let passed: Value = value;
  for (const decorator of decorators.toReversed()) {
    const callee = evaluate(run, decorator, scope);
    const given = callee.kind === 'function' ? callFunction(run, callee, { args: [passed], keywords: new Map() }) : undefined;
    passed = given ?? passed;
    applyActing(run, callee, { decorator, passed, scope });
    if (callee.kind === 'class') instantiate(run, callee, { args: [made], keywords: new Map() });
    if (given?.kind === 'function' || given?.kind === 'class') made = given;
    if (callee.kind === 'named' && made.kind === 'function' && /(^|\.)(cached_)?property$/.test(callee.name))
      made = { ...made, property: true };
  }
  return made;
}

/** `@exec` above `@lambda f: 'text'`: a decorator of Python itself that acts is called with what the one below gave. */
function applyActing(
  run: SourceRun,
  callee: Value,
  { decorator, passed, scope }: { readonly decorator: Expression; readonly passed: Value; readonly scope: PythonScope },
): void {
  if (callee.kind !== 'named' || !isHarmfulName(run.tables, callee)) return;
  const site = { at: decorator.at, end: decorator.end, scope, expression: (name: string) => `@${name}` };
  run.interpreter.applyValue(callee, { args: [passed], keywords: new Map(), site });
}

function defineClass(run: SourceRun, statement: ClassStatement, scope: PythonScope): void {
  const bases = statement.bases.map(({ name, value }) => [name, evaluate(run, value, scope)] as const);
  const members = new Scope<Value>('class', scope);
  execute(run, statement.body, members);
  const plain = bases.filter(([name]) => name === null).map(([, base]) => base);
  const value: ClassValue = { kind: 'class', statement, members, bases: plain, marks: 0 };
  run.classes.push(value);
  scope.set(statement.name, value);
  hooksOfDefinition(run, value, bases);
  let passed: Value = value;
  for (const decorator of statement.decorators.toReversed()) {
    const callee = evaluate(run, decorator, scope);
    if (callee.kind === 'function') passed = callFunction(run, callee, { args: [passed], keywords: new Map() });
    applyActing(run, callee, { decorator, passed, scope });
  }
}

/** A metaclass, and `__init_subclass__` or `__set_name__` of classes in this file, run when a class is defined. */
function hooksOfDefinition(run: SourceRun, value: ClassValue, bases: readonly (readonly [string | null, Value])[]): void {
  for (const [name, base] of bases) {
    if (base.kind !== 'class') continue;
    const hooks = name === 'metaclass' ? ['__prepare__', '__new__', '__init__'] : ['__init_subclass__'];
    for (const hook of hooks) {
      const found = findMember(base, hook, 8);
      if (found?.kind === 'function') callFunction(run, { ...found, self: value }, nothingGiven);
    }
  }
  for (const member of value.members.names.values())
    if (member.kind === 'instance') {
      const hook = findMember(member.of, '__set_name__', 8);
      if (hook?.kind === 'function') callFunction(run, { ...hook, self: member }, { args: [value], keywords: new Map() });
    }
}

/** Only tests that everybody can see to be false leave a branch out. */
function branches(run: SourceRun, { branches: all }: Statement & { kind: 'if' }, scope: PythonScope): Value | undefined {
  const results: (Value | undefined)[] = [];
  const seen = new Map<string, Value>();
  for (const { test, body } of all) {
    if (test) evaluate(run, test, scope);
    if (test?.kind === 'constant' && test.value === false) continue;
    const phase = isMainTest(test) && run.phase === 'on-import' ? 'when-called' : run.phase;
    results.push(alternative(scope, seen, () => run.during(phase, () => execute(run, body, scope))));
  }
  return merged(results);
}

/** One of several ways the program may take: names that an earlier way gave a graver value keep it. */
function alternative<T>(scope: PythonScope, seen: Map<string, Value>, work: () => T): T {
  const { result, before } = scope.watched(work);
  for (const name of before.keys()) {
    const value = scope.names.get(name);
    if (value === undefined) continue;
    const earlier = seen.get(name);
    const kept = earlier === undefined ? value : graver(earlier, value);
    seen.set(name, kept);
    if (kept !== value) scope.set(name, kept);
  }
  return result;
}

/** `if __name__ == '__main__':` runs when the file is started, not when it is imported. */
function isMainTest(test: Expression | null): boolean {
  if (test?.kind === 'chain' && test.rest.every(({ sign }) => sign === 'and'))
    return [test.first, ...test.rest.map(({ operand }) => operand)].some(comparesMain);
  return comparesMain(test);
}

function comparesMain(test: Expression | null): boolean {
  if (test?.kind !== 'chain' || test.rest.length !== 1) return false;
  const [{ sign, operand } = { sign: '', operand: test.first }] = test.rest;
  const sides = [test.first, operand];
  return (
    sign === '==' &&
    sides.some((side) => side.kind === 'name' && side.id === '__name__') &&
    sides.some((side) => side.kind === 'text' && side.value === '__main__')
  );
}

function loop(run: SourceRun, statement: Statement & { kind: 'for' }, scope: PythonScope): Value | undefined {
  const iterable = evaluate(run, statement.iterable, scope);
  const elements = elementsOf(iterable);
  if (!elements || !run.mayReplay()) {
    assign(run, { target: statement.target, value: unknownWith(markOfItems(iterable)) }, scope);
    return merged([repeatedBody(run, statement.body, scope), execute(run, statement.other, scope)]);
  }
  const results: (Value | undefined)[] = [];
  const { result: complete, before } = scope.watched(() => {
    for (const [turn, element] of elements.entries()) {
      if (turn > 0 && (!run.step() || !run.mayReplay())) return false;
      assign(run, { target: statement.target, value: element }, scope);
      results.push(run.replay(turn > 0, () => execute(run, statement.body, scope)));
    }
    return true;
  });
  if (!complete) forget(scope, before);
  if (elements.length === 0) results.push(repeatedBody(run, statement.body, scope));
  results.push(execute(run, statement.other, scope));
  return merged(results);
}

/** A body that runs nobody knows how often: what it changes is unknown after it, but keeps its marks. */
function repeatedBody(run: SourceRun, body: Block, scope: PythonScope): Value | undefined {
  const { result, before } = scope.watched(() => execute(run, body, scope));
  forget(scope, before);
  return result;
}

/** Names that were given a value nobody knows how often: only their marks are certain. */
function forget(scope: PythonScope, before: ReadonlyMap<string, Value | undefined>): void {
  for (const [name, earlier] of before) {
    const value = scope.names.get(name);
    if (earlier === undefined || value === undefined || earlier === value) continue;
    const certain = value.kind === 'named' || value.kind === 'function' || value.kind === 'class';
    if (!certain) scope.set(name, unknownWith(value.marks | earlier.marks));
  }
}

function attempt(run: SourceRun, statement: Statement & { kind: 'try' }, scope: PythonScope): Value | undefined {
  const seen = new Map<string, Value>();
  const results = [alternative(scope, seen, () => merged([execute(run, statement.body, scope), execute(run, statement.other, scope)]))];
  for (const { name, body } of statement.handlers) {
    if (name) scope.set(name, unknown);
    results.push(alternative(scope, seen, () => execute(run, body, scope)));
  }
  results.push(execute(run, statement.last, scope));
  return merged(results);
}
