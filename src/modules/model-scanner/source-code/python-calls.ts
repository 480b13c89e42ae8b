/** Calls: functions of the file are gone through, text is computed, and what is called outside is handed to the sinks. */

import { noteCode, noteHanded } from './handed-functions.ts';
import { callFound, callFoundMethod } from './interpreter-objects.ts';
import { type Call, type Invocation, nothingGiven, type Site, spot } from './python-call.ts';
import { foldMethod } from './python-fold.ts';
import { findMember, indexOf, namespaceValue, reachedMember } from './python-members.ts';
import { callNamed } from './python-named-calls.ts';
import { Scope } from './python-scope.ts';
import type { Argument, Expression } from './python-tree.ts';
import {
  type ClassValue,
  deepMarks,
  type FunctionValue,
  isTextual,
  marks,
  marksOf,
  type PythonScope,
  qualified,
  sequence,
  shown,
  text,
  unknown,
  unknownWith,
  type Value,
} from './python-values.ts';
import { callResultMethod } from './source-methods.ts';
import type { SourceRun } from './source-run.ts';
import { executeText } from './source-sinks.ts';

type CallExpression = Expression & { readonly kind: 'call' };

export function callValue(run: SourceRun, expression: CallExpression, scope: PythonScope): Value {
  const callee = run.interpreter.evaluate(expression.callee, scope);
  const { call, given } = argumentsOf(run, expression.args, scope);
  const site: Site = {
    at: expression.at,
    end: expression.end,
    scope,
    expression: (name) => `${name}(${given.map(({ argument, value }) => shownArgument(run, argument, value)).join(', ')})`,
  };
  return applyValue(run, callee, { ...call, site });
}

type Given = { readonly argument: Argument; readonly value: Value };

function argumentsOf(run: SourceRun, list: readonly Argument[], scope: PythonScope): { call: Call; given: Given[] } {
  const args: Value[] = [];
  const keywords = new Map<string, Value>();
  const given: Given[] = [];
  for (const argument of list) {
    const value = run.interpreter.evaluate(argument.value, scope);
    given.push({ argument, value });
    if (argument.star === '*') args.push(...(value.kind === 'sequence' ? value.items : [unknownWith(value.marks)]));
    else if (argument.star === '**') {
      if (value.kind === 'dict') for (const [key, one] of value.entries) keywords.set(key, one);
      else keywords.set('**', value);
    } else if (argument.name !== null) keywords.set(argument.name, value);
    else args.push(value);
  }
  return { call: { args, keywords }, given };
}

function shownArgument(run: SourceRun, { name, star, value: written }: Argument, value: Value): string {
  const known = shown(value) ?? run.written(written.at, written.end);
  return `${star}${name === null ? '' : `${name}=`}${known}`;
}

export function applyValue(run: SourceRun, callee: Value, call: Invocation): Value {
  switch (callee.kind) {
    case 'function':
      return callFunction(run, callee, call);
    case 'class':
      return instantiate(run, callee, call);
    case 'instance': {
      const method = findMember(callee.of, '__call__', 8);
      return method?.kind === 'function' ? callFunction(run, { ...method, self: callee }, call) : unknownWith(marksOf(call.args));
    }
    case 'member':
      return callMember(run, callee, call);
    case 'named':
      return callNamed(run, callee, call);
    case 'result':
      callFound(run, callee, call);
      if (callee.of.name !== 'partial') noteHanded(run, callee.of.name, call);
      return callResult(run, callee, call);
    default:
      if (callee.kind === 'unknown') callFound(run, callee, call);
      // Code that was decoded or downloaded and turned into something to call.
      return unknownWith(callee.marks | marksOf(call.args));
  }
}

/** Goes through the body of a function of the file, its parameters bound to what is known. */
export function callFunction(run: SourceRun, called: FunctionValue, call: Call): Value {
  const key = run.keyOf(called);
  // A function of another file, or of executed text, is bounded like one that is gone through again.
  const again = run.visited.has(key) || called.origin.calledAt !== null;
  if (run.active.includes(key) || (again && !run.mayReplay(called.origin.imported))) return unknownWith(marksOf(call.args));
  run.visited.add(key);
  const scope = new Scope<Value>('function', called.scope);
  bind(called, call, scope);
  run.active.push(key);
  try {
    return run.replay(again, () => run.within(called.origin, () => run.nested(() => goThrough(run, called.body, scope)))) ?? unknown;
  } finally {
    run.active.pop();
  }
}

function goThrough({ interpreter }: SourceRun, body: FunctionValue['body'], scope: PythonScope): Value | undefined {
  return 'kind' in body ? interpreter.evaluate(body, scope) : interpreter.execute(body, scope);
}

function bind({ parameters, defaults, self }: FunctionValue, { args, keywords }: Call, scope: PythonScope): void {
  const waiting = self === null ? [...args] : [self, ...args];
  const named = new Map(keywords);
  let afterStar = false;
  for (const { name, star } of parameters) {
    if (star === '*') {
      scope.set(name, sequence(waiting.splice(0), true));
      afterStar = true;
    } else if (star === '**') scope.set(name, { kind: 'dict', entries: named, marks: 0 });
    else {
      const given = named.get(name) ?? (afterStar ? undefined : waiting.shift());
      named.delete(name);
      scope.set(name, given ?? defaults.get(name) ?? unknown);
    }
  }
}

const builders = ['__new__', '__init__', '__post_init__'];

export function instantiate(run: SourceRun, of: ClassValue, call: Call): Value {
  const instance: Value = { kind: 'instance', of, fields: new Map(), marks: marksOf(call.args) };
  for (const name of builders) {
    const method = findMember(of, name, 8);
    if (method?.kind === 'function') callFunction(run, { ...method, self: instance }, call);
  }
  return instance;
}

