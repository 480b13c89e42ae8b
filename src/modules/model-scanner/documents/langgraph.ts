/** `langgraph.json`: Python files whose graphs the server of LangGraph imports, and lines of the image it builds. */
import { defineDocument } from '../engine/document.ts';
import { listAt, mapAt, noteInto, textAt } from './pipeline-practice.ts';
import { noteShell } from './pipeline-shell.ts';
import { addActivation } from './repository-path.ts';

/** @source LangGraph documentation, "LangGraph CLI", configuration file. */
export default defineDocument({
  format: 'langgraph',
  role: 'config',
  syntaxes: ['json'],
  names: /^langgraph\.json$/,
  is: ({ root }) => mapAt(root, 'graphs') !== null,
  read: (document, draft) => {
    const { root } = document;
    for (const [key, name] of [
      ...[...(mapAt(root, 'graphs')?.keys() ?? [])].slice(0, 200).map((graph) => ['graphs', graph] as const),
      ['auth', 'path'] as const,
      ['http', 'app'] as const,
    ]) {
      const target = textAt(root, key, name) ?? textAt(root, key, name, 'path');
      const file = /^(?:\.\/)?([^:\n]{1,400}\.py):/.exec(target ?? '')?.[1];
      if (file !== undefined) addActivation(file, 'langgraph.json', document.placeOf([key, name]), draft);
    }
    const note = noteInto(draft, 'pipeline');
    for (const [at, line] of listAt(root, 'dockerfile_lines').slice(0, 500).entries())
      if (typeof line === 'string') noteShell(line, note, () => document.placeOf(['dockerfile_lines', at]));
  },
});
