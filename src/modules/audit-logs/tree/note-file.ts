/** Several signed notes in one file: each as it was signed, with an empty line after it. */
import { type ReadNote, readNote } from './signed-note.ts';

/** Notes in their order, and the line numbers (from 1) at which something else began. Pure; O(bytes). */
export function readNotes(text: string): {
  readonly notes: readonly (ReadNote & { readonly line: number })[];
  readonly broken: readonly number[];
} {
  const lines = text.split('\n');
  const notes: (ReadNote & { line: number })[] = [];
  const broken: number[] = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at] === '') {
      at += 1;
      continue;
    }
    // Three lines of text, an empty one, then signatures up to the next empty line.
    let end = at + 4;
    while (end < lines.length && lines[end] !== '') end += 1;
    const note = readNote(`${lines.slice(at, end).join('\n')}\n`);
    if (note === null) broken.push(at + 1);
    else notes.push({ ...note, line: at + 1 });
    at = end + 1;
  }
  return { notes, broken };
}
