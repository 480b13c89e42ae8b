/** Fiddle configurations as NeMo 2 stores them (`context/io.json`): every function and class is named by module and imported. */
import { defineDocument } from '../engine/document.ts';
import { addNamedObject } from './hydra-objects.ts';
import { walkDocument } from './hydra-walk.ts';
import { mapAt, textAt } from './pipeline-practice.ts';

/** What Fiddle itself writes into every file. */
const own = /^(?:fiddle(\..+)?|builtins)$/;

/** @source fiddle `experimental/serialization.py`: `root`, `objects`, `refcounts`, `version`; a reference is `{type: pyref, module, name}`. */
export default defineDocument({
  format: 'fiddle-config',
  role: 'config',
  syntaxes: ['json'],
  words: ['"pyref"', '"refcounts"'],
  is: ({ root }) => mapAt(root, 'objects') !== null && mapAt(root)?.has('root') === true && mapAt(root)?.has('refcounts') === true,
  read: (document, draft, tools) => {
    let count = 0;
    walkDocument(document.root, {
      object: (value, path) => {
        const module = textAt(value, 'module');
        const name = textAt(value, 'name');
        if (module === null || name === null) return;
        count += 1;
        const isHarmless = own.test(module) && module !== 'builtins';
        if (!isHarmless)
          addNamedObject(
            {
              path: `${module}.${name}`,
              where: document.placeOf([...path, 'name']),
              use: 'is imported and called when the configuration is built',
              certainty: 'proved',
            },
            draft,
            tools,
          );
      },
    });
    draft.metadata.set('targets', count);
  },
});
