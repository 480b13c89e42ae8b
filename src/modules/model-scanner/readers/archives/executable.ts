/** Executables and libraries: named, not analysed; what is appended to them is opened. */
import { memberPlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded, type ReaderTools } from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { executableFacts, executableShape } from './executable-facts.ts';

const headBytes = 4096;
const lookedBack = 66_000;
/** Linkers and signing tools align what they append. */
const mostPadding = 4096;

export default defineReader({
  format: 'executable',
  certain: ({ head, size }) => executableShape(head, size) !== null,
  read: (source, where, tools) => {
    const draft = draftArtefact('executable', where, source.size);
    draft.role = 'code';
    const head = source.read(0, headBytes);
    draft.code.push(...executableFacts(head, source.size, where));
    const end = executableShape(head, source.size)?.end ?? null;
    if (end !== null) guarded(draft, () => openAppended(source, end, draft, tools));
    return draft;
  },
});

/** Data behind the program: installers and self-extracting models carry their load there. A zip is found by its own end. */
function openAppended(source: ByteSource, end: number, draft: Draft, tools: ReaderTools): void {
  const length = source.size - end;
  if (length <= 0 || source.costly === true || endsAsZip(source)) return;
  const first = source.read(end, mostPadding).findIndex((byte) => byte !== 0);
  if (first < 0) return;
  const content = tools.open(
    windowSource(source, end + first, length - first),
    memberPlace(draft.where, `(behind the program, at ${end + first})`),
  );
  // Symbol tables and signatures stand there too: what no reader knows is part of the program.
  if (content.format !== 'unknown' && content.format !== 'text' && content.format !== 'empty') draft.members.push(content);
}

function endsAsZip(source: ByteSource): boolean {
  const start = Math.max(0, source.size - lookedBack);
  const tail = source.read(start, source.size - start);
  return Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).includes('PK\u0005\u0006', 0, 'latin1');
}
