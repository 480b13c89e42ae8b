/** Functions whose effect lies in what they are given: each takes the effect of what is inside. Key: `module name`. */
import { recordBuilt } from './built.ts';
import { expressionOf } from './expression.ts';
import { deeper, type Interpreter, type Way } from './interpreter.ts';
import { allowed, type Judgement, judge, unlisted } from './judge.ts';
import { attribute, item } from './members.ts';
import { argumentsOf, type Call, type GlobalValue, textOf, unknown, type Value } from './values.ts';

type SpecialCall = {
  readonly interpreter: Interpreter;
  readonly callee: GlobalValue;
  readonly args: readonly Value[];
  readonly way: Way;
  readonly apply: (interpreter: Interpreter, callee: Value, call: { args: readonly Value[]; way: Way }) => Value;
  /** Records the call itself as the tables judge it. */
  readonly record: () => void;
};
/** The result; undefined when the call is to be treated like any other. */
type Special = (call: SpecialCall) => Value | undefined;

function callValue({ interpreter, callee, args }: SpecialCall): Call {
  return { kind: 'call', callee, args, built: false, ...interpreter.site() };
}

function recordAs(call: SpecialCall, judgement: Judgement): void {
  const { interpreter, callee } = call;
  const expression = () => expressionOf(callValue(call));
  interpreter.recorder.global({ target: callee.target, position: 'call', judgement, site: interpreter.site(), expression });
  interpreter.used(callee);
}

const dunder = /^__.*__$/s;

/** Ordinary for bound methods and enum members; the attribute is judged on its own. */
const getAttribute: Special = (call) => {
  const [subject, named] = call.args;
  const name = textOf(named);
  if (!subject || name === undefined) {
    recordAs(call, { judgement: 'computed', effect: 'exec', certainty: 'unknown' });
    return unknown;
  }
  const ordinary = subject.kind !== 'opaque' && subject.kind !== 'persistent';
  const reachesInside = subject.kind !== 'global' && name.split('.').some((hop) => dunder.test(hop));
  if (reachesInside) recordAs(call, { judgement: 'harmful', effect: 'exec', certainty: 'possible' });
  else recordAs(call, ordinary ? allowed : unlisted);
  return attribute(call.interpreter, subject, name);
};

const applyTuple: Special = ({ interpreter, args, way, apply, record }) => {
  record();
  return apply(interpreter, args[0] ?? unknown, { args: argumentsOf(args[1] ?? unknown), way: deeper(way) });
};

const applyRest: Special = ({ interpreter, args, way, apply, record }) => {
  record();
  return apply(interpreter, args[0] ?? unknown, { args: args.slice(1), way: deeper(way) });
};

const reduceItems: Special = (call) => {
  const { interpreter, args, way, apply, record } = call;
  const [inner = unknown, items, initial] = args;
  // `int | None` is written as `reduce(operator.or_, (int, NoneType))`.
  if (inner.kind === 'global' && inner.target.key.endsWith('operator or_')) recordAs(call, allowed);
  else record();
  const elements = items?.kind === 'list' || items?.kind === 'tuple' ? items.items : [unknown, unknown];
  const operands = initial ? [initial, elements[0] ?? unknown] : [elements[0] ?? unknown, elements[1] ?? unknown];
  return apply(interpreter, inner, { args: operands, way: deeper(way) });
};

/** `_rebuild_from_type_v2(func, type, args, state)`: `func(*args)`. */
const rebuildType: Special = ({ interpreter, args, way, apply, record }) => {
  record();
  return apply(interpreter, args[0] ?? unknown, { args: argumentsOf(args[2] ?? unknown), way: deeper(way) });
};

/** `make_instance(cls, args, kwargs)`: `cls(*args, **kwargs)`; harmless for a class that is allowed. */
const makeInstance: Special = (call) => {
  const [built, args] = call.args;
  if (built?.kind === 'global' && built.target.allow?.asClass) {
    recordAs(call, allowed);
    return recordBuilt(call.interpreter, built, argumentsOf(args ?? unknown));
  }
  call.record();
  return call.apply(call.interpreter, built ?? unknown, { args: argumentsOf(args ?? unknown), way: deeper(call.way) });
};

