/** The state of one pickle stream: stack, marks, memo, protocol and what has been seen. Values are descriptions; nothing runs. */
import type { Budget } from '../engine/budget.ts';
import { type Cursor, StreamBroken } from './cursor.ts';
import { expressionOf } from './expression.ts';
import type { Interpreter } from './interpreter.ts';
import { judge } from './judge.ts';
import { Memo } from './memo.ts';
import { moduleTarget, resolve, type Target } from './names.ts';
import type { Recorder, Site } from './recorder.ts';
import type { PickleFactTables } from './tables.ts';
import { type Bytes, type Call, forget, type GlobalValue, keptElements, lightened, type Text, unknown, type Value } from './values.ts';

/** Deeper stacks come from no pickler: it writes lists and dicts in batches of 1,000. */
export const deepestStack = 4_000_000;
/** Values that wait on the stack and are kept: the oldest, and as many of the newest. */
const keptWaiting = 200_000;
/** Values at both ends of the stack that stay whole however much the stream has put together. */
const keptWhole = 1000;
/** Elements of all containers of one stream that are kept by reference. */
const mostKept = 500_000;
const mostSightings = 20_000;
const computedBytesMost = 65_536;

export type MachineParts = {
  readonly cursor: Cursor;
  readonly tables: PickleFactTables;
  readonly recorder: Recorder;
  readonly budget: Budget;
  /** Sees every opcode before it runs. */
  readonly trace?: ((offset: number, code: number) => void) | undefined;
  /** Sees every global as written. */
  readonly traceGlobal?: ((module: string, name: string) => void) | undefined;
};

export class Machine implements Interpreter {
  readonly parts: MachineParts;
  readonly cursor: Cursor;
  readonly tables: PickleFactTables;
  readonly recorder: Recorder;
  stack: Value[] = [];
  marks: number[] = [];
  /** Stack height at the last MARK: values below belong to it and cannot be taken. */
  floor = 0;
  memo = new Memo();
  protocol = 0;
  offset = 0;
  opcodeIndex = -1;
  frameEnd = -1;
  /** Why the run pauses: the stream ended, or raw array data follows in the stream. */
  halt: 'none' | 'stop' | 'raw' = 'none';
  /** What STOP returned. */
  result: Value = unknown;
  /** The wrapper whose raw data follows. */
  wrapper: Call | undefined;
  #kept = 0;
  #forgottenTo = 0;
  #lightenAt = 2 * mostKept;
  readonly #sightings = new Map<Target, { value: GlobalValue; used: boolean }>();

  /** Constants handed to the caller already: once as a constant, once as an argument would be twice. */
  readonly #nested = new WeakSet<Value>();

  constructor(parts: MachineParts) {
    this.parts = parts;
    this.cursor = parts.cursor;
    this.tables = parts.tables;
    this.recorder = parts.recorder;
  }

  /** A copy that runs on from here with facts of its own: what another reader would do with the same bytes. */
  fork(recorder: Recorder, cursor: Cursor): Machine {
    const copy = new Machine({ ...this.parts, recorder, cursor });
    copy.stack = [...this.stack];
    copy.marks = [...this.marks];
    copy.floor = this.floor;
    copy.memo = new Memo(this.memo);
    copy.protocol = this.protocol;
    copy.opcodeIndex = this.opcodeIndex;
    return copy;
  }

  site(): Site {
    return { offset: this.offset, opcodeIndex: this.opcodeIndex };
  }

  push(value: Value): void {
    if (this.stack.length >= deepestStack) throw new StreamBroken('stack-too-deep', `more than ${deepestStack} values wait on the stack`);
    this.stack.push(value);
  }

  mark(): void {
    if (this.marks.length >= deepestStack) throw new StreamBroken('stack-too-deep', `more than ${deepestStack} marks wait on the stack`);
    this.marks.push(this.stack.length);
    this.floor = this.stack.length;
  }

  /** Takes the last MARK off. */
  unmark(): number | undefined {
    const mark = this.marks.pop();
    this.floor = this.marks[this.marks.length - 1] ?? 0;
    return mark;
  }

  pop(): Value {
    if (this.stack.length <= this.floor) throw this.underflow();
    return this.stack.pop() as Value;
  }

  top(): Value {
    if (this.stack.length <= this.floor) throw this.underflow();
    return this.stack[this.stack.length - 1] as Value;
  }

  underflow(): StreamBroken {
    return new StreamBroken('stack-underflow', `the opcode at byte ${this.offset} needs a value the stream has not made`);
  }

  /** Everything above the last MARK, taken off. */
  popMark(): Value[] {
    const mark = this.unmark();
    if (mark === undefined) throw new StreamBroken('missing-mark', `the opcode at byte ${this.offset} needs a MARK`);
    return this.stack.splice(mark);
  }

  /** Whether the stream has put enough together, these elements of a container included: nested containers would keep whole files. */
  isLate(elements: number): boolean {
    this.#kept += Math.min(elements, keptElements);
    return this.#kept > mostKept;
  }

