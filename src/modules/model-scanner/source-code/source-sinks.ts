/** Where values end: text that is executed, commands, the network, files, bytes handed to a loader. Each call is judged here. */
import type { Where } from '../../../contract/finding.ts';
import type { SourceFamily } from '../engine/artefact.ts';
import type { PracticeNotes } from '../packages/source-practice.ts';
import { sayInstalls } from './install-command.ts';
import type { Call, Site } from './python-call.ts';
import { parsePython } from './python-parser.ts';
import { Scope } from './python-scope.ts';
import {
  deepMarks,
  isTextual,
  marks,
  type PythonScope,
  qualified,
  type TextValue,
  unknown,
  unknownWith,
  type Value,
} from './python-values.ts';
import { argumentsMeaning, type CommandMeaning, commandMeaning, persistentPath, secretPath } from './shell-command.ts';
import type { SourceRun } from './source-run.ts';

type Sunk = { readonly expression: string; readonly at: number; readonly end: number };
type SinkCall = { readonly call: Call; readonly expression: string; readonly site: Site; readonly reflected?: number };

const hidden = marks.decoded | marks.downloaded;
const disguise = marks.reflected | marks.decoded;
const longestExecuted = 512 * 1024;

/** Certain to happen in this phase, rather than when somebody calls the function. */
function certainty(run: SourceRun): 'proved' | 'possible' {
  return run.phase === 'when-called' ? 'possible' : 'proved';
}

/** `exec`, `eval`, `compile` and what becomes a function: the text is read in its turn when it is known. */
export function executeText(run: SourceRun, code: Value | undefined, { scope, ...sunk }: Sunk & { readonly scope: PythonScope }): Value {
  if (!code) return unknown;
  const from = deepMarks(code, 2);
  if ((from & marks.downloaded) !== 0) {
    recordFamily(run, { family: 'dropper', because: 'It executes text that came over the network.' }, sunk);
    return unknownWith(from);
  }
  if (isTextual(code)) return executeKnown(run, code, { ...sunk, scope });
  // A loader of byte code has such a function; only when it runs by itself is it worth a word.
  if ((from & marks.decoded) !== 0 && run.phase !== 'when-called')
    recordFamily(run, { family: 'hidden-code', because: 'It executes code that is stored in a form nobody can read.' }, sunk);
  else if ((from & marks.data) !== 0 && run.phase !== 'when-called')
    run.record({
      effect: 'exec',
      certainty: 'possible',
      family: 'hidden-code',
      because: 'It executes the content of a file that is no Python source.',
      ...sunk,
    });
  else run.record({ effect: 'exec', certainty: (from & marks.file) === 0 ? unknownText(run, sunk) : 'unknown', ...sunk });
  return unknownWith(from);
}

/** Text nobody can tell, executed on the way in; expressions of a configuration are evaluated by ordinary classes too. */
function unknownText(run: SourceRun, { expression }: Sunk): 'possible' | 'unknown' {
  if (run.phase === 'when-called' || run.subject === 'notebook') return 'unknown';
  return run.phase === 'on-import' || expression.startsWith('exec(') ? 'possible' : 'unknown';
}

function executeKnown(run: SourceRun, code: TextValue, { scope, ...sunk }: Sunk & { readonly scope: PythonScope }): Value {
  const decoded = (code.marks & marks.decoded) !== 0 || run.looksAlike(sunk.at, sunk.end);
  if (code.text.length > longestExecuted || !run.mayExecute()) {
    // What another file executes is looked at where that file is read for itself.
    if (run.origin.imported !== true) run.cut = true;
    return unknown;
  }
  const module = parsePython(code.text);
  const before = run.calls.length;
  const origin = {
    source: code.text,
    calledAt: run.origin.calledAt ?? sunk.at,
    disguised: run.origin.disguised || decoded,
    ...(run.origin.imported === true ? { imported: true as const } : {}),
  };
  const result = run.within(origin, () => {
    const [only] = module.body;
    if (module.body.length === 1 && only?.kind === 'expression') return run.interpreter.evaluate(only.value, scope);
    run.interpreter.execute(module.body, scope);
    return unknown;
  });
  // Hiding text that does nothing we know of is still hiding it.
  if (decoded && run.calls.length === before && code.text.trim().length > 0)
    run.record({
      effect: 'exec',
      certainty: module.broken > 0 ? 'proved' : 'possible',
      ...sunk,
      disguised: true,
      family: 'hidden-code',
      because: 'It executes text that was stored in a form nobody can read.',
    });
  return result;
}

type Family = { readonly family: SourceFamily; readonly because: string; readonly effect?: 'exec' | 'net' | 'fs-write' };

function recordFamily(run: SourceRun, { family, because, effect = 'exec' }: Family, sunk: Sunk): void {
  run.record({ effect, certainty: certainty(run), family, because, disguised: family === 'hidden-code', ...sunk });
}