const bases: ReadonlySet<string> = new Set('object dict list tuple set frozenset int float complex str bytes bytearray'.split(' '));

/** `copyreg._reconstructor(cls, base, state)`: `base.__new__(cls, state)` and, for another base than object, `base.__init__`. */
const reconstruct: Special = (call) => {
  const [built, base, state] = call.args;
  if (built?.kind !== 'global' || base?.kind !== 'global') {
    recordAs(call, unlisted);
    return callValue(call);
  }
  const plain = base.target.module === 'builtins' && bases.has(base.target.name);
  recordAs(call, allowed);
  if (plain) call.interpreter.used(base);
  else call.apply(call.interpreter, base, { args: state ? [built, state] : [built], way: deeper(call.way) });
  return recordBuilt(call.interpreter, built, state && state.kind !== 'none' ? [state] : []);
};

/** `copyreg.__newobj__(cls, *args)` and `__newobj_ex__(cls, args, kwargs)`. */
const newObject =
  (extended: boolean): Special =>
  (call) => {
    const [built, ...rest] = call.args;
    if (built?.kind !== 'global') {
      recordAs(call, unlisted);
      return callValue(call);
    }
    recordAs(call, allowed);
    return recordBuilt(call.interpreter, built, extended ? argumentsOf(rest[0] ?? unknown) : rest);
  };

/** `__import__('a.b')` gives `a` unless a fromlist asks for more. */
const importModule =
  (topOnly: boolean): Special =>
  (call) => {
    call.record();
    const name = textOf(call.args[0]);
    if (name === undefined) return unknown;
    const whole = !topOnly || call.args.length > 3;
    return call.interpreter.reference(whole ? name : (name.split('.')[0] ?? name), '', true);
  };

/** `a.b:c.d`, or `a.b.C.d` where the first capital letter begins the name. */
function splitPath(path: string): { module: string; name: string } {
  const colon = path.indexOf(':');
  if (colon >= 0) return { module: path.slice(0, colon), name: path.slice(colon + 1) };
  const parts = path.split('.');
  const firstClass = parts.findIndex((part) => /^_*\p{Lu}/u.test(part));
  const cut = firstClass > 0 ? firstClass : parts.length - 1;
  return { module: parts.slice(0, Math.max(1, cut)).join('.'), name: parts.slice(Math.max(1, cut)).join('.') };
}

const resolveText: Special = (call) => {
  call.record();
  const path = call.args.map(textOf).find((text) => text !== undefined);
  if (path === undefined) return unknown;
  const { module, name } = splitPath(path);
  return call.interpreter.reference(module, name, true);
};

/** `typing.List[int]` is written as `operator.getitem(typing.List, int)`. */
const isTyping = (value: Value | undefined): boolean =>
  value?.kind === 'global' &&
  (value.target.module === 'typing' || value.target.module === 'collections.abc') &&
  value.target.path === 'plain';

/** `_ufunc_reconstruct(module, name)` imports the module and takes the attribute. */
const namedFunction: Special = (call) => {
  const [module, name] = call.args.map(textOf);
  if (module === undefined || name === undefined) {
    recordAs(call, { judgement: 'computed', effect: 'exec', certainty: 'unknown' });
    return unknown;
  }
  recordAs(call, allowed);
  return call.interpreter.reference(module, name, false);
};

const getItem: Special = (call) => {
  if (isTyping(call.args[0])) {
    recordAs(call, allowed);
    return callValue(call);
  }
  call.record();
  return item(call.interpreter, call.args[0] ?? unknown, call.args[1] ?? unknown);
};

const variables: Special = (call) => {
  call.record();
  return call.args[0] ? attribute(call.interpreter, call.args[0], '__dict__') : unknown;
};

/** The bytes a loader gets: directly or wrapped in `BytesIO`. */
function loadedBytes(value: Value | undefined): Value | undefined {
  if (value?.kind === 'bytes' || value?.kind === 'text') return value;
  if (value?.kind === 'call' && value.callee.kind === 'global' && value.callee.target.name === 'BytesIO') return loadedBytes(value.args[0]);
  return undefined;
}

