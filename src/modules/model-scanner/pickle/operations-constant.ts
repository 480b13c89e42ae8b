/** Opcodes that push a constant, and those that only concern the stream: PROTO, FRAME, memo and stack order. */
import { StreamBroken } from './cursor.ts';
import { embeddedKind, looksLikePickle } from './embedded.ts';
import { quote } from './expression.ts';
import { unescapeText } from './fold.ts';
import type { Machine } from './machine.ts';
import { shortestString } from './recorder.ts';
import { type Bytes, buffer, integer, keptText, no, none, type Text, unknown, type Value, yes } from './values.ts';

export type Operation = (machine: Machine) => void;

/** Lengths above this that the source cannot hold make a reader allocate before it finds out. */
const hugeLength = 2 ** 30;
/** Integers are exact up to this many bytes. */
const exactBytes = 4096;
/** CPython refuses longer decimal texts since 3.11; older ones take quadratic time. */
const longestDecimal = 4300;
/** A memo array is grown to the index: 2^26 entries are 512 MiB. */
const hugeIndex = 2 ** 26;

function checkLength(machine: Machine, length: number): void {
  const { cursor } = machine;
  if (cursor.position + length <= cursor.size) return;
  const detail = `${length} bytes are announced, ${cursor.size - cursor.position} are left`;
  if (length >= hugeLength) machine.recorder.anomaly('pickle-length-bomb', 'bomb', { detail, site: machine.site() });
  throw new StreamBroken('truncated', detail);
}

/** Text or Python 2 string of `length` bytes; what is longer than is kept is skipped, not read. */
function pushText(machine: Machine, length: number, latin1: boolean): void {
  const { cursor } = machine;
  checkLength(machine, length);
  const offset = cursor.position;
  const kept = Math.min(length, keptText);
  const text = latin1 ? cursor.latin1(kept) : cursor.text(kept);
  if (kept < length) cursor.skip(length - kept);
  const value: Text = { kind: 'text', text, cut: kept < length, computed: false, offset, length };
  machine.push(value);
  // Bytes are never fewer than characters.
  if (length >= shortestString) machine.recorder.string(text, machine.site(), cursor.position - machine.offset);
  if (latin1 && length >= 4) offerEmbedded(machine, value, Buffer.from(text.slice(0, 64), 'latin1'));
}

function pushBytes(machine: Machine, length: number): void {
  const { cursor } = machine;
  checkLength(machine, length);
  const value: Bytes = { kind: 'bytes', offset: cursor.position, length };
  const head = cursor.peek(Math.min(length, 64));
  machine.push(value);
  // Before the skip: the head is a view of the window.
  if (length >= 4) offerEmbedded(machine, value, head);
  cursor.skip(length);
}

/** Constants that start like a stream of their own are opened as members. */
export function offerEmbedded(machine: Machine, value: Value, head: Uint8Array): void {
  const kind = embeddedKind(head);
  if (!kind) return;
  if (kind === 'pickle' && !looksLikePickle(head)) return;
  if (!machine.nest(value, `embedded ${kind}`))
    machine.recorder.couldNotRead('budget', `an embedded ${kind} is too large to be held`, machine.site());
}

function pushLong(machine: Machine, length: number): void {
  if (length < 0) throw new StreamBroken('negative-length', `a negative length at byte ${machine.offset}`);
  checkLength(machine, length);
  if (length > exactBytes) {
    machine.cursor.skip(length);
    machine.push(unknown);
    return;
  }
  const bytes = machine.cursor.take(length);
  let value = 0n;
  for (let at = length - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes[at] as number);
  if (length > 0 && ((bytes[length - 1] as number) & 0x80) !== 0) value -= 1n << BigInt(8 * length);
  const exact = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  machine.push(integer(exact));
}

