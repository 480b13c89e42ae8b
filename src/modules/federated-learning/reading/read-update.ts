/** From the bytes of an update to a row of single precision numbers. Runs in a worker only. */
import { type Form, readForm, startsForm } from './multipart.ts';
import { readNpz, startsZip } from './npz.ts';
import { type ParsedTensor, type ParsedUpdate, UnreadableUpdate } from './parsed-update.ts';
import { readSafetensors, startsSafetensors } from './safetensors.ts';

export type ReadUpdate = { readonly update: ParsedUpdate; readonly fields: ReadonlyMap<string, string> };

/** @param bytes the file, or a form that holds it. @throws UnreadableUpdate */
export function readUpdate(bytes: Buffer): ReadUpdate {
  const { fields, file }: Form = startsForm(bytes) ? readForm(bytes) : { fields: new Map(), file: bytes };
  if (startsZip(file)) return { update: readNpz(file), fields };
  if (startsSafetensors(file)) return { update: readSafetensors(file), fields };
  throw new UnreadableUpdate('it begins like neither');
}

/** Writes all tensors one after the other into a row. @returns how many of the numbers are not finite in single precision. */
export function writeRow({ tensors }: ParsedUpdate, row: Float32Array): number {
  let at = 0;
  let strange = 0;
  for (const tensor of tensors) {
    copyNumbers(tensor, row, at);
    for (let c = at; c < at + tensor.count; c++) if (!Number.isFinite(row[c] as number)) strange++;
    at += tensor.count;
  }
  return strange;
}

const machineIsLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function copyNumbers(tensor: ParsedTensor, row: Float32Array, at: number): void {
  const { type, isBigEndian, bytes, count } = tensor;
  if (type === 'F32' && !isBigEndian && machineIsLittle) {
    new Uint8Array(row.buffer, row.byteOffset + at * 4, count * 4).set(bytes);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = numberReaders[type](view, !isBigEndian);
  for (let i = 0; i < count; i++) row[at + i] = read(i);
}

const numberReaders: Readonly<Record<ParsedTensor['type'], (view: DataView, little: boolean) => (index: number) => number>> = {
  F64: (view, little) => (i) => view.getFloat64(i * 8, little),
  F32: (view, little) => (i) => view.getFloat32(i * 4, little),
  F16: (view, little) => (i) => halfOf(view.getUint16(i * 2, little)),
  // The upper half of a single.
  BF16: (view, little) => (i) => singleOf(view.getUint16(i * 2, little) << 16),
  I64: (view, little) => (i) => Number(view.getBigInt64(i * 8, little)),
  I32: (view, little) => (i) => view.getInt32(i * 4, little),
  I16: (view, little) => (i) => view.getInt16(i * 2, little),
  I8: (view) => (i) => view.getInt8(i),
  U8: (view) => (i) => view.getUint8(i),
  BOOL: (view) => (i) => view.getUint8(i),
};

const word = new DataView(new ArrayBuffer(4));
function singleOf(bits: number): number {
  word.setInt32(0, bits);
  return word.getFloat32(0);
}

/** @source IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
