/** tar archives: ustar, pax and GNU, with links, devices, second archives and names that contradict each other. */
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
import { leavesFolder, unsafeMemberPath } from './archive-path.ts';
import { checkMediaTypes, noBlobs, noteBlob, type OciBlobs } from './oci-archive.ts';
import { blockBytes, paxRecords, type TarHeader, tarHeader } from './tar-header.ts';
import { describeTar, isWhiteout } from './tar-kinds.ts';
import { oldSparseMap, paxSparseMap, type SparseMap, sparseSource } from './tar-sparse.ts';

const longestExtension = 2 ** 20;
const utf8 = new TextDecoder('utf-8');

export default defineReader({
  format: 'tar',
  certain: ({ head }) => isHeader(head),
  read: (source, where, tools) => {
    const draft = draftArtefact('tar', where, source.size);
    draft.role = 'container';
    const names = new Set<string>();
    const blobs = noBlobs();
    guarded(draft, () => readEntries(source, names, { draft, tools, blobs }));
    Object.assign(draft, describeTar(names));
    checkMediaTypes(blobs, draft);
    draft.metadata.set('members', names.size);
    const removed = [...names].filter(isWhiteout).length;
    if (removed > 0) draft.metadata.set('whiteouts', removed);
    return draft;
  },
});

/** A block of zeros has the checksum of no header, so the sum alone is a good signature; the name must be there too. */
function isHeader(head: Uint8Array): boolean {
  if (head.length < blockBytes || head[0] === 0) return false;
  const header = tarHeader(head.subarray(0, blockBytes));
  return header !== null && header.size >= 0;
}

type PaxRecords = readonly (readonly [string, string])[];
/** What extended headers say about the next entry. */
type Pending = { path?: string; link?: string; size?: number; records?: PaxRecords };

function readEntries(source: ByteSource, names: Set<string>, target: Target): void {
  const { draft } = target;
  let at = 0;
  let pending: Pending = {};
  let ended = false;
  while (at + blockBytes <= source.size) {
    const block = source.read(at, blockBytes);
    // Unpacked content may end before the size that somebody announced.
    if (block.length < blockBytes) break;
    const header = tarHeader(block);
    if (!header) {
      if (!block.every((byte) => byte === 0)) {
        stray(source, at, ended, target);
        return;
      }
      ended = true;
      at += blockBytes;
      continue;
    }
    if (ended)
      draft.anomalies.push(
        lie(
          'tar-second-archive',
          'Another archive follows the end mark: some programs stop there, others go on.',
          rangePlace(draft.where, at),
        ),
      );
    ended = false;
    if (header.size < 0 || !Number.isSafeInteger(header.size)) throw new MalformedBytes('tar-size', at, 'a member has an impossible size');
    const extension = extensionOf(source, at, header, draft);
    if (extension) {
      pending = { ...pending, ...extension };
      at += blockBytes + padded(header.size);
      continue;
    }
    at = readMember(source, at, { header, pending, names }, target);
    pending = {};
  }
  if (!ended && at < source.size) throw new TruncatedBytes('tar-cut', at, 'the archive ends inside a header');
}

function padded(size: number): number {
  return Math.ceil(size / blockBytes) * blockBytes;
}

function extensionOf(source: ByteSource, at: number, { type, size }: TarHeader, draft: Draft): Pending | null {
  // 'X' is how Solaris writes 'x'.
  if (!'xXgLK'.includes(type)) return null;
  if (size > longestExtension) throw new MalformedBytes('tar-extension', at, `an extended header of ${size} bytes is not allowed`);
  const bytes = source.read(at + blockBytes, size);
  if (bytes.length < size) throw new TruncatedBytes('tar-cut', at, 'the archive ends inside an extended header');
  const text = utf8.decode(bytes).replace(/\0.*$/s, '');
  if (type === 'L') return { path: text };
  if (type === 'K') return { link: text };
  const records = paxRecords(bytes);
  if (type === 'g') {
    noteGlobal(records, at, draft);
    return {};
  }
  const value = (key: string) => records.findLast(([name]) => name === key)?.[1];
  const path = value('GNU.sparse.name') ?? value('path');
  const link = value('linkpath');
  const written = value('size');
  return {
    records,
    ...(path === undefined ? {} : { path }),
    ...(link === undefined ? {} : { link }),
    ...(written === undefined ? {} : { size: Number(written) }),
  };
}

/** A global header speaks about every member that follows: a name or a size there gives all of them the same. */
function noteGlobal(records: PaxRecords, at: number, draft: Draft): void {
  const forOne = records.find(([key]) => key === 'path' || key === 'linkpath' || key === 'size');
  if (forOne)
    draft.anomalies.push(
      lie(
        'tar-global-name',
        `A global header sets ${forOne[0]} for all members: programs differ in whether they obey.`,
        rangePlace(draft.where, at, blockBytes),
      ),
    );
}

type Entry = { readonly header: TarHeader; readonly pending: Pending; readonly names: Set<string> };
type Target = { readonly draft: Draft; readonly tools: ReaderTools; readonly blobs: OciBlobs };

