/** `modules.json` of sentence-transformers: classes found by name, one for each step of the model. */
import { defineDocument } from '../engine/document.ts';
import { addNamedObject } from './hydra-objects.ts';
import { textAt } from './pipeline-practice.ts';
import { addActivation, addPath } from './repository-path.ts';

/** @source sentence-transformers `SentenceTransformer._load_sbert_model`: `type` is imported; a module of the repository needs trust_remote_code. */
export default defineDocument({
  format: 'sentence-transformers',
  role: 'config',
  syntaxes: ['json'],
  names: /^modules\.json$/,
  is: ({ root }) => Array.isArray(root) && root.some((item) => textAt(item, 'type') !== null && textAt(item, 'path') !== null),
  read: (document, draft, tools) => {
    if (!Array.isArray(document.root)) return;
    for (const [index, item] of document.root.slice(0, 1000).entries()) {
      const type = textAt(item, 'type');
      const path = textAt(item, 'path');
      const at = (key: string) => document.placeOf([index, key]);
      if (path !== null) addPath({ text: path, purpose: 'model', where: at('path') }, draft);
      if (type === null) continue;
      const judged = addNamedObject(
        { path: type, where: at('type'), use: 'is imported and built when sentence-transformers loads the model', certainty: 'proved' },
        draft,
        tools,
      );
      if (judged.ordinary || judged.standardLibrary) continue;
      addActivation(`${type.slice(0, Math.max(0, type.lastIndexOf('.'))).replaceAll('.', '/')}.py`, 'modules.json', at('type'), draft);
    }
    draft.metadata.set('modules', document.root.length);
  },
});
