/** JavaScript and TypeScript beside a model: what is decoded, fetched or hidden before it runs. */
import { defineDocument } from '../engine/document.ts';
import { javascriptActs } from '../source-code/javascript-acts.ts';
import { noteInto } from './pipeline-practice.ts';

/** Bundles of a whole framework. */
const longestSource = 8 * 2 ** 20;
/** One of these must stand in a file that has anything to tell. */
const telling = /\b(?:eval|Function|vm|require|import|child_process|runIn\w*Context|_compile|_0x[0-9a-f]{4})\b/;

export default defineDocument({
  format: 'javascript',
  // Any repository has scripts.
  role: null,
  syntaxes: ['text'],
  names: /\.(?:[cm]?js|jsx|[cm]?ts|tsx)$/,
  // Declarations of types hold no code.
  is: ({ name, text }) => !name.endsWith('.d.ts') && telling.test(text),
  read: ({ text, placeAt }, draft) => {
    if (text.length > longestSource) {
      draft.unread.push({ reason: 'budget', detail: `A script of ${text.length} characters is larger than is read.`, where: draft.where });
      return;
    }
    const note = noteInto(draft, 'script');
    const commands = noteInto(draft, 'pipeline');
    for (const { code, detail, text: shown, at } of javascriptActs(text)) {
      const where = placeAt(at, Math.min(shown.length, 300));
      // As in scripts of a shell.
      if (code === 'remote-script')
        commands({ code: /http:\/\/(?!localhost|127\.)/i.test(shown) ? 'remote-script-plain' : code, detail, text: shown, where });
      else note({ code, detail, text: shown, certainty: 'possible', where });
    }
  },
});
