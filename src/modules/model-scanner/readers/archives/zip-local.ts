/** The local headers of a zip archive against its central directory: lies, overlaps, holes and members nobody listed. */
import type { Where } from '../../../../contract/finding.ts';
import type { AnomalyFact } from '../../engine/artefact.ts';
import type { Budget } from '../../engine/budget.ts';
import { rangePlace } from '../../engine/place.ts';
import { bomb, broken, lie } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';
import type { ZipDirectory, ZipEntry } from './zip-directory.ts';
import {
  centralRecordBytes,
  descriptorFlag,
  encryptedFlags,
  localHeaderBytes,
  localSignature,
  sentinel32,
  zip64Sizes,
  zipFields,
  zipName,
} from './zip-fields.ts';

export type LocalHeader = ZipEntry & { readonly dataStart: number };
export type Extent = {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly size: number;
  readonly packedSize: number;
};

const descriptorSignature = 0x08074b50;

/** The local header at an absolute offset; null when there is none. */
export function localHeaderAt(source: ByteSource, at: number): LocalHeader | null {
  if (at < 0 || at + localHeaderBytes > source.size) return null;
  const cursor = new Cursor(source, at);
  if (cursor.u32() !== localSignature) return null;
  const fields = zipFields(cursor);
  const { flags, method, crc, size, packedSize } = fields;
  if (cursor.left < fields.nameLength + fields.extraLength) return null;
  const { name, nameBytes, extra } = zipName(cursor, fields);
  const wide = zip64Sizes(extra, { size, packedSize, localOffset: 0 }, at);
  return {
    name,
    nameBytes,
    flags,
    method,
    crc,
    packedSize: wide.packedSize,
    size: wide.size,
    localOffset: at,
    externalAttributes: 0,
    unicodeName: null,
    recordOffset: at,
    dataStart: cursor.at,
  };
}

/** Each field in which a local header and its central record disagree. */
export function headerLies(entry: ZipEntry, local: LocalHeader, where: Where): AnomalyFact[] {
  const place = rangePlace(where, local.localOffset, localHeaderBytes + local.nameBytes.length);
  const found: AnomalyFact[] = [];
  const differ = (code: string, what: string, central: string | number, here: string | number) =>
    found.push(lie(code, `${what} is ${central} in the central directory and ${here} in the local header of ${entry.name}.`, place));
  if (!sameBytes(entry.nameBytes, local.nameBytes)) differ('zip-name-mismatch', 'The name', entry.name, local.name);
  if (entry.method !== local.method) differ('zip-method-mismatch', 'The compression method', entry.method, local.method);
  if ((entry.flags & encryptedFlags) !== (local.flags & encryptedFlags))
    differ('zip-flag-mismatch', 'The encryption flag', entry.flags, local.flags);
  if (sizesFollow(local)) return found;
  if (entry.packedSize !== local.packedSize) differ('zip-size-mismatch', 'The packed size', entry.packedSize, local.packedSize);
  if (entry.size !== local.size) differ('zip-size-mismatch', 'The size', entry.size, local.size);
  if (entry.crc !== local.crc) differ('zip-crc-mismatch', 'The checksum', entry.crc, local.crc);
  return found;
}

/** Sizes stand in a data descriptor behind the data: the local fields are zero (or the zip64 sentinel) by rule. */
function sizesFollow(local: LocalHeader): boolean {
  const blank = (value: number) => value === 0 || value === sentinel32;
  return (local.flags & descriptorFlag) !== 0 && blank(local.packedSize) && blank(local.size);
}

/** Where a member's bytes end, its data descriptor included. */
export function extentOf(source: ByteSource, entry: ZipEntry, local: LocalHeader): Extent {
  const dataEnd = local.dataStart + entry.packedSize;
  const end = dataEnd + ((local.flags & descriptorFlag) === 0 ? 0 : descriptorBytes(source, dataEnd, entry.crc));
  return { start: local.localOffset, end, name: entry.name, size: entry.size, packedSize: entry.packedSize };
}

function descriptorBytes(source: ByteSource, at: number, crc: number): number {
  const left = source.size - at;
  if (left < 16) return 0;
  const cursor = new Cursor(source, at);
  const first = cursor.u32();
  const signed = first === descriptorSignature ? 4 : 0;
  if (signed === 0 && first !== crc) return 0;
  for (const length of [signed + 12, signed + 20]) if (startsRecord(source, at + length)) return length;
  return signed + 12;
}

