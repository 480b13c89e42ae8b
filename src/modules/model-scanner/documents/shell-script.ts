/** Shell scripts, recipes of make, hooks of git and what else holds commands as plain text: what they fetch and run, and what no script needs. */
import { defineDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { linesOf } from '../packages/package-list.ts';
import { commandMeaning } from '../source-code/shell-command.ts';
import { type Note, noteInto } from './pipeline-practice.ts';
import { noteShell, withoutComments } from './pipeline-shell.ts';

const hooks =
  /(^|\/)(\.githooks|\.husky|\.git\/hooks)\/(applypatch-msg|commit-msg|fsmonitor-watchman|post-[a-z]+|pre-[a-z-]+|prepare-commit-msg|update)$/;
/** What somebody installs and starts is for people to weigh; a script of a model's folder is not the place to complain about weights. */
const told = new Set(['remote-script', 'remote-script-plain', 'untrusted-index']);
/** What no script needs. Deleting, starting again later and copying files are the work of ordinary ones. */
const hostile = new Set(['reverse-shell', 'dropper']);
const mostLines = 20_000;

export default defineDocument({
  format: 'shell-script',
  role: 'code',
  syntaxes: ['text'],
  names:
    /\.(?:sh|bash|zsh|ksh|command|mk)$|^(?:\.envrc|(?:gnu)?makefile|justfile|procfile|tox\.ini|cog\.yaml|bentofile\.yaml|\.pre-commit-config\.yaml|(?:sky|skypilot|ray|cluster|skaffold)\.ya?ml)$/,
  paths: hooks,
  is: () => true,
  read: ({ text, placeAt }, draft) => {
    const note = noteInto(draft, 'pipeline');
    const some: Note = (practice) => {
      if (told.has(practice.code)) note(practice);
    };
    noteShell(text, some, (at) => placeAt(at));
    addHostile(text, placeAt, draft);
  },
});

function addHostile(text: string, placeAt: (offset: number, length?: number) => Draft['where'], draft: Draft): void {
  let count = 0;
  for (const { text: line, offset } of linesOf(withoutComments(text))) {
    count += 1;
    if (count > mostLines) return;
    if (line.length < 8) continue;
    const { family, what } = commandMeaning(line);
    // A program that is fetched, made one and started is how tools are installed: told above where nothing compares it.
    if (family === null || !hostile.has(family) || what.startsWith('downloads a file')) continue;
    draft.sourceCalls.push({
      expression: line.trim().slice(0, 200),
      effect: 'exec',
      certainty: 'possible',
      runs: 'when-called',
      activatedBy: null,
      disguised: false,
      family,
      because: `The command ${what}.`,
      where: placeAt(offset, Math.min(line.length, 500)),
    });
  }
}
