/** Import statements: names get their modules; modules of the file's own folder are noted. */
import type { Statement } from './python-tree.ts';
import { named, type PythonScope, unknown, type Value } from './python-values.ts';
import { importedValue } from './sibling-modules.ts';
import type { SourceRun } from './source-run.ts';

const mostImports = 2000;

/** `import a.b`, `import a.b as c`, `from a import b`, `from . import c`, `from a import *`. */
export function loadingImport(run: SourceRun, statement: Statement, scope: PythonScope): void {
  if (statement.kind === 'import') {
    for (const { module, as } of statement.names) {
      note(run, module, statement.at);
      const sibling = siblingOf(run, module, statement.at);
      if (sibling !== null && (as !== null || !module.includes('.'))) scope.set(as ?? module, moduleValue(sibling));
      else if (as !== null) scope.set(as, named(module, ''));
      else scope.set(topOf(module), named(topOf(module), ''));
    }
    return;
  }
  if (statement.kind !== 'from') return;
  const { module, level, names } = statement;
  const path = `${'.'.repeat(level)}${module}`;
  note(run, path, statement.at);
  const sibling = siblingOf(run, path, statement.at);
  if (names.length === 0) {
    if (sibling !== null) for (const [name, value] of sibling.names) if (!name.startsWith('_')) scope.set(name, value);
    if (level === 0 && scope.stars.length < 50) scope.stars.unshift(module);
    return;
  }
  for (const { name, as } of names) {
    if (level > 0 && module === '') note(run, `${path}${name}`, statement.at);
    scope.set(as ?? name, nameOf(run, { path, name, at: statement.at, sibling }) ?? (level > 0 ? unknown : imported(module, name)));
  }
}

/** The names of a file of the same repository; libraries are none, whatever else is called like them. */
function siblingOf(run: SourceRun, module: string, at: number): PythonScope | null {
  if (run.siblings === null) return null;
  const top = topOf(module);
  if (top !== '' && (run.tables.standardLibrary.has(top) || run.tables.aiPackages.has(top))) return null;
  return run.siblings.scopeOf(run, module, at);
}

type Wanted = { readonly path: string; readonly name: string; readonly at: number; readonly sibling: PythonScope | null };

/** A name of the module, or a module of the package. */
function nameOf(run: SourceRun, { path, name, at, sibling }: Wanted): Value | undefined {
  const value = sibling === null ? undefined : importedValue(sibling, name);
  if (value !== undefined) return value;
  const inner = siblingOf(run, path.endsWith('.') ? `${path}${name}` : `${path}.${name}`, at);
  return inner === null ? undefined : moduleValue(inner);
}

function moduleValue(scope: PythonScope): Value {
  return { kind: 'namespace', scope, marks: 0, attributes: true };
}

/** `from __future__ import …` changes nothing. */
function imported(module: string, name: string): Value {
  return module === '__future__' ? unknown : named(module, name);
}

function topOf(module: string): string {
  const dot = module.indexOf('.');
  return dot < 0 ? module : module.slice(0, dot);
}

function note(run: SourceRun, module: string, at: number): void {
  if (run.imported.size < mostImports && !run.imported.has(module) && run.origin.calledAt === null) run.imported.set(module, at);
}
