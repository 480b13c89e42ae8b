/** Rust that runs while it is compiled: build scripts and procedural macros. @source The Cargo Book, "Build Scripts"; Rust Reference, "Procedural Macros". */
import { defineDocument } from '../engine/document.ts';
import { rustActs } from '../source-code/rust-acts.ts';
import { noteInto } from './pipeline-practice.ts';

const longestSource = 2 * 2 ** 20;
const macro = /^\s*#\s*\[\s*proc_macro(?:_derive|_attribute)?\b/m;

export default defineDocument({
  format: 'rust-build',
  role: null,
  syntaxes: ['text'],
  names: /\.rs$/,
  is: ({ name, text }) => name === 'build.rs' || macro.test(text),
  read: ({ name, text, placeAt }, draft) => {
    if (text.length > longestSource) {
      draft.unread.push({ reason: 'budget', detail: `A script of ${text.length} characters is larger than is read.`, where: draft.where });
      return;
    }
    const note = noteInto(draft, 'script');
    for (const { code, detail, text: shown, at } of rustActs(text, name === 'build.rs' ? 'build' : 'macro'))
      note({ code, detail, text: shown, certainty: 'possible', where: placeAt(at, Math.min(shown.length, 300)) });
  },
});
