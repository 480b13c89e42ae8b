/** One TensorProto: where its bytes are, and whether there are as many as its dimensions say. */
import type { Where } from '../../../../contract/finding.ts';
import { rangePlace } from '../../engine/place.ts';
import { bomb, broken, type Draft, lie } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { isAddress, leavesFolder } from '../archives/archive-path.ts';
import { type Field, fields, fieldText } from '../parts/protobuf.ts';

/** Bits of one raw element by data type. @source onnx.proto3 `TensorProto.DataType`. */
const rawBits: ReadonlyMap<number, number> = new Map([
  [1, 32],
  [2, 8],
  [3, 8],
  [4, 16],
  [5, 16],
  [6, 32],
  [7, 64],
  [9, 8],
  [10, 16],
  [11, 64],
  [12, 32],
  [13, 64],
  [14, 64],
  [15, 128],
  [16, 16],
  [17, 8],
  [18, 8],
  [19, 8],
  [20, 8],
  [21, 4],
  [22, 4],
  [23, 4],
  [24, 8],
]);
/** @source onnx external data specification. Other keys set attributes of the reading object in programs before the fix of CVE-2026-34445. */
const externalKeys = new Set(['location', 'offset', 'length', 'checksum', 'basepath']);

/** Index of the fact about each file of values: large models name one file thousands of times. */
export type ExternalFiles = Map<string, number>;
export type TensorTarget = { readonly draft: Draft; readonly files: ExternalFiles };

/** Negative sizes show as huge; no tensor has so many elements in one dimension. */
const largestDimension = 2 ** 48;
/** Four thousand million elements without any bytes. */
const mostEmpty = 2 ** 32;

export function readTensor(source: ByteSource, tensor: Field, { draft, files }: TensorTarget): void {
  const dimensions: number[] = [];
  let type = 0;
  let raw: number | null = null;
  let floats: number | null = null;
  let stored = false;
  let external = false;
  const entries: [string, string][] = [];
  for (const field of fields(source, tensor.start, tensor.end)) {
    if (field.number === 1) dimensions.push(...numbersOf(source, field));
    if (field.number === 2 && field.wire === 0) type = field.value;
    if (field.number === 9 && field.wire === 2) raw = field.end - field.start;
    if (field.number === 4 && field.wire === 2) floats = (floats ?? 0) + (field.end - field.start) / 4;
    if ((field.number >= 4 && field.number <= 11 && field.number !== 8) || field.number === 9) stored ||= field.end > field.start;
    if (field.number === 13 && field.wire === 2) entries.push(entryOf(source, field));
    if (field.number === 14 && field.wire === 0) external = field.value === 1;
  }
  const elements = dimensions.reduce((product, size) => product * size, 1);
  const before = draft.metadata.get('parameters');
  draft.metadata.set('parameters', (typeof before === 'number' ? before : 0) + (Number.isFinite(elements) ? elements : 0));
  if (external || entries.length > 0) {
    addExternal(entries, tensor, { draft, files });
    return;
  }
  const bits = rawBits.get(type);
  const place = rangePlace(draft.where, tensor.start, tensor.end - tensor.start);
  if (dimensions.some((size) => size > largestDimension) || (!stored && elements > mostEmpty && elements > source.size))
    draft.anomalies.push(
      bomb('onnx-shape', `A tensor declares ${dimensions.join(' × ').slice(0, 100)} elements and stores ${raw ?? 0} bytes.`, place),
    );
  if (type === 1 && floats !== null && floats !== elements)
    draft.anomalies.push(
      broken('onnx-tensor-size', `A tensor of dimensions ${dimensions.join(' × ').slice(0, 100)} has ${floats} numbers.`, place),
    );
  if (raw === null || bits === undefined || raw === 0) return;
  if (Math.ceil((elements * bits) / 8) !== raw)
    draft.anomalies.push(
      broken('onnx-tensor-size', `A tensor of dimensions ${dimensions.join(' × ').slice(0, 100)} has ${raw} bytes.`, place),
    );
}

/** Repeated numbers come packed or one by one; negative ones show as huge. */
function numbersOf(source: ByteSource, field: Field): number[] {
  if (field.wire === 0) return [field.value];
  const bytes = source.read(field.start, Math.min(field.end - field.start, 4096));
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const byte of bytes) {
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte < 0x80) {
      values.push(value);
      value = 0;
      shift = 0;
    }
  }
  return values;
}

function entryOf(source: ByteSource, entry: Field): [string, string] {
  let key = '';
  let value = '';
  for (const field of fields(source, entry.start, entry.end)) {
    if (field.number === 1) key = fieldText(source, field, 300);
    if (field.number === 2) value = fieldText(source, field, 2000);
  }
  return [key, value];
}

function addExternal(entries: readonly (readonly [string, string])[], tensor: Field, { draft, files }: TensorTarget): void {
  const where = rangePlace(draft.where, tensor.start, tensor.end - tensor.start);
  const values = new Map(entries);
  for (const [key, value] of entries) {
    if ((key === 'offset' || key === 'length') && !/^\d{1,15}$/.test(value))
      draft.anomalies.push(broken('onnx-external-range', `The ${key} of external data is ${value.slice(0, 60)}.`, where));
    if (!externalKeys.has(key))
      draft.anomalies.push(
        lie(
          'onnx-external-key',
          `External data has the unknown key ${key.slice(0, 60)}: programs before the fix of CVE-2026-34445 set it as an attribute.`,
          where,
        ),
      );
  }
  if (values.size < entries.length)
    draft.anomalies.push(lie('onnx-external-twice', 'External data names a key twice: programs differ in which one they read.', where));
  const reaches = Number(values.get('offset') ?? 0) + Number(values.get('length') ?? 0);
  for (const [key, value] of entries)
    if (key === 'location') addLocation(value, Number.isSafeInteger(reaches) ? reaches : 0, where, { draft, files });
}

function addLocation(location: string, reaches: number, where: Where, { draft, files }: TensorTarget): void {
  const text = location.slice(0, 1000);
  const known = files.get(text);
  const before = known === undefined ? undefined : draft.externalPaths[known];
  if (known !== undefined && before) {
    if ((before.reaches ?? 0) < reaches) draft.externalPaths[known] = { ...before, reaches };
    return;
  }
  files.set(text, draft.externalPaths.length);
  draft.externalPaths.push({
    text,
    purpose: 'tensor-data',
    leavesFolder: leavesFolder(location),
    effect: isAddress(location) ? 'net' : 'fs-read',
    reaches,
    where,
  });
}
