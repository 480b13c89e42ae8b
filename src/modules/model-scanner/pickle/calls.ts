/** What a call in a pickle really calls: through partial, getattr, attrgetter, methodcaller, map and the like. */
import { buildByNew } from './built.ts';
import { expressionOf } from './expression.ts';
import { fold } from './fold.ts';
import { recordHanded } from './handed.ts';
import { deeper, direct, type Interpreter, type Way } from './interpreter.ts';
import { judge, unlisted } from './judge.ts';
import { attribute, item } from './members.ts';
import { isClassName, moduleTarget } from './names.ts';
import { specials } from './specials.ts';
import { type Call, type GlobalValue, type MethodValue, sequence, textOf, unknown, type Value } from './values.ts';

/** Chains of partial(partial(…)) deeper than this are no one's model. */
const deepest = 24;

/** Functions that call their first argument later, when someone consumes the result. */
const lazyCallers: ReadonlySet<string> = new Set([
  'builtins map',
  'builtins filter',
  'builtins iter',
  'itertools starmap',
  'itertools filterfalse',
  'itertools takewhile',
  'itertools dropwhile',
]);

const methodClasses: ReadonlyMap<Value['kind'], string> = new Map([
  ['text', 'str'],
  ['bytes', 'bytes'],
  ['list', 'list'],
  ['tuple', 'tuple'],
  ['dict', 'dict'],
  ['set', 'set'],
  ['integer', 'int'],
  ['float', 'float'],
]);

function callOf(interpreter: Interpreter, callee: Value, args: readonly Value[]): Call {
  const { offset, opcodeIndex } = interpreter.site();
  return { kind: 'call', callee, args, built: false, offset, opcodeIndex };
}

/** The global at the root of `a.b(c)(d).e`, for the record of a call nobody can name. */
function rootOf(value: Value): GlobalValue | undefined {
  let at = value;
  for (let hop = 0; hop < 1000; hop += 1) {
    if (at.kind === 'global') return at;
    if (at.kind === 'call') at = at.callee;
    else if (at.kind === 'method') at = at.self;
    else return undefined;
  }
  return undefined;
}

/** A call of something that is no known name: the result of another call, a persistent object, nothing at all. */
function callUnknown(interpreter: Interpreter, callee: Value, args: readonly Value[]): Value {
  const call = callOf(interpreter, callee, args);
  const root = rootOf(callee)?.target;
  const data = root === undefined && callee.kind !== 'opaque' && callee.kind !== 'persistent';
  if (data) {
    interpreter.recorder.anomaly('pickle-call-of-data', 'broken', {
      detail: `${expressionOf(callee)} is called but is no function`,
      site: interpreter.site(),
    });
    return unknown;
  }
  const target = root ?? moduleTarget(interpreter.tables, 'unknown');
  const judgement = root ? unlisted : ({ judgement: 'computed', effect: 'exec', certainty: 'unknown' } as const);
  interpreter.recorder.global({ target, position: 'call', judgement, site: interpreter.site(), expression: () => expressionOf(call) });
  return call;
}

function record(interpreter: Interpreter, callee: GlobalValue, { args, lazy }: { args: readonly Value[]; lazy: boolean }): void {
  const judged = judge(callee.target, 'call', args);
  if (judged.judgement === 'allowed') recordHanded(interpreter, callOf(interpreter, callee, args), callee.target);
  const judgement =
    lazy && judged.certainty === 'proved' && judged.judgement === 'harmful' ? ({ ...judged, certainty: 'possible' } as const) : judged;
  const expression = () => expressionOf(callOf(interpreter, callee, args));
  // A class of a known package, built without arguments as Cython classes are: its maker's code runs, with nothing of the pickle's.
  const plainlyBuilt = judgement === unlisted && args.length === 0 && callee.target.origin === 'ai-package' && isClassName(callee.target);
  const position = plainlyBuilt ? 'class' : 'call';
  interpreter.recorder.global({ target: callee.target, position, judgement, site: interpreter.site(), expression });
  interpreter.used(callee);
}

function callGlobal(interpreter: Interpreter, callee: GlobalValue, { args, way }: { args: readonly Value[]; way: Way }): Value {
  const key = callee.target.key;
  const answer = specials.get(key)?.({
    interpreter,
    callee,
    args,
    way,
    apply,
    record: () => record(interpreter, callee, { args, lazy: way.lazy }),
  });
  if (answer) return answer;
  const built = buildByNew(interpreter, callee, args);
  if (built) return built;
  record(interpreter, callee, { args, lazy: way.lazy });
  const call = callOf(interpreter, callee, args);
  if (callsLater(call)) applyLazily(interpreter, call, { ...way, lazy: true });
  return fold(key, args, interpreter) ?? call;
}

/** `iter(f, sentinel)` calls; `iter(items)` does not. */
const callsLater = ({ callee, args }: Call): boolean =>
  callee.kind === 'global' && lazyCallers.has(callee.target.key) && (args.length > 1 || callee.target.name !== 'iter');

/** The function inside `map(f, items)` called with the first item. */
function applyLazily(interpreter: Interpreter, { args }: Call, way: Way): void {
  const [inner, ...iterables] = args;
  if (!inner || inner.kind === 'none') return;
  const first = iterables.map((items) => ((items.kind === 'list' || items.kind === 'tuple') && items.items[0]) || unknown);
  apply(interpreter, inner, { args: first, way: deeper(way) });
}

