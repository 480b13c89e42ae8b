/** What the readers of images, manifests, workflows and pipelines have in common: noting a practice, and careful looks into parsed values. */
import type { Where } from '../../../contract/finding.ts';
import type { PracticeFact } from '../engine/artefact.ts';
import { escapeText } from '../engine/quote.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonObject, JsonValue } from '../readers/parts/json-tokens.ts';

const mostPractices = 500;
const longestText = 300;

export type Practice = {
  readonly code: string;
  readonly detail: string;
  /** The line or value as written. */
  readonly text: string;
  readonly where: Where;
  readonly certainty?: PracticeFact['certainty'];
};
export type Note = (practice: Practice) => void;

/** Adds practices of one subject to the draft, 500 at most; the same one at the same line counts once. */
export function noteInto(draft: Draft, subject: PracticeFact['subject']): Note {
  return ({ code, detail, text, where, certainty = 'proved' }) => {
    const shown = escapeText(text.replace(/\s+/g, ' ').trim()).slice(0, longestText);
    const isKnown = draft.practices.some((known) => known.code === code && known.where.line === where.line && known.text === shown);
    if (isKnown || draft.practices.length >= mostPractices) return;
    draft.practices.push({ subject, code, detail, text: shown, certainty, where });
  };
}

export type Path = readonly (string | number)[];

/** The value under these keys and indexes, or undefined. */
export function valueAt(root: JsonValue | undefined, ...path: Path): JsonValue | undefined {
  let value = root;
  for (const step of path) {
    if (value instanceof Map && typeof step === 'string') value = value.get(step);
    else if (Array.isArray(value) && typeof step === 'number') value = value[step];
    else return undefined;
  }
  return value;
}

export function mapAt(root: JsonValue | undefined, ...path: Path): JsonObject | null {
  const value = valueAt(root, ...path);
  return value instanceof Map ? value : null;
}

export function listAt(root: JsonValue | undefined, ...path: Path): readonly JsonValue[] {
  const value = valueAt(root, ...path);
  return Array.isArray(value) ? value : [];
}

/** Text, or a number or truth value as text. */
export function textAt(root: JsonValue | undefined, ...path: Path): string | null {
  return plainText(valueAt(root, ...path));
}

export function plainText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** One text, or a list of them. */
export function textsOf(value: JsonValue | undefined): string[] {
  const single = plainText(value);
  if (single !== null) return [single];
  return Array.isArray(value) ? value.flatMap((item) => plainText(item) ?? []) : [];
}

/** Environment as `{NAME: value}`, `["NAME=value"]` or `[{name, value}]`. */
export function environmentOf(value: JsonValue | undefined): Map<string, string> {
  const found = new Map<string, string>();
  if (value instanceof Map) for (const [name, set] of value) found.set(name, plainText(set) ?? '');
  if (!Array.isArray(value)) return found;
  for (const item of value) {
    const written = plainText(item);
    const cut = written?.indexOf('=') ?? -1;
    if (written !== null && cut > 0) found.set(written.slice(0, cut), written.slice(cut + 1));
    const name = textAt(item, 'name');
    const set = textAt(item, 'value');
    if (name !== null && set !== null) found.set(name, set);
  }
  return found;
}

/** An image reference: what fixes its content, if anything. @source OCI distribution specification, references. */
export function imageFixity(reference: string): 'digest' | 'tag' | 'latest' | 'variable' {
  if (/\$|\{\{|<|%/.test(reference)) return 'variable';
  if (/@sha(256|512):[0-9a-f]{64,128}$/.test(reference)) return 'digest';
  const tag = /:([^/:]+)$/.exec(reference)?.[1];
  return tag === undefined || tag === 'latest' ? 'latest' : 'tag';
}

/** Images whose containers serve or train models: their ports and rights weigh more. */
const modelImages =
  /(^|[/_-])(vllm|tgi|text-generation-inference|text-embeddings-inference|ollama|triton\w*|tritonserver|torchserve|pytorch|tensorflow|tf-serving|ray|ray-ml|mlflow|kserve|seldon\w*|sglang|lmdeploy|llama\w*|localai|open-webui|litellm|langflow|flowise|jupyter\w*|scipy-notebook|datascience-notebook|base-notebook|comfyui|stable-diffusion\w*|huggingface|transformers\w*|bentoml|nemo|nim|cuda|xinference|whisper\w*|airflow|label-studio|qdrant|weaviate|milvus|chroma)([:@/_.-]|$)/i;

export function isModelImage(reference: string): boolean {
  return modelImages.test(reference);
}
