/** Builtins and their kin: what finds, builds, maps and executes. */
import { disguise, expressionOf, type Handler } from './call-handler.ts';
import { spot } from './python-call.ts';
import { credentialOf, reachedMember } from './python-members.ts';
import { Scope } from './python-scope.ts';
import {
  deepMarks,
  elementsOf,
  isTextual,
  marks,
  marksOf,
  named,
  none,
  qualified,
  sequence,
  unknown,
  unknownWith,
  type Value,
  withMarks,
} from './python-values.ts';
import { isHarmfulName } from './source-effects.ts';
import { executeText, loadDropped } from './source-sinks.ts';

const code: Handler = (run, outside) => {
  const { call, site, callee } = outside;
  const globals = call.args[1];
  const scope = globals?.kind === 'namespace' ? globals.scope : site.scope;
  const disguised = (callee.marks & disguise) !== 0;
  const [text] = call.args;
  const given = text && disguised ? withMarks(text, marks.decoded) : text;
  return executeText(run, given, { expression: expressionOf(outside), ...spot(site), scope });
};

/** `timeit.timeit('text')`, `cProfile.run('text')`: texts are executed, functions called. */
const timed: Handler = (run, outside) => {
  const { call, site } = outside;
  const sunk = { expression: expressionOf(outside), ...spot(site) };
  for (const given of [...call.args.slice(0, 2), call.keywords.get('stmt'), call.keywords.get('setup')]) {
    if (isTextual(given)) executeText(run, given, { ...sunk, scope: site.scope });
    if (given?.kind === 'function') run.interpreter.callFunction(given, { args: [], keywords: new Map() });
  }
  return unknown;
};

/** The compiled text stands for itself until it is executed. */
const compiled: Handler = (_run, { call }) => call.args[0] ?? unknown;

const imported: Handler = (run, outside) => {
  const { call, site } = outside;
  const name = call.args[0] ?? call.keywords.get('name');
  if (!isTextual(name)) return unknownWith(marks.reflected | (name?.marks ?? 0));
  if (loadDropped(run, { call, expression: expressionOf(outside), site })) return unknown;
  const from = marks.reflected | (name.marks & (marks.joined | marks.decoded));
  // `__import__('a.b')` gives `a`; `import_module('a.b')` gives `a.b`.
  const module =
    qualified(outside.callee) === '__import__' && !call.keywords.has('fromlist') && call.args.length < 4
      ? (name.text.split('.')[0] ?? name.text)
      : name.text;
  return named(module, '', from);
};

/** `a.b.c` to the object: pydoc.locate, pkgutil.resolve_name. */
const located: Handler = (_run, { call: { args } }) => {
  const [name] = args;
  if (!isTextual(name)) return unknownWith(marks.reflected);
  const [module = '', ...rest] = name.text.replace(':', '.').split('.');
  return named(module, rest.join('.'), marks.reflected | (name.marks & (marks.joined | marks.decoded)));
};

const reaching = new Set(['os', 'posix', 'nt', 'subprocess', 'builtins', 'importlib', 'pty']);

const attribute: Handler = (run, outside) => {
  const { call, site } = outside;
  const [owner, name, fallback] = call.args;
  if (owner?.kind === 'named' && reaching.has(owner.module) && name !== undefined && !isTextual(name) && (name.marks & marks.decoded) !== 0)
    run.record({ effect: 'exec', certainty: 'possible', expression: expressionOf(outside), disguised: true, ...spot(site) });
  if (!owner || !isTextual(name)) return unknownWith((owner?.marks ?? 0) | ((name?.marks ?? 0) & marks.searched));
  const from = name.text.startsWith('__') ? 0 : marks.reflected | (name.marks & marks.decoded);
  const found = reachedMember(run, owner, { name: name.text, from });
  return found.kind === 'named' && (found.marks & marks.reflected) !== 0 && !isHarmfulName(run.tables, found)
    ? { ...found, marks: found.marks & ~marks.decoded }
    : (found ?? fallback ?? unknown);
};

const namespace: Handler = (_run, { call: { args }, site, callee }) => {
  const [of] = args;
  if (of?.kind === 'named' || of?.kind === 'class') return of.kind === 'named' ? withMarks(of, marks.reflected) : of;
  return { kind: 'namespace', scope: callee.name === 'globals' ? site.scope.module() : site.scope, marks: 0 };
};

/** Runs a function of the file over what it is given. */
const applied: Handler = (run, { call: { args }, site, callee }) => {
  const [change, list] = args;
  const elements = elementsOf(list);
  if (!change) return unknown;
  if (!elements || !run.mayReplay())
    return withMarks(
      run.interpreter.applyValue(change, { args: [unknownWith(list?.marks ?? 0)], keywords: new Map(), site }),
      deepMarks(list ?? unknown, 2),
    );
  const made = elements.map((element, turn) =>
    run.replay(turn > 0, () =>
      turn > 0 && !run.mayReplay() ? unknown : run.interpreter.applyValue(change, { args: [element], keywords: new Map(), site }),
    ),
  );
  return callee.name === 'filter' ? unknownWith(marksOf(elements)) : sequence(made);
};

