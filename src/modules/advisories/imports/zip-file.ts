/** The entries of a zip archive on disk, one at a time: an export of 250,000 advisories never lies in memory. */
import { readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { IntakeRefused } from './intake-refused.ts';

export type ZipEntry = {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
};
export type OpenFile = { readonly descriptor: number; readonly size: number };

const endBytes = 22;
const longestComment = 65_535;
const sentinel16 = 0xffff;
const sentinel32 = 0xffffffff;
const mostEntries = 2_000_000;
const mostDirectoryBytes = 512 * 2 ** 20;
/** One advisory; the largest known ones are below 3 MiB. */
const mostEntryBytes = 16 * 2 ** 20;

/**
 * @returns entries of the central directory, folders left out.
 * @throws IntakeRefused when there is no directory, or it is larger than any advisory export.
 * @source APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16.
 */
export function zipEntries(file: OpenFile): ZipEntry[] {
  const { start, bytes } = directoryPlace(file);
  if (bytes > mostDirectoryBytes) throw new IntakeRefused('its directory is too large');
  const directory = bytesAt(file, start, bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === 0x02014b50) {
    const nameBytes = directory.readUInt16LE(at + 28);
    const extraBytes = directory.readUInt16LE(at + 30);
    const commentBytes = directory.readUInt16LE(at + 32);
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes);
    if (!name.endsWith('/')) entries.push(entryOf(directory, { at, name, extraAt: at + 46 + nameBytes, extraBytes }));
    if (entries.length > mostEntries) throw new IntakeRefused('it has too many entries');
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
}

function directoryPlace(file: OpenFile): { start: number; bytes: number } {
  const tailBytes = Math.min(file.size, endBytes + longestComment);
  const tail = bytesAt(file, file.size - tailBytes, tailBytes);
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== 0x06054b50) continue;
    const bytes = tail.readUInt32LE(at + 12);
    const start = tail.readUInt32LE(at + 16);
    const count = tail.readUInt16LE(at + 10);
    if (start !== sentinel32 && bytes !== sentinel32 && count !== sentinel16) return inside(file, { start, bytes });
    return inside(file, largePlace(file, tail, at) ?? { start, bytes });
  }
  throw new IntakeRefused('it is no zip archive');
}

function largePlace(file: OpenFile, tail: Buffer, endAt: number): { start: number; bytes: number } | null {
  const locator = endAt - 20;
  if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50) return null;
  const at = Number(tail.readBigUInt64LE(locator + 8));
  if (!Number.isSafeInteger(at) || at + 56 > file.size) return null;
  const end = bytesAt(file, at, 56);
  if (end.readUInt32LE(0) !== 0x06064b50) return null;
  return { bytes: Number(end.readBigUInt64LE(40)), start: Number(end.readBigUInt64LE(48)) };
}

function inside({ size }: OpenFile, place: { start: number; bytes: number }): { start: number; bytes: number } {
  if (!Number.isSafeInteger(place.start + place.bytes) || place.start + place.bytes > size)
    throw new IntakeRefused('its directory lies outside the file');
  return place;
}

type Record = { readonly at: number; readonly name: string; readonly extraAt: number; readonly extraBytes: number };

function entryOf(directory: Buffer, { at, name, extraAt, extraBytes }: Record): ZipEntry {
  const packed = directory.readUInt32LE(at + 20);
  const size = directory.readUInt32LE(at + 24);
  const offset = directory.readUInt32LE(at + 42);
  const large = largeValues(directory.subarray(extraAt, extraAt + extraBytes));
  const value = (short: number): number => (short === sentinel32 ? (large.shift() ?? short) : short);
  // In the extra field the values that did not fit stand in this order.
  const whole = value(size);
  return { name, method: directory.readUInt16LE(at + 10), size: whole, packed: value(packed), offset: value(offset) };
}

function largeValues(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const bytes = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      const body = extra.subarray(at + 4, at + 4 + bytes);
      return Array.from({ length: Math.floor(body.length / 8) }, (_, index) => Number(body.readBigUInt64LE(index * 8)));
    }
    at += 4 + bytes;
  }
  return [];
}

/** @throws IntakeRefused when the entry is encoded in a way we do not read, too large, or broken. */
export function zipContent(file: OpenFile, entry: ZipEntry): Buffer {
  if (entry.size > mostEntryBytes || entry.packed > mostEntryBytes) throw new IntakeRefused('it is larger than any advisory');
  const header = bytesAt(file, entry.offset, 30);
  if (header.readUInt32LE(0) !== 0x04034b50) throw new IntakeRefused('its header is missing');
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = bytesAt(file, start, entry.packed);
  if (entry.method === 0) return packed;
  if (entry.method !== 8) throw new IntakeRefused('it is packed in a way we do not read');
  try {
    return inflateRawSync(packed, { maxOutputLength: mostEntryBytes });
  } catch (error) {
    throw new IntakeRefused('its bytes are broken', { cause: error });
  }
}

export function bytesAt({ descriptor, size }: OpenFile, start: number, length: number): Buffer {
  if (start < 0 || length < 0 || start + length > size) throw new IntakeRefused('it ends too early');
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const got = readSync(descriptor, bytes, done, length - done, start + done);
    if (got === 0) throw new IntakeRefused('it ends too early');
    done += got;
  }
  return bytes;
}
