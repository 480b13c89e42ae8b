/** The central directories of a zip archive: every end record that leads to one, zip64 included. */
import type { Budget } from '../../engine/budget.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';
import { centralRecordBytes, centralSignature, unicodePath, zip64Sizes, zipFields, zipName } from './zip-fields.ts';

export type ZipEntry = {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Absolute offset of the local header, the archive's prefix included. */
  readonly localOffset: number;
  readonly externalAttributes: number;
  /** Name from the Info-ZIP unicode path field, when it differs. */
  readonly unicodeName: string | null;
  /** Offset of the record this entry was read from. */
  readonly recordOffset: number;
};

export type ZipDirectory = {
  readonly entries: readonly ZipEntry[];
  readonly start: number;
  /** First byte after the last directory record. */
  readonly end: number;
  /** First byte of the end records (the zip64 ones when present) and first byte after the comment. */
  readonly endRecordStart: number;
  readonly endRecordEnd: number;
  readonly declaredCount: number;
  /** Bytes before the archive: how far written offsets are shifted. */
  readonly prefix: number;
  /** A directory stands both where the end record says and right before the end record. */
  readonly ambiguousStart: boolean;
};

const end64Signature = 0x06064b50;
const locatorSignature = 0x07064b50;
const endRecordBytes = 22;

/**
 * Every end record in the last 66,000 bytes that leads to a directory, the last one first: the order most programs look in.
 * @source APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16.
 */
export function zipDirectories(source: ByteSource, tail: Uint8Array, budget: Budget): ZipDirectory[] {
  const tailStart = source.size - tail.length;
  const found: ZipDirectory[] = [];
  for (let at = tail.length - endRecordBytes; at >= 0; at--) {
    if (tail[at] !== 0x50 || tail[at + 1] !== 0x4b || tail[at + 2] !== 5 || tail[at + 3] !== 6) continue;
    const directory = directoryAt(source, tailStart + at, budget);
    if (directory) found.push(directory);
    if (found.length === 16) break;
  }
  return found;
}

type EndRecord = { size: number; offset: number; count: number; start: number; end: number };

function directoryAt(source: ByteSource, endAt: number, budget: Budget): ZipDirectory | null {
  const record = zip64Record(source, endAt, plainRecord(source, endAt));
  const measured = record.start - record.size;
  const starts = [measured, record.offset].filter((start) => startsDirectory(source, start, record));
  const [start] = starts;
  if (start === undefined) return null;
  const prefix = start - record.offset;
  const { entries, end } = readEntries(source, start, record.start, prefix, budget);
  return {
    entries,
    start,
    end,
    endRecordStart: record.start,
    endRecordEnd: record.end,
    declaredCount: record.count,
    prefix,
    ambiguousStart: new Set(starts).size > 1,
  };
}

function plainRecord(source: ByteSource, endAt: number): EndRecord {
  const cursor = new Cursor(source, endAt + 10);
  const count = cursor.u16();
  const size = cursor.u32();
  const offset = cursor.u32();
  const comment = cursor.u16();
  return { size, offset, count, start: endAt, end: Math.min(source.size, endAt + endRecordBytes + comment) };
}

function zip64Record(source: ByteSource, endAt: number, plain: EndRecord): EndRecord {
  if (endAt < 20) return plain;
  const locator = new Cursor(source, endAt - 20);
  if (locator.u32() !== locatorSignature) return plain;
  locator.skip(4);
  const written = locator.u64();
  // The written offset counts from the archive's start; the record itself stands right before its locator.
  for (const at of [endAt - 20 - 56, written]) {
    if (at < 0 || at + 56 > source.size) continue;
    const cursor = new Cursor(source, at);
    if (cursor.u32() !== end64Signature) continue;
    cursor.skip(28);
    const count = cursor.u64();
    return { count, size: cursor.u64(), offset: cursor.u64(), start: at, end: plain.end };
  }
  return plain;
}

function startsDirectory(source: ByteSource, start: number, record: EndRecord): boolean {
  if (start < 0 || start > record.start) return false;
  if (record.size === 0) return record.count === 0 && start === record.start;
  if (start + centralRecordBytes > source.size) return false;
  return new Cursor(source, start).u32() === centralSignature;
}

function readEntries(
  source: ByteSource,
  start: number,
  limit: number,
  prefix: number,
  budget: Budget,
): { entries: ZipEntry[]; end: number } {
  const cursor = new Cursor(source, start, limit);
  const entries: ZipEntry[] = [];
  let end = start;
  while (cursor.left >= centralRecordBytes) {
    const at = cursor.at;
    if (cursor.u32() !== centralSignature) break;
    budget.spendMember();
    entries.push(readEntry(cursor, at, prefix));
    end = cursor.at;
  }
  return { entries, end };
}

function readEntry(cursor: Cursor, recordOffset: number, prefix: number): ZipEntry {
  cursor.skip(2);
  const fields = zipFields(cursor);
  const { flags, method, crc } = fields;
  const commentLength = cursor.u16();
  cursor.skip(4);
  const externalAttributes = cursor.u32();
  const localOffset = cursor.u32();
  const { name, nameBytes, extra } = zipName(cursor, fields);
  cursor.skip(commentLength);
  const wide = zip64Sizes(extra, { size: fields.size, packedSize: fields.packedSize, localOffset }, recordOffset);
  return {
    name,
    nameBytes,
    flags,
    method,
    crc,
    packedSize: wide.packedSize,
    size: wide.size,
    localOffset: wide.localOffset + prefix,
    externalAttributes,
    unicodeName: unicodePath(extra, name),
    recordOffset,
  };
}