const reduced: Handler = (run, { call: { args }, site }) => {
  const [change, list, start] = args;
  const elements = elementsOf(list);
  if (!change || !elements || elements.length > 2000) return unknownWith(deepMarks(list ?? unknown, 2));
  const all = start ? [start, ...elements] : elements;
  return all.length === 0
    ? unknown
    : all.reduce((value, element) =>
        run.replay(true, () =>
          run.mayReplay() ? run.interpreter.applyValue(change, { args: [value, element], keywords: new Map(), site }) : unknown,
        ),
      );
};

/** `sorted(x, key=os.system)`: what is given as a key is called. */
const keyed: Handler = (run, { callee, call, site }) => {
  const key = call.keywords.get('key');
  const [list] = call.args;
  if (key && (key.kind === 'function' || key.kind === 'named'))
    for (const element of (elementsOf(list) ?? [unknown]).slice(0, 20))
      run.replay(true, () => run.interpreter.applyValue(key, { args: [element], keywords: new Map(), site }));
  return callee.name === 'sorted' && list ? unknownWith(deepMarks(list, 3)) : unknown;
};

/** `type('A', (B,), {…})` is a class statement. */
const built: Handler = (run, { call: { args }, site }) => {
  const [name, bases, body] = args;
  if (!isTextual(name) || body?.kind !== 'dict') return unknown;
  const members = new Scope<Value>('class', site.scope);
  for (const [key, value] of body.entries) members.names.set(key, value);
  const statement = { kind: 'class', name: name.text, bases: [], decorators: [], body: [], ...spot(site) } as const;
  const made = { kind: 'class', statement, members, bases: bases?.kind === 'sequence' ? bases.items : [], marks: 0 } as const;
  if (run.classes.length < 5000) run.classes.push(made);
  return made;
};

const environmentOf: Handler = (_run, { call: { args } }) => unknownWith(deepMarks(args[0] ?? unknown, 3));
const credentials: Handler = (_run, { call: { args } }) => (isTextual(args[0]) ? credentialOf(args[0].text) : unknown);
const rebuilt: Handler = (_run, { callee, call }) => ({
  kind: 'result',
  of: named(callee.module, callee.name),
  args: call.args,
  marks: marksOf(call.args),
});

/** `setattr(builtins, 'run', os.system)` gives every module a name. */
const attributeSet: Handler = (run, { call: { args } }) => {
  const [owner, name, value] = args;
  if (!owner || !isTextual(name) || !value) return unknown;
  if (owner.kind === 'named' && owner.module === 'builtins' && !run.module.names.has(name.text)) run.module.set(name.text, value);
  if (owner.kind === 'instance' && owner.fields.size < 1000) owner.fields.set(name.text, value);
  if (owner.kind === 'class' && owner.members.names.size < 5000) owner.members.names.set(name.text, value);
  return unknown;
};

/** An object of this file keeps what it is until it is loaded again; everything else is what goes into the bytes. */
const pickled: Handler = (run, outside) =>
  outside.call.args[0]?.kind === 'instance'
    ? { kind: 'result', of: outside.callee, args: outside.call.args.slice(0, 1), marks: 0 }
    : environmentOf(run, outside);

/** By module and name. */
export const builtinHandlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...['timeit timeit', 'timeit repeat', 'timeit Timer', 'cProfile run', 'profile run', 'pdb run', 'pdb runeval', 'trace Trace.run'].map(
    (key) => [key, timed] as const,
  ),
  ...['builtins exec', 'builtins eval', 'builtins execfile', 'six exec_'].map((key) => [key, code] as const),
  ['builtins compile', compiled],
  ...['builtins __import__', 'importlib import_module', 'importlib __import__'].map((key) => [key, imported] as const),
  ['pydoc locate', located],
  ['pkgutil resolve_name', located],
  ['builtins getattr', attribute],
  ['inspect getattr_static', attribute],
  ...['builtins globals', 'builtins locals', 'builtins vars'].map((key) => [key, namespace] as const),
  ...['builtins map', 'builtins filter', 'itertools starmap'].map((key) => [key, applied] as const),
  ['functools reduce', reduced],
  ...['builtins sorted', 'builtins min', 'builtins max'].map((key) => [key, keyed] as const),
  ['builtins type', built],
  ['builtins setattr', attributeSet],
  ['ast parse', compiled],
  ...[
    'builtins dict',
    'builtins str',
    'builtins repr',
    'json dumps',
    'urllib.parse urlencode',
    'base64 b64encode',
    'builtins list',
    'builtins bytes',
    'zlib compress',
    'binascii hexlify',
  ].map((key) => [key, environmentOf] as const),
  ...['pickle dumps', '_pickle dumps', 'cPickle dumps', 'dill dumps', 'cloudpickle dumps'].map((key) => [key, pickled] as const),
  ['os getenv', credentials],
  ['builtins print', () => none],
  ...[
    'types FunctionType',
    'types LambdaType',
    'functools partial',
    'operator attrgetter',
    'operator itemgetter',
    'operator methodcaller',
    'socket socket',
  ].map((key) => [key, rebuilt] as const),
]);