  /**
   * Millions of values may wait on the stack, which only tuples and sets make of them: those in the middle are forgotten, so that memory
   * does not grow with the file; of containers that wait, or stand in the memo, the first elements stay. Who names something by a forgotten text names something that cannot be known, and is told so.
   * @param since opcodes since the last call: each may have taken one value off.
   */
  relieve(since: number): void {
    const { length } = this.stack;
    const to = length - keptWaiting;
    const from = Math.max(keptWaiting, Math.min(this.#forgottenTo, length) - since);
    if (to > from) forget(this.stack, from, to);
    this.#forgottenTo = Math.max(keptWaiting, Math.min(Math.max(to, this.#forgottenTo), length));
    if (this.#kept < this.#lightenAt) return;
    this.#lightenAt = this.#kept + mostKept;
    for (let at = keptWhole; at < length - keptWhole; at += 1) this.stack[at] = lightened(this.stack[at] as Value);
    this.memo.lighten();
  }

  go(): void {
    this.halt = 'none';
  }

  reference(module: string, name: string, computed: boolean): GlobalValue {
    const target = name === '' ? moduleTarget(this.tables, module) : resolve(this.tables, module, name, Math.max(3, this.protocol));
    return this.globalValue(target, computed);
  }

  /** `find_class(module, name)`. */
  findClass(module: string, name: string, computed: boolean): GlobalValue {
    this.parts.traceGlobal?.(module, name);
    return this.globalValue(resolve(this.tables, module, name, this.protocol), computed);
  }

  globalValue(target: Target, computed: boolean): GlobalValue {
    const seen = this.#sightings.get(target);
    if (seen && seen.value.computed === computed) return seen.value;
    const value: GlobalValue = { kind: 'global', target, computed, offset: this.offset, opcodeIndex: this.opcodeIndex };
    if (this.#sightings.size < mostSightings) this.#sightings.set(target, { value, used: seen?.used ?? false });
    if (computed) this.#recordComputed(value);
    return value;
  }

  /** A name that had to be computed is suspicious whatever it is. */
  #recordComputed(value: GlobalValue): void {
    this.recorder.global({
      target: value.target,
      position: 'reference',
      judgement: { judgement: 'computed', effect: 'exec', certainty: 'possible' },
      site: this.site(),
      expression: () => expressionOf(value),
    });
  }

  used(value: Value): void {
    if (value.kind !== 'global') return;
    const seen = this.#sightings.get(value.target);
    if (seen) seen.used = true;
  }

  /** Judges what was named and neither called nor built. Called once, at the end of the stream. */
  recordReferences(): void {
    for (const { value, used } of this.#sightings.values()) {
      if (used) continue;
      const { target, offset, opcodeIndex } = value;
      const judgement = judge(target, 'reference', []);
      this.recorder.global({
        target,
        position: 'reference',
        judgement,
        site: { offset, opcodeIndex },
        expression: () => expressionOf(value),
      });
    }
    this.#sightings.clear();
  }

  bytesOf(value: Value | undefined, most = computedBytesMost): Uint8Array | undefined {
    if (value?.kind === 'text') return textBytes(value, most, this.cursor);
    if (value?.kind !== 'bytes') return undefined;
    if (value.data) return value.data.length <= most ? value.data : undefined;
    if (value.encoded) return encodedBytes(value.encoded, most, this.cursor);
    return value.length <= most ? rangeOf(value, this.cursor) : undefined;
  }

  nest(value: Value, name: string): boolean {
    if (this.#nested.has(value)) return true;
    this.#nested.add(value);
    const bytes = this.bytesOf(value, this.parts.budget.limits.heldBytes);
    if (!bytes) return false;
    this.recorder.nested(bytes, `${name} at byte ${this.offset}`, this.site());
    return true;
  }

  /** A value nobody can know, in the place of one the stream did not make. */
  missing(detail: string): Value {
    this.recorder.anomaly('pickle-memo-missing', 'broken', { detail, site: this.site() });
    return unknown;
  }
}

const rangeOf = ({ offset, length }: Bytes | Text, { source }: Cursor): Uint8Array | undefined => {
  const bytes = source.read(offset, length);
  return bytes.length === length ? bytes : undefined;
};

/** Python 2 texts are bytes: the bytes as they stand in the stream. */
function textBytes(text: Text, most: number, cursor: Cursor): Uint8Array | undefined {
  if (text.length > most) return undefined;
  return text.offset >= 0 ? rangeOf(text, cursor) : Buffer.from(text.text, 'latin1');
}

function encodedBytes(text: Text, most: number, cursor: Cursor): Uint8Array | undefined {
  if (text.length > 2 * most) return undefined;
  if (!text.cut) return Buffer.from(text.text, 'latin1');
  const raw = text.offset >= 0 ? rangeOf(text, cursor) : undefined;
  const bytes = raw && Buffer.from(Buffer.from(raw).toString('utf8'), 'latin1');
  return bytes && bytes.length <= most ? bytes : undefined;
}
