/** What a Python file would do: when it is imported, when its classes are built, and when its functions are called. */
import type { ActivationFact, PracticeFact, SourceCallFact } from '../engine/artefact.ts';
import type { PickleFactTables } from '../pickle/tables.ts';
import type { Interpreter } from './interpreter.ts';
import { nothingGiven } from './python-call.ts';
import { applyValue, callFunction, instantiate } from './python-calls.ts';
import { evaluate } from './python-evaluate.ts';
import { parsePython } from './python-parser.ts';
import { execute } from './python-statements.ts';
import type { ClassValue } from './python-values.ts';
import { type SourcePlaces, type SourceQuestion, SourceRun } from './source-run.ts';

export type SourceAnswer = {
  readonly calls: readonly SourceCallFact[];
  readonly practices: readonly PracticeFact[];
  /** Modules imported, as written, and where. */
  readonly imported: ReadonlyMap<string, number>;
  /** Names of its classes and the bases they are written with. */
  readonly classes: readonly { readonly name: string; readonly bases: readonly string[] }[];
  /** Bytes known from the source that it unpickles: one character for each. */
  readonly embedded: readonly { readonly bytes: string; readonly at: number; readonly end: number }[];
  readonly statements: number;
  readonly broken: number;
  /** Identifiers in letters that only look like others: offsets. */
  readonly lookalikes: readonly number[];
  /** Too deep, too long or too much: something was not looked at. */
  readonly cut: boolean;
};

/** Methods that loaders and servers call on what they built. */
const builtMethods = new Set(
  '__new__ __init__ __post_init__ __call__ __reduce__ __reduce_ex__ __setstate__ __getstate__ __getattr__ __getattribute__ __getitem__ __del__ __enter__ __exit__ __iter__ __len__ __repr__ __str__ __hash__ __eq__ forward call build from_pretrained from_config _from_config _load_from_state_dict load_state_dict initialize execute preprocess inference postprocess handle predict load_context setup _info _split_generators _generate_examples tokenize _tokenize encode decode generate model_fn input_fn predict_fn output_fn __add__ __radd__ __iadd__ __sub__ __mul__ __truediv__ __mod__ __or__ __and__ __xor__ __matmul__ __neg__ __invert__ __lshift__ __rshift__ __contains__ __bool__ __get__ __set__ __set_name__ __missing__ _missing_ __class_getitem__ __setitem__ __setattr__ __delattr__ __format__ __index__ __int__ __float__ __lt__ __gt__ __le__ __ge__ __ne__ __next__ __aenter__ __await__ __fspath__ __bytes__ __dir__ __copy__ __deepcopy__ find_spec find_module load_module create_module exec_module'.split(
    ' ',
  ),
);
/** Functions that serving containers call by their name. */
const builtFunctions = new Set(
  'init model_fn input_fn predict_fn output_fn handle handler predict inference preprocess postprocess load_model load_context generate'.split(
    ' ',
  ),
);

/**
 * Reads the file the way an interpreter would, without running any of it: names get values as far as they are certain, functions are
 * gone through where they are called, text is computed where it is constant.
 *
 * @returns facts in the order they were met: on import, when built, when called. Never throws; time is linear in the text with a bounded
 * surplus for functions that are called with several values.
 */
export function analysePython(question: SourceQuestion): SourceAnswer {
  const module = parsePython(question.text);
  const run = new SourceRun(question, interpreterOf);
  run.lookalikes = module.lookalikes.slice(0, 1000);
  execute(run, module.body, run.module);
  run.during('when-built', () => goThroughClasses(run));
  run.during('when-called', () => goThroughFunctions(run, () => true));
  return {
    calls: run.calls,
    practices: run.practices,
    imported: run.imported,
    classes: run.classes.map(({ statement, bases }) => ({ name: statement.name, bases: bases.map(baseName) })),
    embedded: run.embedded,
    statements: module.statements,
    broken: module.broken,
    lookalikes: module.lookalikes,
    cut: module.cut || run.cut,
  };
}

/** All parts of the reader, tied to one reading. */
function interpreterOf(run: SourceRun): Interpreter {
  return {
    evaluate: (expression, scope) => evaluate(run, expression, scope),
    execute: (block, scope) => execute(run, block, scope),
    callFunction: (called, call) => callFunction(run, called, call),
    applyValue: (callee, call) => applyValue(run, callee, call),
  };
}

function baseName(base: ClassValue['bases'][number]): string {
  if (base.kind === 'named') return base.name === '' ? base.module : base.name.slice(base.name.lastIndexOf('.') + 1);
  return base.kind === 'class' ? base.statement.name : '';
}

const mostClasses = 5000;

function goThroughClasses(run: SourceRun): void {
  for (let at = 0; at < run.classes.length && at < mostClasses; at += 1) {
    const of = run.classes[at];
    if (!of) continue;
    const instance = instantiate(run, of, nothingGiven);
    for (const name of builtMethods) {
      const method = of.members.names.get(name);
      if (method?.kind === 'function') callFunction(run, { ...method, self: instance }, nothingGiven);
    }
  }
  goThroughFunctions(run, (name, top) => top && builtFunctions.has(name));
}

/** Functions that nothing went through yet. Those defined on the way follow. */
function goThroughFunctions(run: SourceRun, wanted: (name: string, top: boolean) => boolean): void {
  for (let at = 0; at < run.functions.length; at += 1) {
    const found = run.functions[at];
    if (!found || !wanted(found.name, found.scope.kind === 'module')) continue;
    const key = run.keyOf(found);
    if (run.visited.has(key)) continue;
    const owner = run.classes.find(({ members }) => members === found.scope);
    const self = owner && found.scope.kind === 'class' ? ({ kind: 'instance', of: owner, fields: new Map(), marks: 0 } as const) : null;
    callFunction(run, { ...found, self }, nothingGiven);
  }
}

type Importer = { readonly by: string; readonly places: SourcePlaces; readonly tables: PickleFactTables };

/** Files beside this one that it imports; they count once it is activated itself. */
export function activationsOf({ imported }: Pick<SourceAnswer, 'imported'>, { by, places, tables }: Importer): ActivationFact[] {
  const made: ActivationFact[] = [];
  for (const [module, at] of imported) {
    const file = siblingFile(module, tables);
    if (file !== null && made.length < 200)
      made.push({ file, by: `an import in ${by}`, onlyWhenActivated: true, where: places.placeAt(at, module.length) });
  }
  return made;
}

/** `.configuration_acme` and `helper` are files beside this one; `torch` is not. */
function siblingFile(module: string, tables: PickleFactTables): string | null {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const path = module.slice(dots).replaceAll('.', '/');
  if (path === '') return null;
  const top = path.split('/')[0] ?? '';
  if (dots === 0 && (tables.standardLibrary.has(top) || tables.aiPackages.has(top))) return null;
  return `${'../'.repeat(Math.max(0, dots - 1))}${path}.py`;
}
