import { builtinHandlers } from './builtin-handlers.ts';
import { disguise, expressionOf, type Handler, type Outside } from './call-handler.ts';
import { handing, noteHanded } from './handed-functions.ts';
import { isSearchable, markOfItems, searching } from './interpreter-objects.ts';
import { outsideHandlers } from './outside-handlers.ts';
import { type Call, type Invocation, spot } from './python-call.ts';
import { foldCall, isDecoder, pureKeys } from './python-fold.ts';
import { credentialOf, indexOf, reachedMember } from './python-members.ts';
import { isTextual, marks, marksOf, type NamedValue, named, unknown, unknownWith, type Value } from './python-values.ts';
import { actingModules, actingNames, deeper, effectOfCall, lastPart, targetOf } from './source-effects.ts';
import { loaderNames, loaderPractice, tellsByKeyword } from './source-loaders.ts';
import { shellcode } from './source-methods.ts';
import type { SourceRun } from './source-run.ts';
import { commandSink, doorKeys, dropInto, loadDropped, networkSink, recordFamilyAt } from './source-sinks.ts';

export function callNamed(run: SourceRun, written: NamedValue, { site, ...call }: Invocation): Value {
  // `os.system.__call__('id')` is the call it says.
  const callee = written.name.endsWith('.__call__') ? { ...written, name: written.name.slice(0, -'.__call__'.length) } : written;
  if (callee.name.endsWith('.__init__') && call.args.length > 1)
    return callNamed(run, { ...callee, name: callee.name.slice(0, -'.__init__'.length) }, { ...call, args: call.args.slice(1), site });
  if (!isTelling(callee) && !tellsByKeyword(call.keywords)) {
    noteHanded(run, callee.name, { ...call, site });
    return madeBy(callee, call, 0);
  }
  const target = targetOf(run.tables, callee);
  const outside = { callee, target, call, site };
  loaderPractice(run, outside);
  const folded = foldCall(target.module, target.name, call) ?? foldCall(callee.module, callee.name, call);
  if (folded !== undefined) return folded;
  const inner = deeper(callee);
  const handler =
    handlerOf(target.key) ??
    handlerOf(`${callee.module} ${callee.name}`) ??
    (inner ? handlerOf(`${inner.module} ${inner.name}`) : undefined) ??
    dictionaryMethod(callee);
  if (handler) return handler(run, outside);
  if (isDecoder(target.module, target.name)) return unknownWith(marksOf(call.args) | marks.decoded);
  const acted = act(run, outside);
  if (acted) return acted;
  noteHanded(run, callee.name, { ...call, site });
  return madeBy(callee, call, hostMarks(target.key));
}

/** What an outside call gives: an object that remembers who made it and what went in. */
function madeBy(callee: NamedValue, { args, keywords }: Call, more: number): Value {
  let from = marksOf(args);
  for (const [name, value] of keywords) if (!doorKeys.has(name)) from |= marksOf([value]);
  return {
    kind: 'result',
    of: named(callee.module, callee.name),
    args,
    marks: (lastPart(callee.name) === 'Request' ? from : from & ~marks.environment) | more,
  };
}

const dictionaryMethods = new Set([
  'get',
  '__getitem__',
  'pop',
  '__getattribute__',
  '__getattr__',
  'setdefault',
  'copy',
  'items',
  'values',
  'keys',
]);

/** Most calls are of names that nothing below knows: they need no look-up. */
function isTelling({ module, name }: NamedValue): boolean {
  const last = lastPart(name);
  return (
    dictionaryMethods.has(last) ||
    actingNames.has(last) ||
    actingModules.has(module) ||
    name.startsWith('windll') ||
    tellingNames().has(last)
  );
}
let telling: ReadonlySet<string> | undefined;
function tellingNames(): ReadonlySet<string> {
  telling ??= new Set([
    ...[...builtinHandlers.keys(), ...outsideHandlers.keys(), ...searching.keys(), ...handing.keys(), ...pureKeys, ...hostFacts].map(
      (key) => lastPart(key.slice(key.lastIndexOf(' ') + 1)),
    ),
    ...loaderNames,
  ]);
  return telling;
}