/** A program is started: by a command line, or by a list of words. */
export function commandSink(run: SourceRun, { call, expression, site, reflected = 0 }: SinkCall): Value {
  const sunk = { expression, at: site.at, end: site.end };
  const command = call.args[0] ?? call.keywords.get('args') ?? call.keywords.get('cmd') ?? call.keywords.get('command');
  const from = deepMarks(command ?? unknown, 2);
  const result = unknown;
  const shell = socketShell(call);
  if (shell) {
    recordFamily(run, { family: 'reverse-shell', because: 'The input and output of a program are tied to a connection.' }, sunk);
    return result;
  }
  if (startsForeign(run, command)) {
    recordFamily(run, { family: 'dropper', because: 'It starts what came over the network or was unpacked just before.' }, sunk);
    return result;
  }
  const meaning = meaningOf(command);
  if (run.subject === 'notebook' && isTextual(command)) sayInstalls(command.text, notesOf(run, sunk), noPlace);
  if (meaning?.python) executePythonOf(run, meaning.python, sunk);
  const disguised = (from & marks.decoded) !== 0 || (reflected & disguise) !== 0 || run.origin.disguised;
  if (meaning?.family)
    run.record({
      effect: effectOfFamily(meaning.family),
      certainty: certainty(run),
      family: meaning.family,
      because: `The command ${meaning.what}.`,
      disguised,
      ...sunk,
    });
  else if (meaning?.installs) recordInstall(run, meaning, sunk);
  else if ((meaning?.ordinary || run.subject === 'notebook') && !disguised) run.record({ effect: 'exec', certainty: 'unknown', ...sunk });
  else if (run.installing) recordHook(run, 'exec', sunk);
  else run.record({ effect: 'exec', certainty: command === undefined || meaning ? 'proved' : 'possible', disguised, ...sunk });
  return result;
}

/** The run knows the place of the call. */
const noPlace: Where = { containerPath: [], offset: null, length: null };
function notesOf(run: SourceRun, sunk: Sunk): PracticeNotes {
  return { practice: (code, { detail }) => run.practice(code, detail, sunk) };
}

/** The program itself came from elsewhere; what it is given to work on is another matter. */
function startsForeign(run: SourceRun, command: Value | undefined): boolean {
  if (run.phase === 'when-called' && !isTextual(command)) return false;
  const [program, script] = command?.kind === 'sequence' ? command.items : [command];
  const words =
    isTextual(program) && !/(^|\/)(python[\d.]*|(ba|z|da)?sh|perl|ruby|node|cmd|powershell|pwsh)(\.exe)?$/.test(program.text)
      ? [program]
      : [program, script];
  return words.some((word) => word !== undefined && (isDropped(run, word) || (deepMarks(word, 2) & marks.downloaded) !== 0));
}

function effectOfFamily(family: SourceFamily): 'exec' | 'net' | 'fs-write' {
  if (family === 'exfiltration') return 'net';
  return family === 'destruction' || family === 'persistence' ? 'fs-write' : 'exec';
}

/** Written into notebooks by everybody; in a module that is imported nobody expects it. */
function recordInstall(run: SourceRun, meaning: CommandMeaning, sunk: Sunk): void {
  if (run.subject === 'notebook') run.practice('shell-install-script', `The command ${meaning.what}.`, sunk);
  else recordFamily(run, { family: 'dropper', because: `The command ${meaning.what}.` }, sunk);
}

function recordHook(run: SourceRun, effect: 'exec' | 'net', sunk: Sunk): void {
  run.record({ effect, certainty: 'possible', family: 'install-hook', because: 'It runs while the package is being installed.', ...sunk });
}

function executePythonOf(run: SourceRun, source: string, sunk: Sunk): void {
  if (!run.mayExecute()) return;
  const module = parsePython(source);
  const origin = { source, calledAt: run.origin.calledAt ?? sunk.at, disguised: run.origin.disguised };
  run.within(origin, () => run.interpreter.execute(module.body, new Scope<Value>('module', null)));
}

function meaningOf(command: Value | undefined): CommandMeaning | null {
  if (isTextual(command)) return commandMeaning(command.text);
  if (command?.kind !== 'sequence' || command.items.length === 0) return null;
  const words = command.items.map((item) => (isTextual(item) ? item.text : wordOf(item)));
  return words.every((word) => word !== null) ? argumentsMeaning(words.map((word) => word ?? '')) : partialMeaning(words);
}

/** The first words are known, the rest is a file or an option: enough for the program's name. */
function partialMeaning(words: readonly (string | null)[]): CommandMeaning | null {
  const [program] = words;
  return program ? argumentsMeaning(words.map((word) => word ?? '…')) : null;
}

function wordOf(value: Value): string | null {
  if (value.kind === 'named' && value.module === 'sys' && value.name === 'executable') return 'python';
  return value.kind === 'integer' ? String(value.value) : null;
}

