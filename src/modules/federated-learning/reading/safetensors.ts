/** safetensors: eight bytes of header length, a JSON header, raw numbers. */
import {
  countOf,
  type NumberType,
  numberTypes,
  orderedTensors,
  type ParsedTensor,
  type ParsedUpdate,
  UnreadableUpdate,
  widthOf,
} from './parsed-update.ts';

/** Far above what 10,000 tensors need; the format itself allows 100 MB. */
const longestHeader = 8 * 2 ** 20;

export function startsSafetensors(bytes: Buffer): boolean {
  return bytes.length > 9 && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0 && bytes[8] === 0x7b;
}

/**
 * @returns views into `bytes`. @throws UnreadableUpdate; also for bytes that belong to no tensor, or to two.
 * @source the format's own README: u64 little-endian length, header, data_offsets relative to the end of the header.
 */
export function readSafetensors(bytes: Buffer): ParsedUpdate {
  const length = Number(bytes.readBigUInt64LE(0));
  if (length > longestHeader || 8 + length > bytes.length) throw new UnreadableUpdate(`the header is said to be ${length} bytes long`);
  const header = headerOf(bytes.toString('utf8', 8, 8 + length));
  const data = bytes.subarray(8 + length);
  const tensors = header.map(([name, entry]) => tensorOf(name, entry, data));
  const spans = tensors.map(({ bytes: part }) => ({
    start: part.byteOffset - data.byteOffset,
    end: part.byteOffset - data.byteOffset + part.length,
  }));
  let covered = 0;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start !== covered) throw new UnreadableUpdate('tensors overlap, or bytes between them belong to none');
    covered = end;
  }
  if (covered !== data.length) throw new UnreadableUpdate('bytes behind the tensors belong to none');
  return { format: 'safetensors', tensors: orderedTensors(tensors) };
}

function headerOf(text: string): [string, unknown][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadableUpdate('the header is no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UnreadableUpdate('the header is no JSON object');
  return Object.entries(value).filter(([name]) => name !== '__metadata__');
}

function tensorOf(name: string, entry: unknown, data: Buffer): ParsedTensor {
  const said = name.slice(0, 80);
  if (typeof entry !== 'object' || entry === null) throw new UnreadableUpdate(`the tensor ${said} is no object`);
  const { dtype, shape, data_offsets: offsets } = entry as Readonly<Record<string, unknown>>;
  const type = numberTypes.find((known) => known === dtype);
  if (type === undefined) throw new UnreadableUpdate(`the element type of ${said} is not one of ${numberTypes.join(', ')}`);
  if (!Array.isArray(shape) || !Array.isArray(offsets) || offsets.length !== 2)
    throw new UnreadableUpdate(`${said} has no valid shape and data_offsets`);
  const count = countOf(name, shape);
  const [start, end]: unknown[] = offsets;
  if (!isOffset(start, data) || !isOffset(end, data) || end - start !== count * widthOf[type satisfies NumberType])
    throw new UnreadableUpdate(`${said} declares ${count} numbers of ${type}, its bytes do not match`);
  return { name, shape, type, isBigEndian: false, bytes: data.subarray(start, end), count };
}

function isOffset(value: unknown, data: Buffer): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= data.length;
}

export type NamedTensor = { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array };

/** A safetensors file of single precision numbers. */
export function writeSafetensors(tensors: readonly NamedTensor[], metadata: Readonly<Record<string, string>> = {}): Buffer {
  let at = 0;
  const entries = tensors.map(({ name, shape, values }) => {
    const span = [at, at + values.length * 4];
    at += values.length * 4;
    return [name, { dtype: 'F32', shape, data_offsets: span }];
  });
  const text = JSON.stringify({ ...Object.fromEntries(entries), ...(Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}) });
  // Padded so that the numbers begin at a multiple of eight.
  const header = Buffer.from(text.padEnd(text.length + ((8 - (Buffer.byteLength(text) % 8)) % 8), ' '));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const parts = tensors.map(({ values }) => {
    const part = Buffer.alloc(values.length * 4);
    for (const [i, value] of values.entries()) part.writeFloatLE(value, i * 4);
    return part;
  });
  return Buffer.concat([length, header, ...parts]);
}