function startsRecord(source: ByteSource, at: number): boolean {
  const bytes = source.read(at, 2);
  return bytes[0] === 0x50 && bytes[1] === 0x4b;
}

export type Gap = { readonly start: number; readonly end: number; readonly kind: 'prefix' | 'hole' | 'suffix' };

/** Bytes that belong to no member and to no directory. */
export function gapsBetween(extents: readonly Extent[], directory: ZipDirectory, size: number): Gap[] {
  const used = [
    ...extents,
    { start: directory.start, end: directory.end },
    { start: directory.endRecordStart, end: directory.endRecordEnd },
  ].sort((a, b) => a.start - b.start);
  const gaps: Gap[] = [];
  let covered = 0;
  for (const { start, end } of used) {
    if (start > covered) gaps.push({ start: covered, end: start, kind: covered === 0 ? 'prefix' : 'hole' });
    covered = Math.max(covered, end);
  }
  if (covered < size) gaps.push({ start: covered, end: size, kind: 'suffix' });
  return gaps;
}

/** Members that share bytes. Many of them over the same bytes multiply what a reader must write out: the structure of a bomb. */
export function overlapAnomalies(extents: readonly Extent[], sourceSize: number, where: Where): AnomalyFact[] {
  const sorted = [...extents].sort((a, b) => a.start - b.start);
  const overlapping: Extent[] = [];
  let covered: Extent | null = null;
  for (const extent of sorted) {
    if (covered && extent.start < covered.end) overlapping.push(extent);
    if (!covered || extent.end > covered.end) covered = extent;
  }
  const [first] = overlapping;
  if (!first) return [];
  const declared = extents.reduce((sum, extent) => sum + extent.size, 0);
  const place = rangePlace(where, first.start, first.end - first.start);
  if (declared > 64 * 2 ** 20 && declared > 100 * sourceSize)
    return [
      bomb(
        'zip-overlap-bomb',
        `${overlapping.length} members share bytes and unpack to ${declared} bytes from ${sourceSize}.`,
        place,
        true,
      ),
    ];
  return [lie('zip-overlap', `${overlapping.length} members share bytes with another member, first ${first.name}.`, place)];
}

export type Carved = { readonly locals: LocalHeader[]; readonly blank: boolean };
const carveBytes = 4 * 2 ** 20;

/** Looks through a gap for local headers that no directory lists. */
export function carveGap(source: ByteSource, gap: Gap, budget: Budget): Carved {
  const bytes = source.read(gap.start, Math.min(carveBytes, gap.end - gap.start));
  const locals: LocalHeader[] = [];
  let blank = true;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0) blank = false;
    if (bytes[at] !== 0x50 || bytes[at + 1] !== 0x4b || bytes[at + 2] !== 3 || bytes[at + 3] !== 4) continue;
    const local = localHeaderAt(source, gap.start + at);
    if (!local) continue;
    budget.spendMember();
    budget.spendCarved();
    locals.push(local);
    if (locals.length >= 1000) break;
  }
  return { locals: locals.map((local, i) => boundedToGap(local, gap, locals[i + 1])), blank };
}

/**
 * Stored bytes of unknown length end where the next header stands: what lies behind it is looked at for itself, and a hundred headers
 * that each held all the others would hold as many archives as there are subsets of them.
 */
function boundedToGap(local: LocalHeader, gap: Gap, next: LocalHeader | undefined): LocalHeader {
  const room = Math.max(0, gap.end - local.dataStart);
  if (local.packedSize > 0 && local.packedSize <= room) return local;
  if (local.method !== 0) return { ...local, packedSize: room, size: 0 };
  const length = next === undefined ? room : Math.max(0, Math.min(room, next.localOffset - local.dataStart));
  return { ...local, packedSize: length, size: length };
}

export function missingLocal(entry: ZipEntry, where: Where): AnomalyFact {
  return broken(
    'zip-missing-local',
    `No local header stands where the directory places ${entry.name}.`,
    rangePlace(where, entry.recordOffset, centralRecordBytes),
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
