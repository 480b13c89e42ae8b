/** Functions that start, open, copy, delete, install and load: judged by what they are given. */
import { expressionOf, type Handler } from './call-handler.ts';
import { type Call, nothingGiven, spot } from './python-call.ts';
import { findMember } from './python-members.ts';
import { deepMarks, isTextual, marks, named, unknown, unknownWith } from './python-values.ts';
import { persistentPath } from './shell-command.ts';
import { isHarmfulName } from './source-effects.ts';
import { isPath } from './source-methods.ts';
import { loadDropped, pathOf, readFrom, recordFamilyAt, writeInto } from './source-sinks.ts';

/** Threads, timers, exit handlers: the function they are given runs. */
const started: Handler = (run, { call: { args, keywords }, callee }) => {
  const handed = [...args, ...keywords.values()];
  const inner = keywords.get('args') ?? handed.find((value) => value.kind === 'sequence');
  const given: Call = { args: inner?.kind === 'sequence' ? inner.items : [], keywords: new Map() };
  for (const value of handed) {
    if (value.kind === 'function') run.interpreter.callFunction(value, given);
    if (value.kind === 'named' && isHarmfulName(run.tables, value))
      run.interpreter.applyValue(value, { ...given, site: { at: 0, end: 0, scope: run.module, expression: (name) => `${name}(…)` } });
  }
  return { kind: 'result', of: callee, args: [], marks: 0 };
};

const startedNamed: Handler = (run, outside) => {
  const { call, site } = outside;
  const target = [...call.args, ...call.keywords.values()].find((value) => value.kind === 'named' && isHarmfulName(run.tables, value));
  if (target?.kind !== 'named') return started(run, outside);
  const list = call.keywords.get('args') ?? call.args.find((value) => value.kind === 'sequence');
  return run.interpreter.applyValue(target, { args: list?.kind === 'sequence' ? list.items : [], keywords: new Map(), site });
};

/** Opening alone reads nothing yet; what the file is asked for later is judged by its path. */
const open: Handler = (run, outside) => {
  const { call, site } = outside;
  const mode = call.args[1] ?? call.keywords.get('mode');
  const path = call.args[0] ?? call.keywords.get('file') ?? unknown;
  const known = pathOf(path);
  const writes = isTextual(mode) && /[wax+]/.test(mode.text);
  if (writes && known !== null && persistentPath.test(known))
    writeInto(run, { path, data: undefined, expression: expressionOf(outside), site });
  const secret = known !== null && !writes ? readFrom(known).marks & marks.secret : 0;
  return { kind: 'result', of: named('builtins', 'open'), args: [path], marks: secret };
};

const copied: Handler = (run, outside) => {
  const destination = pathOf(outside.call.args[1]);
  if (destination !== null && persistentPath.test(destination))
    recordFamilyAt(
      run,
      { family: 'persistence', because: 'It puts a file where programs are started from.' },
      { ...outside, expression: expressionOf(outside) },
    );
  return unknown;
};

const wide = /^(\/|~|\/\*|~\/\*?|\/home|\/home\/?\*?|\/root|\/etc|\/usr|\/var|\$HOME|[cC]:[\\/]?)\/?$/;
const deleted: Handler = (run, outside) => {
  const [path] = outside.call.args;
  const home = path?.kind === 'result' && isPath(path) && path.of.name.endsWith('.home') && path.args.length === 0;
  if (home || (isTextual(path) && wide.test(path.text)))
    recordFamilyAt(
      run,
      { family: 'destruction', because: 'It deletes a whole home or system folder.' },
      { ...outside, expression: expressionOf(outside) },
    );
  return unknown;
};

const duplicated: Handler = (run, outside) => {
  const [from, to] = outside.call.args;
  const standard = to?.kind === 'integer' && to.value <= 2n;
  if (from?.kind === 'result' && from.of.module === 'socket' && standard)
    recordFamilyAt(
      run,
      { family: 'reverse-shell', because: 'Standard input or output is tied to a connection.' },
      { ...outside, expression: expressionOf(outside) },
    );
  return unknown;
};

