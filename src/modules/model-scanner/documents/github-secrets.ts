/** Secrets of a workflow that end in its log. */
import type { Where } from '../../../contract/finding.ts';
import type { Note } from './pipeline-practice.ts';

const printing = /(?:^|[\n;&|]\s*)(?:echo|printf|cat\s*<<<|tee)\b[^\n]{0,300}\$\{\{\s*secrets\.[\w-]+\s*\}\}[^\n]{0,100}/g;
/** Written to a file, or piped into a program that reads it as input. */
const handedOn = />>?\s*["']?[$~./\w-]|\|\s*(?!base64|tee|rev|xxd|sed|tr)\w/;
const everything = /toJSON\(\s*secrets\s*\)/gi;
const disguised =
  /\$\{\{\s*secrets\.[\w-]+\s*\}\}[^\n]{0,60}\|\s*(?:base64|rev|xxd)\b|(?:^|[\n;&|]\s*)(?:printenv|env)\s*(?:$|\n|\|\s*(?:base64|sort|cat))/g;

/** Secrets are masked in logs only as they are: printed in part, encoded or all at once they are readable. */
export function noteSecretUse(text: string, note: Note, place: (needle: string) => Where): void {
  for (const match of text.matchAll(printing))
    if (!handedOn.test(match[0].slice(match[0].indexOf('}}') + 2)))
      note({
        code: 'secret-in-log',
        detail: 'A secret is printed into the log.',
        text: match[0],
        where: place(match[0].trim()),
        certainty: 'possible',
      });
  for (const match of text.matchAll(everything))
    note({ code: 'all-secrets', detail: 'Every secret of the repository is handed to one step.', text: match[0], where: place(match[0]) });
  for (const match of text.matchAll(disguised))
    note({
      code: 'secret-in-log',
      detail: 'Secrets reach the log in a form that the log’s mask does not know.',
      text: match[0],
      where: place(match[0].trim()),
      certainty: 'possible',
    });
}
