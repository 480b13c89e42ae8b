/** `model_index.json` of diffusers: a pipeline class or components whose code lies in the repository. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { mapAt } from './pipeline-practice.ts';
import { addActivation } from './repository-path.ts';

const libraries = new Set([
  'diffusers',
  'transformers',
  'optimum',
  'onnxruntime',
  'torch',
  'flax',
  'peft',
  'timm',
  'sentencepiece',
  'tokenizers',
]);

/** @source diffusers `DiffusionPipeline.from_pretrained`: `_class_name` as a pair names a module of the repository; so may a component. */
export default defineDocument({
  format: 'diffusers-index',
  role: 'config',
  syntaxes: ['json'],
  names: /^(model_index|modular_model_index)\.json$/,
  words: ['"_diffusers_version"'],
  is: ({ root }) => mapAt(root) !== null && (mapAt(root)?.has('_class_name') === true || mapAt(root)?.has('_diffusers_version') === true),
  read: (document, draft) => {
    const root = mapAt(document.root);
    if (!root) return;
    readPipelineClass(root.get('_class_name'), document, draft);
    for (const [component, value] of root) {
      if (component.startsWith('_') || !Array.isArray(value)) continue;
      const [library] = value;
      if (typeof library !== 'string' || libraries.has(library)) continue;
      // A name that diffusers does not know is a file in the component's folder; one that it knows finds no such file.
      addActivation(
        `${component}/${library}.py`,
        `the component ${component.slice(0, 60)} of model_index.json`,
        document.placeOf([component]),
        draft,
      );
    }
  },
});

function readPipelineClass(value: JsonValue | undefined, document: TextDocument, draft: Draft): void {
  if (!Array.isArray(value)) return;
  const [module] = value;
  if (typeof module !== 'string') return;
  const where = document.placeOf(['_class_name']);
  const file = module.endsWith('.py') ? module : `${module}.py`;
  addActivation(file, '_class_name of model_index.json', where, draft);
  draft.code.push({
    language: 'python',
    activated: true,
    detail: `_class_name names the custom pipeline ${file.slice(0, 200)} of this repository`,
    text: module.slice(0, 200),
    where,
  });
}
