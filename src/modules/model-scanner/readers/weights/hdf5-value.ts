/** HDF5 data types, data spaces and text attributes: as much as configurations and range checks need. */
import { MalformedBytes } from '../../engine/reader.ts';
import { Cursor } from '../parts/cursor.ts';
import { cursorAt, expectText, type Hdf5File, type Message, sized } from './hdf5-file.ts';

export type DataType = { readonly kind: number; readonly size: number; readonly variable: boolean };
export type Attribute = { readonly name: string; readonly texts: readonly Uint8Array[]; readonly at: number };

const longestText = 64 * 2 ** 20;
const mostTexts = 1000;
/** Class numbers of the specification. */
const stringKind = 3;
const variableKind = 9;

export function dataType(cursor: Cursor): DataType {
  const first = cursor.u8();
  const bits = cursor.u8();
  cursor.skip(2);
  return { kind: first & 15, size: cursor.u32(), variable: (first & 15) === variableKind && (bits & 15) <= 1 };
}

/** @returns the number of elements, as BigInt because products overflow; null for an empty space. */
export function dataSpace(file: Hdf5File, cursor: Cursor): readonly bigint[] {
  const version = cursor.u8();
  const rank = cursor.u8();
  if (version !== 1 && version !== 2) throw new MalformedBytes('hdf5-space', cursor.at - 2, `data space version ${version} does not exist`);
  if (rank > 32) throw new MalformedBytes('hdf5-space', cursor.at - 1, `${rank} dimensions are more than the format allows`);
  cursor.skip(version === 1 ? 6 : 2);
  return Array.from({ length: rank }, () => BigInt(sized(cursor, file.lengthBytes)));
}

/** @source HDF5 File Format Specification 3.0, section IV.A.2.m. Only texts are read. */
export function attribute(file: Hdf5File, { start, size }: Pick<Message, 'start' | 'size'>): Attribute {
  const cursor = new Cursor(file.source, start, start + size);
  const version = cursor.u8();
  if (version < 1 || version > 3) throw new MalformedBytes('hdf5-attribute', start, `attribute version ${version} does not exist`);
  cursor.skip(1);
  const nameBytes = cursor.u16();
  const typeBytes = cursor.u16();
  const spaceBytes = cursor.u16();
  if (version === 3) cursor.skip(1);
  const pad = (bytes: number) => (version === 1 ? Math.ceil(bytes / 8) * 8 : bytes);
  const name = cursor.text(nameBytes).replace(/\0.*$/s, '');
  cursor.skip(pad(nameBytes) - nameBytes);
  const typeAt = cursor.at;
  const type = dataType(new Cursor(file.source, typeAt, typeAt + typeBytes));
  cursor.seek(typeAt + pad(typeBytes));
  const spaceAt = cursor.at;
  const dimensions = spaceBytes === 0 ? [] : dataSpace(file, new Cursor(file.source, spaceAt, spaceAt + spaceBytes));
  cursor.seek(spaceAt + pad(spaceBytes));
  const count = Number(dimensions.reduce((product, dimension) => product * dimension, 1n));
  return { name, texts: textValues(file, cursor, type, Math.min(count, mostTexts)), at: start };
}

function textValues(file: Hdf5File, cursor: Cursor, type: DataType, count: number): Uint8Array[] {
  const texts: Uint8Array[] = [];
  if (type.kind === stringKind) {
    for (let i = 0; i < count && cursor.left >= type.size; i++) texts.push(cursor.bytes(type.size));
    return texts;
  }
  if (type.kind !== variableKind) return texts;
  for (let i = 0; i < count && cursor.left >= 4 + file.offsetBytes + 4; i++) {
    const length = cursor.u32();
    const address = sized(cursor, file.offsetBytes);
    const index = cursor.u32();
    if (length > 0) texts.push(globalHeapObject(file, address, index).subarray(0, length));
  }
  return texts;
}

/** @source HDF5 File Format Specification 3.0, section III.E. */
export function globalHeapObject(file: Hdf5File, address: number, wanted: number): Uint8Array {
  const cursor = cursorAt(file, address);
  expectText(cursor, 'GCOL');
  cursor.skip(4);
  const end = file.base + address + sized(cursor, file.lengthBytes);
  while (cursor.at + 8 + file.lengthBytes <= end) {
    const index = cursor.u16();
    cursor.skip(6);
    const size = sized(cursor, file.lengthBytes);
    if (index === 0) break;
    if (size > longestText) throw new MalformedBytes('hdf5-heap', cursor.at, `a text of ${size} bytes is not allowed`);
    if (index === wanted) return cursor.bytes(size);
    cursor.skip(Math.ceil(size / 8) * 8);
  }
  throw new MalformedBytes('hdf5-heap', file.base + address, `object ${wanted} is not in its heap`);
}
