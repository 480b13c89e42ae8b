/** 7z archives: the header, unpacked if need be, then every file; a header that is lost leaves what stands at the front. */
import { crc32 } from 'node:zlib';
import type { Where } from '../../../../contract/finding.ts';
import { memberPlace, rangePlace } from '../../engine/place.ts';
import {
  broken,
  type Draft,
  defineReader,
  draftArtefact,
  guarded,
  lie,
  MalformedBytes,
  type ReaderTools,
  TruncatedBytes,
} from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';
import { unsafeMemberPath } from './archive-path.ts';
import { UnreadableFolder } from './seven-zip-coders.ts';
import { type SevenZipFile, type SevenZipHeader, type SevenZipStreams, sevenZipHeader } from './seven-zip-header.ts';
import { readLostHeader } from './seven-zip-lost.ts';
import { folderSource } from './seven-zip-source.ts';

const signature = [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c];
export const startHeaderBytes = 32;
const longestHeader = 16 * 2 ** 20;
/** An encoded header may itself be encoded; writers do it once. */
const mostEncodings = 4;

export default defineReader({
  format: '7z',
  certain: ({ head }) => signature.every((byte, i) => head[i] === byte),
  read: (source, where, tools) => {
    const draft = draftArtefact('7z', where, source.size);
    draft.role = 'container';
    const before = draft.unread.length;
    let opened = false;
    guarded(draft, () => {
      const header = readHeader(source, draft, tools);
      opened = true;
      if (header) openFiles(source, header, draft, tools);
    });
    if (!opened && draft.unread.length > before) guarded(draft, () => readLostHeader(source, draft, tools));
    return draft;
  },
});

type PlainHeader = Extract<SevenZipHeader, { kind: 'plain' }>;

function readHeader(source: ByteSource, draft: Draft, tools: ReaderTools): PlainHeader | null {
  const start = new Cursor(source, 8);
  const startCrc = start.u32();
  if (crc32(source.read(12, 20)) !== startCrc)
    draft.anomalies.push(broken('7z-bad-crc', 'The checksum of the start header does not match.', rangePlace(draft.where, 8, 24)));
  const offset = start.u64();
  const size = start.u64();
  const headerCrc = start.u32();
  if (size === 0 && source.size > startHeaderBytes) throw new TruncatedBytes('7z-cut', 20, 'the archive has lost its header');
  if (size === 0) return null;
  const at = startHeaderBytes + offset;
  if (size > longestHeader) throw new MalformedBytes('7z-header', 20, `a header of ${size} bytes is larger than is read`);
  if (at + size > source.size) throw new TruncatedBytes('7z-cut', source.size, 'the archive ends before its header');
  checkCrc(source.read(at, size), headerCrc, rangePlace(draft.where, at, size), draft);
  noteTrailing(source, at + size, draft, tools);
  let header = sevenZipHeader(new Cursor(source, at, at + size));
  for (let i = 0; header.kind === 'encoded'; i++) {
    if (i >= mostEncodings) throw new MalformedBytes('7z-header', at, 'the header is packed again and again');
    header = unpackedHeader(source, header.streams, draft, tools);
  }
  return header;
}

function unpackedHeader(source: ByteSource, streams: SevenZipStreams, draft: Draft, tools: ReaderTools): SevenZipHeader {
  const [folder] = streams.folders;
  const packed = windowSource(source, streams.packedStart, streams.packedSizes[0] ?? 0);
  if (!folder) throw new MalformedBytes('7z-header', streams.packedStart, 'a packed header has no folder');
  try {
    const content = folderSource(folder, packed, tools.budget);
    if (content.size > longestHeader)
      throw new MalformedBytes('7z-header', streams.packedStart, 'the packed header is larger than is read');
    const bytes = content.read(0, content.size);
    if (folder.crc !== null) checkCrc(bytes, folder.crc, rangePlace(draft.where, streams.packedStart, packed.size), draft);
    return sevenZipHeader(new Cursor(content));
  } catch (error) {
    if (!(error instanceof UnreadableFolder)) throw error;
    noteUnreadable(error, draft.where, draft);
    return { kind: 'plain', streams: null, files: [] };
  }
}

