/**
 * Runs of plain constants: most of a pickle is keys and numbers that only wait on the stack. They are read in one loop over the bytes at
 * hand; one operation each (operations-constant.ts) costs several times as much, in the interpreter of a process that has just begun above all.
 */
import { longestShort, shortText } from './cursor.ts';
import { deepestStack, type Machine } from './machine.ts';
import { shortestString } from './recorder.ts';
import { integer, no, none, type Value, yes } from './values.ts';

const textShort = 0x8c;
const text4 = 0x58;
const float8 = 0x47;
const integer1 = 0x4b;
const integer2 = 0x4d;
const integer4 = 0x4a;
const memoize = 0x94;
const put1 = 0x71;
const noneCode = 0x4e;
const trueCode = 0x88;
const falseCode = 0x89;

/** Bytes of an opcode and its argument, the text of a text not counted; 0: no plain constant. */
const sizes = new Uint8Array(256);
for (const [code, size] of [
  [textShort, 2],
  [text4, 5],
  [float8, 9],
  [integer1, 2],
  [integer2, 3],
  [integer4, 5],
  [memoize, 1],
  [put1, 2],
  [noneCode, 1],
  [trueCode, 1],
  [falseCode, 1],
] as const)
  sizes[code] = size;

/** Whether an opcode may begin such a run. */
export const isPlain = (code: number): boolean => sizes[code] !== 0;

/**
 * Runs opcodes, from the one whose byte was read last, as long as each is a plain constant, or a memo entry, that stands whole in the bytes
 * at hand: what running them one by one does. Longer texts, and whatever would be an error, are left to that.
 * @param most opcodes to run.
 * @returns how many were run; with 0 nothing has changed.
 */
export function runPlain(machine: Machine, most: number): number {
  const { cursor, stack } = machine;
  const { window: bytes, windowAt: base } = cursor;
  const end = bytes.length;
  const room = Math.min(most, deepestStack - stack.length);
  let at = machine.offset - base;
  let begin = at;
  let done = 0;
  while (done < room && at < end) {
    const code = bytes[at] as number;
    const size = sizes[code] as number;
    if (size === 0 || at + size > end) break;
    let next = at + size;
    if (code === float8) stack.push({ kind: 'float', value: bytes.readDoubleBE(at + 1) });
    else if (code === text4 || code === textShort) {
      const length = code === text4 ? bytes.readUInt32LE(at + 1) : (bytes[at + 1] as number);
      if (length > longestShort || next + length > end) break;
      const text = shortText(bytes, next, next + length);
      stack.push({ kind: 'text', text, cut: false, computed: false, offset: base + next, length });
      next += length;
      if (length >= shortestString)
        machine.recorder.string(text, { offset: base + at, opcodeIndex: machine.opcodeIndex + done + 1 }, next - at);
    } else if (code === memoize || code === put1) {
      if (stack.length <= machine.floor) break;
      machine.memo.set(code === put1 ? (bytes[at + 1] as number) : machine.memo.size, stack[stack.length - 1] as Value);
    } else stack.push(numberOrWord(code, bytes, at + 1));
    begin = at;
    at = next;
    done += 1;
  }
  if (done === 0) return 0;
  cursor.seek(base + at);
  machine.opcodeIndex += done;
  machine.offset = base + begin;
  return done;
}

function numberOrWord(code: number, bytes: Buffer, at: number): Value {
  if (code === integer1) return integer(bytes[at] as number);
  if (code === integer2) return integer(bytes.readUInt16LE(at));
  if (code === integer4) return integer(bytes.readInt32LE(at));
  if (code === noneCode) return none;
  return code === trueCode ? yes : no;
}
