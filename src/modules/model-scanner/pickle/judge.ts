/** What a name means in the position it is used in: allow fact, then harm fact, then nothing known. Pure. */
import type { GlobalFact } from '../engine/artefact.ts';
import { isClassName, type Target } from './names.ts';
import type { ArgumentShape, CallShape } from './tables.ts';
import type { Call, Value } from './values.ts';

export type Position = GlobalFact['position'];
export type Judgement = Pick<GlobalFact, 'judgement' | 'effect' | 'certainty'>;

export const allowed: Judgement = { judgement: 'allowed', effect: 'none', certainty: 'proved' };
export const unlisted: Judgement = { judgement: 'unlisted', effect: 'none', certainty: 'unknown' };
/** A name nobody writes by accident; what it does is not known, that it runs code is. */
const hidden: Judgement = { judgement: 'harmful', effect: 'exec', certainty: 'proved' };
const hiddenReference: Judgement = { judgement: 'harmful', effect: 'exec', certainty: 'possible' };

/** Protocols below 4 write these containers as calls. A range is none of them: it can stand for any number of elements. */
const containers: ReadonlySet<string> = new Set(['set', 'frozenset', 'complex', 'slice']);

const isContainer = ({ callee }: Call): boolean =>
  callee.kind === 'global' && callee.target.module === 'builtins' && containers.has(callee.target.name);

function shapeOf(value: Value): ArgumentShape | 'none' {
  switch (value.kind) {
    case 'none':
      return 'none';
    case 'text':
    case 'bytes':
      return 'text';
    case 'global':
      return 'reference';
    case 'call':
      return isContainer(value) ? 'data' : 'object';
    case 'method':
    case 'persistent':
    case 'opaque':
      return 'object';
    default:
      return 'data';
  }
}

function fits(shape: CallShape, args: readonly Value[]): boolean {
  if (args.length < shape.least || (args.length > shape.kinds.length && !shape.more)) return false;
  return args.every((value, at) => {
    const wanted = shape.kinds[at] ?? 'any';
    const kind = shapeOf(value);
    return wanted === 'any' || kind === 'none' || kind === wanted;
  });
}

/** Cython writes `__pyx_unpickle_<Class>(class, checksum, state)` into every module with picklable classes: `<Class>.__new__(class)`. */
const cythonReducer = /^__pyx_unpickle_[A-Za-z]\w*$/;

export function isCythonReducer({ name, origin, effect }: Target, args: readonly Value[]): boolean {
  return origin === 'ai-package' && !effect && cythonReducer.test(name) && args.length === 3 && args[1]?.kind === 'integer';
}

function isAllowed(target: Target, position: Position, args: readonly Value[]): boolean {
  const { allow } = target;
  if (position === 'reference' && target.path === 'constant' && target.origin !== 'unknown-package') return true;
  if (position === 'call' && isCythonReducer(target, args)) return true;
  if (!allow) return false;
  if (position === 'class') return allow.asClass;
  // The class of an allowed object, as `getattr(Color, 'RED')` and lists of types name it: by itself it does nothing.
  if (position === 'reference') return allow.asReference || (isClassName(target) && (allow.asClass || allow.calls.length > 0));
  return allow.calls.some((shape) => fits(shape, args));
}

/**
 * @param args the arguments of the call; ignored for the other positions.
 * A harm fact is proved when the position makes it happen, else possible.
 */
export function judge(target: Target, position: Position, args: readonly Value[]): Judgement {
  if (isAllowed(target, position, args)) return allowed;
  if (target.path === 'hidden') return hidden;
  if (target.effect) {
    const { effect, atCall, atNew } = target.effect;
    const happens = (position === 'call' && atCall === 'proved') || (position === 'class' && atNew);
    return { judgement: 'harmful', effect, certainty: happens ? 'proved' : 'possible' };
  }
  if (target.path === 'unknown-hop') return position === 'call' ? hidden : hiddenReference;
  return unlisted;
}
