/** Flatbuffers: tables and vectors whose every offset is checked before it is followed. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { PagedBytes } from './paged-bytes.ts';

/**
 * Tables of a schema by name; each lists its fields in order of their slots:
 * `4` a scalar of that many bytes, `text`, `[4]` a vector of items of that many bytes, `[text]`, `Name` a table, `[Name]` a vector of tables,
 * `?` and `[?]` tables of a type that is not described, `-` a slot that is not looked at.
 */
export type FlatSchema = Readonly<Record<string, readonly string[]>>;
export type FlatVector = { readonly at: number; readonly count: number };

const mostTables = 2_000_000;
const longestText = 2 ** 20;

/** Offsets are relative to where the buffer begins. @source FlatBuffers documentation, "FlatBuffer Internals". */
export class FlatBuffer {
  readonly bytes: PagedBytes;
  readonly #slots = new Map<number, readonly number[]>();

  constructor(source: ByteSource, start = 0, size = source.size - start) {
    this.bytes = new PagedBytes(source, start, size);
  }
  /** @throws MalformedBytes when the identifier is another one or the first offset leads nowhere. */
  root(identifier?: string): FlatTable {
    if (identifier !== undefined && this.bytes.text(4, 4) !== identifier)
      throw this.wrong('flatbuffer-identifier', 4, `the identifier is not ${identifier}`);
    return this.table(this.follow(0));
  }
  /** The target of the forward offset that stands at `at`. */
  follow(at: number): number {
    const offset = this.bytes.u32(at);
    if (offset === 0 || at + offset + 4 > this.bytes.size)
      throw this.wrong('flatbuffer-offset', at, `the offset ${offset} at ${at} leads out of the buffer`);
    return at + offset;
  }
  table(at: number): FlatTable {
    const vtable = at - this.bytes.i32(at);
    if (vtable < 0 || vtable + 4 > this.bytes.size)
      throw this.wrong('flatbuffer-vtable', at, `the table at ${at} has its vtable outside the buffer`);
    const size = this.bytes.u16(vtable + 2);
    if (size < 4 || at + size > this.bytes.size)
      throw this.wrong('flatbuffer-table', at, `the table at ${at} of ${size} bytes does not fit into the buffer`);
    return new FlatTable(this, at, size, this.#slotsOf(vtable));
  }
  vector(at: number, itemBytes: number): FlatVector {
    const count = this.bytes.u32(at);
    if (at + 4 + count * itemBytes > this.bytes.size)
      throw this.wrong('flatbuffer-vector', at, `a vector of ${count} items of ${itemBytes} bytes does not fit into the buffer`);
    return { at: at + 4, count };
  }
  text(at: number, most = longestText): string {
    const { at: start, count } = this.vector(at, 1);
    if (this.bytes.u8(start + count) !== 0) throw this.wrong('flatbuffer-text', at, `the text at ${at} does not end with a zero byte`);
    return this.bytes.text(start, Math.min(count, most));
  }
  wrong(code: string, at: number, detail: string): MalformedBytes {
    return new MalformedBytes(code, this.bytes.start + at, detail);
  }
  #slotsOf(vtable: number): readonly number[] {
    const known = this.#slots.get(vtable);
    if (known) return known;
    const size = this.bytes.u16(vtable);
    if (size < 4 || size % 2 !== 0 || vtable + size > this.bytes.size)
      throw this.wrong('flatbuffer-vtable', vtable, `the vtable at ${vtable} of ${size} bytes is broken`);
    const slots = Array.from({ length: (size - 4) / 2 }, (_, i) => this.bytes.u16(vtable + 4 + 2 * i));
    if (this.#slots.size < 100_000) this.#slots.set(vtable, slots);
    return slots;
  }
}

export class FlatTable {
  readonly buffer: FlatBuffer;
  readonly at: number;
  readonly size: number;
  readonly #slots: readonly number[];

