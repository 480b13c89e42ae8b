/**
 * The messages of an Arrow IPC file or stream, one at a time and looked through before the decoder sees them: what they claim fits into the
 * bytes they have. Numbers of columns, nesting and sizes are bounded.
 * @source Arrow columnar format, "Serialization and Interprocess Communication" (messages, RecordBatch, file footer).
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { dataProblems } from '../refusal.ts';
import { byteOf, childTable, type FlatTable, longAt, longOf, lying, rootTable, shortOf, tableAt, vectorOf } from './flat-buffer.ts';
import { mostColumns } from './stage-csv.ts';

export type ArrowMessage = {
  readonly kind: 'schema' | 'dictionary' | 'records';
  /** The message with its prefix and body, as the decoder wants it. */
  readonly bytes: Uint8Array;
  readonly rows: number;
};

const magic = 'ARROW1';
const mostMetadata = 16 * 2 ** 20;
const mostBody = 256 * 2 ** 20;
const mostDepth = 16;
/** Rows a batch may have without bytes for them (columns of nothing but null). */
const freeRows = 1_000_000;
const kinds = new Map([
  [1, 'schema'],
  [2, 'dictionary'],
  [3, 'records'],
] as const);

/** @throws data-quality.unreadable, .unsupported, .tooLarge. */
export function* arrowMessages(path: string): Generator<ArrowMessage, undefined> {
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    const { from, to } = messageBounds(file, size);
    let at = from;
    for (;;) {
      const read = messageAt(file, at, to);
      if (read === null) return undefined;
      yield read.message;
      at = read.next;
    }
  } finally {
    closeSync(file);
  }
}

/** A file is a stream between two magics; its footer only repeats where the messages are. */
function messageBounds(file: number, size: number): { from: number; to: number } {
  if (bytesAt(file, 0, Math.min(6, size)).toString('latin1') !== magic) return { from: 0, to: size };
  if (size < 20 || bytesAt(file, size - 6, 6).toString('latin1') !== magic)
    throw dataProblems.unreadable({ reason: 'the Arrow file is cut off: its footer is missing.' });
  const footer = bytesAt(file, size - 10, 4).readInt32LE(0);
  if (footer <= 0 || footer > size - 18) throw lying(`a footer of ${footer} bytes`);
  return { from: 8, to: size - 10 - footer };
}

function bytesAt(file: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(file, bytes, filled, length - filled, at + filled);
    if (read === 0) throw lying('it ends within a message');
    filled += read;
  }
  return bytes;
}

function messageAt(file: number, at: number, to: number): { message: ArrowMessage; next: number } | null {
  // A stream may simply stop between two messages.
  if (at + 4 > to) return null;
  const first = bytesAt(file, at, 4).readInt32LE(0);
  const prefix = first === -1 ? 8 : 4;
  if (at + prefix > to) return null;
  const metadata = first === -1 ? bytesAt(file, at + 4, 4).readInt32LE(0) : first;
  if (metadata === 0) return null;
  if (metadata < 0 || metadata > mostMetadata || at + prefix + metadata > to) throw lying(`a message of ${metadata} bytes`);
  const head = bytesAt(file, at + prefix, metadata);
  const { kind, body, rows } = look(new DataView(head.buffer, head.byteOffset, head.byteLength));
  if (body > mostBody) throw dataProblems.tooLarge({ what: `an Arrow batch of ${body} bytes; ${mostBody} are read` });
  if (at + prefix + metadata + body > to) throw lying(`it ends within a batch of ${body} bytes`);
  // One copy whose body begins at a multiple of 8, as typed arrays need it.
  const bytes = new Uint8Array(new ArrayBuffer(prefix + metadata + body));
  bytes.set(bytesAt(file, at, prefix + metadata + body));
  return { message: { kind, bytes, rows }, next: at + prefix + metadata + body };
}

function look(bytes: DataView): { kind: ArrowMessage['kind']; body: number; rows: number } {
  const message = rootTable(bytes);
  if (shortOf(message, 0) < 3) throw dataProblems.unsupported({ what: 'Arrow of before version 0.8' });
  const body = longOf(message, 3);
  const header = childTable(message, 2);
  const kind = kinds.get(byteOf(message, 1) as 1 | 2 | 3);
  if (kind === undefined || header === null) throw dataProblems.unsupported({ what: 'An Arrow message that is neither schema nor batch' });
  if (kind === 'schema') checkSchema(header);
  const batch = kind === 'dictionary' ? childTable(header, 1) : header;
  if (batch === null) throw lying('a dictionary without values');
  return { kind, body, rows: kind === 'schema' ? 0 : checkBatch(batch, body, kind) };
}

function checkSchema(schema: FlatTable): void {
  if (shortOf(schema, 0) !== 0) throw dataProblems.unsupported({ what: 'Arrow of big-endian machines' });
  vectorOf(schema, 2, 4);
  const seen = { fields: 0 };
  for (const field of tablesOf(schema, 1)) checkField(field, 0, seen);
}

function tablesOf(table: FlatTable, slot: number): FlatTable[] {
  const { from, length } = vectorOf(table, slot, 4);
  if (length > mostColumns) throw dataProblems.tooLarge({ what: `${length} columns; ${mostColumns} are read` });
  return Array.from({ length }, (_, k) => {
    const at = from + 4 * k;
    return tableAt(table.bytes, at + table.bytes.getUint32(at, true));
  });
}

function checkField(field: FlatTable, depth: number, seen: { fields: number }): void {
  if (depth > mostDepth) throw dataProblems.unsupported({ what: `Arrow columns nested deeper than ${mostDepth}` });
  if (++seen.fields > 2 * mostColumns) throw dataProblems.tooLarge({ what: 'too many nested columns' });
  vectorOf(field, 0, 1);
  const type = childTable(field, 3);
  // Only a union's type holds a vector: the ids of its members.
  if (byteOf(field, 2) === 14 && type !== null) vectorOf(type, 1, 4);
  vectorOf(field, 6, 4);
  for (const child of tablesOf(field, 5)) checkField(child, depth + 1, seen);
}

/** What each column, or part of a nested one, says of its length. The values of a dictionary are decoded at once, as many as it says. */
function checkNodes(batch: FlatTable, most: number): void {
  const nodes = vectorOf(batch, 1, 16);
  for (let k = 0; k < nodes.length; k++) {
    const length = longAt(batch.bytes, nodes.from + 16 * k);
    if (length > most) throw lying(`a column of ${length} values where ${most} have room`);
    longAt(batch.bytes, nodes.from + 16 * k + 8);
  }
}

function checkBatch(batch: FlatTable, body: number, kind: 'dictionary' | 'records'): number {
  if (batch.field(3) !== null)
    throw dataProblems.unsupported({ what: 'Arrow with compressed buffers (write it without compression, or as Parquet)' });
  const rows = longOf(batch, 0);
  if (rows > Math.max(freeRows, body * 8)) throw lying(`${rows} rows in ${body} bytes`);
  checkNodes(batch, kind === 'dictionary' ? body * 8 : Math.max(freeRows, body * 8));
  const buffers = vectorOf(batch, 2, 16);
  for (let k = 0; k < buffers.length; k++) {
    const end = longAt(batch.bytes, buffers.from + 16 * k) + longAt(batch.bytes, buffers.from + 16 * k + 8);
    if (end > body) throw lying(`a buffer that ends at byte ${end} of ${body}`);
  }
  const variadic = vectorOf(batch, 4, 8);
  for (let k = 0; k < variadic.length; k++)
    if (longAt(batch.bytes, variadic.from + 8 * k) > buffers.length) throw lying('more data buffers than it has');
  return rows;
}
