/** Flows that builders of agents export (Langflow, Flowise, n8n): code and commands inside their nodes. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { memberPlace } from '../engine/place.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { bytesSource } from '../engine/source.ts';
import { walkDocument } from './hydra-walk.ts';
import { listAt, mapAt, noteInto, textAt } from './pipeline-practice.ts';
import { noteShell } from './pipeline-shell.ts';

const mostCodes = 200;
const longestCode = 1_000_000;

/** @source exports of Langflow 1, Flowise 2 and n8n 1: a list of nodes, in Langflow below `data`. */
export default defineDocument({
  format: 'agent-flow',
  role: 'config',
  syntaxes: ['json'],
  words: ['"type": "code"', '"type":"code"', 'executeCommand', 'javascriptFunction', 'customTool', 'n8n-nodes-base.code'],
  is: ({ root }) => nodesOf(root).length > 0,
  read: (document, draft, tools) => {
    readCommands(document, draft);
    readPython(document, draft, tools);
  },
});

function nodesOf(root: TextDocument['root']) {
  return [...listAt(root, 'nodes'), ...listAt(root, 'data', 'nodes')].filter((node) => mapAt(node) !== null);
}

/** n8n's node that starts a command; functions of JavaScript that start one through Node. */
function readCommands({ root, placeOf }: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'pipeline');
  walkDocument(root, {
    object: (value, path) => {
      for (const key of ['command', 'jsCode', 'javascriptFunction', 'customFunction', 'func']) {
        const text = textAt(value, key);
        if (text !== null) noteShell(text, note, () => placeOf([...path, key]));
      }
    },
  });
}

/** Langflow keeps the Python of each component beside its settings, and executes it when the flow is built (CVE-2025-3248). */
function readPython({ root }: TextDocument, draft: Draft, tools: ReaderTools): void {
  let count = 0;
  walkDocument(root, {
    object: (value) => {
      const code = textAt(value, 'type') === 'code' ? textAt(value, 'value') : null;
      if (code === null || count >= mostCodes || code.length > longestCode) return;
      count += 1;
      draft.members.push(tools.open(bytesSource(new TextEncoder().encode(code)), memberPlace(draft.where, `(code ${count}).py`)));
    },
  });
}
