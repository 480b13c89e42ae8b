/** The JSON files of a Hugging Face repository: configuration, tokenizer, shard index, adapter, pipeline. */
import { rangePlace } from '../../engine/place.ts';
import type { Draft } from '../../engine/reader.ts';
import { isAddress, leavesFolder } from '../archives/archive-path.ts';
import type { JsonObject, JsonValue } from '../parts/json-tokens.ts';

/** First match names the format; a file may still hold what the others look for. */
const kinds: readonly { readonly format: string; readonly is: (root: JsonObject) => boolean }[] = [
  { format: 'weights-index', is: (root) => root.get('weight_map') instanceof Map },
  { format: 'adapter-config', is: (root) => root.has('peft_type') && root.has('base_model_name_or_path') },
  { format: 'diffusers-index', is: (root) => typeof root.get('_class_name') === 'string' },
  { format: 'tokenizer', is: (root) => root.get('model') instanceof Map && Array.isArray(root.get('added_tokens')) },
  {
    format: 'tokenizer-config',
    is: (root) => root.has('tokenizer_class') || root.has('added_tokens_decoder') || root.has('chat_template'),
  },
  {
    format: 'model-config',
    is: (root) => typeof root.get('model_type') === 'string' || Array.isArray(root.get('architectures')) || root.has('auto_map'),
  },
];

/** The format's word; null when nothing says that a Hugging Face library reads it. */
export function kindOf(root: JsonObject): string | null {
  return kinds.find(({ is }) => is(root))?.format ?? null;
}

export function readHuggingFace(root: JsonObject, draft: Draft): void {
  const format = kindOf(root);
  if (format === null) return;
  draft.format = format;
  draft.role = 'config';
  addFacts(root, draft);
  addRemoteCode(root, draft);
  addTemplates(root.get('chat_template'), 'chat_template', draft);
  addShardPaths(root.get('weight_map'), draft);
  addBaseModel(root, draft);
}

const factKeys = [
  'model_type',
  '_class_name',
  'torch_dtype',
  'dtype',
  'transformers_version',
  '_diffusers_version',
  'peft_type',
  'tokenizer_class',
  'task_type',
  '_name_or_path',
];
const countKeys = ['hidden_size', 'num_hidden_layers', 'num_attention_heads', 'vocab_size', 'max_position_embeddings', 'model_max_length'];

function addFacts(root: JsonObject, draft: Draft): void {
  for (const key of factKeys) {
    const value = root.get(key);
    if (typeof value === 'string') draft.metadata.set(key, value.slice(0, 300));
  }
  for (const key of countKeys) {
    const value = root.get(key);
    if (typeof value === 'number' && Number.isFinite(value)) draft.metadata.set(key, value);
  }
  const architectures = root.get('architectures');
  if (Array.isArray(architectures))
    draft.metadata.set(
      'architectures',
      architectures
        .filter((name) => typeof name === 'string')
        .join(', ')
        .slice(0, 300),
    );
}

/** `auto_map`, `custom_generate` and `custom_pipelines` name Python files that a loader with trust_remote_code imports. */
function addRemoteCode(root: JsonObject, draft: Draft): void {
  const maps = configurationsIn(root).map(([path, config]) => [[...path, 'auto_map'].join('.'), config.get('auto_map')] as const);
  for (const [key, value] of [
    ...maps,
    ['custom_pipelines', root.get('custom_pipelines')] as const,
    ['custom_generate', root.get('custom_generate')] as const,
  ])
    for (const text of textsIn(value, 3)) {
      const [repository, reference] = text.includes('--') ? text.split('--', 2) : [null, text];
      const detail =
        repository === null ? `${key} names ${reference} of this repository` : `${key} names code of the other repository ${repository}`;
      draft.code.push({
        language: 'python',
        activated: true,
        detail: detail.slice(0, 500),
        text: text.slice(0, 500),
        where: rangePlace(draft.where, 0),
      });
    }
  if (root.get('trust_remote_code') === true)
    draft.code.push({
      language: 'python',
      activated: true,
      detail: 'trust_remote_code is switched on in the configuration',
      text: 'trust_remote_code',
      where: draft.where,
    });
}

const deepestConfiguration = 3;
const mostConfigurations = 50;
/** The configuration and those of its parts (`vision_config`, `text_config`), each of which may have a map of its own, with their keys. */
export function configurationsIn(root: JsonObject): readonly (readonly [readonly string[], JsonObject])[] {
  const found: (readonly [readonly string[], JsonObject])[] = [[[], root]];
  for (let at = 0; at < found.length && found.length < mostConfigurations; at++) {
    const [path, config] = found[at] ?? [[], root];
    if (path.length >= deepestConfiguration) continue;
    for (const [key, value] of config) if (/config$/.test(key) && value instanceof Map) found.push([[...path, key], value]);
  }
  return found.slice(0, mostConfigurations);
}

function textsIn(value: JsonValue | undefined, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (depth === 0 || value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, depth - 1)).slice(0, 200);
  return value instanceof Map ? [...value.values()].flatMap((item) => textsIn(item, depth - 1)).slice(0, 200) : [];
}

/** One template, or a list of named ones. */
function addTemplates(value: JsonValue | undefined, key: string, draft: Draft): void {
  if (typeof value === 'string') draft.templates.push({ language: 'jinja', key, text: value.slice(0, 1_000_000), where: draft.where });
  if (!Array.isArray(value)) return;
  for (const item of value) {
    const template = item instanceof Map ? item.get('template') : undefined;
    const name = item instanceof Map ? item.get('name') : undefined;
    if (typeof template === 'string') addTemplates(template, `${key}.${typeof name === 'string' ? name.slice(0, 100) : '?'}`, draft);
  }
}

function addShardPaths(value: JsonValue | undefined, draft: Draft): void {
  if (!(value instanceof Map)) return;
  const shards = new Set([...value.values()].filter((shard) => typeof shard === 'string'));
  draft.metadata.set('shards', shards.size);
  draft.metadata.set('tensors', value.size);
  for (const shard of shards)
    if (leavesFolder(shard))
      draft.externalPaths.push({
        text: shard.slice(0, 1000),
        purpose: 'tensor-data',
        leavesFolder: true,
        effect: isAddress(shard) ? 'net' : 'fs-read',
        where: draft.where,
      });
}

/** A base model is named as `organisation/name`; a path or an address is loaded from there instead. */
function addBaseModel(root: JsonObject, draft: Draft): void {
  const base = root.get('base_model_name_or_path');
  if (typeof base !== 'string' || base === '') return;
  draft.metadata.set('base_model', base.slice(0, 300));
}
