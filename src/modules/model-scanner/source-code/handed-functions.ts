/** Functions handed to somebody else: what calls them later is not in this file, what they do is. */
import type { Handler } from './call-handler.ts';
import { type Invocation, nothingGiven, type Site, spot } from './python-call.ts';
import { isTextual, marks, marksOf, type NamedValue, named, unknown, type Value } from './python-values.ts';
import { effectOfCall } from './source-effects.ts';
import type { SourceRun } from './source-run.ts';
import { executeText } from './source-sinks.ts';

/** They look at a function, and call none. */
const onlyLooks = new Set(
  'isinstance issubclass callable type id repr str print hasattr getattr help signature getsource getfile wraps update_wrapper cast get_type_hints patch object dict Mock MagicMock'.split(
    ' ',
  ),
);

/** `executor.submit(os.system, 'id')`, `SimpleNamespace(run=os.system)`: a function that starts programs goes to somebody who may call it. */
export function noteHanded(run: SourceRun, callee: string, { args, keywords, site }: Invocation): void {
  if (onlyLooks.has(callee.slice(callee.lastIndexOf('.') + 1))) return;
  for (const value of [...args.slice(0, 50), ...[...keywords.values()].slice(0, 50)])
    if (value.kind === 'named' && startsPrograms(run, value)) {
      record(run, 'It hands a function that starts programs to one that calls it.', site);
      return;
    }
}

function startsPrograms(run: SourceRun, value: NamedValue): boolean {
  if (value.module === 'builtins') return value.name === 'exec';
  return effectOfCall(run.tables, value)?.effect === 'exec';
}

function record(run: SourceRun, because: string, site: Pick<Site, 'at' | 'end'>): void {
  run.record({
    effect: 'exec',
    certainty: run.phase === 'when-called' ? 'unknown' : 'possible',
    expression: run.written(site.at, site.end),
    at: site.at,
    end: site.end,
    because,
  });
}

/** Functions of the file that the callee calls at once, or at every chance. */
const calledBack: Handler = (run, { callee, call, site }) => {
  const given = [...call.args, ...call.keywords.values()];
  for (const value of given) if (value.kind === 'function') run.interpreter.callFunction(value, nothingGiven);
  noteHanded(run, callee.name, { ...call, site });
  return { kind: 'result', of: named(callee.module, callee.name), args: call.args, marks: marksOf(call.args) };
};

/** A setting `()` of logging names what is called to make an object. @source Python documentation, logging.config, "User-defined objects". */
const configured: Handler = (run, { call, site }) => {
  const waiting: Value[] = [...call.args];
  for (let value = waiting.pop(), steps = 0; value !== undefined && steps < 2000; value = waiting.pop(), steps += 1) {
    if (value.kind === 'sequence') waiting.push(...value.items);
    if (value.kind !== 'dict') continue;
    waiting.push(...value.entries.values());
    const factory = value.entries.get('()');
    if (!isTextual(factory)) continue;
    const dot = factory.text.lastIndexOf('.');
    const target = named(factory.text.slice(0, dot), factory.text.slice(dot + 1));
    if (dot > 0 && startsPrograms(run, target)) record(run, `The configuration of logging calls ${factory.text.slice(0, 100)}.`, site);
  }
  return unknown;
};

/** Text for a loader that builds objects from tags. */
const built: Handler = (run, { callee, call, site }) => {
  const loader = call.args[1] ?? call.keywords.get('Loader');
  const isUnsafe = callee.name.startsWith('unsafe_') || (loader?.kind === 'named' && /^(?:C?Unsafe)?Loader$/.test(loader.name));
  const [text] = call.args;
  if (isTextual(text) && isUnsafe && /!!python\/(?:object\/(?:apply|new)|name|module)/.test(text.text))
    record(run, 'The text has the loader of YAML call a function.', site);
  if (isTextual(text) && callee.module.startsWith('jsonpickle') && /"py\/(?:reduce|function|object|type|repr)"/.test(text.text))
    record(run, 'The text has the loader of jsonpickle build objects.', site);
  return unknown;
};

/** Byte code put together by hand. */
const codeMade: Handler = (run, { site }) => {
  noteCode(run, site);
  return unknown;
};
export function noteCode(run: SourceRun, site: Pick<Site, 'at' | 'end'>): void {
  if (run.phase !== 'when-called') record(run, 'It puts byte code together that nobody can read.', site);
}

/** A browser given as a command line with a place for the address is a program to start. */
const openedBy: Handler = (run, { call, site }) => {
  const [command] = call.args;
  if (isTextual(command) && /\s/.test(command.text) && command.text.includes('%s'))
    run.record({ effect: 'exec', certainty: 'proved', expression: run.written(site.at, site.end), ...spot(site) });
  return unknown;
};

/** `ctypes.pythonapi.PyRun_SimpleString(b'…')` is exec. */
const interpreted: Handler = (run, { call, site, callee }) =>
  executeText(run, call.args[0], { expression: site.expression(callee.name), ...spot(site), scope: site.scope });

/** `__loader__.load_module('os')` is an import by name. */
const loaded: Handler = (_run, { call: { args } }) => (isTextual(args[0]) ? named(args[0].text, '', marks.reflected) : unknown);

/** A pickle that stands in the source, behind a file in memory. */
const unpickledFrom: Handler = (run, { callee, call, site }) => {
  const [file] = call.args;
  const data = file?.kind === 'result' && file.of.name === 'BytesIO' ? file.args[0] : undefined;
  if (data?.kind === 'bytes' && data.text.length > 2 && run.embedded.length < 20)
    run.embedded.push({ bytes: data.text, at: run.origin.calledAt ?? site.at, end: run.origin.calledAt ?? site.end });
  return { kind: 'result', of: named(callee.module, callee.name), args: call.args, marks: marksOf(call.args) };
};

/** `string.Formatter().get_field('0.__init__.__globals__', …)` walks attributes by text. */
export function noteFormatter(run: SourceRun, [field]: readonly Value[], site: Site): void {
  if (isTextual(field) && /__(?:globals|builtins|subclasses|import|class|mro)__/.test(field.text))
    record(run, 'It reaches the interpreter’s own objects through the field of a format.', site);
}

export const handing: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...[
    'json loads',
    'json load',
    're sub',
    're subn',
    'collections defaultdict',
    'sys addaudithook',
    'asyncio to_thread',
    'contextlib ExitStack',
    'dataclasses field',
    'itertools accumulate',
    'itertools groupby',
  ].map((key) => [key, calledBack] as const),
  ['logging.config dictConfig', configured],
  ...['yaml load', 'yaml load_all', 'yaml unsafe_load', 'yaml unsafe_load_all', 'jsonpickle decode', 'jsonpickle loads'].map(
    (key) => [key, built] as const,
  ),
  ...['pickle Unpickler', 'pickle load', '_pickle Unpickler', 'dill load', 'cloudpickle load'].map((key) => [key, unpickledFrom] as const),
  ['ctypes pythonapi.PyRun_SimpleString', interpreted],
  ...['builtins __loader__.load_module', 'builtins __spec__.loader.load_module'].map((key) => [key, loaded] as const),
  ['types CodeType', codeMade],
  ['webbrowser get', openedBy],
]);
