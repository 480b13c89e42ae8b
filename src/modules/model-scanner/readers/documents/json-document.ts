/** JSON files: model configurations, Keras architectures, notebooks, shard indexes; any other JSON is plain. */
import type { Where } from '../../../../contract/finding.ts';
import { placeName, rangePlace } from '../../engine/place.ts';
import { type Draft, defineReader, draftArtefact, guarded, lie, MalformedBytes, type ReaderTools } from '../../engine/reader.ts';
import { isKerasConfig, readKerasConfig } from '../graphs/keras-config.ts';
import { type JsonDocument, type JsonObject, parseJson } from '../parts/json-tokens.ts';
import { isSkopsSchema, readSkopsSchema } from '../python/skops.ts';
import { readHuggingFace } from './hugging-face.ts';
import { readNotebook } from './notebook.ts';

const longestDocument = 64 * 2 ** 20;
const utf8 = new TextDecoder('utf-8');

/** Keys that make a JSON file more than data. A file without any of them is not parsed. */
const telling = [
  'class_name',
  'nbformat',
  'auto_map',
  'weight_map',
  'chat_template',
  'architectures',
  'model_type',
  'base_model_name_or_path',
  '_class_name',
  '_target_',
  '__loader__',
  'learner',
  'custom_generate',
  'custom_pipelines',
  'trust_remote_code',
  'added_tokens',
  'added_tokens_decoder',
].map((key) => `"${key}"`);

export default defineReader({
  format: 'json',
  plausible: (glance) => startsJson(glance.head) && glance.isText,
  read: (source, where, tools) => {
    const draft = draftArtefact('json', where, source.size);
    if (source.size > longestDocument) {
      draft.unread.push({ reason: 'budget', detail: `JSON of ${source.size} bytes is larger than is parsed.`, where });
      return draft;
    }
    const bytes = source.read(0, source.size);
    if (mayMatter(bytes)) readDocument(bytes, draft, tools);
    return draft;
  },
});

function startsJson(head: Uint8Array): boolean {
  for (const byte of head) {
    if (byte === 32 || byte === 9 || byte === 10 || byte === 13 || byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
    return byte === 0x7b || byte === 0x5b;
  }
  return false;
}

/** Keys may also be written with escapes (`\u0063lass_name`): a file that escapes plain letters is parsed in any case. */
function mayMatter(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (telling.some((key) => buffer.includes(key, 0, 'latin1'))) return true;
  return ['\\u004', '\\u005', '\\u006', '\\u007'].some((letter) => buffer.includes(letter, 0, 'latin1'));
}

function readDocument(bytes: Uint8Array, draft: Draft, tools: ReaderTools): void {
  let parsed: JsonDocument | null = null;
  try {
    parsed = parseJson(utf8.decode(bytes));
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    // Broken JSON is loaded by nobody; only where it is nested to kill a parser, or bears the name of a configuration, is it worth a word.
    if (error.code === 'json-depth' || /^(config|model_index|tokenizer_config|generation_config)\.json$/.test(placeName(draft.where)))
      guarded(draft, () => {
        throw error;
      });
    return;
  }
  const { value } = parsed;
  if (!(value instanceof Map)) return;
  guarded(draft, () => classify(value, draft, tools));
  if (draft.role !== null) addRepeatedKeys(parsed, draft, draft.where);
}

function classify(root: JsonObject, draft: Draft, tools: ReaderTools): void {
  if (root.has('nbformat') && Array.isArray(root.get('cells') ?? root.get('worksheets'))) readNotebook(root, draft);
  else if (isKerasConfig(root)) readKerasConfig(root, draft, tools);
  else if (isSkopsSchema(root)) readSkopsSchema(root, draft, tools);
  else if (isBooster(root)) Object.assign(draft, { format: 'xgboost-json', role: 'model' });
  else readHuggingFace(root, draft);
}

function isBooster(root: JsonObject): boolean {
  const learner = root.get('learner');
  return learner instanceof Map && learner.has('gradient_booster') && Array.isArray(root.get('version'));
}

function addRepeatedKeys({ repeatedKeys }: JsonDocument, draft: Draft, where: Where): void {
  for (const { key, at } of repeatedKeys.slice(0, 5))
    draft.anomalies.push(
      lie(
        'json-repeated-key',
        `The key ${JSON.stringify(key.slice(0, 100))} stands twice in one object: programs differ in which one they read.`,
        rangePlace(where, at, key.length),
      ),
    );
}
