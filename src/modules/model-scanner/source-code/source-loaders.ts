/** Calls that load models and data in a way that runs what is in them, or that fetch what nobody has pinned. */
import type { Outside } from './call-handler.ts';
import { isTextual, numberOf, type Value } from './python-values.ts';
import type { SourceRun } from './source-run.ts';

type Practice = { readonly code: string; readonly detail: string };

const loads: ReadonlyMap<string, Practice> = new Map<string, Practice>([
  ...['pickle load', 'cPickle load', '_pickle load'].map(
    (key) => [key, { code: 'pickle-load', detail: 'pickle runs whatever the file names' }] as const,
  ),
  ...['joblib load', 'joblib.numpy_pickle load', 'sklearn.externals.joblib load'].map(
    (key) => [key, { code: 'joblib-load', detail: 'joblib loads a pickle, which runs whatever the file names' }] as const,
  ),
  ...['dill load', 'cloudpickle load', 'jsonpickle decode', 'shelve open'].map(
    (key) => [key, { code: 'pickle-load', detail: 'the serialiser runs whatever the file names' }] as const,
  ),
  ...['pickle loads', 'cPickle loads', '_pickle loads', 'dill loads', 'cloudpickle loads'].map(
    (key) => [key, { code: 'pickle-loads', detail: 'the serialiser runs whatever the bytes name' }] as const,
  ),
  ['pandas read_pickle', { code: 'pickle-load', detail: 'read_pickle runs whatever the file names' }],
  ['yaml unsafe_load', { code: 'yaml-unsafe-load', detail: 'the YAML loader builds any Python object the file names' }],
  ['yaml unsafe_load_all', { code: 'yaml-unsafe-load', detail: 'the YAML loader builds any Python object the file names' }],
  ['torch.hub load', { code: 'torch-hub-load', detail: 'torch.hub imports the code of the repository' }],
]);

const onnxHubCalls = new Set(['onnx.hub load', 'onnx.hub download_model_with_test_data', 'onnx.hub load_composite_model']);
/** Repository and branch of models that ONNX itself keeps. @source onnx.hub, default of `repo`. */
const ownHub = /^onnx\/models(?::|$)/i;

/** Another repository is asked about first, unless the call says not to. @source CVE-2026-28500: `silent=True` also takes the question away. */
function onnxHub(keywords: ReadonlyMap<string, Value>, args: readonly Value[]): Practice | null {
  const repository = keywords.get('repo') ?? keywords.get('network_repo') ?? args[1];
  if (repository === undefined || (isTextual(repository) && ownHub.test(repository.text))) return null;
  if (isTrue(keywords.get('silent') ?? args[4]))
    return { code: 'onnx-hub-silent', detail: 'a model of any repository is taken, and the question whether to trust it is switched off' };
  return { code: 'onnx-hub-load', detail: 'a model is taken from a repository that is not ONNX’s own' };
}

/** Last parts of the names that load; others are asked only about their keywords. */
export const loaderNames: ReadonlySet<string> = new Set([
  ...[...loads.keys()].map((key) => key.slice(key.lastIndexOf(' ') + 1)),
  ...'load load_all load_model from_pretrained snapshot_download hf_hub_download load_dataset download_model_with_test_data load_composite_model'.split(
    ' ',
  ),
]);
const telling = ['trust_remote_code', 'enable_unsafe_deserialization', 'allow_pickle', 'safe_mode'];
export function tellsByKeyword(keywords: ReadonlyMap<string, Value>): boolean {
  return keywords.size > 0 && telling.some((name) => keywords.has(name));
}

/** Notes a loader call that is a decision somebody has to make; the call itself is judged elsewhere. */
export function loaderPractice(run: SourceRun, outside: Outside): void {
  const found = practiceOf(outside);
  if (found) run.practice(found.code, found.detail, outside.site);
}

function practiceOf({ callee, target, call: { args, keywords } }: Outside): Practice | null {
  const last = callee.name.slice(callee.name.lastIndexOf('.') + 1);
  if (isTrue(keywords.get('trust_remote_code')))
    return { code: 'trust-remote-code', detail: 'the loader imports the Python files of the repository' };
  if (isTrue(keywords.get('enable_unsafe_deserialization')) || (last === 'load_model' && isFalse(keywords.get('safe_mode'))))
    return { code: 'keras-safe-mode-off', detail: 'the model may bring code of its own' };
  if (target.key === 'torch load' || target.key === 'torch.serialization load') return torchLoad(keywords);
  if (target.key === 'numpy load' && isTrue(keywords.get('allow_pickle')))
    return { code: 'pickle-load', detail: 'allow_pickle has numpy unpickle whatever the file holds' };
  if (target.key === 'yaml load' || target.key === 'yaml load_all') return yamlLoad(args[1] ?? keywords.get('Loader'));
  if (target.key === 'torch.hub load' && isTextual(keywords.get('source')) && (keywords.get('source') as { text: string }).text === 'local')
    return null;
  if (onnxHubCalls.has(target.key)) return onnxHub(keywords, args);
  const known = loads.get(target.key);
  if (known) return known;
  return unpinned(last, target.module, { args, keywords });
}

function torchLoad(keywords: ReadonlyMap<string, Value>): Practice | null {
  const only = keywords.get('weights_only');
  if (isTrue(only)) return null;
  if (isFalse(only)) return { code: 'torch-load-any-object', detail: 'weights_only=False has torch unpickle whatever the file holds' };
  return only === undefined
    ? { code: 'torch-load-default', detail: 'without weights_only=True torch before 2.6 unpickles whatever the file holds' }
    : null;
}

/** Python 3 loaders that build plain data only. */
const safeLoaders = /(^|\.)C?(Safe|Base)Loader$/;

function yamlLoad(loader: Value | undefined): Practice | null {
  if (loader?.kind === 'named' && safeLoaders.test(loader.name)) return null;
  if (loader?.kind === 'named' && /FullLoader$/.test(loader.name)) return null;
  if (loader !== undefined && loader.kind !== 'named') return null;
  return { code: 'yaml-unsafe-load', detail: 'the YAML loader builds any Python object the file names' };
}

/** `organisation/name`, without a revision: other bytes tomorrow. */
const hubName = /^[\w.-]{1,96}\/[\w.-]{1,96}$/;

function unpinned(
  last: string,
  module: string,
  { args, keywords }: { readonly args: readonly Value[]; readonly keywords: ReadonlyMap<string, Value> },
): Practice | null {
  const loadsModel = last === 'from_pretrained' || last === 'snapshot_download' || last === 'hf_hub_download';
  const loadsData = last === 'load_dataset' && module.startsWith('datasets');
  if (!loadsModel && !loadsData) return null;
  const name = args[0] ?? keywords.get('pretrained_model_name_or_path') ?? keywords.get('repo_id') ?? keywords.get('path');
  if (!isTextual(name) || !hubName.test(name.text) || keywords.has('revision') || keywords.has('**')) return null;
  if (/^\.{1,2}\//.test(name.text)) return null;
  return loadsData
    ? { code: 'unpinned-data-set', detail: 'the data set is loaded without a revision' }
    : { code: 'unpinned-model', detail: 'the model is loaded without a revision' };
}

function isTrue(value: Value | undefined): boolean {
  return numberOf(value) === 1;
}
function isFalse(value: Value | undefined): boolean {
  return value !== undefined && numberOf(value) === 0;
}
