/** GGUF 1 to 3, both byte orders: counts, keys, templates and tensor ranges, each against the file. */
import { rangePlace } from '../../engine/place.ts';
import {
  broken,
  type Draft,
  defineReader,
  draftArtefact,
  guarded,
  lie,
  MalformedBytes,
  type ReaderTools,
  TruncatedBytes,
} from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import type { Cursor } from '../parts/cursor.ts';
import { sampledExecutables } from '../parts/sampled-executables.ts';
import { counted, type Header, noteImpossible, readHeader, type Scalar, text, type ValueTarget } from './gguf-header.ts';
import { checkShape } from './gguf-shape.ts';
import { checkTensors, type GgufTensor } from './gguf-tensors.ts';
import { checkUnused } from './gguf-unused.ts';
import { isVocabularyKey, readVocabulary, type Vocabulary } from './gguf-vocabulary.ts';

export default defineReader({
  format: 'gguf',
  certain: ({ head }) => head[0] === 0x47 && head[1] === 0x47 && head[2] === 0x55 && head[3] === 0x46,
  read: (source, where, tools) => {
    const draft = draftArtefact('gguf', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readModel(source, draft, tools));
    return draft;
  },
});

/** Bytes of a scalar by type number. @source ggml docs/gguf.md, `gguf_metadata_value_type`. */
const scalarBytes: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);
const stringType = 8;
const arrayType = 9;
const deepestArray = 4;
const longestKey = 65_535;
const mostKeys = 100_000;
const mostTensors = 1_000_000;
const mostTemplates = 1000;
/** Longest text kept: templates run to some 100 kB. */
const keptText = 1_000_000;

function readModel(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const header = readHeader(source);
  const { cursor, version } = header;
  const tensorCount = counted(header);
  const keyCount = counted(header);
  if (keyCount > mostKeys || tensorCount > mostTensors || keyCount * 9 + tensorCount * 20 > source.size) {
    noteImpossible(Math.max(tensorCount, keyCount), 8, draft);
    throw new MalformedBytes('gguf-counts', 8, `${tensorCount} tensors and ${keyCount} keys do not fit into ${source.size} bytes`);
  }
  const vocabulary: Vocabulary = { tokens: null, byteTokens: new Uint8Array(0), counts: new Map() };
  const keys = new Map<string, Scalar>();
  for (let i = 0; i < keyCount; i++) readKey(header, { keys, vocabulary, draft, tools });
  addFacts(keys, version, draft);
  const tensors: GgufTensor[] = [];
  for (let i = 0; i < tensorCount; i++) {
    const tensor = readTensor(header, draft);
    if (!tensor) return;
    tensors.push(tensor);
  }
  checkShape({ keys, vocabulary, tensors }, draft);
  const alignment = alignmentOf(keys, draft);
  const ranges = checkTensors(tensors, { alignment, infoEnd: cursor.at, size: source.size }, draft);
  const start = Math.ceil(cursor.at / alignment) * alignment;
  const starts = tensors.map(({ offset }) => start + offset);
  draft.code.push(...sampledExecutables(source, { start, end: source.size, starts }, draft.where));
  if (ranges) checkUnused(source, ranges, { layout: { dataAt: cursor.at, alignment }, draft, tools });
}

type KeyTarget = {
  readonly keys: Map<string, Scalar>;
  readonly vocabulary: Vocabulary;
  readonly draft: Draft;
  readonly tools: ReaderTools;
};