/** Functions with an effect outside, by the tables. */
function act(run: SourceRun, outside: Outside): Value | undefined {
  const { callee, call, site, target } = outside;
  const effect = effectOfCall(run.tables, callee)?.effect;
  if (effect === undefined) return undefined;
  const sink = { call, expression: expressionOf(outside), site, reflected: callee.marks & (disguise | marks.joined) };
  if (effect === 'net') {
    if (target.name === 'urlretrieve' || target.key === 'wget download')
      dropInto(run, call.args[1] ?? call.keywords.get('filename') ?? call.keywords.get('out'));
    const answer = networkSink(run, sink);
    // The object stays known, for the methods it is asked for afterwards.
    return target.key === 'socket create_connection'
      ? { kind: 'result', of: named(callee.module, callee.name), args: call.args, marks: 0 }
      : answer;
  }
  if (target.module === 'torch.utils.cpp_extension' || target.module === 'runpy' || target.module === 'imp' || effect !== 'exec')
    return load(run, outside, effect);
  if (target.key === 'pty spawn') recordPty(run, outside);
  else return withArgsOf(commandSink(run, sink), outside);
  return unknown;
}

/** Objects of subprocess keep no marks: what a program printed is no download. */
function withArgsOf(_value: Value, { callee, call }: Outside): Value {
  return { kind: 'result', of: named(callee.module, callee.name), args: call.args, marks: 0 };
}

function recordPty(run: SourceRun, outside: Outside): void {
  const sunk = { ...outside, expression: expressionOf(outside) };
  if (run.connected)
    recordFamilyAt(run, { family: 'reverse-shell', because: 'It opens a shell after it has connected to another host.' }, sunk);
  else
    run.record({
      effect: 'exec',
      certainty: 'proved',
      expression: sunk.expression,
      disguised: (outside.callee.marks & disguise) !== 0,
      ...spot(outside.site),
    });
}

function load(
  run: SourceRun,
  outside: Outside,
  effect: 'native-load' | 'nested-load' | 'fs-read' | 'fs-write' | 'exec' | 'dos' | 'none',
): Value {
  const { callee, call, site } = outside;
  const expression = expressionOf(outside);
  if (outside.target.module === 'ctypes' && shellcode.test(callee.name.slice(callee.name.lastIndexOf('.') + 1))) {
    recordFamilyAt(run, { family: 'shellcode', because: 'It puts bytes into executable memory.' }, { call, expression, site });
    return unknown;
  }
  if (!loadDropped(run, { call, expression, site })) {
    const disguised = (callee.marks & marks.decoded) !== 0;
    run.record({ effect, certainty: disguised ? 'proved' : 'possible', expression, disguised, ...spot(site) });
  }
  return { kind: 'result', of: named(callee.module, callee.name), args: call.args, marks: marksOf(call.args) };
}

function hostMarks(key: string): number {
  return hostFacts.has(key) ? marks.host : 0;
}
const hostFacts = new Set([
  'socket gethostname',
  'socket getfqdn',
  'platform node',
  'platform uname',
  'getpass getuser',
  'os getlogin',
  'os uname',
  'uuid getnode',
]);

/** `os.environ.get`, `os.__dict__.get('system')`, `sys.modules.get('os')`. */
function dictionaryMethod({ module, name, marks: from }: NamedValue): Handler | undefined {
  const dot = name.lastIndexOf('.');
  const method = name.slice(dot + 1);
  const owner = named(module, dot < 0 ? '' : name.slice(0, dot), from);
  if (method === '__getattribute__' || method === '__getattr__')
    return (run, { call }) =>
      isTextual(call.args[0])
        ? reachedMember(run, owner, { name: call.args[0].text, from: marks.reflected | (call.args[0].marks & disguise) })
        : unknown;
  if (module === 'os' && owner.name.startsWith('environ')) return environment(method);
  if (['items', 'values', 'keys', 'copy'].includes(method) && isSearchable(owner)) return () => unknownWith(markOfItems(owner));
  const looksUp = method === 'get' || method === '__getitem__' || method === 'pop';
  const isDictionary = (from & marks.reflected) !== 0 || (module === 'sys' && owner.name === 'modules');
  return looksUp && isDictionary ? (run, { call }) => (call.args[0] ? indexOf(run, owner, call.args[0]) : unknown) : undefined;
}

function environment(method: string): Handler {
  if (method === 'get' || method === 'pop' || method === '__getitem__' || method === 'setdefault')
    return (_, { call: { args } }) => (isTextual(args[0]) ? credentialOf(args[0].text) : unknown);
  if (['copy', 'items', 'values'].includes(method)) return () => ({ kind: 'unknown', marks: marks.environment });
  return () => unknown;
}

function handlerOf(key: string): Handler | undefined {
  return builtinHandlers.get(key) ?? outsideHandlers.get(key) ?? searching.get(key) ?? handing.get(key);
}
