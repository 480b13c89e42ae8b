/** What a GGUF model says about itself against what it holds: layers, heads, experts, vocabulary. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft } from '../../engine/reader.ts';
import type { Scalar } from './gguf-header.ts';
import type { GgufTensor } from './gguf-tensors.ts';
import type { Vocabulary } from './gguf-vocabulary.ts';

export type GgufContent = {
  readonly keys: ReadonlyMap<string, Scalar>;
  readonly vocabulary: Vocabulary;
  readonly tensors: readonly GgufTensor[];
};

export function checkShape({ keys, vocabulary, tensors }: GgufContent, draft: Draft): void {
  const architecture = String(keys.get('general.architecture') ?? '');
  const count = (name: string) => {
    const value = keys.get(`${architecture}.${name}`);
    return typeof value === 'number' ? value : null;
  };
  const report = (code: string, detail: string, at: number | null = null) =>
    draft.anomalies.push(broken(code, detail, at === null ? draft.where : rangePlace(draft.where, at)));
  checkLayers(tensors, count('block_count'), report);
  checkHeads(tensors, count('attention.head_count'), count('attention.head_count_kv'), report);
  const experts = count('expert_count');
  const used = count('expert_used_count');
  if (experts !== null && used !== null && used > experts) report('gguf-hyperparameter', `${used} of ${experts} experts are to be used.`);
  checkVocabulary(tensors, vocabulary, report);
}

type Report = (code: string, detail: string, at?: number | null) => void;

/** Programs make room for `block_count` layers and then fill those that are named. */
function checkLayers(tensors: readonly GgufTensor[], blocks: number | null, report: Report): void {
  if (blocks === null) return;
  for (const { name, at } of tensors) {
    const layer = /^blk\.(\d{1,12})\./.exec(name);
    if (!layer || Number(layer[1]) < blocks) continue;
    report('gguf-layers', `The tensor ${name.slice(0, 60)} belongs to layer ${layer[1]} of ${blocks}.`, at);
    return;
  }
}

/** Models without attention write zero heads; with attention the width is divided by their number. */
function checkHeads(tensors: readonly GgufTensor[], heads: number | null, groups: number | null, report: Report): void {
  const attends = tensors.some(({ name }) => /^blk\.\d{1,6}\.attn_(?:q|qkv|k)\.weight$/.test(name));
  if (heads !== null && (heads > 2 ** 16 || (heads <= 0 && attends)))
    report('gguf-hyperparameter', `attention.head_count is ${heads}: programs divide by it or allocate for it.`);
  if (heads !== null && groups !== null && heads > 0 && groups > heads)
    report('gguf-hyperparameter', `${groups} groups of keys stand against ${heads} heads.`);
}

/** Embeddings may have more rows than tokens, for padding; with fewer the last tokens are looked up out of bounds. */
function checkVocabulary(tensors: readonly GgufTensor[], { tokens, counts }: Vocabulary, report: Report): void {
  if (tokens === null) return;
  for (const [key, count] of counts)
    if (count !== tokens) report('gguf-vocabulary', `${tokens} tokens stand against ${count} values in ${key}.`);
  const embedding = tensors.find(({ name }) => name === 'token_embd.weight');
  const rows = embedding?.dimensions[1];
  if (embedding && rows !== undefined && rows < tokens)
    report('gguf-vocabulary', `${tokens} tokens have ${rows} rows of embeddings.`, embedding.at);
}
