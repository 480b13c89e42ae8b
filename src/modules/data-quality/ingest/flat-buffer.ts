/**
 * Tables of a FlatBuffer that nobody vouches for: every step stays inside of the bytes, or the reading ends with a sentence.
 * @source FlatBuffers internals: a table begins with a signed offset to its vtable; the vtable holds its size, the table's size and a
 * 16-bit offset for each field; vectors and strings begin with a 32-bit length.
 */
import { dataProblems } from '../refusal.ts';

export type FlatTable = {
  readonly bytes: DataView;
  readonly at: number;
  /** Place of a field, null when it is left out. */
  field(slot: number): number | null;
};

export const lying = (what: string): Error => dataProblems.unreadable({ reason: `the Arrow data is damaged: ${what}.` });

function inside(bytes: DataView, at: number, length: number): number {
  if (!(Number.isSafeInteger(at) && at >= 0 && length >= 0 && at + length <= bytes.byteLength))
    throw lying('an offset leads outside of its message');
  return at;
}

export function rootTable(bytes: DataView): FlatTable {
  return tableAt(bytes, bytes.getUint32(inside(bytes, 0, 4), true));
}

export function tableAt(bytes: DataView, at: number): FlatTable {
  const vtable = at - bytes.getInt32(inside(bytes, at, 4), true);
  const size = bytes.getUint16(inside(bytes, vtable, 4), true);
  inside(bytes, vtable, size);
  return {
    bytes,
    at,
    field: (slot) => {
      const place = 4 + 2 * slot;
      const offset = place + 2 <= size ? bytes.getUint16(vtable + place, true) : 0;
      return offset === 0 ? null : inside(bytes, at + offset, 1);
    },
  };
}

/** The table a field points to. */
export function childTable({ bytes, field }: FlatTable, slot: number): FlatTable | null {
  const place = field(slot);
  return place === null ? null : tableAt(bytes, place + bytes.getUint32(inside(bytes, place, 4), true));
}

/** Where the elements of a vector are; its length fits into the bytes. */
export function vectorOf({ bytes, field }: FlatTable, slot: number, stride: number): { from: number; length: number } {
  const place = field(slot);
  if (place === null) return { from: 0, length: 0 };
  const start = place + bytes.getUint32(inside(bytes, place, 4), true);
  const length = bytes.getUint32(inside(bytes, start, 4), true);
  return { from: inside(bytes, start + 4, length * stride), length };
}

export const byteOf = ({ bytes, field }: FlatTable, slot: number): number => {
  const place = field(slot);
  return place === null ? 0 : bytes.getUint8(place);
};
export const shortOf = ({ bytes, field }: FlatTable, slot: number): number => {
  const place = field(slot);
  return place === null ? 0 : bytes.getInt16(inside(bytes, place, 2), true);
};
export const longOf = ({ bytes, field }: FlatTable, slot: number): number => {
  const place = field(slot);
  return place === null ? 0 : longAt(bytes, place);
};

/** Lengths beyond 2^53 are lies. */
export function longAt(bytes: DataView, at: number): number {
  const value = Number(bytes.getBigInt64(inside(bytes, at, 8), true));
  if (value < 0 || !Number.isSafeInteger(value)) throw lying(`a length of ${value}`);
  return value;
}