function pushDecimal(machine: Machine): void {
  const { text, length } = machine.cursor.line(keptText);
  if (text === '00' || text === '01') {
    machine.push(text === '01' ? yes : no);
    return;
  }
  // As Python's int(text, 0) reads them.
  const digits = text
    .replace(/L$/, '')
    .trim()
    .replaceAll(/(?<=[\da-fx])_(?=[\da-f])/gi, '');
  if (length > longestDecimal) {
    machine.recorder.anomaly('pickle-long-decimal', 'bomb', {
      detail: `an integer of ${length} decimal digits`,
      site: machine.site(),
      proved: false,
    });
    machine.push(unknown);
    return;
  }
  const based = /^([+-]?)(0x[\da-f]+|0o[0-7]+|0b[01]+)$/i.exec(digits);
  if (based) {
    const value = BigInt(based[2] ?? 0) * (based[1] === '-' ? -1n : 1n);
    machine.push(integer(BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value));
    return;
  }
  if (!/^[+-]?\d+$/.test(digits)) {
    machine.recorder.anomaly('pickle-bad-number', 'broken', { detail: `${quote(digits)} is no integer`, site: machine.site() });
    machine.push(unknown);
    return;
  }
  const value = Number(digits);
  machine.push(integer(Number.isSafeInteger(value) ? value : BigInt(digits)));
}

/** `S'…'`: a quoted Python literal. */
function pushQuoted(machine: Machine): void {
  const offset = machine.cursor.position;
  const { text, length } = machine.cursor.line(keptText);
  const written = text.trim();
  const first = written.charAt(0);
  const closed = written.length >= 2 && (first === "'" || first === '"') && written.endsWith(first);
  if (!closed && length <= keptText)
    machine.recorder.anomaly('pickle-bad-string', 'broken', { detail: `${quote(written)} is no quoted string`, site: machine.site() });
  const inner = unescapeText(closed ? written.slice(1, -1) : written);
  const plain = closed && inner.length === length - 2;
  const value: Text = {
    kind: 'text',
    text: inner,
    cut: length > keptText,
    computed: false,
    offset: plain ? offset + 1 : -1,
    length: inner.length,
  };
  machine.push(value);
  machine.recorder.string(inner, machine.site(), length);
  offerEmbedded(machine, value, Buffer.from(inner.slice(0, 64), 'latin1'));
}

/** `V…`: raw-unicode-escape, of which only `\u` and `\U` are escapes. */
function pushUnicodeLine(machine: Machine): void {
  const offset = machine.cursor.position;
  const { text, length } = machine.cursor.line(keptText);
  const inner = text.replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g, (whole, short: string | undefined, long: string | undefined) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
  machine.push({
    kind: 'text',
    text: inner,
    cut: length > keptText,
    computed: false,
    offset: inner.length === length ? offset : -1,
    length: inner.length,
  });
  machine.recorder.string(inner, machine.site(), length);
}

function pushFloatLine(machine: Machine): void {
  const { text } = machine.cursor.line(keptText);
  machine.push({ kind: 'float', value: Number(text.trim()) });
}

function memoIndex(machine: Machine, text: string): number {
  // As Python's int() reads it: spaces around, a sign, underscores between digits.
  const index = /^\s*[+-]?\d[\d_]{0,30}\s*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (Number.isNaN(index) || index < 0) {
    machine.recorder.anomaly('pickle-memo-index', 'broken', { detail: `${quote(text)} is no memo index`, site: machine.site() });
    return -1;
  }
  return index;
}

function put(machine: Machine, index: number): void {
  const value = machine.top();
  // An honest pickler counts up: an index above the number of bytes makes the reader reserve memory for nothing.
  if (index >= hugeIndex && index > machine.cursor.size)
    machine.recorder.anomaly('pickle-memo-bomb', 'bomb', {
      detail: `memo index ${index} reserves ${index * 8} bytes`,
      site: machine.site(),
    });
  if (index >= 0) machine.memo.set(index, value);
}

function get(machine: Machine, index: number): void {
  machine.push(machine.memo.get(index, machine.cursor.source) ?? machine.missing(`memo entry ${index} is read before it is written`));
}

function protocol(machine: Machine): void {
  const announced = machine.cursor.u1();
  const { recorder } = machine;
  if (announced > 5 && recorder.wants('pickle-protocol-unknown'))
    recorder.anomaly('pickle-protocol-unknown', 'broken', { detail: `protocol ${announced} is announced`, site: machine.site() });
  if (machine.opcodeIndex > 0 && recorder.wants('pickle-protocol-inside'))
    recorder.anomaly('pickle-protocol-inside', 'broken', {
      detail: `protocol ${announced} is announced inside the stream`,
      site: machine.site(),
    });
  machine.protocol = announced;
  recorder.protocol = Math.max(recorder.protocol, Math.min(5, announced));
}