function checkCrc(bytes: Uint8Array, expected: number, where: Where, draft: Draft): void {
  if (crc32(bytes) !== expected)
    draft.anomalies.push(broken('7z-bad-crc', 'A checksum of the archive does not match: it is damaged or was changed.', where));
}

function openFiles(source: ByteSource, { streams, files }: PlainHeader, draft: Draft, tools: ReaderTools): void {
  draft.metadata.set('members', files.length);
  noteNames(files, draft);
  if (!streams) return;
  const named = files.filter(({ hasStream }) => hasStream);
  let next = 0;
  let packedAt = streams.packedStart;
  let packedIndex = 0;
  for (const [i, folder] of streams.folders.entries()) {
    const size = streams.packedSizes.slice(packedIndex, packedIndex + folder.packed.length).reduce((sum, part) => sum + part, 0);
    const parts = streams.parts[i] ?? [];
    const members = parts.map((part, k) => ({ ...part, name: named[next + k]?.name ?? `file-${next + k}` }));
    guarded(draft, () => openFolder({ folder, packed: windowSource(source, packedAt, size), declared: size }, members, draft, tools));
    packedIndex += folder.packed.length;
    packedAt += size;
    next += parts.length;
  }
}

type Packed = { readonly folder: SevenZipStreams['folders'][number]; readonly packed: ByteSource; readonly declared: number };
type Member = { readonly name: string; readonly size: number; readonly crc: number | null };

function openFolder({ folder, packed, declared }: Packed, members: readonly Member[], draft: Draft, tools: ReaderTools): void {
  if (packed.size < declared)
    draft.unread.push({
      reason: 'truncated',
      detail: `A folder is cut: ${packed.size} of ${declared} bytes are there.`,
      where: draft.where,
    });
  let content: ByteSource;
  try {
    content = folderSource(folder, packed, tools.budget);
  } catch (error) {
    if (!(error instanceof UnreadableFolder)) throw error;
    for (const { name } of members.slice(0, 100)) noteUnreadable(error, memberPlace(draft.where, name), draft);
    return;
  }
  let at = 0;
  for (const { name, size, crc } of members) {
    tools.budget.spendMember();
    const place = memberPlace(draft.where, name);
    const part = windowSource(content, at, size);
    at += size;
    if (size === 0) continue;
    guarded(draft, () => draft.members.push(tools.open(part, place)));
    if (crc !== null && content.costly !== true && crc32(part.read(0, part.size)) !== crc)
      draft.anomalies.push(
        lie('7z-bad-crc', 'The checksum does not match the content: some programs refuse this member, others load it.', place),
      );
  }
}

function noteUnreadable(error: UnreadableFolder, where: Where, draft: Draft): void {
  draft.unread.push({ reason: error.encrypted ? 'encrypted' : 'unsupported', detail: error.message, where });
}

function noteNames(files: readonly SevenZipFile[], draft: Draft): void {
  const seen = new Set<string>();
  for (const { name, attributes } of files) {
    const place = memberPlace(draft.where, name);
    draft.externalPaths.push(...unsafeMemberPath(name, place));
    if (seen.has(name))
      draft.anomalies.push(lie('7z-duplicate-name', `Two members are called ${name}: programs differ in which one they load.`, place));
    seen.add(name);
    // The upper half holds the POSIX mode when bit 15 says so.
    if (attributes !== null && (attributes & 0x8000) !== 0 && attributes >>> 28 === 0xa)
      draft.anomalies.push(broken('7z-link', `The member ${name} is a symbolic link: a model needs none.`, place));
  }
}

function noteTrailing(source: ByteSource, end: number, draft: Draft, tools: ReaderTools): void {
  const rest = windowSource(source, end, source.size - end);
  if (rest.size === 0 || rest.read(0, 2 ** 20).every((byte) => byte === 0)) return;
  const content = tools.open(rest, memberPlace(draft.where, `(after the archive, at ${end})`));
  const place = rangePlace(draft.where, end, rest.size);
  const recognised = content.format !== 'unknown' && content.format !== 'text';
  if (recognised) draft.members.push(content);
  draft.anomalies.push(
    recognised
      ? lie('7z-hidden-stream', `${rest.size} bytes of ${content.format} follow the archive.`, place)
      : broken('7z-trailing', `${rest.size} bytes follow the archive.`, place),
  );
}
