/** Zip archives in every view a reader may take of them; each difference between the views is a fact. */
import type { Where } from '../../../../contract/finding.ts';
import type { AnomalyFact } from '../../engine/artefact.ts';
import { memberPlace, rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, lie, type ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { longestModule, type SourceTree } from '../../engine/source-tree.ts';
import { unsafeMemberPath } from './archive-path.ts';
import { blockBytes, tarHeader } from './tar-header.ts';
import type { Archive } from './zip-archive.ts';
import { type ZipDirectory, type ZipEntry, zipDirectories } from './zip-directory.ts';
import { encryptedFlags } from './zip-fields.ts';
import { describeArchive, openArchiveMember } from './zip-kinds.ts';
import { isLink, readLink } from './zip-link.ts';
import {
  carveGap,
  type Extent,
  extentOf,
  type Gap,
  gapsBetween,
  headerLies,
  type LocalHeader,
  localHeaderAt,
  missingLocal,
  overlapAnomalies,
} from './zip-local.ts';
import { type MemberBytes, openMember, packedSource, unpackMember } from './zip-member.ts';

export default defineReader({
  format: 'zip',
  certain: ({ head, tail, size }) => startsWithLocalHeader(head) || (size >= 22 && endRecordIn(tail)),
  read: (source, where, tools) => {
    const tailStart = Math.max(0, source.size - 66_000);
    const directories = zipDirectories(source, source.read(tailStart, source.size - tailStart), tools.budget);
    const [directory, ...others] = directories;
    if (!directory && !startsWithLocalHeader(source.read(0, 4))) return null;
    if (directory && directories.every((one) => isTarMember(source, one))) return null;
    const draft = draftArtefact('zip', where, source.size);
    draft.role = 'container';
    guarded(draft, () => (directory ? readListed(source, { directory, others }, draft, tools) : readUnlisted(source, draft, tools)));
    return draft;
  },
});

function startsWithLocalHeader(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

/**
 * A tar archive whose last members are zip archives ends like one itself: as programs read it, the same members. The tar reader opens them;
 * where a header is only made to look so, whatever holds the bytes is read for itself and found to end in a zip archive.
 */
function isTarMember(source: ByteSource, { prefix, endRecordEnd }: ZipDirectory): boolean {
  if (prefix < blockBytes || tarHeader(source.read(0, blockBytes)) === null) return false;
  const header = tarHeader(source.read(prefix - blockBytes, blockBytes));
  return header?.size === endRecordEnd - prefix && header.type === '0';
}

function endRecordIn(tail: Uint8Array): boolean {
  return Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).includes('PK\u0005\u0006', 0, 'latin1');
}

type Views = { readonly directory: ZipDirectory; readonly others: readonly ZipDirectory[] };
type Listed = { readonly entry: ZipEntry; readonly local: LocalHeader | null };

function readListed(source: ByteSource, { directory, others }: Views, draft: Draft, tools: ReaderTools): void {
  const { where } = draft;
  const listed: Listed[] = directory.entries.map((entry) => ({ entry, local: localHeaderAt(source, entry.localOffset) }));
  draft.anomalies.push(...directoryAnomalies(directory, where), ...nameAnomalies(directory.entries, where));
  const extents: Extent[] = [];
  for (const { entry, local } of listed) {
    if (!local) draft.anomalies.push(missingLocal(entry, where));
    if (local) draft.anomalies.push(...headerLies(entry, local, where));
    if (local) extents.push(extentOf(source, entry, local));
    draft.externalPaths.push(...unsafeMemberPath(entry.name, memberPlace(where, entry.name)));
  }
  draft.anomalies.push(...overlapAnomalies(extents, source.size, where));
  const archive = describeArchive(directory.entries.map((entry) => entry.name));
  draft.format = archive.format;
  draft.role = archive.role;
  draft.metadata.set('members', directory.entries.length);
  if (draft.anomalies.some((anomaly) => anomaly.nature === 'bomb' && anomaly.proved)) {
    draft.unread.push({ reason: 'budget', detail: 'The members of an archive bomb were not unpacked.', where });
    return;
  }
  // Members first: what is hidden around them must not use up the budget before they are read.
  openMembers(source, listed, archive, { draft, tools });
  guarded(draft, () => readGaps(source, gapsBetween(extents, directory, source.size), draft, tools));
  guarded(draft, () => readOtherDirectories(source, directory, others, { extents, draft, tools }));
}

type Target = { readonly draft: Draft; readonly tools: ReaderTools };

function openMembers(source: ByteSource, listed: readonly Listed[], archive: Archive, { draft, tools }: Target): void {
  const members = listed.flatMap(({ entry, local }) => {
    if (!local || (entry.name.endsWith('/') && entry.size === 0)) return [];
    const place = memberPlace(draft.where, entry.name);
    return [
      {
        name: entry.name,
        flags: entry.flags | (local.flags & encryptedFlags),
        method: entry.method,
        crc: entry.crc,
        size: entry.size,
        externalAttributes: entry.externalAttributes,
        place,
        local,
        packed: packedSource(source, local.dataStart, entry.packedSize),
        container: source,
      },
    ];
  });
  const beside = sourcesOf(members, tools);
  const inside: ReaderTools = { ...tools, open: (content, where) => tools.open(content, where, beside) };
  for (const member of members)
    guarded(draft, () => {
      if (isLink(member.externalAttributes)) {
        readLink(member, draft, tools);
        return;
      }
      if (member.packed.size < member.size && member.method === 0)
        draft.unread.push({
          reason: 'truncated',
          detail: `${member.name} is cut: ${member.packed.size} of ${member.size} bytes are there.`,
          where: member.place,
        });
      openArchiveMember(archive, member, { draft, tools: inside });
      const { local } = member;
      const differs =
        (local.method !== member.method || (local.packedSize !== member.packed.size && local.packedSize > 0)) &&
        local.packedSize <= source.size;
      if (differs)
        draft.members.push(
          openMember(
            { ...local, crc: null, packed: packedSource(source, local.dataStart, local.packedSize || member.packed.size) },
            memberPlace(draft.where, `${local.name} (local header)`),
            tools,
          ),
        );
    });
  archive.finish?.(draft, tools);
}

/** Python files of the archive, for those of its files that import them. */
function sourcesOf(members: readonly (MemberBytes & { readonly place: Where })[], tools: ReaderTools): SourceTree {
  const sources = new Map(members.filter(({ name }) => name.endsWith('.py')).map((member) => [member.name, member]));
  return {
    read: (path) => {
      const member = sources.get(path);
      if (member === undefined || member.size > longestModule) return null;
      const unpacked = unpackMember(member, member.place, tools);
      return 'reason' in unpacked ? null : unpacked.source.read(0, Math.min(unpacked.source.size, longestModule));
    },
  };
}

/** No directory at all: what a program that streams through local headers would see. */
function readUnlisted(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  draft.anomalies.push(
    broken('zip-no-directory', 'The archive has no central directory: it is cut, or made for programs that do not need one.', draft.where),
  );
  draft.unread.push({
    reason: 'truncated',
    detail: 'The central directory is missing; members were found by their local headers.',
    where: draft.where,
  });
  const { locals } = carveGap(source, { start: 0, end: source.size, kind: 'hole' }, tools.budget);
  draft.format = describeArchive(locals.map((local) => local.name)).format;
  for (const local of locals.filter((header) => !header.name.endsWith('/'))) guarded(draft, () => openCarved(source, local, draft, tools));
}

function openCarved(source: ByteSource, local: LocalHeader, draft: Draft, tools: ReaderTools): void {
  const packed = packedSource(source, local.dataStart, local.packedSize);
  draft.members.push(openMember({ ...local, crc: null, packed }, memberPlace(draft.where, local.name), tools));
}

function directoryAnomalies(directory: ZipDirectory, where: Where): AnomalyFact[] {
  const place = rangePlace(where, directory.start, directory.end - directory.start);
  const found: AnomalyFact[] = [];
  const seen = directory.entries.length;
  // The plain record counts modulo 65,536; programs that never learned zip64 write the low bits.
  if (seen !== directory.declaredCount && seen % 65_536 !== directory.declaredCount)
    found.push(lie('zip-count-mismatch', `The end record counts ${directory.declaredCount} members, the directory lists ${seen}.`, place));
  if (directory.ambiguousStart)
    found.push(lie('zip-two-directories', 'A directory stands where the end record points and another right before it.', place));
  if (directory.end < directory.endRecordStart)
    found.push(
      broken(
        'zip-directory-gap',
        `${directory.endRecordStart - directory.end} bytes stand between the directory and its end record.`,
        rangePlace(where, directory.end),
      ),
    );
  return found;
}

function nameAnomalies(entries: readonly ZipEntry[], where: Where): AnomalyFact[] {
  const found: AnomalyFact[] = [];
  const seen = new Set<string>();
  for (const entry of entries) {
    const place = rangePlace(memberPlace(where, entry.name), 0);
    if (seen.has(entry.name))
      found.push(lie('zip-duplicate-name', `Two members are called ${entry.name}: programs differ in which one they load.`, place));
    seen.add(entry.name);
    if (entry.name.includes('\0'))
      found.push(lie('zip-name-cut', 'A member name holds a NUL byte: some programs cut the name there.', place));
    if (entry.unicodeName !== null)
      found.push(
        lie(
          'zip-two-names',
          `The member is called ${entry.name} and, for programs that read the unicode field, ${entry.unicodeName}.`,
          place,
        ),
      );
  }
  return found;
}

/** Padding that a person could not hide anything in. */
const ordinaryGapBytes = 64;

function readGaps(source: ByteSource, gaps: readonly Gap[], draft: Draft, tools: ReaderTools): void {
  for (const gap of gaps) {
    const length = gap.end - gap.start;
    const place = rangePlace(draft.where, gap.start, length);
    const { locals, blank } = carveGap(source, gap, tools.budget);
    for (const local of locals) {
      draft.anomalies.push(
        lie('zip-hidden-member', `${local.name} stands in the archive and in no directory.`, rangePlace(draft.where, local.localOffset)),
      );
      guarded(draft, () => openCarved(source, local, draft, tools));
    }
    if (blank || locals.length > 0 || gap.kind === 'prefix') continue;
    const content = tools.open(windowSource(source, gap.start, length), memberPlace(draft.where, `(${gap.kind} at ${gap.start})`));
    const recognised = content.format !== 'unknown' && content.format !== 'text';
    if (recognised) draft.members.push(content);
    if (recognised)
      draft.anomalies.push(lie('zip-hidden-stream', `${length} bytes of ${content.format} stand outside every member.`, place));
    if (!recognised && length > ordinaryGapBytes)
      draft.anomalies.push(broken('zip-stray-bytes', `${length} bytes belong to no member (${gap.kind}).`, place));
  }
}

type OtherTarget = Target & { readonly extents: readonly Extent[] };

/** End records outside every member: which one a program takes decides what it sees. */
function readOtherDirectories(
  source: ByteSource,
  main: ZipDirectory,
  others: readonly ZipDirectory[],
  { extents, draft, tools }: OtherTarget,
): void {
  const known = new Set(main.entries.map((entry) => entry.localOffset));
  for (const other of others) {
    // An archive stored inside a member has its own end record there; that is no second view of this one.
    if (extents.some((extent) => other.endRecordStart >= extent.start && other.endRecordStart < extent.end)) continue;
    if (other.start === main.start) continue;
    draft.anomalies.push(
      lie(
        'zip-second-directory',
        `A second end record lists ${other.entries.length} members.`,
        rangePlace(draft.where, other.endRecordStart, 22),
      ),
    );
    for (const entry of other.entries) {
      const local = known.has(entry.localOffset) ? null : localHeaderAt(source, entry.localOffset);
      if (local)
        guarded(draft, () =>
          openCarved(source, { ...local, packedSize: entry.packedSize, size: entry.size, name: entry.name }, draft, tools),
        );
    }
  }
}
