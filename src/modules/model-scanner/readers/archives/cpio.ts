/** cpio archives in the three forms that are written: portable ASCII, new ASCII (with or without checksum) and binary. */
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

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');
const longestName = 4096;
const longestLink = 4096;

type Entry = { readonly name: string; readonly mode: number; readonly dataAt: number; readonly size: number; readonly next: number };

export default defineReader({
  format: 'cpio',
  certain: ({ head }) =>
    formOf(head) !== null && entryAt({ size: head.length, read: (at, length) => head.subarray(at, at + length) }, 0) !== null,
  read: (source, where, tools) => {
    const draft = draftArtefact('cpio', where, source.size);
    draft.role = 'container';
    guarded(draft, () => readEntries(source, draft, tools));
    return draft;
  },
});

function formOf(head: Uint8Array): 'new' | 'portable' | 'binary' | null {
  // '0'
  const text = head[0] === 0x30 ? latin1.decode(head.subarray(0, 6)) : '';
  if (text === '070701' || text === '070702') return 'new';
  if (text === '070707') return 'portable';
  return head[0] === 0xc7 && head[1] === 0x71 ? 'binary' : null;
}

function readEntries(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const names = new Set<string>();
  for (let at = 0; ; ) {
    const entry = entryAt(source, at);
    if (!entry) {
      const cut = at >= source.size;
      if (cut) throw new TruncatedBytes('cpio-cut', at, 'the archive ends before its last entry');
      throw new MalformedBytes('cpio-header', at, 'an entry header is broken');
    }
    if (entry.name === 'TRAILER!!!') {
      draft.metadata.set('members', names.size);
      noteTrailing(source, entry.next, draft, tools);
      return;
    }
    tools.budget.spendMember();
    openEntry(source, entry, names, { draft, tools });
    at = entry.next;
  }
}

function openEntry(
  source: ByteSource,
  { name, mode, dataAt, size }: Entry,
  names: Set<string>,
  { draft, tools }: { draft: Draft; tools: ReaderTools },
) {
  const place = memberPlace(draft.where, name);
  if (names.has(name) && size > 0)
    draft.anomalies.push(lie('cpio-duplicate-name', `Two members are called ${name}: the later one wins when unpacked.`, place));
  names.add(name);
  draft.externalPaths.push(...unsafeMemberPath(name, place));
  const type = mode >> 12;
  const data = windowSource(source, dataAt, size);
  if (type === 0xa) {
    addLink(name, utf8.decode(data.read(0, Math.min(size, longestLink))), draft);
    return;
  }
  if (type === 1 || type === 2 || type === 6)
    draft.anomalies.push(broken('cpio-device', `The member ${name} is a device or a pipe: a model needs none.`, place));
  if (data.size < size) draft.unread.push({ reason: 'truncated', detail: `${name} is cut: the archive ends inside it.`, where: place });
  if (size > 0 && type !== 4) guarded(draft, () => draft.members.push(tools.open(data, place)));
}

function addLink(name: string, target: string, draft: Draft): void {
  const folder = name.slice(0, Math.max(0, name.lastIndexOf('/')));
  const path = target.startsWith('/') || folder === '' ? target : `${folder}/${target}`;
  if (leavesFolder(path))
    draft.externalPaths.push({
      text: target.slice(0, 1000),
      purpose: 'archive-member',
      leavesFolder: true,
      effect: 'fs-write',
      where: memberPlace(draft.where, name),
    });
}

function noteTrailing(source: ByteSource, end: number, draft: Draft, tools: ReaderTools): void {
  const rest = windowSource(source, end, source.size - end);
  if (rest.size === 0 || rest.read(0, 2 ** 20).every((byte) => byte === 0)) return;
  const content = tools.open(rest, memberPlace(draft.where, `(after the archive, at ${end})`));
  const recognised = content.format !== 'unknown' && content.format !== 'text';
  if (recognised) draft.members.push(content);
  const place = rangePlace(draft.where, end, rest.size);
  draft.anomalies.push(
    recognised
      ? lie('cpio-hidden-stream', `${rest.size} bytes of ${content.format} follow the archive.`, place)
      : broken('cpio-trailing', `${rest.size} bytes follow the archive.`, place),
  );
}

/** @source cpio(5) of FreeBSD. Null when no header stands there. */
function entryAt(source: ByteSource, at: number): Entry | null {
  const head = source.read(at, 110);
  const form = formOf(head);
  if (form === 'new') return newEntry(source, at, latin1.decode(head));
  if (form === 'portable') return portableEntry(source, at, latin1.decode(head));
  return form === 'binary' ? binaryEntry(source, at, head) : null;
}

/** Thirteen fields of eight hexadecimal digits after the magic; name and data end on multiples of four. */
function newEntry(source: ByteSource, at: number, head: string): Entry | null {
  if (!/^[0-9a-f]{110}$/i.test(head)) return null;
  const field = (index: number) => Number.parseInt(head.slice(6 + index * 8, 14 + index * 8), 16);
  const [mode, size, nameLength] = [field(1), field(6), field(11)];
  const dataAt = at + padded(110 + nameLength, 4);
  return entry(source, { at: at + 110, length: nameLength }, { mode, dataAt, size, next: dataAt + padded(size, 4) });
}

function portableEntry(source: ByteSource, at: number, head: string): Entry | null {
  if (!/^[0-7]{76}$/.test(head.slice(0, 76))) return null;
  const mode = Number.parseInt(head.slice(18, 24), 8);
  const nameLength = Number.parseInt(head.slice(59, 65), 8);
  const size = Number.parseInt(head.slice(65, 76), 8);
  const dataAt = at + 76 + nameLength;
  return entry(source, { at: at + 76, length: nameLength }, { mode, dataAt, size, next: dataAt + size });
}

/** Thirteen 16-bit words; a size is two of them, the higher first. */
function binaryEntry(source: ByteSource, at: number, head: Uint8Array): Entry | null {
  if (head.length < 26) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const mode = view.getUint16(6, true);
  const nameLength = view.getUint16(20, true);
  const size = view.getUint16(22, true) * 65_536 + view.getUint16(24, true);
  const dataAt = at + 26 + padded(nameLength, 2);
  return entry(source, { at: at + 26, length: nameLength }, { mode, dataAt, size, next: dataAt + padded(size, 2) });
}

type NamePlace = { readonly at: number; readonly length: number };

function entry(source: ByteSource, { at, length }: NamePlace, rest: Omit<Entry, 'name'>): Entry | null {
  if (length < 1 || length > longestName) return null;
  const bytes = source.read(at, length);
  if (bytes.length < length || bytes.at(-1) !== 0) return null;
  return { ...rest, name: utf8.decode(bytes.subarray(0, -1)) };
}

function padded(size: number, unit: number): number {
  return Math.ceil(size / unit) * unit;
}
