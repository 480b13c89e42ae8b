/** ar archives: static libraries, and Debian packages with tar archives inside. */
import { memberPlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded, MalformedBytes, type ReaderTools, TruncatedBytes } from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { unsafeMemberPath } from './archive-path.ts';

const magic = '!<arch>\n';
const headerBytes = 60;
const longestName = 4096;
const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');

/** @source ar(5) of BSD and the GNU variant: names in a table `//`, or in front of the data after `#1/length`. */
export default defineReader({
  format: 'ar',
  certain: ({ head }) => head[0] === 0x21 && latin1.decode(head.subarray(0, 8)) === magic,
  read: (source, where, tools) => {
    const draft = draftArtefact('ar', where, source.size);
    draft.role = 'container';
    guarded(draft, () => readMembers(source, draft, tools));
    return draft;
  },
});

function readMembers(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  let at = magic.length;
  let table = '';
  let count = 0;
  while (at < source.size) {
    const header = latin1.decode(source.read(at, headerBytes));
    if (header.length < headerBytes) throw new TruncatedBytes('ar-cut', at, 'the archive ends inside a header');
    const size = Number(header.slice(48, 58).trim() || Number.NaN);
    if (header.slice(58) !== '`\n' || !Number.isSafeInteger(size) || size < 0)
      throw new MalformedBytes('ar-header', at, 'a member header is broken');
    const written = header.slice(0, 16).trimEnd();
    const data = windowSource(source, at + headerBytes, size);
    if (data.size < size) draft.unread.push({ reason: 'truncated', detail: 'The archive ends inside a member.', where: draft.where });
    if (written === '//') table = latin1.decode(data.read(0, Math.min(size, 2 ** 20)));
    else if (!isSymbolTable(written)) {
      tools.budget.spendMember();
      count += 1;
      const { name, content } = memberOf(written, table, data);
      const place = memberPlace(draft.where, name);
      draft.externalPaths.push(...unsafeMemberPath(name, place));
      if (content.size > 0) guarded(draft, () => draft.members.push(tools.open(content, place)));
    }
    at += headerBytes + size + (size % 2);
  }
  draft.metadata.set('members', count);
}

function isSymbolTable(name: string): boolean {
  return name === '/' || name === '/SYM64/' || name.startsWith('__.SYMDEF');
}

function memberOf(written: string, table: string, data: ByteSource): { name: string; content: ByteSource } {
  const before = /^#1\/(\d{1,8})$/.exec(written);
  if (before) {
    const length = Math.min(Number(before[1]), data.size, longestName);
    return { name: utf8.decode(data.read(0, length)).replace(/\0+$/, ''), content: windowSource(data, length, data.size - length) };
  }
  const inTable = /^\/(\d{1,10})$/.exec(written);
  if (inTable) return { name: table.slice(Number(inTable[1])).split(/\/?\n/, 1)[0]?.slice(0, longestName) || written, content: data };
  return { name: written.replace(/\/$/, '') || '(no name)', content: data };
}
