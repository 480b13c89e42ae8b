/** Recognises ONNX and TensorFlow SavedModel by the shape of their top-level fields, skipping over contents by length. */
import type { OpenedFile } from './opened-file.ts';

type Field = { readonly number: number; readonly wire: number; readonly value: bigint; readonly start: number };
const maxFields = 64;

/** ModelProto: ir_version (1, varint 1..20) and graph (7, message), only known field numbers, lengths that fit the file. */
export function isOnnx(file: Pick<OpenedFile, 'size' | 'read'>): boolean {
  const fields = topFields(file);
  if (fields === null) return false;
  const known = new Set([1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26]);
  const version = fields.find(({ number }) => number === 1);
  const graph = fields.some(({ number, wire }) => number === 7 && wire === 2);
  const opset = fields.some(({ number, wire }) => number === 8 && wire === 2);
  return (
    fields.every(({ number }) => known.has(number)) && graph && opset && version?.wire === 0 && version.value >= 1n && version.value <= 20n
  );
}

/** SavedModel: schema version (1, varint) and meta graphs (2, message), nothing else. */
export function isSavedModel(file: Pick<OpenedFile, 'size' | 'read'>): boolean {
  const fields = topFields(file);
  if (fields === null || fields.length < 2) return false;
  return (
    fields.every(({ number, wire }) => (number === 1 && wire === 0) || (number === 2 && wire === 2)) &&
    fields.some(({ number }) => number === 2)
  );
}

/**
 * ProgramDesc of PaddlePaddle: blocks (1, message), version (4), operator versions (5); the first block begins with its number and its
 * parent's, as integers. @source paddle/fluid/framework/framework.proto.
 */
export function isPaddleProgram(file: Pick<OpenedFile, 'size' | 'read'>): boolean {
  const fields = topFields(file);
  const [block] = fields ?? [];
  if (fields === null || block?.number !== 1 || !fields.some(({ number }) => number === 4)) return false;
  if (!fields.every(({ number, wire }) => (number === 1 || number === 4 || number === 5) && wire === 2)) return false;
  const inner = file.read(block.start, 16);
  const length = varint(inner, 1);
  if (length === null) return false;
  const at = 1 + length.length;
  // idx = 0, then parent_idx: -1 or 0, then a variable or an operator.
  return inner[at] === 0x08 && inner[at + 1] === 0 && inner[at + 2] === 0x10;
}

/** Top-level fields of the message that is the whole file; null when the bytes are no protobuf or have too many fields. */
function topFields(file: Pick<OpenedFile, 'size' | 'read'>): Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  while (at < file.size) {
    if (fields.length >= maxFields) return fields;
    const window = file.read(at, 24);
    const tag = varint(window, 0);
    if (tag === null) return null;
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    if (number < 1 || number > 536_870_911) return null;
    const next = fieldEnd(window, tag.length, wire);
    if (next === null) return null;
    fields.push({ number, wire, value: next.value, start: at });
    const end = BigInt(at) + BigInt(next.header) + next.skip;
    if (end > BigInt(file.size)) return null;
    at = Number(end);
  }
  return fields;
}

function fieldEnd(window: Uint8Array, offset: number, wire: number): { header: number; skip: bigint; value: bigint } | null {
  if (wire === 1) return { header: offset, skip: 8n, value: 0n };
  if (wire === 5) return { header: offset, skip: 4n, value: 0n };
  if (wire !== 0 && wire !== 2) return null;
  const value = varint(window, offset);
  if (value === null) return null;
  return { header: offset + value.length, skip: wire === 2 ? value.value : 0n, value: value.value };
}

function varint(bytes: Uint8Array, offset: number): { value: bigint; length: number } | null {
  let value = 0n;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[offset + index];
    if (byte === undefined) return null;
    value |= BigInt(byte & 0x7f) << BigInt(index * 7);
    if (byte < 0x80) return { value, length: index + 1 };
  }
  return null;
}