function readKey(header: Header, { keys, vocabulary, draft, tools }: KeyTarget): void {
  const at = header.cursor.at;
  const key = text(header, longestKey, 'gguf-key', draft);
  const type = header.cursor.u32();
  const valueAt = header.cursor.at;
  if (keys.has(key))
    draft.anomalies.push(
      lie(
        'gguf-duplicate-key',
        `The key ${key.slice(0, 100)} stands twice: programs differ in which one they read.`,
        rangePlace(draft.where, at),
      ),
    );
  if (type === arrayType && isVocabularyKey(key)) {
    readVocabulary(header, key, vocabulary, { draft, tools });
    header.cursor.seek(valueAt);
  }
  if (type === arrayType && key.includes('template')) {
    readTemplates(header, key, draft);
    header.cursor.seek(valueAt);
  }
  const value = readValue(header, type, 0, { draft, tools });
  keys.set(key, value ?? '');
  // Every key that holds a template counts: tokenizer.chat_template, its named variants, and what a program may add.
  if (typeof value === 'string' && (key.includes('chat_template') || /\{[{%]/.test(value)))
    draft.templates.push({
      language: 'jinja',
      key: key.slice(0, 200),
      text: value,
      where: rangePlace(draft.where, valueAt, header.cursor.at - valueAt),
    });
}

/** A list of templates; the caller walks the value again for its bounds. Real models have fewer than ten. */
function readTemplates(header: Header, key: string, draft: Draft): void {
  const { cursor } = header;
  if (cursor.u32() !== stringType) return;
  const count = Math.min(counted(header), mostTemplates);
  for (let i = 0; i < count; i++) {
    const at = cursor.at;
    const value = text(header, Number.MAX_SAFE_INTEGER, 'gguf-text').slice(0, keptText);
    const where = rangePlace(draft.where, at, cursor.at - at);
    if (/\{[{%]/.test(value)) draft.templates.push({ language: 'jinja', key: `${key.slice(0, 200)}[${i}]`, text: value, where });
  }
}

/** @returns a scalar, or null for an array (which is walked, bounds-checked and dropped). */
function readValue(header: Header, type: number, depth: number, target: ValueTarget): Scalar | null {
  const { cursor } = header;
  if (type === stringType) return text(header, Number.MAX_SAFE_INTEGER, 'gguf-text', target.draft).slice(0, keptText);
  if (type === arrayType) {
    readArray(header, depth, target);
    return null;
  }
  switch (type) {
    case 0:
      return cursor.u8();
    case 1:
      return (cursor.u8() << 24) >> 24;
    case 2:
      return cursor.u16();
    case 3:
      return (cursor.u16() << 16) >> 16;
    case 4:
      return cursor.u32();
    case 5:
      return cursor.i32();
    case 6:
      return cursor.f32();
    case 7:
      return booleanOf(cursor);
    case 10:
    case 11:
      return cursor.u64();
    case 12:
      return cursor.f64();
    default:
      throw new MalformedBytes('gguf-type', cursor.at - 4, `value type ${type} does not exist`);
  }
}

function booleanOf(cursor: Cursor): boolean {
  const byte = cursor.u8();
  if (byte > 1) throw new MalformedBytes('gguf-bool', cursor.at - 1, `a truth value is ${byte}`);
  return byte === 1;
}

function readArray(header: Header, depth: number, target: ValueTarget): void {
  const { cursor } = header;
  if (depth >= deepestArray) throw new MalformedBytes('gguf-array-depth', cursor.at, `arrays nested deeper than ${deepestArray}`);
  const at = cursor.at;
  const type = cursor.u32();
  const count = counted(header);
  noteImpossible(count, at + 4, target.draft);
  const bytes = scalarBytes.get(type);
  if (bytes !== undefined) {
    if (count * bytes > cursor.left) throw new TruncatedBytes('gguf-array', at, `an array of ${count} elements does not fit into the file`);
    cursor.skip(count * bytes);
    return;
  }
  const least = type === stringType ? 4 : 8;
  if (count * least > cursor.left) throw new TruncatedBytes('gguf-array', at, `an array of ${count} elements does not fit into the file`);
  for (let i = 0; i < count; i++) {
    if ((i & 0xffff) === 0) target.tools.budget.checkTime();
    if (type === stringType) cursor.skip(counted(header));
    else readValue(header, type, depth + 1, target);
  }
}

/** @returns null when the rest cannot be found: no file of a real writer has such a tensor. */
function readTensor(header: Header, draft: Draft): GgufTensor | null {
  const { cursor } = header;
  const at = cursor.at;
  const name = text(header, longestKey, 'gguf-tensor-name');
  const dimensionCount = cursor.u32();
  if (dimensionCount > 4) {
    const detail = `The tensor ${name.slice(0, 100)} has ${dimensionCount} dimensions: programs that trust this write out of bounds.`;
    draft.anomalies.push(lie('gguf-dimensions', detail, rangePlace(draft.where, at)));
    draft.unread.push({ reason: 'reader-failed', detail, where: rangePlace(draft.where, at) });
    return null;
  }
  const dimensions = Array.from({ length: dimensionCount }, () => counted(header));
  return { name, dimensions, type: cursor.u32(), offset: cursor.u64(), at };
}

/** Programs divide by the alignment; a wrong one is read as if it were the ordinary 32. */
function alignmentOf(keys: ReadonlyMap<string, Scalar>, draft: Draft): number {
  const written = keys.get('general.alignment');
  if (written === undefined) return 32;
  if (typeof written === 'number' && written >= 1 && written <= 2 ** 20 && Number.isInteger(Math.log2(written))) return written;
  const detail = `The alignment ${String(written).slice(0, 40)} is no power of two up to 1 MiB.`;
  draft.anomalies.push(lie('gguf-alignment', detail, draft.where));
  return 32;
}

const facts = [
  'general.architecture',
  'general.name',
  'general.file_type',
  'general.license',
  'general.organization',
  'general.basename',
  'general.size_label',
  'tokenizer.ggml.model',
];

function addFacts(keys: ReadonlyMap<string, Scalar>, version: number, draft: Draft): void {
  draft.metadata.set('version', version);
  for (const key of facts) {
    const value = keys.get(key);
    if (typeof value === 'string' || typeof value === 'number')
      draft.metadata.set(key, typeof value === 'string' ? value.slice(0, 300) : value);
  }
  const architecture = keys.get('general.architecture');
  for (const [name, most] of [
    ['block_count', 10_000],
    ['context_length', 2 ** 31],
    ['embedding_length', 2 ** 24],
  ] as const) {
    const value = keys.get(`${String(architecture)}.${name}`);
    if (typeof value !== 'number') continue;
    draft.metadata.set(name, value);
    // A huge block count sizes an allocation; a width of zero is divided by.
    if (value > most || value <= 0)
      draft.anomalies.push(broken('gguf-hyperparameter', `${name} is ${value}: programs divide by it or allocate for it.`, draft.where));
  }
}
