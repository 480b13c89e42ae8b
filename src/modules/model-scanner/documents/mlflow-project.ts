/** MLflow's `MLproject`: commands that `mlflow run` starts. What is unsafe about the pipeline around them stands in pipeline-dvc.ts. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { escapeText } from '../engine/quote.ts';
import type { Draft } from '../engine/reader.ts';
import { mapAt, textAt } from './pipeline-practice.ts';
import { addActivation, addPath } from './repository-path.ts';

/** Shapes of commands that no training needs: a shell to somebody else, hidden text run, keys read. Linear. */
const hostile: readonly (readonly [RegExp, string])[] = [
  [/\/dev\/(?:tcp|udp)\/|\bn(?:c|cat)\b[^\n|;&]{0,80}\s-[a-z]{0,6}e\b|\bmkfifo\b/, 'opens a shell to another machine'],
  [
    /\bbase64\s+(?:-d|-D|--decode)\b[^\n;&]{0,200}\|\s{0,10}(?:\w{0,10}sh|python[0-9.]*)\b|\b(?:eval|exec)\s+["'$(`]/,
    'runs text that was encoded or put together',
  ],
  [/(?:\.ssh\/id_|\.aws\/credentials|\/etc\/shadow|\.netrc|\.kube\/config)/, 'reads keys of the user'],
  [
    /\bpython[0-9.]*\s+-c\s+["'][^\n]{0,300}(?:__import__|exec\(|eval\(|os\.system|subprocess|socket)/,
    'runs Python that starts programs or opens connections',
  ],
];

export default defineDocument({
  format: 'mlflow-project',
  role: 'config',
  syntaxes: ['yaml'],
  names: /^mlproject(\.ya?ml)?$/,
  is: ({ root }) => mapAt(root) !== null && (mapAt(root, 'entry_points') !== null || textAt(root, 'name') !== null),
  read: (document, draft) => {
    for (const name of mapAt(document.root, 'entry_points')?.keys() ?? []) readEntry(name, document, draft);
    for (const key of ['conda_env', 'python_env']) {
      const text = textAt(document.root, key);
      if (text !== null) addPath({ text, purpose: 'asset', where: document.placeOf([key]) }, draft);
    }
  },
});

/** @source MLflow projects, "Specifying a Project": a command is a template that is run through `bash -c`. */
function readEntry(name: string, document: TextDocument, draft: Draft): void {
  const path = ['entry_points', name, 'command'];
  const command = textAt(document.root, ...path);
  if (command === null) return;
  const where = document.placeOf(path);
  const script = /^\s*(?:python[0-9.]*|bash|sh)\s+([\w./-]{1,200}\.(?:py|sh))\b/.exec(command)?.[1];
  if (script !== undefined && !addPath({ text: script, purpose: 'model', where, effect: 'exec' }, draft))
    addActivation(script, `the entry point ${name.slice(0, 60)} of MLproject`, where, draft);
  for (const [pattern, does] of hostile)
    if (pattern.test(command))
      draft.operators.push({
        framework: 'config',
        domain: '',
        name: escapeText(command.slice(0, 200)),
        known: true,
        effect: 'exec',
        certainty: 'possible',
        detail: `is the command of the entry point ${escapeText(name.slice(0, 60))} and ${does}`,
        where,
      });
}
