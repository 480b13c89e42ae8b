/** Flatbuffers for tests, laid out forwards: each table after its own vtable, children after their parents. */
import { bytes, type Part } from './build-bytes.ts';

export type FlatValue =
  | { readonly scalar: number | bigint; readonly bytes: 1 | 2 | 4 | 8 }
  | { readonly text: string }
  /** Text whose bytes are no UTF-8. */
  | { readonly bytesText: Uint8Array }
  | { readonly items: Part; readonly count: number }
  | { readonly table: FlatFields }
  | { readonly tables: readonly FlatFields[] }
  | { readonly texts: readonly string[] }
  | null;
/** Values by slot. */
export type FlatFields = readonly FlatValue[];

export const u8of = (scalar: number): FlatValue => ({ scalar, bytes: 1 });
export const u16of = (scalar: number): FlatValue => ({ scalar, bytes: 2 });
export const u32of = (scalar: number): FlatValue => ({ scalar, bytes: 4 });
export const u64of = (scalar: number | bigint): FlatValue => ({ scalar, bytes: 8 });
export const text = (value: string): FlatValue => ({ text: value });
export const table = (...fields: FlatFields): FlatValue => ({ table: fields });
export const tables = (...list: readonly FlatFields[]): FlatValue => ({ tables: list });
export const blob = (part: Part): FlatValue => ({ items: part, count: part.length });
export const integers = (...list: readonly number[]): FlatValue => ({
  items: list.flatMap((value) => [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255]),
  count: list.length,
});

type Fixup = { readonly at: number; readonly value: Exclude<FlatValue, null> };

/** @param identifier four letters behind the root offset, or '' for none. */
export function flatBuffer(root: FlatFields, identifier = ''): Uint8Array {
  const out: number[] = [0, 0, 0, 0, ...Buffer.from(identifier, 'latin1')];
  const fixups: Fixup[] = [{ at: 0, value: { table: root } }];
  for (let fixup = fixups.shift(); fixup; fixup = fixups.shift()) {
    while (out.length % 8 !== 0) out.push(0);
    const at = place(out, fixup.value, fixups);
    put(out, fixup.at, at - fixup.at, 4);
  }
  return bytes(out);
}

function put(out: number[], at: number, value: number | bigint, width: number): void {
  let left = BigInt.asUintN(64, BigInt(value));
  for (let i = 0; i < width; i++) {
    out[at + i] = Number(left & 255n);
    left >>= 8n;
  }
}

/** @returns where the offset of the value must point. */
function place(out: number[], value: Exclude<FlatValue, null>, fixups: Fixup[]): number {
  if ('table' in value) return placeTable(out, value.table, fixups);
  const at = out.length;
  if ('text' in value || 'bytesText' in value) {
    const content = 'text' in value ? Buffer.from(value.text, 'utf8') : Buffer.from(value.bytesText);
    out.push(0, 0, 0, 0, ...content, 0);
    put(out, at, content.length, 4);
  } else if ('items' in value) {
    out.push(0, 0, 0, 0, ...bytes(value.items));
    put(out, at, value.count, 4);
  } else if ('tables' in value || 'texts' in value) {
    const list: readonly Exclude<FlatValue, null>[] =
      'tables' in value ? value.tables.map((fields) => ({ table: fields })) : value.texts.map((item) => ({ text: item }));
    out.push(0, 0, 0, 0);
    put(out, at, list.length, 4);
    for (const item of list) {
      fixups.push({ at: out.length, value: item });
      out.push(0, 0, 0, 0);
    }
  }
  return at;
}

function placeTable(out: number[], fields: FlatFields, fixups: Fixup[]): number {
  const vtable = out.length;
  for (let i = 0; i < 4 + 2 * fields.length; i++) out.push(0);
  put(out, vtable, 4 + 2 * fields.length, 2);
  while (out.length % 4 !== 0) out.push(0);
  const at = out.length;
  out.push(0, 0, 0, 0);
  put(out, at, at - vtable, 4);
  for (const [slot, value] of fields.entries()) {
    if (value === null) continue;
    const width = 'scalar' in value ? value.bytes : 4;
    const place = out.length;
    for (let i = 0; i < width; i++) out.push(0);
    put(out, vtable + 4 + 2 * slot, place - at, 2);
    if ('scalar' in value) put(out, place, value.scalar, width);
    else fixups.push({ at: place, value });
  }
  put(out, vtable + 2, out.length - at, 2);
  return at;
}
