/** Symbolic links in zip archives: the POSIX mode stands in the external attributes, the target is the member's content. */
import type { Draft, ReaderTools } from '../../engine/reader.ts';
import { leavesFolder } from './archive-path.ts';
import type { ArchiveMember } from './zip-archive.ts';
import { unpackMember } from './zip-member.ts';

const longestTarget = 4096;
const utf8 = new TextDecoder('utf-8');

/** @source APPNOTE.TXT 6.3.10, section 4.4.15; Info-ZIP writes `st_mode` into the upper half. */
export function isLink(externalAttributes: number): boolean {
  return externalAttributes >>> 28 === 0xa;
}

/** A link inside the archive that points outside makes the next member of that name land there. */
export function readLink(member: ArchiveMember, draft: Draft, tools: ReaderTools): void {
  const unpacked = unpackMember(member, member.place, tools);
  if ('reason' in unpacked) {
    draft.unread.push(unpacked);
    return;
  }
  const target = utf8.decode(unpacked.source.read(0, longestTarget));
  const folder = member.name.slice(0, Math.max(0, member.name.lastIndexOf('/')));
  const path = target.startsWith('/') || folder === '' ? target : `${folder}/${target}`;
  if (leavesFolder(path))
    draft.externalPaths.push({
      text: target.slice(0, 1000),
      purpose: 'archive-member',
      leavesFolder: true,
      effect: 'fs-write',
      where: member.place,
    });
}
