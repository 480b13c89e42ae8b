/** Does text without a signature start like a pickle of protocol 0 or 1? A dry walk over stack depths, no values. */
import { opcodeOf } from '../../pickle/opcodes.ts';

const mostOpcodes = 2000;

/** Stack items an opcode needs and leaves; 'mark' opcodes collapse down to the last mark. */
const effects: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['POP', [1, 0]],
  ['DUP', [1, 2]],
  ['APPEND', [2, 1]],
  ['BUILD', [2, 1]],
  ['SETITEM', [3, 1]],
  ['REDUCE', [2, 1]],
  ['NEWOBJ', [2, 1]],
  ['NEWOBJ_EX', [3, 1]],
  ['STACK_GLOBAL', [2, 1]],
  ['BINPERSID', [1, 1]],
  ['PUT', [1, 1]],
  ['BINPUT', [1, 1]],
  ['LONG_BINPUT', [1, 1]],
  ['MEMOIZE', [1, 1]],
  ['TUPLE1', [1, 1]],
  ['TUPLE2', [2, 1]],
  ['TUPLE3', [3, 1]],
  ['PROTO', [0, 0]],
  ['FRAME', [0, 0]],
]);
const collapsing: ReadonlyMap<string, 'push' | 'keep' | 'drop'> = new Map([
  ['TUPLE', 'push'],
  ['LIST', 'push'],
  ['DICT', 'push'],
  ['FROZENSET', 'push'],
  ['INST', 'push'],
  ['OBJ', 'push'],
  ['APPENDS', 'keep'],
  ['SETITEMS', 'keep'],
  ['ADDITEMS', 'keep'],
  ['POP_MARK', 'drop'],
]);
const acting = new Set(['REDUCE', 'INST', 'OBJ', 'BUILD', 'NEWOBJ', 'NEWOBJ_EX']);

/**
 * @param bytes the beginning of the file; a value cut by its end counts as fitting.
 * @returns true when a call or a build is reached, or STOP ends a stream of at least two opcodes at the end of the bytes.
 */
export function walksLikePickle(bytes: Uint8Array, whole: boolean): boolean {
  let depth = 0;
  const marks: number[] = [];
  let at = 0;
  for (let count = 0; count < mostOpcodes && at < bytes.length; count++) {
    const opcode = opcodeOf(bytes[at] ?? 0);
    if (!opcode) return false;
    if (opcode.name === 'LONG' && isEndlessNumber(bytes, at + 1)) return true;
    const next = afterArgument(bytes, at + 1, opcode.name, opcode.argument);
    if (next === null) return false;
    if (opcode.name === 'STOP') return depth >= 1 && count >= 1 && whole && bytes.length - next <= 2;
    const collapse = collapsing.get(opcode.name);
    if (opcode.name === 'MARK') marks.push(depth);
    else if (collapse) {
      const mark = marks.pop();
      if (mark === undefined || (collapse === 'keep' && mark < 1)) return false;
      depth = mark + (collapse === 'push' ? 1 : 0);
    } else {
      const [needs, leaves] = effects.get(opcode.name) ?? [0, 1];
      const floor = marks.at(-1) ?? 0;
      if (depth - floor < needs) return false;
      depth += leaves - needs;
    }
    if (acting.has(opcode.name)) return true;
    at = next;
  }
  return false;
}

/** Nothing else writes a letter L and thousands of digits; converting them takes time that grows with their square. */
const manyDigits = 2000;
function isEndlessNumber(bytes: Uint8Array, start: number): boolean {
  let digits = 0;
  while (digits < manyDigits && isDigit(bytes[start + digits])) digits += 1;
  return digits === manyDigits;
}
function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

const counted: ReadonlyMap<string, number> = new Map([
  ['u1', 1],
  ['u2', 2],
  ['i4', 4],
  ['u4', 4],
  ['u8', 8],
  ['float8', 8],
]);

/** @returns the offset after the argument; null when the argument is not one. */
function afterArgument(bytes: Uint8Array, at: number, name: string, kind: string): number | null {
  if (kind === 'none') return at;
  const fixed = counted.get(kind);
  if (fixed !== undefined) return at + fixed;
  if (kind === 'lines1' || kind === 'lines2') return afterLines(bytes, at, name, kind === 'lines2' ? 2 : 1);
  const width = Number(kind.at(-1));
  let length = 0;
  for (let i = 0; i < width; i++) length += (bytes[at + i] ?? 0) * 2 ** (8 * i);
  return at + width + length;
}

const lineShapes: ReadonlyMap<string, RegExp> = new Map([
  ['INT', /^[+-]?\d{1,40}$/],
  ['LONG', /^[+-]?\d{1,4000}L?$/],
  ['FLOAT', /^[+-]?(\d[\d.]*(e[+-]?\d+)?|inf|nan)$/i],
  ['STRING', /^(".*"|'.*')$/],
  ['PUT', /^\d{1,10}$/],
  ['GET', /^\d{1,10}$/],
  ['GLOBAL', /^[A-Za-z_][\w.]*$/],
  ['INST', /^[A-Za-z_][\w.]*$/],
]);

function afterLines(bytes: Uint8Array, start: number, name: string, lines: number): number | null {
  let at = start;
  for (let i = 0; i < lines; i++) {
    const end = bytes.indexOf(10, at);
    if (end < 0) return null;
    const shape = lineShapes.get(name);
    if (!shape) {
      at = end + 1;
      continue;
    }
    const line = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(end - at, 4096));
    const text = line.toString('latin1').replace(/\r$/, '');
    if (!shape.test(text)) return null;
    at = end + 1;
  }
  return at;
}
