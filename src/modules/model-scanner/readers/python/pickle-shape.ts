/** Does text without a signature start like a pickle of protocol 0 or 1? A dry walk over stack depths, no values. */
import type { ByteSource } from '../../engine/source.ts';
import { opcodeOf } from '../../pickle/opcodes.ts';

const mostOpcodes = 20_000;

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

/** Where a walk stands: offset of the next opcode in bytes of the file, stack depth, depths at which marks stand. */
type Walk = { at: number; depth: number; count: number; readonly marks: number[] };
/** `more`: everything fits so far, and what follows is not among the bytes. */
type Look = 'pickle' | 'other' | 'more';
/** A part of the file; `whole` when nothing follows it. */
type Window = { readonly bytes: Uint8Array; readonly base: number; readonly whole: boolean };

const begin = (): Walk => ({ at: 0, depth: 0, count: 0, marks: [] });

/**
 * @param bytes the beginning of the file; a value cut by its end counts as fitting.
 * @returns true when a call or a build is reached, or STOP ends a stream of at least two opcodes at the end of the bytes.
 */
export function walksLikePickle(bytes: Uint8Array, whole: boolean): boolean {
  return walkOn(begin(), { bytes, base: 0, whole }, mostOpcodes) === 'pickle';
}

/** True when the beginning of a file rules a pickle out: nothing that follows can make it one. */
export function isNoPickle(head: Uint8Array, whole: boolean): boolean {
  const look = walkOn(begin(), { bytes: head, base: 0, whole }, mostOpcodes);
  return look === 'other' || (look === 'more' && whole);
}

const windowBytes = 64 * 1024;
/** The longest line that is looked for the end of, and the opcodes that are walked before a stream counts as one. */
const longestLine = 64 * 2 ** 20;
const mostOfFile = 500_000;

/**
 * The same over the whole file, for a stream whose first values are longer than its beginning: values are passed over, not read.
 *
 * @returns true also for a stream that fits for 500,000 opcodes or holds a line of more than 64 MiB: nothing else is written so.
 */
export function fileWalksLikePickle(source: ByteSource): boolean {
  const walk = begin();
  for (let size = windowBytes; ; ) {
    const before = walk.at;
    const whole = before + size >= source.size;
    const look = walkOn(walk, { bytes: source.read(before, Math.min(size, source.size - before)), base: before, whole }, mostOfFile);
    if (look !== 'more') return look === 'pickle';
    if (walk.count >= mostOfFile) return true;
    if (whole || walk.at >= source.size) return false;
    size = walk.at === before ? size * 4 : windowBytes;
    if (size > longestLine) return true;
  }
}

function walkOn(walk: Walk, window: Window, most: number): Look {
  const { bytes, base, whole } = window;
  while (walk.count < most && walk.at - base < bytes.length) {
    const here = walk.at - base;
    const opcode = opcodeOf(bytes[here] ?? 0);
    if (!opcode) return 'other';
    if (opcode.name === 'LONG' && isEndlessNumber(bytes, here + 1)) return 'pickle';
    const next = afterArgument(bytes, here + 1, opcode.name, opcode.argument);
    if (next === 'cut') return whole ? 'other' : 'more';
    if (next === null) return 'other';
    if (opcode.name === 'STOP') {
      if (walk.depth < 1 || walk.count < 1) return 'other';
      if (whole && bytes.length - next <= 2) return 'pickle';
      // Another pickle may follow.
      walk.depth = 0;
      walk.marks.length = 0;
    } else if (!changeStack(walk, opcode.name)) return 'other';
    if (acting.has(opcode.name)) return 'pickle';
    walk.at = base + next;
    walk.count += 1;
  }
  return 'more';
}

/** @returns false when the stack does not hold what the opcode takes. */
function changeStack(walk: Walk, name: string): boolean {
  const collapse = collapsing.get(name);
  if (name === 'MARK') {
    walk.marks.push(walk.depth);
    return true;
  }
  if (collapse) {
    const mark = walk.marks.pop();
    if (mark === undefined || (collapse === 'keep' && mark < 1)) return false;
    walk.depth = mark + (collapse === 'push' ? 1 : 0);
    return true;
  }
  const [needs, leaves] = effects.get(name) ?? [0, 1];
  // POP takes a mark away as well, when nothing lies on it.
  if (name === 'POP' && walk.marks.at(-1) === walk.depth) {
    walk.marks.pop();
    return true;
  }
  if (walk.depth - (walk.marks.at(-1) ?? 0) < needs) return false;
  walk.depth += leaves - needs;
  return true;
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

/** @returns the offset after the argument; null when the argument is not one, `cut` when the bytes end before it can be told. */
function afterArgument(bytes: Uint8Array, at: number, name: string, kind: string): number | 'cut' | null {
  if (kind === 'none') return at;
  const fixed = counted.get(kind);
  if (fixed !== undefined) return at + fixed;
  if (kind === 'lines1' || kind === 'lines2') return afterLines(bytes, at, name, kind === 'lines2' ? 2 : 1);
  const width = Number(kind.at(-1));
  if (at + width > bytes.length) return 'cut';
  let length = 0;
  for (let i = 0; i < width; i++) length += (bytes[at + i] ?? 0) * 2 ** (8 * i);
  return at + width + length;
}

/** As Python reads them: spaces around, a sign, underscores between the digits, other bases for long ones. */
const integerShape = /^\s{0,99}[+-]?(?:0x[\da-f_]+|0[ob][0-7_]+|\d[\d_]*)L?\s{0,99}$/i;
const lineShapes: ReadonlyMap<string, RegExp> = new Map([
  ['INT', integerShape],
  ['LONG', integerShape],
  ['FLOAT', /^[+-]?(\d[\d._]*(e[+-]?\d+)?|\.\d[\d_]*(e[+-]?\d+)?|inf|infinity|nan)$/i],
  ['STRING', /^(".*"|'.*')$/],
  ['PUT', integerShape],
  ['GET', integerShape],
  ['GLOBAL', /^[A-Za-z_][\w.]*$/],
  ['INST', /^[A-Za-z_][\w.]*$/],
]);

function afterLines(bytes: Uint8Array, start: number, name: string, lines: number): number | 'cut' | null {
  let at = start;
  for (let i = 0; i < lines; i++) {
    const end = bytes.indexOf(10, at);
    if (end < 0) return 'cut';
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