/** Torch writes a storage inside another pickle this way; the bytes decide. */
const loadStorage: Special = (call) => {
  const { interpreter, args } = call;
  const bytes = loadedBytes(args[0]);
  const opened = bytes !== undefined && interpreter.nest(bytes, 'argument of torch.storage._load_from_bytes');
  recordAs(
    call,
    opened
      ? { judgement: 'allowed', effect: 'nested-load', certainty: 'proved' }
      : { judgement: 'harmful', effect: 'nested-load', certainty: 'possible' },
  );
  return callValue(call);
};

/** A loader called from a pickle: what it loads is opened as a member and decides; what cannot be seen is proved harm. */
const loadNested: Special = (call) => {
  const { interpreter, callee, args } = call;
  const bytes = args.map(loadedBytes).find((value) => value?.kind === 'bytes');
  if (!bytes || !interpreter.nest(bytes, `argument of ${callee.target.module}.${callee.target.name}`)) return undefined;
  const judged = judge(callee.target, 'call', args);
  recordAs(call, judged.judgement === 'harmful' ? { ...judged, certainty: 'possible' } : judged);
  return callValue(call);
};

const rows: readonly (readonly [Special, string])[] = [
  [getAttribute, 'builtins getattr'],
  [applyTuple, 'builtins apply'],
  [applyRest, 'operator call'],
  [reduceItems, 'functools reduce'],
  [namedFunction, 'numpy.core _ufunc_reconstruct'],
  [namedFunction, 'numpy._core _ufunc_reconstruct'],
  [rebuildType, 'torch._tensor _rebuild_from_type'],
  [rebuildType, 'torch._tensor _rebuild_from_type_v2'],
  [makeInstance, 'fsspec.spec make_instance'],
  [reconstruct, 'copyreg _reconstructor'],
  [newObject(false), 'copyreg __newobj__'],
  [newObject(true), 'copyreg __newobj_ex__'],
  [importModule(true), 'builtins __import__'],
  [importModule(true), 'importlib __import__'],
  [importModule(false), 'importlib import_module'],
  [importModule(false), 'cloudpickle.cloudpickle subimport'],
  [importModule(false), 'dill._dill _import_module'],
  [resolveText, 'pkgutil resolve_name'],
  [resolveText, 'pydoc locate'],
  [resolveText, 'logging.config _resolve'],
  [resolveText, 'logging.config BaseConfigurator.resolve'],
  [resolveText, 'unittest.mock _importer'],
  [resolveText, 'hydra.utils get_method'],
  [resolveText, 'hydra.utils get_class'],
  [resolveText, 'hydra.utils get_object'],
  [resolveText, 'hydra.utils get_static_method'],
  [resolveText, 'hydra._internal.utils _locate'],
  [resolveText, 'django.utils.module_loading import_string'],
  [resolveText, 'werkzeug.utils import_string'],
  [resolveText, 'twisted.python.reflect namedAny'],
  [resolveText, 'detectron2.utils.registry locate'],
  [getItem, 'operator getitem'],
  [getItem, 'builtins dict.get'],
  [getItem, 'builtins dict.__getitem__'],
  [getItem, 'builtins list.__getitem__'],
  [variables, 'builtins vars'],
  [loadStorage, 'torch.storage _load_from_bytes'],
  [loadNested, 'pickle loads'],
  [loadNested, 'pickle load'],
  [loadNested, 'pickle _loads'],
  [loadNested, 'dill loads'],
  [loadNested, 'dill._dill loads'],
  [loadNested, 'cloudpickle loads'],
  [loadNested, 'joblib load'],
  [loadNested, 'joblib.numpy_pickle load'],
  [loadNested, 'torch load'],
  [loadNested, 'torch.serialization load'],
  [loadNested, 'pandas read_pickle'],
  [loadNested, 'pandas.io.pickle read_pickle'],
  [loadNested, 'numpy load'],
  [loadNested, 'marshal loads'],
];

export const specials: ReadonlyMap<string, Special> = new Map(rows.map(([special, key]) => [key, special]));
