/** Objects that are built: `cls.__new__(cls, *args)` in the forms other than NEWOBJ. */
import { expressionOf } from './expression.ts';
import type { Interpreter } from './interpreter.ts';
import { judge } from './judge.ts';
import { type Call, type GlobalValue, unknown, type Value } from './values.ts';

/** Records that the class is built and gives the object. */
export function recordBuilt(interpreter: Interpreter, built: GlobalValue, args: readonly Value[]): Call {
  const value: Call = { kind: 'call', callee: built, args, built: true, ...interpreter.site() };
  const judgement = judge(built.target, 'class', args);
  interpreter.recorder.global({
    target: built.target,
    position: 'class',
    judgement,
    site: interpreter.site(),
    expression: () => expressionOf(value),
  });
  interpreter.used(built);
  return value;
}

const suffix = '.__new__';

/**
 * `Base.__new__(cls, *args)`, as protocols 2 and 3 write objects whose `__new__` takes keywords: both classes are built.
 * @returns undefined when the callee is another function or the class is not named.
 */
export function buildByNew(interpreter: Interpreter, callee: GlobalValue, args: readonly Value[]): Value | undefined {
  const { module, name } = callee.target;
  const [built = unknown, ...rest] = args;
  if (!name.endsWith(suffix) || built.kind !== 'global') return undefined;
  const base = interpreter.reference(module, name.slice(0, -suffix.length), callee.computed);
  interpreter.used(callee);
  if (base.kind === 'global' && base.target !== built.target) recordBuilt(interpreter, base, rest);
  return recordBuilt(interpreter, built, rest);
}
