/** Where the packages of an install command come from: `pip install --index-url http://…`, `uv pip install git+http://…`, `npm i --registry …`. */
import type { Where } from '../../../contract/finding.ts';
import { parseReference } from '../packages/requirement-line.ts';
import { type PracticeNotes, sayExtraIndex, sayIndex, sayReference } from '../packages/source-practice.ts';

const installs =
  /(?:^|[\s;&|(])(?:pip[\d.]*|uv(?:\s+pip)?|pipx|npm|yarn|pnpm|bun|conda|mamba|micromamba)\s+(?:-\S+\s+)*(?:install|i|add|create|sync|download|wheel)\s([^;&|\n]{0,4000})/g;
const mostCommands = 50;

/** Every option takes its value after `=` or as the next word. */
const options: ReadonlyMap<string, (notes: PracticeNotes, value: string, where: Where) => void> = new Map([
  ...['-i', '--index-url', '--index', '--default-index', '-f', '--find-links', '--registry', '-c', '--channel'].map(
    (option) => [option, sayIndex] as const,
  ),
  ['--extra-index-url', sayExtraIndex],
  [
    '--trusted-host',
    (notes, value, where) =>
      notes.practice(
        'trusted-host',
        { detail: `Certificates of ${value.slice(0, 200)} are not checked: whoever sits between can replace packages.`, text: value },
        where,
      ),
  ],
]);

/** @param line a shell command as written. Linear in its length; at most 50 install commands are looked at. */
export function sayInstalls(line: string, notes: PracticeNotes, where: Where): void {
  let seen = 0;
  for (const match of line.matchAll(installs)) {
    seen += 1;
    if (seen > mostCommands) return;
    const words = (match[1] ?? '').split(/\s+/).map((word) => word.replace(/^["']|["']$/g, ''));
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? '';
      const [option = '', given] = word.startsWith('-') ? word.split(/=(.*)/s) : ['', undefined];
      const say = options.get(option);
      if (say) {
        if (given === undefined) at += 1;
        say(notes, given ?? words[at] ?? '', where);
      } else if (!word.startsWith('-')) sayPackage(word, notes, where);
    }
  }
}

/** A branch is what people install from in notebooks: only what can be replaced on the way is told. */
function sayPackage(word: string, notes: PracticeNotes, where: Where): void {
  const address = word.replace(/^[A-Za-z0-9._[\]-]{1,200}@(?=[a-z+]{2,10}:)/, '');
  if (parseReference(address) !== null && /^(?:[a-z]+\+)?http:/i.test(address)) sayReference(notes, address, where);
}