/** `stdin=sock`, `stdout=sock.fileno()`. */
function socketShell({ keywords }: Call): boolean {
  return ['stdin', 'stdout', 'stderr'].some((name) => {
    const value = keywords.get(name);
    return value?.kind === 'result' && value.of.module === 'socket';
  });
}

const localHost = /^\w+:\/\/(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|host\.docker\.internal)([:/]|$)/;

export const doorKeys: ReadonlySet<string> = new Set(['headers', 'auth', 'cert', 'cookies', 'proxies', 'verify', 'timeout']);

/** Something is sent to, or asked of, another host. */
export function networkSink(run: SourceRun, { call, expression, site }: SinkCall): Value {
  const sunk = { expression, at: site.at, end: site.end };
  run.connected = true;
  // What opens the door stands in headers; what is carried out does not.
  const all = [...call.args, ...[...call.keywords].filter(([name]) => !doorKeys.has(name)).map(([, value]) => value)];
  const sent = all.reduce((from, value) => from | deepMarks(value, 4), 0);
  if ((sent & (marks.secret | marks.environment)) !== 0)
    recordFamily(run, { family: 'exfiltration', because: 'It sends credentials or the environment to another host.', effect: 'net' }, sunk);
  else if ((sent & marks.host) !== 0 && run.phase === 'on-import')
    recordFamily(run, { family: 'exfiltration', because: 'It tells another host where it is being loaded.', effect: 'net' }, sunk);
  else if (run.installing) recordHook(run, 'net', sunk);
  else if (!(isTextual(all[0]) && localHost.test(all[0].text)))
    run.record({
      effect: 'net',
      certainty: netCertainty(run, all[0]),
      disguised: (sent & marks.decoded) !== 0 && run.phase === 'on-import',
      ...sunk,
    });
  return unknownWith(marks.downloaded);
}

/** A call built into a class that asks for an address it is given is what a client is for. */
function netCertainty(run: SourceRun, address: Value | undefined): 'proved' | 'possible' | 'unknown' {
  if (run.phase === 'on-import') return 'proved';
  return isTextual(address) ? 'possible' : 'unknown';
}

/** A path as text, as far as it is known: `Path.home() / '.ssh'` is `~/.ssh`. */
export function pathOf(value: Value | undefined): string | null {
  if (isTextual(value)) return value.text;
  if (value?.kind !== 'result') return null;
  const parts = value.args.map((part) => (isTextual(part) ? part.text : part.kind === 'result' ? `{${qualified(part.of)}}` : '…'));
  const start = value.of.name.endsWith('.home') ? ['~'] : [];
  return [...start, ...parts].join('/');
}

export function readFrom(path: string | null): Value {
  const data =
    path !== null && !path.includes('…') && /\.\w{1,12}$/.test(path) && !/\.(py|pyi|pyw|cfg|toml|in)$/.test(path) ? marks.data : 0;
  return { kind: 'unknown', marks: marks.file | data | (path !== null && secretPath.test(path) ? marks.secret : 0) };
}

/** Remembers where bytes of foreign or hidden origin went. */
export function dropInto(run: SourceRun, path: Value | undefined): void {
  if (!path) return;
  if (isTextual(path)) run.droppedPaths.add(path.text);
  else run.droppedValues.add(path);
}

function isDropped(run: SourceRun, command: Value | undefined): boolean {
  if (!command) return false;
  if (run.droppedValues.has(command)) return true;
  if (isTextual(command))
    return command.text !== '' && [...run.droppedPaths].slice(0, 100).some((path) => path !== '' && command.text.includes(path));
  return false;
}

type Writing = { readonly path: Value; readonly data: Value | undefined; readonly expression: string; readonly site: Site };

export function writeInto(run: SourceRun, { path, data, expression, site }: Writing): void {
  const known = pathOf(path);
  const from = deepMarks(data ?? unknown, 2);
  if ((from & hidden) !== 0) dropInto(run, path);
  if (known !== null && persistentPath.test(known))
    recordFamily(
      run,
      { family: 'persistence', because: `It writes to ${known.slice(0, 100)}, from where programs are started.`, effect: 'fs-write' },
      { expression, at: site.at, end: site.end },
    );
}

/** Loading from what was dropped or downloaded: a library, a module, a script. */
export function loadDropped(run: SourceRun, { call, expression, site }: SinkCall): boolean {
  const [path] = call.args;
  if (!path || !(isDropped(run, path) || (deepMarks(path, 2) & marks.downloaded) !== 0)) return false;
  recordFamily(
    run,
    { family: 'dropper', because: 'It loads as code what came over the network or was unpacked just before.' },
    { expression, at: site.at, end: site.end },
  );
  return true;
}

export function recordFamilyAt(run: SourceRun, { family, because }: Omit<Family, 'effect'>, { expression, site }: SinkCall): void {
  recordFamily(run, { family, because, effect: effectOfFamily(family) }, { expression, at: site.at, end: site.end });
}
