/** Names that a pickle hands to an allowed function: an allowed function is no shelter for what it calls. */
import { expressionOf } from './expression.ts';
import type { Interpreter } from './interpreter.ts';
import { isCythonReducer, judge, type Position } from './judge.ts';
import type { Target } from './names.ts';
import { type Call, type GlobalValue, unknown } from './values.ts';

/** Reducers of real libraries that build the class they are given; it must be allowed as a class. */
const builders: ReadonlySet<string> = new Set([
  'pandas.core.indexes.base _new_Index',
  'pandas.core.indexes.datetimes _new_DatetimeIndex',
  'pandas.core.indexes.timedeltas _new_TimedeltaIndex',
  'pandas.core.indexes.interval _new_IntervalIndex',
  'pandas.core.indexes.period _new_PeriodIndex',
  'numpy.random._pickle __bit_generator_ctor',
  'numpy.random._pickle __generator_ctor',
  'numpy.random._pickle __randomstate_ctor',
  'sklearn.metrics._dist_metrics newObj',
  'sklearn.neighbors._ball_tree newObj',
  'sklearn.neighbors._kd_tree newObj',
  'sklearn.neighbors.dist_metrics newObj',
  'sklearn.neighbors.ball_tree newObj',
  'sklearn.neighbors.kd_tree newObj',
]);

/** Allowed functions that only keep the function or class they are given; all others may call it. */
const keepers: ReadonlySet<string> = new Set([
  'functools partial',
  'collections defaultdict',
  'types GenericAlias',
  'operator or_',
  'array _array_reconstructor',
  'numpy.core.multiarray _reconstruct',
  'numpy._core.multiarray _reconstruct',
  'numpy.ma.core _mareconstruct',
  'builtins type',
  // Called by the engine itself.
  'torch._tensor _rebuild_from_type',
  'torch._tensor _rebuild_from_type_v2',
]);

function recordOne(interpreter: Interpreter, value: GlobalValue, { call, reducer }: { call: Call; reducer: Target }): void {
  const position: Position = builders.has(reducer.key) ? 'class' : 'reference';
  if (judge(value.target, position, []).judgement === 'allowed') {
    if (position === 'class') interpreter.used(value);
    return;
  }
  // What Cython builds is the reducer's class or a subclass of it, or Python refuses it.
  const used: Position = isCythonReducer(reducer, call.args) ? 'class' : 'call';
  const judgement = judge(value.target, used, [unknown]);
  interpreter.recorder.global({
    target: value.target,
    position: used,
    judgement,
    site: interpreter.site(),
    expression: () => expressionOf(call),
  });
  interpreter.used(value);
}

/** A name handed to the allowed function `reducer` must be allowed where it will be used, else it counts as called. */
export function recordHanded(interpreter: Interpreter, call: Call, reducer: Target): void {
  if (keepers.has(reducer.key)) return;
  for (const value of call.args) if (value.kind === 'global') recordOne(interpreter, value, { call, reducer });
}
