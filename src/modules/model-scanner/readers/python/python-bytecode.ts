/** Compiled Python files: the names they use, not what they do. */
import { defineReader, draftArtefact } from '../../engine/reader.ts';
import { marshalNames } from './python-marshal.ts';

const longestFile = 16 * 2 ** 20;

export default defineReader({
  format: 'python-bytecode',
  certain: ({ head }) => isCompiled(head),
  read: (source, where) => {
    const draft = draftArtefact('python-bytecode', where, source.size);
    draft.role = 'code';
    const names = source.size <= longestFile ? marshalNames(source.read(16, source.size - 16)) : null;
    if (names === null) draft.unread.push({ reason: 'unsupported', detail: 'The byte code has a layout that is not read.', where });
    draft.code.push({
      language: 'python-bytecode',
      activated: false,
      detail: 'compiled Python file',
      text: (names ?? []).join(' ').slice(0, 4000),
      where,
    });
    return draft;
  },
});

/** A magic number of CPython 3.3 to 3.15, CR LF, known flags, and a code object. @source CPython Lib/importlib/_bootstrap_external.py. */
function isCompiled(head: Uint8Array): boolean {
  const magic = (head[0] ?? 0) | ((head[1] ?? 0) << 8);
  return (
    head.length > 20 &&
    head[2] === 0x0d &&
    head[3] === 0x0a &&
    magic >= 3000 &&
    magic < 4000 &&
    (head[4] ?? 9) <= 3 &&
    head[5] === 0 &&
    ((head[16] ?? 0) & 0x7f) === 0x63
  );
}
