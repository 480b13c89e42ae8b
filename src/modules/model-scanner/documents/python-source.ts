/** Python source: what it does when it is imported, when its classes are built, and when its functions are called. */
import { defineDocument } from '../engine/document.ts';
import { pythonFile } from '../source-code/load-analysis.ts';
import { type DecodedSource, decodeSource } from '../source-code/python-encoding.ts';
import { isPython, pythonName } from '../source-code/python-shape.ts';

const longestSource = 4 * 2 ** 20;

export default defineDocument({
  format: 'python',
  // Any repository has scripts: the reader says which of them are part of a model.
  role: null,
  syntaxes: ['text'],
  names: pythonName,
  words: ['import '],
  is: ({ name, text }) => isPython(name, text),
  read: ({ name, text, placeAt }, draft, tools) => {
    if (text.length > longestSource) {
      draft.unread.push({
        reason: 'budget',
        detail: `Python source of ${text.length} characters is larger than is read.`,
        where: draft.where,
      });
      return;
    }
    pythonFile().readPythonFile({ decoded: decodedText(text), name, placeAt }, draft, tools);
  },
});

/** Valid UTF-8 may still say that it is written in a codec that hides its letters. */
function decodedText(text: string): DecodedSource {
  const start = text.slice(0, 1000);
  if (!/coding[:=]/.test(start)) return { text, coding: null, hides: false, unread: false };
  const decoded = decodeSource(Buffer.from(text, 'utf8'));
  return decoded.hides || decoded.unread ? decoded : { ...decoded, text };
}
