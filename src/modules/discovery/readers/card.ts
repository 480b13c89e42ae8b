/** Cards and configurations that say a folder is a model or a data set: README front matter, config.json, MLmodel, ollama manifests. */
import { asList, asRecord, asText, field, frontMatter, parseJson, parseYaml } from '../document.ts';

export type CardFact = {
  readonly subject: 'model' | 'dataset';
  readonly title: string | null;
  readonly licence: string | null;
  readonly library: string | null;
  readonly task: string | null;
  readonly baseModels: readonly string[];
  readonly datasets: readonly string[];
};
export type FolderModel = {
  readonly layout: 'transformers' | 'adapter' | 'diffusers' | 'mlflow' | 'saved-model' | 'keras-weights';
  readonly architecture: string | null;
  readonly type: string | null;
  readonly baseModel: string | null;
  /** Everything below belongs to it, not only what lies beside the file. */
  readonly deep: boolean;
  readonly facts: Readonly<Record<string, string>>;
};

const datasetSigns = ['task_categories', 'size_categories', 'dataset_info', 'annotations_creators', 'language_creators', 'source_datasets'];
const modelSigns = ['library_name', 'pipeline_tag', 'base_model', 'model-index', 'model_name'];

/** @returns null for a README that is no card. */
export function cardFact(text: string): CardFact | null {
  const matter = frontMatter(text);
  if (matter === null) return null;
  const isDataset = datasetSigns.some((sign) => field(matter, sign) !== undefined);
  const isModel = modelSigns.some((sign) => field(matter, sign) !== undefined);
  if (isDataset === isModel) return null;
  return {
    subject: isModel ? 'model' : 'dataset',
    title: asText(field(matter, 'pretty_name')) ?? /^#\s+(.{1,160})$/m.exec(text)?.[1]?.trim() ?? null,
    licence: asText(field(matter, 'license') ?? field(matter, 'licence')),
    library: asText(field(matter, 'library_name')),
    task: asText(field(matter, 'pipeline_tag')) ?? asText(asList(field(matter, 'task_categories'))[0]),
    baseModels: repositories(field(matter, 'base_model')),
    datasets: repositories(field(matter, 'datasets')),
  };
}

function repositories(value: unknown): string[] {
  const listed = typeof value === 'string' ? [value] : asList(value).flatMap((entry) => asText(entry) ?? []);
  return listed.filter((name) => /^[A-Za-z0-9][\w.-]{0,95}(?:\/[\w.-]{1,96})?$/.test(name)).slice(0, 50);
}

/** Reads the file that makes its folder a model, by its name. */
export function folderModel(name: string, text: string): FolderModel | null {
  if (name === 'config.json') return transformersConfig(asRecord(parseJson(text)));
  if (name === 'adapter_config.json') return adapterConfig(asRecord(parseJson(text)));
  if (name === 'model_index.json') return diffusersIndex(asRecord(parseJson(text)));
  return name === 'MLmodel' ? mlflowModel(asRecord(parseYaml(text)[0])) : null;
}

function transformersConfig(config: Record<string, unknown> | null): FolderModel | null {
  const type = asText(field(config, 'model_type'), 80);
  const architecture = asText(asList(field(config, 'architectures'))[0], 120);
  if (type === null && architecture === null) return null;
  const version = asText(field(config, 'transformers_version'), 40);
  const automatic = field(config, 'auto_map') === undefined ? {} : { customCode: 'auto_map' };
  return {
    layout: 'transformers',
    architecture,
    type,
    baseModel: null,
    deep: false,
    facts: { ...(version === null ? {} : { transformersVersion: version }), ...automatic },
  };
}

function adapterConfig(config: Record<string, unknown> | null): FolderModel | null {
  const base = asText(field(config, 'base_model_name_or_path'), 200);
  const type = asText(field(config, 'peft_type'), 40);
  return base === null && type === null ? null : { layout: 'adapter', architecture: null, type, baseModel: base, deep: false, facts: {} };
}