/** Methods that call what they are given. */
const callers = new Set(
  'submit apply apply_async register add_done_callback callback push enter enterabs map starmap call_soon call_later run_in_executor after start_new_thread create_task run_until_complete add_job'.split(
    ' ',
  ),
);

function callMember(run: SourceRun, callee: Value & { kind: 'member' }, call: Invocation): Value {
  const { site } = call;
  const { owner, name } = callee;
  const all = [...call.args, ...call.keywords.values()];
  if (owner.kind === 'sequence' || owner.kind === 'dict') {
    if (name === 'sort') noteHanded(run, name, call);
    return callContainer(owner, name, call);
  }
  if (owner.kind === 'namespace') return callNamespace(run, owner.scope, { ...call, name });
  if (isTextual(owner)) return foldMethod(owner, name, call) ?? unknownWith(owner.marks | marksOf(all));
  if ((owner.marks & marks.searched) !== 0) callFoundMethod(run, name, call);
  noteHanded(run, name, call);
  // `f.__code__.replace(co_code=…)`
  if (name === 'replace' && call.keywords.has('co_code')) noteCode(run, site);
  if (callers.has(name)) for (const value of all) if (value.kind === 'function') callFunction(run, value, nothingGiven);
  if (owner.kind === 'instance' && (name === 'start' || name === 'run')) startInstance(run, owner);
  if (owner.kind === 'result') return callResultMethod(run, { owner, name, call, site });
  if (name === '__subclasses__' && (callee.marks & marks.reflected) !== 0)
    run.record({
      effect: 'exec',
      certainty: 'possible',
      expression: run.written(site.at, site.end),
      at: site.at,
      end: site.end,
      disguised: true,
      because: 'It climbs from a plain value to every class of the interpreter.',
    });
  if (name === '__getattribute__' && isTextual(call.args[0]))
    return reachedMember(run, owner, { name: call.args[0].text, from: marks.reflected });
  const from = owner.marks | marksOf(all);
  return (from & marks.reflected) === 0 ? unknownWith(from) : { kind: 'unknown', marks: from & ~marks.joined };
}

function startInstance(run: SourceRun, owner: Value & { kind: 'instance' }): void {
  const body = findMember(owner.of, 'run', 8);
  if (body?.kind === 'function') callFunction(run, { ...body, self: owner }, nothingGiven);
}

function callContainer(owner: Value & { kind: 'sequence' | 'dict' }, name: string, { args }: Call): Value {
  const [first, second] = args;
  if (owner.kind === 'dict') {
    if (name === 'get' || name === 'pop' || name === 'setdefault')
      return (isTextual(first) ? owner.entries.get(first.text) : undefined) ?? second ?? unknown;
    if (name === 'update' && first?.kind === 'dict') for (const [key, value] of first.entries) owner.entries.set(key, value);
    if (name === 'values') return sequence([...owner.entries.values()]);
    if (name === 'keys') return sequence([...owner.entries.keys()].map((key) => text(key)));
    if (name === 'items') return sequence([...owner.entries].map(([key, value]) => sequence([text(key), value], true)));
    return name === 'copy' ? { ...owner, entries: new Map(owner.entries) } : unknownWith(deepMarks(owner, 2));
  }
  if (owner.items.length > 4000) return unknownWith(deepMarks(owner, 1));
  if (name === 'append' && first) owner.items.push(first);
  else if (name === 'extend' && first?.kind === 'sequence') owner.items.push(...first.items.slice(0, 4000));
  else if (name === 'insert' && second) owner.items.splice(Number(first?.kind === 'integer' ? first.value : 0n), 0, second);
  else if (name === 'reverse') owner.items.reverse();
  else if (name === 'pop') return (first === undefined ? owner.items.pop() : owner.items.shift()) ?? unknown;
  else if (name === 'copy') return sequence([...owner.items], owner.tuple);
  return unknownWith(0);
}

function callNamespace(run: SourceRun, scope: PythonScope, { name, args: [first, second] }: Call & { readonly name: string }): Value {
  if (!isTextual(first)) return unknown;
  const from = first.marks & (marks.joined | marks.decoded);
  if (name === 'get' || name === '__getitem__' || name === 'pop') return namespaceValue(run, scope, { key: first.text, from });
  if ((name === '__setitem__' || name === 'setdefault') && second) scope.set(first.text, second);
  return unknown;
}

/** Calling what a call gave: partial, attrgetter, methodcaller, functions built from code. */
function callResult(run: SourceRun, callee: Value & { kind: 'result' }, call: Invocation): Value {
  const { site } = call;
  const [first, ...rest] = callee.args;
  const [given] = call.args;
  switch (qualified(callee.of)) {
    case 'functools.partial':
    case 'functools.partialmethod':
      return first ? applyValue(run, first, { args: [...rest, ...call.args], keywords: call.keywords, site }) : unknown;
    case 'operator.attrgetter':
      if (!isTextual(first) || !given) return unknown;
      return first.text
        .split('.')
        .slice(0, 20)
        .reduce<Value>((value, hop) => reachedMember(run, value, { name: hop, from: marks.reflected }), given);
    case 'operator.itemgetter':
      return first && given ? indexOf(run, given, first) : unknown;
    case 'operator.methodcaller':
      if (!isTextual(first) || !given) return unknown;
      return applyValue(run, reachedMember(run, given, { name: first.text, from: marks.reflected }), {
        args: rest,
        keywords: call.keywords,
        site,
      });
    case 'types.FunctionType':
    case 'types.LambdaType':
      return first
        ? executeText(run, first, { expression: site.expression(qualified(callee.of)), ...spot(site), scope: site.scope })
        : unknown;
    default:
      return unknownWith(callee.marks | marksOf(call.args));
  }
}
