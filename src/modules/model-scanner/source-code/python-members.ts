/** Attributes and places of a value: `os.system`, `globals()['x']`, `vars(os)['system']`, `().__class__`. */
import { nothingGiven } from './python-call.ts';
import {
  type ClassValue,
  isTextual,
  keyOf,
  marks,
  type NamedValue,
  named,
  numberOf,
  type PythonScope,
  text,
  unknown,
  unknownWith,
  type Value,
  withMarks,
} from './python-values.ts';
import { targetOf } from './source-effects.ts';
import type { SourceRun } from './source-run.ts';

/** Attributes that hold the names of a module or an object. */
const dictionaries = new Set(['__dict__', '__globals__', 'func_globals', 'f_globals', 'f_builtins', '__builtins__']);
const longestPath = 300;
/** Of frames, and of functions that nobody knows: the names that are there. */
const frameNames = new Set(['f_globals', 'f_locals', 'f_builtins', '__builtins__', '__globals__', 'func_globals']);

function frameMember(run: SourceRun, name: string): Value {
  if (name === 'f_builtins' || name === '__builtins__') return named('builtins', '', marks.reflected);
  return { kind: 'namespace', scope: run.module, marks: marks.reflected };
}

/** `value.name`, as written. */
export function memberOf(run: SourceRun, owner: Value, name: string): Value {
  return reachedMember(run, owner, { name, from: 0 });
}

/** The same, reached by text: `from` tells how that text came about. */
export function reachedMember(
  run: SourceRun,
  owner: Value,
  { name, from: reflected }: { readonly name: string; readonly from: number },
): Value {
  if (owner.kind === 'named') return namedMember(owner, name, reflected);
  if (owner.kind !== 'namespace' && frameNames.has(name)) return frameMember(run, name);
  if (owner.kind === 'namespace' && owner.attributes === true && !dictionaries.has(name)) return owner.scope.names.get(name) ?? unknown;
  if (owner.kind === 'namespace') return dictionaries.has(name) ? owner : { kind: 'member', owner, name, marks: reflected };
  if (owner.kind === 'instance') {
    const field = owner.fields.get(name) ?? findMember(owner.of, name, 8);
    if (field?.kind === 'function' && field.property === true) return run.interpreter.callFunction({ ...field, self: owner }, nothingGiven);
    if (field?.kind === 'function') return { ...field, self: owner };
    if (field) return field;
  }
  if (owner.kind === 'class') {
    if (name === '__dict__') return owner;
    const found = findMember(owner, name, 8);
    // A class method is handed its class, which stands for what it makes.
    if (found) return found;
  }
  if (owner.kind === 'function' && dictionaries.has(name)) return { kind: 'namespace', scope: run.module, marks: marks.reflected };
  if (owner.kind === 'function' && name === '__code__') return unknown;
  if (owner.kind === 'result' && owner.of.module === 'ctypes') return { kind: 'member', owner, name, marks: owner.marks };
  return { kind: 'member', owner, name, marks: (owner.marks & ~marks.joined) | reflected | dunderMarks(owner, name) };
}

/** From a constant over its class to every class there is: the ladder out of a sandbox. */
const ladder = new Set(['__class__', '__base__', '__bases__', '__mro__', '__subclasses__', 'mro']);
function dunderMarks(owner: Value, name: string): number {
  if (!ladder.has(name)) return 0;
  if (name === '__class__')
    return isTextual(owner) || owner.kind === 'sequence' || owner.kind === 'integer' || owner.kind === 'dict' ? marks.reflected : 0;
  return owner.marks & marks.reflected;
}

function namedMember(owner: NamedValue, name: string, reflected: number): Value {
  // A function of a module written in C knows its module.
  if (name === '__self__' && owner.name !== '' && !owner.name.includes('.')) return named(owner.module, '', marks.reflected);
  // The names of a module as a dictionary: what is taken out of it is taken by its text.
  if (dictionaries.has(name)) return withMarks(owner, marks.reflected);
  if (owner.name === '' && name === 'modules' && owner.module === 'sys') return named('sys', 'modules');
  if (owner.name.length > longestPath) return unknownWith(owner.marks);
  const from = (owner.marks & (marks.reflected | marks.joined | marks.decoded)) | reflected;
  return named(owner.module, owner.name === '' ? name : `${owner.name}.${name}`, from);
}

