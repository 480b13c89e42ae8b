/** Operators: what two known values give, and which of two possible ones counts. Pure. */
import { percent } from './python-fold.ts';
import {
  bytes,
  deepMarks,
  integer,
  isTextual,
  longestText,
  marks,
  marksOf,
  numberOf,
  sequence,
  text,
  unknown,
  unknownWith,
  type Value,
} from './python-values.ts';

/** Of two values that may be meant, the one that can do more. */
export function graver(one: Value, other: Value): Value {
  return weight(other) > weight(one) ? other : one;
}
function weight(value: Value): number {
  if (value.kind === 'named') return value.module === 'builtins' ? 3 : 4;
  if (value.kind === 'function' || value.kind === 'class') return 5;
  if (deepMarks(value, 1) !== 0) return 3;
  return value.kind === 'unknown' || (value.kind === 'constant' && value.value === null) ? 0 : 2;
}

/** `-a`, `~a`, `not a`. */
export function signed(sign: string, value: Value): Value {
  const number = numberOf(value);
  if (sign === '-' && value.kind === 'integer') return integer(-value.value, value.marks);
  if (sign === '~' && value.kind === 'integer') return integer(~value.value, value.marks);
  if (sign === 'not') return number === undefined ? unknown : { kind: 'constant', value: number === 0, marks: 0 };
  return value;
}

/** `left sign right`; unknown, with the marks of both, when it is not certain. */
export function combine(left: Value, sign: string, right: Value): Value {
  const from = marksOf([left, right]);
  if (sign === 'or' || sign === 'and') return graver(left, right);
  if (sign === '%' && isTextual(left)) return percent(left, right) ?? unknownWith(from);
  if (sign === '+') return added(left, right) ?? unknownWith(from);
  if (sign === '*') return repeated(left, right) ?? repeated(right, left) ?? arithmetic(left, sign, right) ?? unknownWith(from);
  if (sign === '/' && left.kind !== 'integer') return dividedPath(left, right) ?? unknownWith(from);
  return arithmetic(left, sign, right) ?? unknownWith(from);
}

function added(left: Value, right: Value): Value | undefined {
  const from = left.marks | right.marks | marks.joined;
  if (left.kind === 'text' && right.kind === 'text') return text(left.text + right.text, from);
  if (left.kind === 'bytes' && right.kind === 'bytes') return bytes(left.text + right.text, from);
  if (left.kind === 'sequence' && right.kind === 'sequence') return sequence([...left.items, ...right.items], left.tuple);
  return arithmetic(left, '+', right);
}

function repeated(value: Value, times: Value): Value | undefined {
  const count = numberOf(times);
  if (count === undefined || !isTextual(value)) return undefined;
  const most = Math.max(0, Math.min(count, longestText));
  if (value.text.length * most > longestText) return unknownWith(value.marks);
  return { ...value, text: value.text.repeat(most), marks: value.marks | marks.joined };
}

/** `Path('a') / 'b'`. */
function dividedPath(left: Value, right: Value): Value | undefined {
  if (left.kind !== 'result' || !/Path(\.home|\.cwd)?$/.test(left.of.name)) return undefined;
  return { ...left, args: [...left.args, right] };
}

function arithmetic(left: Value, sign: string, right: Value): Value | undefined {
  if (left.kind !== 'integer' || right.kind !== 'integer') return undefined;
  const [a, b] = [left.value, right.value];
  const from = left.marks | right.marks;
  switch (sign) {
    case '+':
      return integer(a + b, from);
    case '-':
      return integer(a - b, from);
    case '*':
      return a.toString().length + b.toString().length > 4000 ? undefined : integer(a * b, from);
    case '^':
      return integer(a ^ b, from | marks.decoded);
    case '&':
      return integer(a & b, from);
    case '|':
      return integer(a | b, from);
    case '//':
      return b === 0n ? undefined : integer(floorDivided(a, b), from);
    case '%':
      return b === 0n ? undefined : integer(a - floorDivided(a, b) * b, from);
    case '>>':
      return b >= 0n && b < 4096n ? integer(a >> b, from) : undefined;
    case '<<':
      return b >= 0n && b < 4096n ? integer(a << b, from) : undefined;
    default:
      return undefined;
  }
}

/** Python rounds towards minus infinity. */
function floorDivided(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}
