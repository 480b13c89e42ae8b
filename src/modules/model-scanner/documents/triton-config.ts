/** Triton's `config.pbtxt`: which backend runs, from which files, in which environment. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { escapeText } from '../engine/quote.ts';
import type { Draft } from '../engine/reader.ts';
import { leavesFolder } from '../readers/archives/archive-path.ts';
import { addActivation, addPath } from './repository-path.ts';
import { parseTritonText, type TritonField } from './triton-text.ts';

/** Backends of the Triton project itself. @source triton-inference-server/backend, "Where can I find all the backends". */
const backends = new Set([
  'tensorrt',
  'onnxruntime',
  'tensorflow',
  'openvino',
  'python',
  'dali',
  'pytorch',
  'fil',
  'tensorrtllm',
  'vllm',
  'identity',
  'ensemble',
  'paddle',
  'redis',
  'square',
  'repeat',
  'llm',
]);

/** @source model_config.proto of triton-inference-server/common; python_backend README, EXECUTION_ENV_PATH and $$TRITON_MODEL_DIRECTORY. */
export default defineDocument({
  format: 'triton-config',
  role: 'config',
  syntaxes: ['text'],
  names: /^config\.pbtxt$|\.pbtxt$/,
  is: ({ text, name }) =>
    name === 'config.pbtxt' ||
    (/(^|\n)\s*(?:backend|platform|max_batch_size)\s*:/.test(text) && /(^|\n)\s*(?:input|output|instance_group|parameters)\b/.test(text)),
  read: (document, draft) => {
    const fields = parseTritonText(document.text);
    const text = (name: string) => fields.find((field) => field.name === name && typeof field.value === 'string');
    for (const key of ['name', 'platform', 'backend']) {
      const value = text(key)?.value;
      if (typeof value === 'string') draft.metadata.set(key, value.slice(0, 200));
    }
    readBackend(text('backend'), text('runtime'), text('default_model_filename'), { document, draft });
    for (const field of fields) {
      if (field.name === 'parameters') readParameter(field, document, draft);
      if (field.name === 'cc_model_filenames') readFileNames(field, document, draft);
      if (field.name === 'model_operations') readLibraries(field, document, draft);
    }
  },
});

type Reading = { readonly document: TextDocument; readonly draft: Draft };

function readBackend(
  backend: TritonField | undefined,
  runtime: TritonField | undefined,
  file: TritonField | undefined,
  { document, draft }: Reading,
): void {
  const name = typeof backend?.value === 'string' ? backend.value : '';
  const model = typeof file?.value === 'string' ? file.value : null;
  if (file && model !== null) addPath({ text: model, purpose: 'model', where: document.placeAt(file.at) }, draft);
  const platform = document.text.match(/(^|\n)\s*platform\s*:/) !== null;
  if (!backend && !platform && model === null) {
    // Without a word about it, the server tells the backend by the name of the file.
    addActivation('*/model.py', 'config.pbtxt, which names no backend: Triton runs model.py', document.placeAt(0), draft);
    return;
  }
  if (backend && name === 'python') {
    // Versions are folders by number; the newest one is served unless the policy says otherwise.
    addActivation(`*/${model ?? 'model.py'}`, 'the python backend of config.pbtxt', document.placeAt(backend.at), draft);
    return;
  }
  for (const field of [backend, runtime]) {
    if (!field || typeof field.value !== 'string' || field.value === '') continue;
    const where = document.placeAt(field.at);
    if (leavesFolder(field.value) || field.value.includes('/'))
      addPath({ text: field.value, purpose: 'model', where, effect: 'native-load' }, draft);
    else if (field === backend && !backends.has(name)) {
      // A backend written in Python is a model.py in a folder of its name.
      for (const folder of ['..', '../..', '.'])
        addActivation(`${folder}/backends/${name}/model.py`, `the backend ${escapeText(name.slice(0, 100))} of config.pbtxt`, where, draft);
      draft.operators.push({
        framework: 'config',
        domain: 'triton',
        name: escapeText(name.slice(0, 100)),
        known: false,
        effect: 'none',
        certainty: 'possible',
        detail: 'is a backend that Triton does not ship: a shared library or Python code is loaded for it.',
        where,
      });
    }
  }
}

function child(field: TritonField, name: string): TritonField | undefined {
  return typeof field.value === 'string' ? undefined : field.value.find((inner) => inner.name === name);
}

function textIn(field: TritonField, ...names: readonly string[]): string | null {
  let place: TritonField | undefined = field;
  for (const name of names) place = place === undefined ? undefined : child(place, name);
  return typeof place?.value === 'string' ? place.value : null;
}

/** Parameters that are paths to what is run. */
const runPaths = new Set(['EXECUTION_ENV_PATH', 'TRITON_PYTHON_STUB', 'python_path', 'PYTHONPATH']);
const modelFolder = /^\$\$TRITON_MODEL_DIRECTORY\/*/;

function readParameter(field: TritonField, document: TextDocument, draft: Draft): void {
  const key = textIn(field, 'key') ?? '';
  const value = textIn(field, 'value', 'string_value');
  if (value === null) return;
  const where = document.placeAt(field.at);
  if (!runPaths.has(key)) {
    if (/(?:path|dir|file)$/i.test(key) && value.includes('..')) addPath({ text: value, purpose: 'asset', where }, draft);
    return;
  }
  const inside = value.replace(modelFolder, '');
  draft.metadata.set(key, value.slice(0, 200));
  addPath({ text: inside, purpose: 'model', where, effect: 'exec' }, draft);
}

function readFileNames(field: TritonField, document: TextDocument, draft: Draft): void {
  const value = textIn(field, 'value');
  if (value !== null) addPath({ text: value, purpose: 'model', where: document.placeAt(field.at) }, draft);
}

/** Libraries of custom operators are loaded into the server. */
function readLibraries(field: TritonField, document: TextDocument, draft: Draft): void {
  if (typeof field.value === 'string') return;
  for (const { name, value, at } of field.value) {
    if (name !== 'op_library_filename' || typeof value !== 'string') continue;
    const where = document.placeAt(at);
    if (addPath({ text: value, purpose: 'model', where, effect: 'native-load' }, draft)) continue;
    draft.operators.push({
      framework: 'config',
      domain: 'triton',
      name: escapeText(value.slice(0, 200)),
      known: false,
      effect: 'none',
      certainty: 'possible',
      detail: 'is a library of custom operators that the server loads.',
      where,
    });
  }
}
