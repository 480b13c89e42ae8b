/** Files of the repository that transformers and diffusers import for a configuration: which source is run by whom. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { configurationsIn } from '../readers/documents/hugging-face.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { walkDocument } from './hydra-walk.ts';
import { mapAt, textAt } from './pipeline-practice.ts';
import { addActivation } from './repository-path.ts';

const keys = ['auto_map', 'custom_pipelines', 'custom_generate'];
/** `module.Class`, in folders as transformers allows them: `sub.module.Class`. */
const reference = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/;

/** @source transformers `get_class_from_dynamic_module`: `repository--module.Class` is code of another repository, `module.Class` a file beside. */
export default defineDocument({
  format: 'hugging-face',
  role: 'config',
  syntaxes: ['json'],
  words: keys.map((key) => `"${key}"`),
  is: ({ root }) => root instanceof Map && configurationsIn(root).some(([, config]) => keys.some((key) => config.has(key))),
  read: (document, draft) => {
    const { root } = document;
    if (!(root instanceof Map)) return;
    for (const [path, config] of configurationsIn(root)) {
      const map = config.get('auto_map');
      if (map !== undefined) addReferences(map, [...path, 'auto_map'], document, draft);
    }
    const generate = root.get('custom_generate');
    if (generate !== undefined) addReferences(generate, ['custom_generate'], document, draft);
    const pipelines = root.get('custom_pipelines');
    if (pipelines !== undefined) addPipelines(pipelines, document, draft);
  },
});

function addReferences(value: JsonValue, key: readonly string[], document: TextDocument, draft: Draft): void {
  walkDocument(value, {
    text: (text, path) => {
      if (!reference.test(text)) return;
      addActivation(fileOf(text), `${key.join('.')} of ${document.name}`, document.placeOf([...key, ...path]), draft);
    },
  });
}

/** Only `impl` names code: the rest are tasks and classes of the library. */
function addPipelines(value: JsonValue, document: TextDocument, draft: Draft): void {
  for (const task of mapAt(value)?.keys() ?? []) {
    const text = textAt(value, task, 'impl');
    if (text !== null && reference.test(text))
      addActivation(fileOf(text), `custom_pipelines of ${document.name}`, document.placeOf(['custom_pipelines', task, 'impl']), draft);
  }
}

function fileOf(text: string): string {
  return `${text.slice(0, text.lastIndexOf('.')).replaceAll('.', '/')}.py`;
}