/** The commands of setup() that run while a package is installed. */
const setup: Handler = (run, { call: { keywords }, site }) => {
  const commands = keywords.get('cmdclass');
  if (commands?.kind !== 'dict') return unknown;
  for (const [name, command] of commands.entries) {
    if (command.kind !== 'class' || !/^(install|develop|egg_info|install_lib|install_scripts|bdist_egg|easy_install)$/.test(name)) continue;
    run.installing = true;
    const instance = run.interpreter.applyValue(command, { ...nothingGiven, site });
    for (const method of ['initialize_options', 'finalize_options', 'run']) {
      const found = findMember(command, method, 8);
      if (found?.kind === 'function') run.interpreter.callFunction({ ...found, self: instance }, nothingGiven);
    }
    run.installing = false;
  }
  return unknown;
};

/** What an object of this file has a copy made by: `__reduce__` gives a function and its arguments. */
const rebuilt: Handler = (run, { call: { args }, site }) => {
  const [made] = args;
  if (made?.kind !== 'instance') return made ?? unknown;
  const reducer = findMember(made.of, '__reduce_ex__', 8) ?? findMember(made.of, '__reduce__', 8);
  if (reducer?.kind !== 'function') return made;
  const given = run.interpreter.callFunction({ ...reducer, self: made }, { args: [unknown], keywords: new Map() });
  const [callee, handed] = given.kind === 'sequence' ? given.items : [];
  if (!callee) return unknown;
  return run.interpreter.applyValue(callee, { args: handed?.kind === 'sequence' ? handed.items : [], keywords: new Map(), site });
};

/** Bytes that stand in the source are judged like a file of their own. */
const unpickled: Handler = (run, outside) => {
  const { call, site } = outside;
  const [data] = call.args;
  if (data?.kind === 'result' && data.of.name === 'dumps') return rebuilt(run, { ...outside, call: { ...call, args: data.args } });
  if (data?.kind === 'bytes' && data.text.length > 2 && run.embedded.length < 20)
    run.embedded.push({ bytes: data.text, at: run.origin.calledAt ?? site.at, end: run.origin.calledAt ?? site.end });
  else loadDropped(run, { call, expression: expressionOf(outside), site });
  return unknownWith(deepMarks(data ?? unknown, 1));
};

/** A module read from a file whose name says that it is none. */
const fileLoader: Handler = (run, outside) => {
  const { call, site } = outside;
  const path = pathOf(call.args[1] ?? call.keywords.get('path') ?? call.keywords.get('location'));
  const expression = expressionOf(outside);
  if (loadDropped(run, { call: { ...call, args: call.args.slice(1) }, expression, site })) return unknown;
  if (path !== null && /\.\w{1,12}$/.test(path) && !/\.(py|pyw|so|pyd)$/.test(path) && run.phase !== 'when-called')
    run.record({
      effect: 'exec',
      certainty: 'possible',
      family: 'hidden-code',
      because: 'It imports a file that is no Python source by its name.',
      expression,
      ...spot(site),
    });
  return { kind: 'result', of: named(outside.callee.module, outside.callee.name), args: call.args, marks: 0 };
};

/** By module and name. */
export const outsideHandlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...[
    'threading Thread',
    'threading Timer',
    'multiprocessing Process',
    '_thread start_new_thread',
    'atexit register',
    'weakref finalize',
    'threading setprofile',
    'threading settrace',
    'sys settrace',
    'signal signal',
  ].map((key) => [key, startedNamed] as const),
  ...['builtins open', 'io open', 'codecs open', 'os open', '_io open', 'os fdopen', 'gzip open'].map((key) => [key, open] as const),
  ...['shutil copy', 'shutil copyfile', 'shutil copy2', 'shutil move', 'os rename', 'os replace', 'os symlink', 'os link'].map(
    (key) => [key, copied] as const,
  ),
  ...['pickle loads', '_pickle loads', 'cPickle loads', 'dill loads', 'cloudpickle loads'].map((key) => [key, unpickled] as const),
  ...['importlib.machinery SourceFileLoader', 'importlib.util spec_from_file_location', 'importlib.machinery ExtensionFileLoader'].map(
    (key) => [key, fileLoader] as const,
  ),
  ...['copy copy', 'copy deepcopy'].map((key) => [key, rebuilt] as const),
  ['shutil rmtree', deleted],
  ['os removedirs', deleted],
  ['os dup2', duplicated],
  ...['setuptools setup', 'distutils.core setup', 'numpy.distutils.core setup', 'skbuild setup'].map((key) => [key, setup] as const),
]);