function diffusersIndex(config: Record<string, unknown> | null): FolderModel | null {
  const pipeline = asText(field(config, '_class_name'), 120);
  return pipeline === null
    ? null
    : { layout: 'diffusers', architecture: pipeline, type: 'diffusion', baseModel: null, deep: true, facts: {} };
}

function mlflowModel(config: Record<string, unknown> | null): FolderModel | null {
  const flavors = asRecord(field(config, 'flavors'));
  if (flavors === null) return null;
  const python = asRecord(field(flavors, 'python_function'));
  const facts = Object.entries({
    flavors: Object.keys(flavors).slice(0, 10).join(', '),
    loaderModule: asText(field(python, 'loader_module'), 200),
    runId: asText(field(config, 'run_id'), 64),
    mlflowVersion: asText(field(config, 'mlflow_version'), 40),
  }).filter((entry): entry is [string, string] => entry[1] !== null);
  return {
    layout: 'mlflow',
    architecture: null,
    type: Object.keys(flavors)[0] ?? null,
    baseModel: null,
    deep: true,
    facts: Object.fromEntries(facts),
  };
}

export type CachedModel = {
  readonly repository: string;
  readonly revision: string;
  readonly kind: 'model' | 'dataset';
  readonly folder: string;
};

/** `models--org--name/snapshots/<revision>/…` of the Hugging Face cache; null elsewhere. */
export function hubSnapshot(path: string): CachedModel | null {
  const match = /^(.*?(?:^|\/)(models|datasets)--([^/]{1,200})\/snapshots\/([0-9a-f]{7,64}|[\w.-]{1,80}))\//.exec(path);
  if (!match?.[3]) return null;
  return {
    repository: match[3].replaceAll('--', '/'),
    revision: match[4] ?? '',
    kind: match[2] === 'models' ? 'model' : 'dataset',
    folder: match[1] ?? '',
  };
}

/** Blobs behind a cache's snapshots: reached through their snapshot, so not counted again. */
export function isHubBlob(path: string): boolean {
  return /(?:^|\/)(?:models|datasets)--[^/]{1,200}\/(?:blobs|refs|\.no_exist)\//.test(path);
}

/** `…/.lmstudio/models/<publisher>/<repository>/<file>`, and the place it had before; null elsewhere. @source LM Studio documentation, "Import models". */
export function lmStudioRepository(path: string): string | null {
  const match = /(?:^|\/)(?:\.lmstudio|\.cache\/lm-studio)\/models\/([\w.-]{1,96})\/([\w.-]{1,96})\/[^/]{1,300}$/.exec(path);
  return match === null ? null : `${match[1]}/${match[2]}`;
}

export type OllamaModel = { readonly name: string; readonly digest: string };

/** A manifest of the ollama store: `manifests/<registry>/<namespace>/<name>/<tag>`. */
export function ollamaManifest(path: string, text: string): OllamaModel | null {
  const match = /(?:^|\/)manifests\/[^/]{1,120}\/([^/]{1,120})\/([^/]{1,120})\/([^/]{1,120})$/.exec(path);
  if (!match) return null;
  const layers = asList(field(asRecord(parseJson(text)), 'layers')).map(asRecord);
  const weights = layers.find((layer) => asText(field(layer, 'mediaType')) === 'application/vnd.ollama.image.model');
  const digest = /^sha256:([0-9a-f]{64})$/.exec(asText(field(weights ?? null, 'digest')) ?? '')?.[1];
  const namespace = match[1] === 'library' ? '' : `${match[1]}/`;
  return digest === undefined ? null : { name: `${namespace}${match[2]}:${match[3]}`, digest };
}

/** The digest an ollama blob's name states. */
export function ollamaBlob(path: string): string | null {
  return /(?:^|\/)blobs\/sha256[-:]([0-9a-f]{64})$/.exec(path)?.[1] ?? null;
}
