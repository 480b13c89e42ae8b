/** Executables and libraries: named, not analysed. */
import { defineReader, draftArtefact } from '../../engine/reader.ts';
import { executableFacts, executableKind } from './executable-facts.ts';

export default defineReader({
  format: 'executable',
  certain: ({ head, size }) => executableKind(head, size) !== null,
  read: (source, where) => {
    const draft = draftArtefact('executable', where, source.size);
    draft.role = 'code';
    draft.code.push(...executableFacts(source.read(0, 4096), source.size, where));
    return draft;
  },
});
