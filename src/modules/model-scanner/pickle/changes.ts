/** BUILD, SETITEM(S), APPEND(S) and ADDITEMS: opcodes that call methods of what they change. */
import { expressionOf, quote } from './expression.ts';
import type { Interpreter } from './interpreter.ts';
import { codeInState } from './states.ts';
import { type Call, extend, type GlobalValue, keepPairs, type MethodValue, type Value } from './values.ts';

/** A tuple that a hash walks more often than this was doubled on purpose. */
const heaviestKey = 20_000_000;

/** Attributes that ordinary classes put into their state under a dunder name. */
const ordinaryDunders =
  /^__(?:dict|doc|name|qualname|module|wrapped|orig_class|annotations|weakref|args|origin|version|pydantic_\w+|fields_set|private_attribute_values|attrs_\w+|sklearn_\w+)__$/;
const dunder = /^__.*__$/s;

/** A class, module or function is changed for the whole process: a way to plant code that runs later. */
function changeGlobal(interpreter: Interpreter, target: GlobalValue | MethodValue, what: string): void {
  const at = interpreter.site();
  if (target.kind === 'method') {
    interpreter.recorder.anomaly('pickle-change-of-method', 'lie', { detail: `${what} of ${expressionOf(target)}`, site: at });
    return;
  }
  interpreter.recorder.global({
    target: target.target,
    position: 'call',
    judgement: { judgement: target.target.effect ? 'harmful' : 'unlisted', effect: 'exec', certainty: 'possible' },
    site: at,
    expression: () => `${what} of ${expressionOf(target)}`,
  });
  interpreter.used(target);
}

/** Some classes run a text of their state. */
function checkCode(interpreter: Interpreter, target: Call, state: Value): void {
  if (target.callee.kind !== 'global') return;
  const found = codeInState(target.callee.target, state);
  if (found.verdict === 'ordinary') return;
  const judgement =
    found.verdict === 'code'
      ? ({ judgement: 'harmful', effect: 'exec', certainty: 'proved' } as const)
      : ({ judgement: 'unlisted', effect: 'exec', certainty: 'unknown' } as const);
  const expression = () =>
    `${expressionOf(target.callee)}.__setstate__(${found.verdict === 'code' ? quote(found.text) : expressionOf(state)})`.slice(0, 200);
  interpreter.recorder.global({ target: target.callee.target, position: 'call', judgement, site: interpreter.site(), expression });
}

function checkState(interpreter: Interpreter, target: Call, state: Value): void {
  checkCode(interpreter, target, state);
  const parts = state.kind === 'tuple' && state.count === 2 ? state.items : [state];
  for (const part of parts) {
    if ((part.kind !== 'dict' && part.kind !== 'call') || !part.items) continue;
    for (let at = 0; at < part.items.length; at += 2) {
      const key = part.items[at];
      if (key?.kind !== 'text' || !dunder.test(key.text) || ordinaryDunders.test(key.text)) continue;
      const detail = `the state of ${expressionOf(target)} sets ${quote(key.text)}`;
      interpreter.recorder.anomaly('pickle-dunder-state', 'lie', { detail, site: interpreter.site() });
    }
  }
}

/** BUILD: `target.__setstate__(state)`, or the state goes into `__dict__` and attributes. */
export function build(interpreter: Interpreter, target: Value, state: Value): void {
  if (target.kind === 'global' || target.kind === 'method') {
    changeGlobal(interpreter, target, 'attributes');
    return;
  }
  if (target.kind === 'call') {
    target.state = state;
    checkState(interpreter, target, state);
    return;
  }
  if (target.kind === 'opaque' || target.kind === 'persistent') return;
  const detail = `state is given to ${expressionOf(target)}, which has none`;
  interpreter.recorder.anomaly('pickle-build-on-data', 'broken', { detail, site: interpreter.site() });
}

const tensorBuilders: ReadonlySet<string> = new Set(
  [
    '_rebuild_tensor',
    '_rebuild_tensor_v2',
    '_rebuild_tensor_v3',
    '_rebuild_qtensor',
    '_rebuild_parameter',
    '_rebuild_parameter_with_state',
    '_rebuild_device_tensor_from_numpy',
    '_rebuild_sparse_tensor',
  ].map((name) => `torch._utils ${name}`),
);

export const isTensor = (value: Value): boolean =>
  value.kind === 'call' && value.callee.kind === 'global' && tensorBuilders.has(value.callee.target.key);

/** A key is hashed: a tuple of shared tuples costs its full weight in time. Looks at every `step`th value. */
function hashed(interpreter: Interpreter, values: readonly Value[], step: 1 | 2): void {
  for (let at = 0; at < values.length; at += step) {
    const key = values[at] as Value;
    if ((key.kind !== 'tuple' && key.kind !== 'frozenset') || key.weight < heaviestKey) continue;
    const detail = `a key of ${key.weight >= Number.MAX_SAFE_INTEGER ? 'more than 9e15' : key.weight} elements, built from shared parts, would be hashed`;
    interpreter.recorder.anomaly('pickle-hash-bomb', 'bomb', { detail, site: interpreter.site() });
  }
}

/** SETITEM and SETITEMS: `target[key] = value`; keys and values alternate. */
export function setItems(interpreter: Interpreter, target: Value, pairs: Value[]): void {
  hashed(interpreter, pairs, 2);
  if (target.kind === 'dict') {
    extend(target, pairs, interpreter.isLate(pairs.length));
    return;
  }
  if (target.kind === 'global' || target.kind === 'method') {
    changeGlobal(interpreter, target, 'items');
    return;
  }
  const site = interpreter.site();
  if (isTensor(target)) {
    interpreter.recorder.anomaly('pickle-setitem-on-tensor', 'lie', {
      detail: `elements of ${expressionOf(target)} are assigned while loading`,
      site,
    });
    return;
  }
  if (target.kind === 'call') {
    target.items ??= [];
    keepPairs(target.items, pairs, interpreter.isLate(pairs.length));
    return;
  }
  if (target.kind === 'list' || (target.kind === 'opaque' && target.why !== 'buffer')) return;
  interpreter.recorder.anomaly('pickle-setitem-on-non-mapping', 'lie', { detail: `items of ${expressionOf(target)} are assigned`, site });
}

/** APPEND, APPENDS and ADDITEMS: `target.extend`, `append`, `update` or `add`. */
export function addElements(
  interpreter: Interpreter,
  target: Value,
  { elements, kind }: { elements: Value[]; kind: 'list' | 'set' },
): void {
  if (kind === 'set') hashed(interpreter, elements, 1);
  if (target.kind === kind) {
    extend(target, elements, interpreter.isLate(elements.length));
    return;
  }
  if (target.kind === 'global' || target.kind === 'method') {
    changeGlobal(interpreter, target, 'elements');
    return;
  }
  if (target.kind === 'call' || (target.kind === 'opaque' && target.why !== 'buffer')) return;
  const detail = `elements are added to ${expressionOf(target)}, which is no ${kind}`;
  interpreter.recorder.anomaly('pickle-append-on-non-list', 'lie', { detail, site: interpreter.site() });
}
