/** safetensors: a JSON header that must describe every byte behind it exactly once. */

import { rangePlace } from '../../engine/place.ts';
import {
  type Draft,
  defineReader,
  draftArtefact,
  guarded,
  lie,
  MalformedBytes,
  type ReaderTools,
  TruncatedBytes,
} from '../../engine/reader.ts';
import { type ByteSource, windowSource } from '../../engine/source.ts';
import { Cursor } from '../parts/cursor.ts';
import { type JsonValue, parseJson } from '../parts/json-tokens.ts';
import { sampledExecutables } from '../parts/sampled-executables.ts';
import { judgeStray } from '../parts/stray-bytes.ts';

/** @source the format's own README: the header may take 100 MB at most. */
const longestHeader = 100_000_000;
/** Bits of one element. @source safetensors `Dtype`. */
const elementBits: ReadonlyMap<string, number> = new Map([
  ...(['BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'] as const).map((name) => [name, 8] as const),
  ...(['I16', 'U16', 'F16', 'BF16'] as const).map((name) => [name, 16] as const),
  ...(['I32', 'U32', 'F32'] as const).map((name) => [name, 32] as const),
  ...(['I64', 'U64', 'F64', 'C64'] as const).map((name) => [name, 64] as const),
  ['F4', 4],
  ['F6_E2M3', 6],
  ['F6_E3M2', 6],
]);

export default defineReader({
  format: 'safetensors',
  certain: ({ head }) => {
    // A length below 2^40, then JSON.
    const opens = head[5] === 0 && head[6] === 0 && head[7] === 0 && head[8] === 0x7b;
    return opens && (head[9] === 0x22 || head[9] === 0x7d || head[9] === 0x20 || head[9] === 0x0a);
  },
  plausible: ({ name, size }) => size >= 10 && name.endsWith('.safetensors'),
  read: (source, where, tools) => {
    const draft = draftArtefact('safetensors', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readTensors(source, draft, tools));
    return draft;
  },
});

type Span = { readonly name: string; readonly start: number; readonly end: number };

function readTensors(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const cursor = new Cursor(source);
  const length = cursor.u64();
  if (length > longestHeader) throw new MalformedBytes('safetensors-header-size', 0, `a header of ${length} bytes is not allowed`);
  const text = cursor.text(length);
  if (!text.startsWith('{')) throw new MalformedBytes('safetensors-header', 8, 'the header does not begin with a JSON object');
  // The official reader takes sizes and places as `usize` only: what is written as 1.0, 1e0 or -0 it refuses, and readers in Python may not.
  const { value, repeatedKeys } = parseJson(text, { digitsOnly: true });
  if (!(value instanceof Map)) throw new MalformedBytes('safetensors-header', 8, 'the header is no JSON object');
  for (const { key, at } of repeatedKeys)
    draft.anomalies.push(
      lie(
        'safetensors-repeated-key',
        `The header holds ${JSON.stringify(key.slice(0, 100))} twice: programs differ in which one they read.`,
        rangePlace(draft.where, 8 + at, key.length),
      ),
    );
  const dataAt = 8 + length;
  const spans: Span[] = [];
  for (const [name, entry] of value) {
    if (name === '__metadata__') readMetadata(entry, draft);
    else spans.push(readTensor(name, entry, draft));
  }
  draft.metadata.set('tensors', spans.length);
  checkCover(source, dataAt, spans, { draft, tools });
  const starts = spans.map(({ start }) => dataAt + start);
  draft.code.push(...sampledExecutables(source, { start: dataAt, end: source.size, starts }, draft.where));
}

function readMetadata(entry: JsonValue, draft: Draft): void {
  if (!(entry instanceof Map)) throw new MalformedBytes('safetensors-metadata', 8, '__metadata__ is no object');
  for (const [key, value] of entry) {
    if (typeof value !== 'string')
      throw new MalformedBytes('safetensors-metadata', 8, `the metadata value ${key.slice(0, 100)} is no text`);
    if (draft.metadata.size < 50) draft.metadata.set(`metadata.${key.slice(0, 100)}`, value.slice(0, 300));
  }
}

function readTensor(name: string, entry: JsonValue, draft: Draft): Span {
  const wrong = (what: string) => new MalformedBytes('safetensors-tensor', 8, `the tensor ${name.slice(0, 100)} ${what}`);
  if (!(entry instanceof Map)) throw wrong('is no object');
  const dtype = entry.get('dtype');
  const shape = entry.get('shape');
  const offsets = entry.get('data_offsets');
  if (typeof dtype !== 'string' || !isCountList(shape) || !isCountList(offsets) || offsets.length !== 2)
    throw wrong('has no valid dtype, shape and data_offsets, which are texts and whole numbers written in digits');
  const [start = 0, end = 0] = offsets;
  if (start > end) throw wrong('ends before it starts');
  const elements = shape.reduce((product, size) => product * BigInt(size), 1n);
  const bits = elementBits.get(dtype);
  if (bits === undefined)
    draft.unread.push({
      reason: 'unsupported',
      detail: `The element type ${dtype.slice(0, 40)} of ${name.slice(0, 100)} is not known.`,
      where: draft.where,
    });
  if (bits !== undefined && elements * BigInt(bits) !== BigInt(end - start) * 8n)
    throw wrong(`declares ${elements} elements of ${dtype} in ${end - start} bytes`);
  const before = draft.metadata.get('parameters');
  draft.metadata.set('parameters', (typeof before === 'number' ? before : 0) + Number(elements));
  if (!draft.metadata.has('dtype')) draft.metadata.set('dtype', dtype.slice(0, 40));
  return { name, start, end };
}

function isCountList(value: JsonValue | undefined): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0);
}

/** No hole, no overlap, no tail: every byte belongs to one tensor. */
function checkCover(
  source: ByteSource,
  dataAt: number,
  spans: readonly Span[],
  { draft, tools }: { draft: Draft; tools: ReaderTools },
): void {
  const sorted = [...spans].sort((a, b) => a.start - b.start || a.end - b.end);
  const bufferSize = source.size - dataAt;
  let covered = 0;
  for (const { name, start, end } of sorted) {
    const place = rangePlace(draft.where, dataAt + start, end - start);
    if (start < covered)
      draft.anomalies.push(lie('safetensors-overlap', `The tensor ${name.slice(0, 100)} shares bytes with another.`, place));
    if (start > covered)
      judgeStray(windowSource(source, dataAt + covered, start - covered), { code: 'safetensors-hole', at: dataAt + covered, draft, tools });
    covered = Math.max(covered, end);
  }
  if (covered > bufferSize)
    throw new TruncatedBytes('safetensors-cut', source.size, `The header describes ${covered} bytes, ${bufferSize} are there.`);
  if (covered < bufferSize)
    judgeStray(windowSource(source, dataAt + covered, bufferSize - covered), {
      code: 'safetensors-tail',
      at: dataAt + covered,
      draft,
      tools,
    });
}