export function findMember(of: ClassValue, name: string, depth: number): Value | undefined {
  const own = of.members.names.get(name);
  if (own !== undefined || depth === 0) return own;
  for (const base of of.bases)
    if (base.kind === 'class') {
      const found = findMember(base, name, depth - 1);
      if (found !== undefined) return found;
    }
  return undefined;
}

/** `value[index]`. */
export function indexOf(run: SourceRun, owner: Value, index: Value): Value {
  const key = keyOf(index);
  const from = index.marks & (marks.joined | marks.decoded);
  if (owner.kind === 'dict') return (key === null ? undefined : owner.entries.get(key)) ?? unknownWith(owner.marks | index.marks);
  if (owner.kind === 'sequence' || isTextual(owner)) return element(owner, numberOf(index), index.marks);
  if (owner.kind === 'namespace' && key !== null) return namespaceValue(run, owner.scope, { key, from });
  if (owner.kind === 'member' && owner.owner.kind === 'namespace') return unknown;
  if (owner.kind === 'result') return owner;
  if (owner.kind !== 'named' || key === null) return unknownWith(owner.marks | index.marks);
  if (isModuleTable(run, owner)) return named(key, '', marks.reflected | from);
  if (owner.module === 'os' && owner.name.startsWith('environ')) return credentialOf(key);
  // `vars(os)['system']`, `__builtins__['eval']`, `x.__globals__['os']`.
  if ((owner.marks & marks.reflected) === 0 && owner.module !== 'builtins') return unknownWith(owner.marks);
  if (owner.name !== '' && !owner.name.includes('__') && run.tables.standardLibrary.has(key)) return named(key, '', marks.reflected | from);
  if (owner.name !== '' && run.tables.standardLibrary.has(key)) return named(key, '', marks.reflected | from);
  return owner.name === '' ? namedMember(owner, key, marks.reflected | from) : named('builtins', key, marks.reflected | from);
}

/** `sys.modules`, also through a module that has imported sys: `warnings.sys.modules`. */
function isModuleTable(run: SourceRun, owner: NamedValue): boolean {
  if (owner.module === 'sys' && owner.name === 'modules') return true;
  return owner.name.endsWith('.modules') && targetOf(run.tables, owner).key === 'sys modules';
}

/** Variables that open a cloud or a registry of models: alone they are a secret. */
const credential =
  /^(AWS_(SECRET_ACCESS_KEY|SESSION_TOKEN)|AZURE_CLIENT_SECRET|GOOGLE_APPLICATION_CREDENTIALS|GITHUB_TOKEN|SSH_PRIVATE_KEY|KUBECONFIG)$/;
export function credentialOf(name: string): Value {
  return credential.test(name) ? { kind: 'unknown', marks: marks.secret } : unknown;
}

export function namespaceValue(run: SourceRun, scope: PythonScope, { key, from }: { readonly key: string; readonly from: number }): Value {
  const found = scope.find(key);
  if (found !== undefined) return found.kind === 'named' ? withMarks(found, marks.reflected | from) : found;
  if (key === '__builtins__' || key === 'builtins' || key === '__builtin__') return named('builtins', '', marks.reflected);
  if (run.tables.standardLibrary.has(key)) return named(key, '', marks.reflected | from);
  return named('builtins', key, marks.reflected | from);
}

function element(owner: Value, at: number | undefined, more: number): Value {
  if (at === undefined) return unknownWith(owner.marks | more);
  if (owner.kind === 'sequence') return owner.items.at(at) ?? unknownWith(owner.marks);
  if (!isTextual(owner)) return unknown;
  const letter = owner.text.at(at);
  if (letter === undefined) return unknownWith(owner.marks);
  if (owner.kind === 'bytes') return { kind: 'integer', value: BigInt(letter.charCodeAt(0)), marks: owner.marks };
  // A letter picked by its number: put together, words of such letters are hidden.
  return text(letter, owner.marks | marks.joined);
}
