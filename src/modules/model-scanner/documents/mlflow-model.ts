/** MLflow's `MLmodel`: which loader runs, which files are unpickled, which code of the model's own is imported. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft, ReaderTools } from '../engine/reader.ts';
import { addNamedObject } from './hydra-objects.ts';
import { mapAt, noteInto, type Path, textAt } from './pipeline-practice.ts';
import { addActivation, addPath } from './repository-path.ts';

/**
 * Flavours whose loader unpickles a file of the model, and the advisories about it.
 * @source MLflow's own `load_model` of each flavour; the CVE records CVE-2024-37052 to CVE-2024-37059.
 */
const pickled: ReadonlyMap<string, readonly string[]> = new Map([
  ['sklearn', ['CVE-2024-37052', 'CVE-2024-37053']],
  ['python_function', ['CVE-2024-37054']],
  ['pmdarima', ['CVE-2024-37055']],
  ['lightgbm', ['CVE-2024-37056']],
  ['tensorflow', ['CVE-2024-37057']],
  ['langchain', ['CVE-2024-37058']],
  ['pytorch', ['CVE-2024-37059']],
  ['xgboost', []],
  ['statsmodels', []],
  ['prophet', []],
  ['spacy', []],
  ['fastai', []],
  ['catboost', []],
  ['keras', []],
]);
/** Keys of a flavour that name files of the model. */
const fileKeys = [
  'data',
  'model_path',
  'pickled_model',
  'python_model',
  'model_data',
  'model_data_path',
  'model_data_subpath',
  'pickle_module_info',
  'model_code_path',
  'context_path',
  'config_path',
  'state_dict',
];
const pickleKeys = ['pickled_model', 'python_model', 'pickle_module_info'];

export default defineDocument({
  format: 'mlflow-model',
  role: 'config',
  syntaxes: ['yaml'],
  names: /^mlmodel$/,
  words: ['loader_module'],
  is: ({ root, name }) => mapAt(root, 'flavors') !== null && (name === 'mlmodel' || mapAt(root, 'flavors', 'python_function') !== null),
  read: (document, draft, tools) => {
    const { root } = document;
    for (const key of ['mlflow_version', 'run_id', 'model_uuid', 'model_id', 'artifact_path']) {
      const value = textAt(root, key);
      if (value !== null) draft.metadata.set(key, value.slice(0, 200));
    }
    const flavours = [...(mapAt(root, 'flavors')?.keys() ?? [])].slice(0, 100);
    draft.metadata.set('flavours', flavours.join(', ').slice(0, 300));
    for (const flavour of flavours) readFlavour(flavour, { document, draft, tools });
  },
});

type Reading = { readonly document: TextDocument; readonly draft: Draft; readonly tools: ReaderTools };

function readFlavour(flavour: string, { document, draft, tools }: Reading): void {
  const base = ['flavors', flavour];
  const at = (...path: Path) => document.placeOf([...base, ...path]);
  for (const key of fileKeys) {
    const text = textAt(document.root, ...base, key);
    if (text !== null) addPath({ text, purpose: 'model', where: at(key) }, draft);
  }
  notePickle(flavour, { document, draft, tools });
  const code = textAt(document.root, ...base, 'code');
  if (code !== null) {
    addPath({ text: code, purpose: 'model', where: at('code'), effect: 'exec' }, draft);
    draft.metadata.set('code', code.slice(0, 200));
  }
  const script = textAt(document.root, ...base, 'model_code_path');
  if (script !== null) addActivation(script, `model_code_path of MLmodel`, at('model_code_path'), draft);
  readLoader(flavour, code, { document, draft, tools });
  readArtifacts(flavour, { document, draft, tools });
}

function notePickle(flavour: string, { document, draft }: Reading): void {
  const advisories = pickled.get(flavour);
  const key = pickleKeys.find((name) => textAt(document.root, 'flavors', flavour, name) !== null);
  const loads = key !== undefined || (advisories !== undefined && flavour !== 'python_function' && flavour !== 'keras');
  if (!loads) return;
  noteInto(
    draft,
    'repository',
  )({
    code: 'mlflow-pickled-flavour',
    detail: `Loading the flavour ${flavour.slice(0, 60)} unpickles ${key === undefined ? 'its model file' : key}${advisories && advisories.length > 0 ? ` (${advisories.join(', ')})` : ''}.`,
    text: flavour,
    where: document.placeOf(['flavors', flavour]),
  });
}

/** `loader_module` is imported and its `_load_pyfunc` called, from the model's own code folder first. */
function readLoader(flavour: string, code: string | null, { document, draft, tools }: Reading): void {
  const module = textAt(document.root, 'flavors', flavour, 'loader_module');
  if (module === null || /^mlflow(\.[a-z_]\w*)*$/.test(module)) return;
  const where = document.placeOf(['flavors', flavour, 'loader_module']);
  addNamedObject(
    { path: `${module}._load_pyfunc`, where, use: 'is imported and called when MLflow loads the model', certainty: 'proved' },
    draft,
    tools,
  );
  const file = `${module.replaceAll('.', '/')}.py`;
  addActivation(code === null ? file : `${code.replace(/\/+$/, '')}/${file}`, 'loader_module of MLmodel', where, draft);
}

function readArtifacts(flavour: string, { document, draft }: Reading): void {
  for (const name of mapAt(document.root, 'flavors', flavour, 'artifacts')?.keys() ?? []) {
    const path = textAt(document.root, 'flavors', flavour, 'artifacts', name, 'path');
    if (path !== null)
      addPath({ text: path, purpose: 'asset', where: document.placeOf(['flavors', flavour, 'artifacts', name, 'path']) }, draft);
  }
}
