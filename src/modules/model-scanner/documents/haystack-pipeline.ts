/** Pipelines of Haystack, and objects that LangChain saved: classes found by their name. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { addNamedObject } from './hydra-objects.ts';
import { holdsObject, walkDocument } from './hydra-walk.ts';
import { listAt, mapAt, textAt } from './pipeline-practice.ts';

const own = /^(?:haystack|haystack_integrations|haystack_experimental)\./;
/** Classes of LangChain that run what a model writes. */
const running = /^(?:PythonREPL|PythonREPLTool|PythonAstREPLTool|ShellTool|BashProcess|PALChain|CPALChain)$/;
const ownLangChain = /^(?:langchain(?:_[a-z_]+)?|langgraph)$/;

/** @source Haystack 2 `Pipeline.from_dict`: `type` is imported; LangChain `load`: `id` names module and class. */
export default defineDocument({
  format: 'pipeline-objects',
  role: 'config',
  syntaxes: ['json', 'yaml'],
  words: ['init_parameters', '"lc"'],
  is: ({ root }) => isHaystack(root) || holdsObject(root, (value) => value.get('lc') === 1 && Array.isArray(value.get('id'))),
  read: (document, draft, tools) => {
    if (isHaystack(document.root)) readComponents(document, draft, tools);
    else readSaved(document, draft, tools);
  },
});

function isHaystack(root: TextDocument['root']): boolean {
  const components = mapAt(root, 'components');
  return (
    components !== null &&
    [...components.values()].some((one) => textAt(one, 'type')?.includes('.') && mapAt(one, 'init_parameters') !== null)
  );
}

function readComponents({ root, placeOf }: TextDocument, draft: Draft, tools: ReaderTools): void {
  for (const name of [...(mapAt(root, 'components')?.keys() ?? [])].slice(0, 500)) {
    const path = textAt(root, 'components', name, 'type');
    if (path === null || own.test(path)) continue;
    const use = 'is imported when Haystack loads the pipeline';
    addNamedObject({ path, where: placeOf(['components', name, 'type']), use, certainty: 'possible' }, draft, tools);
  }
}

function readSaved(document: TextDocument, draft: Draft, tools: ReaderTools): void {
  walkDocument(document.root, {
    object: (value, path) => {
      if (value.get('lc') !== 1 || textAt(value, 'type') !== 'constructor') return;
      const id = listAt(value, 'id').filter((part) => typeof part === 'string');
      const [module = ''] = id;
      const name = id.at(-1) ?? '';
      const where = document.placeOf([...path, 'id']);
      if (running.test(name)) {
        const detail = 'runs what a model writes, and is built when LangChain loads the file';
        draft.operators.push({
          framework: 'config',
          domain: id.slice(0, -1).join('.').slice(0, 300),
          name: name.slice(0, 200),
          known: true,
          effect: 'exec',
          certainty: 'possible',
          detail,
          where,
        });
      } else if (!ownLangChain.test(module))
        addNamedObject({ path: id.join('.'), where, use: 'is built when LangChain loads the file', certainty: 'possible' }, draft, tools);
    },
  });
}
