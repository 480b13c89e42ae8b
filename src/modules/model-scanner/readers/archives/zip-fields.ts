/** The fields that a local header and a central directory record have in common, and the extra fields behind both names. */
import { MalformedBytes } from '../../engine/reader.ts';
import type { Cursor } from '../parts/cursor.ts';

export const localSignature = 0x04034b50;
export const centralSignature = 0x02014b50;
export const localHeaderBytes = 30;
export const centralRecordBytes = 46;
export const descriptorFlag = 1 << 3;
export const encryptedFlags = 1 | (1 << 6) | (1 << 13);
/** In a 32-bit field: the value stands in the zip64 extra field. */
export const sentinel32 = 0xffffffff;

const utf8 = new TextDecoder('utf-8');

export type ZipFields = {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly nameLength: number;
  readonly extraLength: number;
};

/**
 * From "version needed to extract" to "extra field length": 26 bytes that both kinds of record hold in the same order.
 * @source APPNOTE.TXT 6.3.10, sections 4.3.7 and 4.3.12.
 */
export function zipFields(cursor: Cursor): ZipFields {
  cursor.skip(2);
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.skip(4);
  const crc = cursor.u32();
  const packedSize = cursor.u32();
  const size = cursor.u32();
  return { flags, method, crc, packedSize, size, nameLength: cursor.u16(), extraLength: cursor.u16() };
}

export type ZipName = { readonly name: string; readonly nameBytes: Uint8Array; readonly extra: Uint8Array };

export function zipName(cursor: Cursor, { nameLength, extraLength }: ZipFields): ZipName {
  const nameBytes = cursor.bytes(nameLength);
  return { name: utf8.decode(nameBytes), nameBytes, extra: cursor.bytes(extraLength) };
}

export type ZipSizes = { readonly size: number; readonly packedSize: number; readonly localOffset: number };

/** Replaces the 32-bit sentinels by the values of extra field 0x0001, which holds only those that need it, in this order. */
export function zip64Sizes(extra: Uint8Array, plain: ZipSizes, recordOffset: number): ZipSizes {
  const field = extraField(extra, 0x0001);
  const result = { ...plain };
  if (!field) return result;
  const view = new DataView(field.buffer, field.byteOffset, field.byteLength);
  let at = 0;
  for (const key of ['size', 'packedSize', 'localOffset'] as const) {
    if (plain[key] !== sentinel32) continue;
    if (at + 8 > field.length)
      throw new MalformedBytes('zip-zip64-short', recordOffset, 'the zip64 field is too short for the sizes it must hold');
    result[key] = Number(view.getBigUint64(at, true));
    at += 8;
  }
  return result;
}

export function extraField(extra: Uint8Array, id: number): Uint8Array | null {
  for (let at = 0; at + 4 <= extra.length; ) {
    const found = (extra[at] ?? 0) | ((extra[at + 1] ?? 0) << 8);
    const length = (extra[at + 2] ?? 0) | ((extra[at + 3] ?? 0) << 8);
    if (found === id) return extra.subarray(at + 4, Math.min(extra.length, at + 4 + length));
    at += 4 + length;
  }
  return null;
}

/** The Info-ZIP unicode path field, when it says another name. */
export function unicodePath(extra: Uint8Array, name: string): string | null {
  const field = extraField(extra, 0x7075);
  if (!field || field.length < 5) return null;
  const written = utf8.decode(field.subarray(5));
  return written === name ? null : written;
}
