/** Any text that agents may come to read: invisible characters that spell something are worth a word wherever they stand. */
import { defineDocument } from '../engine/document.ts';
import { readHidden } from './agent-hidden.ts';
import { noteInto } from './pipeline-practice.ts';

const spelled = /[\u{e0001}\u{e0020}-\u{e007f}]{6,}|[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{8,}|[\u200b-\u200d\u2060-\u2064]{12,}/u;

export default defineDocument({
  format: 'text',
  role: null,
  syntaxes: ['text'],
  // The first bytes of these characters in UTF-8: tags and selectors begin with F3 A0, zero-width ones with E2 80 8B.
  words: [
    '\u{e0020}',
    '\u{e0041}',
    '\u{e0061}',
    '\u{e0065}',
    '\u{e0074}',
    '\u{e0100}',
    '\u{e0110}',
    '\ufe00',
    '\u200b\u200c',
    '\u200c\u200b',
    '\u200b\u200b',
    '\u2060\u2060',
  ],
  is: ({ text }) => spelled.test(text),
  read: (document, draft) => {
    const alreadyRead = draft.practices.some(({ subject }) => subject === 'agent-instructions');
    if (!alreadyRead)
      readHidden(document.text, (at, length) => document.placeAt(at, length), {
        note: noteInto(draft, 'agent-instructions'),
        isAddressed: false,
      });
  },
});