function frame(machine: Machine): void {
  const length = machine.cursor.u8();
  const { cursor, recorder } = machine;
  if (cursor.position + length > cursor.size)
    recorder.anomaly('pickle-frame-length', 'lie', {
      detail: `a frame of ${length} bytes is announced, ${cursor.size - cursor.position} are left`,
      site: machine.site(),
    });
  else if (cursor.position < machine.frameEnd)
    recorder.anomaly('pickle-frame-length', 'lie', { detail: 'a frame begins inside another', site: machine.site() });
  machine.frameEnd = cursor.position + length;
}

/** POP on an empty segment takes the MARK itself, as CPython does. */
function popOne(machine: Machine): void {
  if (machine.marks.length > 0 && machine.floor === machine.stack.length) machine.unmark();
  else machine.pop();
}

function stop(machine: Machine): void {
  machine.result = machine.pop();
  machine.halt = 'stop';
  if (machine.cursor.position >= machine.frameEnd) return;
  const detail = `the frame announces ${machine.frameEnd - machine.cursor.position} bytes after STOP`;
  machine.recorder.anomaly('pickle-frame-length', 'lie', { detail, site: machine.site() });
}

export const constantOperations: readonly (readonly [string, Operation])[] = [
  ['NONE', (machine) => machine.push(none)],
  ['NEWTRUE', (machine) => machine.push(yes)],
  ['NEWFALSE', (machine) => machine.push(no)],
  ['INT', pushDecimal],
  ['LONG', pushDecimal],
  ['BININT', (machine) => machine.push(integer(machine.cursor.i4()))],
  ['BININT1', (machine) => machine.push(integer(machine.cursor.u1()))],
  ['BININT2', (machine) => machine.push(integer(machine.cursor.u2()))],
  ['LONG1', (machine) => pushLong(machine, machine.cursor.u1())],
  ['LONG4', (machine) => pushLong(machine, machine.cursor.i4())],
  ['FLOAT', pushFloatLine],
  ['BINFLOAT', (machine) => machine.push({ kind: 'float', value: machine.cursor.float8() })],
  ['STRING', pushQuoted],
  ['UNICODE', pushUnicodeLine],
  ['SHORT_BINSTRING', (machine) => pushText(machine, machine.cursor.u1(), true)],
  ['BINSTRING', (machine) => pushText(machine, machine.cursor.u4(), true)],
  ['SHORT_BINUNICODE', (machine) => pushText(machine, machine.cursor.u1(), false)],
  ['BINUNICODE', (machine) => pushText(machine, machine.cursor.u4(), false)],
  ['BINUNICODE8', (machine) => pushText(machine, machine.cursor.u8(), false)],
  ['SHORT_BINBYTES', (machine) => pushBytes(machine, machine.cursor.u1())],
  ['BINBYTES', (machine) => pushBytes(machine, machine.cursor.u4())],
  ['BINBYTES8', (machine) => pushBytes(machine, machine.cursor.u8())],
  ['BYTEARRAY8', (machine) => pushBytes(machine, machine.cursor.u8())],
  ['NEXT_BUFFER', (machine) => machine.push(buffer)],
  ['READONLY_BUFFER', (machine) => void machine.top()],
  ['PROTO', protocol],
  ['FRAME', frame],
  ['STOP', stop],
  ['MARK', (machine) => machine.mark()],
  ['POP', popOne],
  ['POP_MARK', (machine) => void machine.popMark()],
  ['DUP', (machine) => machine.push(machine.top())],
  ['PUT', (machine) => put(machine, memoIndex(machine, machine.cursor.line(keptText).text))],
  ['BINPUT', (machine) => put(machine, machine.cursor.u1())],
  ['LONG_BINPUT', (machine) => put(machine, machine.cursor.u4())],
  ['MEMOIZE', (machine) => machine.memo.set(machine.memo.size, machine.top())],
  ['GET', (machine) => get(machine, memoIndex(machine, machine.cursor.line(keptText).text))],
  ['BINGET', (machine) => get(machine, machine.cursor.u1())],
  ['LONG_BINGET', (machine) => get(machine, machine.cursor.u4())],
];
