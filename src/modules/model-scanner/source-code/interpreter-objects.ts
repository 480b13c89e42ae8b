/**
 * Objects found by searching what the interpreter keeps: its garbage, its frames, its modules, the names of a module one by one. A program
 * that looks through them for something to call hides the name of what it calls.
 */
import type { Handler } from './call-handler.ts';
import type { Invocation } from './python-call.ts';
import { isTextual, marks, type NamedValue, unknown, unknownWith, type Value } from './python-values.ts';
import { nativeExec } from './source-effects.ts';
import type { SourceRun } from './source-run.ts';

const found: Value = { kind: 'unknown', marks: marks.searched };

/** Modules in whose names somebody searches for what acts. */
const worthSearching = new Set(['os', 'posix', 'nt', 'subprocess', 'builtins', 'importlib', 'pty', '_posixsubprocess', 'ctypes']);

/** `vars(os)`, `os.__dict__`, `sys.modules`: what going through it yields. */
export function isSearchable({ module, name, marks: from }: NamedValue): boolean {
  if (module === 'sys' && name === 'modules') return true;
  return name === '' && worthSearching.has(module) && (from & marks.reflected) !== 0;
}

/** What a loop over the value hands on. */
export function markOfItems(value: Value): number {
  return value.kind === 'named' && isSearchable(value) ? marks.searched : value.marks;
}

const everyObject: Handler = () => found;
const everySubclass: Handler = (_run, { callee }) => (callee.name === 'object.__subclasses__' ? found : unknown);
const namesOf: Handler = (_run, { call: { args } }) =>
  args[0]?.kind === 'named' && args[0].name === '' && worthSearching.has(args[0].module) ? found : unknownWith(args[0]?.marks ?? 0);

export const searching: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ...['gc get_objects', 'gc get_referrers', 'gc get_referents'].map((key) => [key, everyObject] as const),
  ['builtins object.__subclasses__', everySubclass],
  ...['builtins dir', 'inspect getmembers', 'inspect getmembers_static'].map((key) => [key, namesOf] as const),
]);

/** Functions that hand on one of what they are given. */
const picking = new Set('next filter iter min max sorted list tuple set reversed dict getattr'.split(' '));

/** Calls what a search has found. */
export function callFound(run: SourceRun, callee: Value & { kind: 'unknown' | 'result' }, { site }: Invocation): void {
  if ((callee.marks & marks.searched) === 0) return;
  if (callee.kind === 'result' && !(callee.of.module === 'builtins' && picking.has(callee.of.name))) return;
  recordFound(run, 'It calls an object that it looked for among those of the interpreter.', site);
}

/** `found.system('…')`. Methods of found objects are called by every tool that looks for leaks: names that start programs are not. */
export function callFoundMethod(run: SourceRun, name: string, { args, site }: Invocation): void {
  if (!nativeExec.has(name) && name !== 'check_output' && name !== 'Popen' && name !== 'exec') return;
  if (isTextual(args[0]) || args[0]?.kind === 'sequence')
    recordFound(run, 'It starts a program through a module that it looked for among the objects of the interpreter.', site);
}

function recordFound(run: SourceRun, because: string, site: Invocation['site']): void {
  run.record({
    effect: 'exec',
    certainty: run.phase === 'when-called' ? 'possible' : 'proved',
    expression: run.written(site.at, site.end),
    at: site.at,
    end: site.end,
    disguised: true,
    because,
  });
}
