/** Images that Modal builds: commands that run in them before any function does. @source Modal documentation, `modal.Image`. */
import { defineDocument } from '../engine/document.ts';
import { noteInto } from './pipeline-practice.ts';
import { noteShell } from './pipeline-shell.ts';

const longestCommands = 5000;
const mostCalls = 200;

export default defineDocument({
  format: 'python',
  role: null,
  syntaxes: ['text'],
  words: ['.run_commands(', '.dockerfile_commands('],
  is: ({ name, text }) => name.endsWith('.py') && /^\s*(?:import|from)\s+modal\b/m.test(text),
  read: ({ text, placeAt }, draft) => {
    const note = noteInto(draft, 'pipeline');
    let count = 0;
    for (const { 0: call, index } of text.matchAll(/\.(?:run_commands|dockerfile_commands)\s*\(/g)) {
      const from = index + call.length;
      const after = text.slice(from, from + longestCommands);
      const end = after.search(/^\s*\)|\)\s*(?:\n|\.|$)/m);
      noteShell(end < 0 ? after : after.slice(0, end), note, (at) => placeAt(from + at));
      count += 1;
      if (count >= mostCalls) return;
    }
  },
});
