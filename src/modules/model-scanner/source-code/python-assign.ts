/** Assignments: names, attributes and places get their values. */
import { nothingGiven } from './python-call.ts';
import type { Expression } from './python-tree.ts';
import { elementsOf, isTextual, type PythonScope, unknown, unknownWith, type Value } from './python-values.ts';
import type { SourceRun } from './source-run.ts';

/** Variables that have other programs load a library or run a file. */
const preloads = new Set(['LD_PRELOAD', 'LD_AUDIT', 'DYLD_INSERT_LIBRARIES', 'PYTHONSTARTUP', 'BASH_ENV']);

/** Gives names, attributes and places their value. */
export function assign(
  run: SourceRun,
  { target, value }: { readonly target: Expression; readonly value: Value },
  scope: PythonScope,
): void {
  if (target.kind === 'name') scope.set(target.id, value);
  else if (target.kind === 'tuple' || target.kind === 'list') {
    const parts = elementsOf(value);
    for (const [at, one] of target.items.entries())
      run.nested(() =>
        assign(
          run,
          { target: one, value: parts?.length === target.items.length ? (parts[at] ?? unknown) : unknownWith(value.marks) },
          scope,
        ),
      );
  } else if (target.kind === 'star' && target.value) assign(run, { target: target.value, value: unknownWith(value.marks) }, scope);
  else if (target.kind === 'attribute') {
    const owner = run.interpreter.evaluate(target.of, scope);
    if (owner.kind === 'instance' && owner.fields.size < 1000) owner.fields.set(target.name, value);
    else if (owner.kind === 'class' && owner.members.names.size < 5000) owner.members.names.set(target.name, value);
    // `builtins.print = …`, `sys.excepthook = …`: it runs in the place of the function it replaces.
    else if (owner.kind === 'named' && owner.name === '' && value.kind === 'function') run.interpreter.callFunction(value, nothingGiven);
  } else if (target.kind === 'index') {
    const owner = run.interpreter.evaluate(target.of, scope);
    const key = run.interpreter.evaluate(target.index, scope);
    if (owner.kind === 'dict' && isTextual(key) && owner.entries.size < 5000) owner.entries.set(key.text, value);
    else if (owner.kind === 'namespace' && isTextual(key)) owner.scope.set(key.text, value);
    else if (owner.kind === 'named' && owner.name === 'environ' && isTextual(key) && preloads.has(key.text))
      run.record({
        effect: 'native-load',
        certainty: 'possible',
        expression: `os.environ['${key.text}'] = …`,
        at: target.at,
        end: target.end,
      });
  }
}