function readMember(source: ByteSource, at: number, { header, pending, names }: Entry, target: Target): number {
  const { draft, tools } = target;
  tools.budget.spendMember();
  const name = pending.path ?? header.name;
  const place = memberPlace(draft.where, name);
  const size = pending.size ?? header.size;
  if (!Number.isSafeInteger(size) || size < 0) throw new MalformedBytes('tar-size', at, 'a pax record gives an impossible size');
  if (names.has(name) && header.type === '0')
    draft.anomalies.push(lie('tar-duplicate-name', `Two members are called ${name}: the later one wins when unpacked.`, place));
  names.add(name);
  if (pending.path !== undefined && !sameName(header.name, pending.path))
    draft.anomalies.push(lie('tar-two-names', `The member is called ${header.name} and, in its extended header, ${pending.path}.`, place));
  if (pending.size !== undefined && header.size !== 0 && pending.size !== header.size)
    draft.anomalies.push(lie('tar-two-sizes', `The member has ${header.size} bytes and, in its extended header, ${pending.size}.`, place));
  draft.externalPaths.push(...unsafeMemberPath(name, place));
  if (header.type === '1' || header.type === '2') {
    addLink(name, header.type, pending.link ?? header.link, draft);
    return at + blockBytes;
  }
  if (header.type === '3' || header.type === '4' || header.type === '6')
    draft.anomalies.push(broken('tar-device', `The member ${name} is a device or a pipe: a model needs none.`, place));
  const sparse = sparseMapOf(source, at, header, pending);
  const dataAt = at + blockBytes + (sparse?.before ?? 0);
  if (isFile(header.type) && size > 0) openFile(source, { dataAt, size, name, sparse }, target);
  return dataAt + padded(size);
}

function sparseMapOf(source: ByteSource, at: number, header: TarHeader, { records }: Pending): SparseMap | null {
  if (header.type === 'S') return oldSparseMap(source, at);
  return records?.some(([key]) => key.startsWith('GNU.sparse.')) ? paxSparseMap(records, source, at + blockBytes) : null;
}

function isFile(type: string): boolean {
  return type === '0' || type === '7' || type === 'S';
}

type FilePart = { readonly dataAt: number; readonly size: number; readonly name: string; readonly sparse: SparseMap | null };

function openFile(source: ByteSource, { dataAt, size, name, sparse }: FilePart, { draft, tools, blobs }: Target): void {
  const place = memberPlace(draft.where, name);
  if (dataAt + size > source.size)
    draft.unread.push({ reason: 'truncated', detail: `${name} is cut: the archive ends inside it.`, where: place });
  guarded(draft, () => {
    const stored = windowSource(source, dataAt, size);
    const inside = sparse?.inside ?? 0;
    const content = sparse ? sparseSource(windowSource(stored, inside, size - inside), sparse, dataAt) : stored;
    const opened = tools.open(content, place);
    draft.members.push(opened);
    noteBlob(name, content, opened, { blobs, draft });
  });
}

/** Writers put the first 100 bytes, or '?' for what is no ASCII, into the plain header. */
function sameName(plain: string, extended: string): boolean {
  if (plain === '' || extended.startsWith(plain.replace(/\ufffd+$/, ''))) return true;
  // Some writers keep the end of a long name, or a piece of it, that fits the field.
  if (plain.length >= 90 && extended.includes(plain)) return true;
  const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const short = lastPart(plain);
  if (extended.includes(short) && short !== '') return true;
  const shape = short.replace(/[?\ufffd]+/g, '');
  return /[?\ufffd]/.test(plain) && [...shape].every((character) => extended.includes(character));
}

/** A link inside the archive that points outside makes the next member of that name land there. */
function addLink(name: string, type: string, target: string, draft: Draft): void {
  const folder = name.slice(0, Math.max(0, name.lastIndexOf('/')));
  const path = type === '2' && !target.startsWith('/') && folder !== '' ? `${folder}/${target}` : target;
  if (!leavesFolder(path)) return;
  draft.externalPaths.push({
    text: target.slice(0, 1000),
    purpose: 'archive-member',
    leavesFolder: true,
    effect: 'fs-write',
    where: memberPlace(draft.where, name),
  });
}

function stray(source: ByteSource, at: number, ended: boolean, { draft, tools }: Target): void {
  if (!ended) throw new MalformedBytes('tar-header', at, 'a header has a wrong checksum');
  const rest = windowSource(source, at, source.size - at);
  const content = tools.open(rest, memberPlace(draft.where, `(after the archive, at ${at})`));
  const recognised = content.format !== 'unknown' && content.format !== 'text';
  if (recognised) draft.members.push(content);
  const place = rangePlace(draft.where, at, rest.size);
  draft.anomalies.push(
    recognised
      ? lie('tar-hidden-stream', `${rest.size} bytes of ${content.format} follow the archive.`, place)
      : broken('tar-trailing', `${rest.size} bytes follow the archive.`, place),
  );
}