  constructor(buffer: FlatBuffer, at: number, size: number, slots: readonly number[]) {
    this.buffer = buffer;
    this.at = at;
    this.size = size;
    this.#slots = slots;
  }
  /** Where the value of a slot stands; null when the table does not have it. */
  place(slot: number, bytes: number): number | null {
    const offset = this.#slots[slot] ?? 0;
    if (offset === 0) return null;
    if (offset < 4 || offset + bytes > this.size)
      throw this.buffer.wrong('flatbuffer-field', this.at, `field ${slot} of the table at ${this.at} lies outside its table`);
    return this.at + offset;
  }
  number(slot: number, bytes: 1 | 2 | 4 | 8, absent = 0): number {
    const at = this.place(slot, bytes);
    if (at === null) return absent;
    const { bytes: from } = this.buffer;
    if (bytes === 1) return from.u8(at);
    if (bytes === 2) return from.u16(at);
    return bytes === 4 ? from.i32(at) : from.u64(at);
  }
  text(slot: number, most = 4096): string {
    const at = this.place(slot, 4);
    return at === null ? '' : this.buffer.text(this.buffer.follow(at), most);
  }
  table(slot: number): FlatTable | null {
    const at = this.place(slot, 4);
    return at === null ? null : this.buffer.table(this.buffer.follow(at));
  }
  vector(slot: number, itemBytes: number): FlatVector | null {
    const at = this.place(slot, 4);
    return at === null ? null : this.buffer.vector(this.buffer.follow(at), itemBytes);
  }
  count(slot: number): number {
    return this.vector(slot, 1)?.count ?? 0;
  }
  *tables(slot: number): Generator<FlatTable> {
    const vector = this.vector(slot, 4);
    for (let i = 0; i < (vector?.count ?? 0); i++) yield this.buffer.table(this.buffer.follow((vector?.at ?? 0) + 4 * i));
  }
  /** At most `most` numbers of a vector of 32-bit integers. */
  integers(slot: number, most = 100_000): number[] {
    const vector = this.vector(slot, 4);
    if (!vector) return [];
    return Array.from({ length: Math.min(vector.count, most) }, (_, i) => this.buffer.bytes.i32(vector.at + 4 * i));
  }
}

type Waiting = { readonly table: FlatTable; readonly type: string };

/**
 * Follows every offset the schema describes and checks that tables, vtables, vectors and texts lie in the buffer.
 * @param tick called now and then, to check a time budget.
 * @throws MalformedBytes at the first one that does not.
 */
export function verifyFlatBuffer(root: FlatTable, type: string, schema: FlatSchema, tick: () => void): void {
  const waiting: Waiting[] = [{ table: root, type }];
  const seen = new Set<number>();
  for (let item = waiting.pop(); item; item = waiting.pop()) {
    if (seen.has(item.table.at)) continue;
    seen.add(item.table.at);
    if (seen.size > mostTables) throw item.table.buffer.wrong('flatbuffer-tables', item.table.at, `more than ${mostTables} tables`);
    if ((seen.size & 0xfff) === 0) tick();
    const fields = schema[item.type] ?? [];
    for (const [slot, field] of fields.entries()) verifyField(item.table, slot, field, waiting);
  }
}

function verifyField(table: FlatTable, slot: number, field: string, waiting: Waiting[]): void {
  if (field === '-') return;
  if (/^\d$/.test(field)) {
    table.place(slot, Number(field));
    return;
  }
  if (field === 'text') {
    table.text(slot, 0);
    return;
  }
  if (!field.startsWith('[')) {
    const inner = table.table(slot);
    if (inner) waiting.push({ table: inner, type: field });
    return;
  }
  const item = field.slice(1, -1);
  if (/^\d+$/.test(item)) {
    table.vector(slot, Number(item));
    return;
  }
  if (item !== 'text') {
    for (const inner of table.tables(slot)) waiting.push({ table: inner, type: item });
    return;
  }
  const vector = table.vector(slot, 4);
  for (let i = 0; i < (vector?.count ?? 0); i++) table.buffer.text(table.buffer.follow((vector?.at ?? 0) + 4 * i), 0);
}
