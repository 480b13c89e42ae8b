/** Import statements: names get their modules; modules of the file's own folder are noted. */
import type { Statement } from './python-tree.ts';
import { named, type PythonScope, unknown, type Value } from './python-values.ts';
import type { SourceRun } from './source-run.ts';

const mostImports = 2000;

/** `import a.b`, `import a.b as c`, `from a import b`, `from . import c`, `from a import *`. */
export function loadingImport(run: SourceRun, statement: Statement, scope: PythonScope): void {
  if (statement.kind === 'import') {
    for (const { module, as } of statement.names) {
      note(run, module, statement.at);
      if (as !== null) scope.set(as, named(module, ''));
      else scope.set(topOf(module), named(topOf(module), ''));
    }
    return;
  }
  if (statement.kind !== 'from') return;
  const { module, level, names } = statement;
  const path = `${'.'.repeat(level)}${module}`;
  note(run, path, statement.at);
  if (names.length === 0) {
    if (level === 0 && scope.stars.length < 50) scope.stars.unshift(module);
    return;
  }
  for (const { name, as } of names) {
    if (level > 0 && module === '') note(run, `${path}${name}`, statement.at);
    scope.set(as ?? name, level > 0 ? unknown : imported(module, name));
  }
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
