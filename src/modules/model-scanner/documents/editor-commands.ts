/** Commands that editors run for a folder by themselves: tasks of VS Code, steps of a development container. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { readCommented } from './mcp-comments.ts';
import { listAt, mapAt, noteInto, type Path, plainText, textAt, textsOf, valueAt } from './pipeline-practice.ts';
import { noteShell } from './pipeline-shell.ts';

/** @source Development Container Specification, "Lifecycle scripts"; the first one runs on the machine itself, outside the container. */
const steps = [
  'initializeCommand',
  'onCreateCommand',
  'updateContentCommand',
  'postCreateCommand',
  'postStartCommand',
  'postAttachCommand',
];
const mostTasks = 500;

export default defineDocument({
  format: 'editor-commands',
  role: 'config',
  syntaxes: ['json', 'text'],
  words: ['"folderOpen"', ...steps.map((step) => `"${step}"`)],
  is: (document) => {
    const root = readCommented(document)?.root;
    return (
      listAt(root, 'tasks').some((task) => mapAt(task) !== null) ||
      (mapAt(root) !== null && steps.some((step) => valueAt(root, step) !== undefined))
    );
  },
  read: (document, draft) => {
    const config = readCommented(document);
    if (config === null) return;
    readTasks(config, draft);
    readSteps(config, draft);
  },
});

/** @source Visual Studio Code documentation, tasks.json: `runOptions.runOn`. */
function readTasks(document: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'mcp-config');
  for (const [index, task] of listAt(document.root, 'tasks').slice(0, mostTasks).entries()) {
    if (textAt(task, 'runOptions', 'runOn') !== 'folderOpen') continue;
    const where = document.placeOf(['tasks', index, 'runOptions']);
    const command = [textAt(task, 'command') ?? '', ...textsOf(valueAt(task, 'args'))].join(' ');
    note({ code: 'runs-on-open', detail: 'The editor runs this command as soon as the folder is opened.', text: command, where });
    noteShell(command, note, () => where);
  }
}

function readSteps({ root, placeOf }: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'mcp-config');
  for (const step of steps) {
    const written = valueAt(root, step);
    // A text, a list of words, or several of these by name.
    const named: readonly (readonly [Path, typeof written])[] =
      written instanceof Map ? [...written].slice(0, 100).map(([name, value]) => [[step, name], value] as const) : [[[step], written]];
    for (const [path, value] of named) {
      const command = Array.isArray(value) ? textsOf(value).join(' ') : (plainText(value) ?? '');
      if (command !== '') noteShell(command, note, () => placeOf(path));
    }
  }
}