/** A lazy iterator handed to another call is consumed by it: what was possible happens. */
function consume(interpreter: Interpreter, args: readonly Value[], way: Way): void {
  for (const value of args) {
    if (value.kind === 'call' && callsLater(value)) applyLazily(interpreter, value, way);
  }
}

function callMethod(interpreter: Interpreter, callee: MethodValue, { args, way }: { args: readonly Value[]; way: Way }): Value {
  const { self, name } = callee;
  const simple = methodClasses.get(self.kind);
  if (simple !== undefined) {
    const method = interpreter.reference('builtins', `${simple}.${name}`, false);
    return apply(interpreter, method, { args: [self, ...args], way: deeper(way) });
  }
  if (self.kind === 'call' && self.callee.kind === 'global') {
    const { target } = self.callee;
    const method = interpreter.reference(target.module, `${target.name}.${name}`, false);
    if (method.kind === 'global' && method.target.effect) return apply(interpreter, method, { args: [self, ...args], way: deeper(way) });
  }
  return callUnknown(interpreter, callee, args);
}

function partsOfPartial(call: Call): readonly Value[] {
  const state = call.state?.kind === 'tuple' ? call.state : undefined;
  const replaced = state?.items[0];
  const given = state?.items[1];
  if (replaced && replaced.kind !== 'none') return [replaced, ...(given?.kind === 'tuple' ? given.items : [])];
  return call.args;
}

const several = (values: readonly Value[]): Value => (values.length === 1 ? (values[0] ?? unknown) : sequence('tuple', [...values]));

/** `attrgetter('a.b', 'c')(subject)`: one value, or a tuple of them. */
function attributes(interpreter: Interpreter, getter: Call, subject: Value): Value {
  const names = getter.args.map(textOf);
  const inside = subject.kind !== 'global' && names.some((name) => name?.split('.').some((hop) => /^__.*__$/s.test(hop)));
  if (inside && getter.callee.kind === 'global')
    interpreter.recorder.global({
      target: getter.callee.target,
      position: 'call',
      judgement: { judgement: 'harmful', effect: 'exec', certainty: 'possible' },
      site: interpreter.site(),
      expression: () => expressionOf(callOf(interpreter, getter, [subject])),
    });
  return several(names.map((name) => (name === undefined ? unknown : attribute(interpreter, subject, name))));
}

/** `itemgetter(a, b)(subject)`; a key that a defaultdict does not have calls its factory. */
function items(interpreter: Interpreter, getter: Call, { subject, way }: { subject: Value; way: Way }): Value {
  const factory =
    subject.kind === 'call' && subject.callee.kind === 'global' && subject.callee.target.key === 'collections defaultdict'
      ? subject.args[0]
      : undefined;
  const made = factory && factory.kind !== 'none' ? apply(interpreter, factory, { args: [], way }) : unknown;
  return several(
    getter.args.map((key) => {
      const found = item(interpreter, subject, key);
      return found === unknown ? made : found;
    }),
  );
}

/** A call on the result of another call. */
function callResult(interpreter: Interpreter, callee: Call, { args, way }: { args: readonly Value[]; way: Way }): Value {
  const inner = deeper(way);
  const key = callee.callee.kind === 'global' ? callee.callee.target.key : '';
  if (key === 'functools partial') {
    const [called = unknown, ...bound] = partsOfPartial(callee);
    return apply(interpreter, called, { args: [...bound, ...args], way: inner });
  }
  const [first = unknown, ...rest] = callee.args;
  const [subject = unknown] = args;
  if (key === 'operator attrgetter') return attributes(interpreter, callee, subject);
  if (key === 'operator itemgetter') return items(interpreter, callee, { subject, way: inner });
  if (key === 'types GenericAlias') return apply(interpreter, first, { args, way: inner });
  if (key === 'operator methodcaller' && first.kind === 'text')
    return apply(interpreter, attribute(interpreter, subject, first.text), { args: rest, way: inner });
  return callUnknown(interpreter, callee, args);
}

/**
 * Interprets a call, records what it does and gives its result as a value.
 * Depth is bounded because a callee can itself be the result of a call.
 */
export function apply(interpreter: Interpreter, callee: Value, { args, way }: { args: readonly Value[]; way: Way }): Value {
  if (way.depth > deepest) return callUnknown(interpreter, unknown, args);
  consume(interpreter, args, deeper(way));
  if (callee.kind === 'global') return callGlobal(interpreter, callee, { args, way });
  if (callee.kind === 'method') return callMethod(interpreter, callee, { args, way });
  if (callee.kind === 'call') return callResult(interpreter, callee, { args, way });
  return callUnknown(interpreter, callee, args);
}

/** The same for a class that is built with them. */
export const consumeIterators = (interpreter: Interpreter, args: readonly Value[]): void => consume(interpreter, args, direct);

/** `callee(*args)` as REDUCE, OBJ and INST do it. */
export const applyCall = (interpreter: Interpreter, callee: Value, args: readonly Value[]): Value =>
  apply(interpreter, callee, { args, way: direct });
