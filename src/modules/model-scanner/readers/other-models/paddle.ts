/** PaddlePaddle: programs as protocol buffers, and parameters as tensors one after the other. */
import { rangePlace } from '../../engine/place.ts';
import {
  broken,
  type Draft,
  defineReader,
  draftArtefact,
  guarded,
  MalformedBytes,
  type ReaderTools,
  TruncatedBytes,
} from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { isAddress, leavesFolder } from '../archives/archive-path.ts';
import { Cursor } from '../parts/cursor.ts';
import { type Field, fields, fieldText, fitsShape } from '../parts/protobuf.ts';

type Shape = ReadonlyMap<number, number>;
/** @source paddle/fluid/framework/framework.proto. */
const programShape: Shape = new Map([
  [1, 2],
  [4, 2],
  [5, 2],
]);
const blockShape: Shape = new Map([
  [1, 0],
  [2, 0],
  [3, 2],
  [4, 2],
  [5, 0],
]);
const operatorShape: Shape = new Map([
  [1, 2],
  [2, 2],
  [3, 2],
  [4, 2],
  [5, 0],
]);
/** Bytes by VarType. */
const elementBytes: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 2],
  [2, 4],
  [3, 8],
  [4, 2],
  [5, 4],
  [6, 8],
  [19, 8],
  [20, 1],
  [21, 1],
  [22, 2],
  [23, 8],
  [24, 16],
  [32, 1],
  [33, 1],
]);

export default defineReader({
  format: 'paddle',
  plausible: ({ head, isText }) => !isText && (head[0] === 0x0a || startsTensor(head)),
  read: (source, where, tools) => {
    const isProgram = isPaddleProgram(source);
    if (!isProgram && !startsTensor(source.read(0, 64))) return null;
    const draft = draftArtefact(isProgram ? 'paddle-program' : 'paddle-params', where, source.size);
    draft.role = 'model';
    guarded(draft, () => (isProgram ? readProgram(source, draft, tools) : readTensors(source, draft, tools)));
    return !isProgram && draft.metadata.get('tensors') === undefined ? null : draft;
  },
});

/** Blocks whose first one has operators or variables of the right form. */
function isPaddleProgram(source: ByteSource): boolean {
  if (!fitsShape(source, 0, source.size, programShape)) return false;
  try {
    for (const block of fields(source, 0, source.size)) {
      if (block.number !== 1) continue;
      if (!fitsShape(source, block.start, block.end, blockShape)) return false;
      const inner = [...fields(source, block.start, block.end)];
      const [first] = inner;
      if (first?.number !== 1 || inner[1]?.number !== 2) return false;
      const operator = inner.find(({ number }) => number === 4);
      return operator === undefined
        ? inner.some(({ number }) => number === 3)
        : fitsShape(source, operator.start, operator.end, operatorShape);
    }
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
  }
  return false;
}

function readProgram(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const table = tools.tables.operators.graphs.get('paddle');
  // Names of the versions we have a list of; an older program may name what was removed since.
  const known = isListedVersion(source) ? table?.known : undefined;
  const seen = new Set<string>();
  let operators = 0;
  for (const block of fields(source, 0, source.size)) {
    if (block.number !== 1) continue;
    for (const operator of fields(source, block.start, block.end)) {
      if (operator.number !== 4 || operator.wire !== 2) continue;
      operators += 1;
      if ((operators & 0xfff) === 0) tools.budget.checkTime();
      const { type, texts } = operatorOf(source, operator);
      const fact = table?.harmful.get(type);
      if (!fact && known && !isOwn(type, known)) addCustom(type, operator, { draft, seen });
      if (!fact || seen.has(`${type} ${texts.join()}`)) continue;
      seen.add(`${type} ${texts.join()}`);
      const outside = fact.effect === 'fs-read' || fact.effect === 'fs-write' ? texts.find(leavesFolder) : undefined;
      draft.operators.push({
        framework: 'paddle',
        domain: '',
        name: type,
        known: true,
        effect: outside !== undefined && isAddress(outside) ? 'net' : fact.effect,
        certainty: outside === undefined ? fact.certainty : 'proved',
        detail: outside === undefined ? fact.why : `${fact.why}: ${outside.slice(0, 200)}`,
        where: rangePlace(draft.where, operator.start, operator.end - operator.start),
      });
    }
  }
  draft.metadata.set('operators', operators);
}

/** ProgramDesc: 4 version, as one number of major, minor and patch with three digits each; 0 where it was built by hand. */
function isListedVersion(source: ByteSource): boolean {
  for (const field of fields(source, 0, source.size)) {
    if (field.number !== 4 || field.wire !== 2) continue;
    for (const part of fields(source, field.start, field.end))
      if (part.number === 1 && part.wire === 0) return part.value >= 2_000_000 && part.value < 4_000_000;
  }
  return false;
}

/** Gradients are made from the operators they belong to; fusions for one kind of processor end in its name. */
function isOwn(type: string, known: ReadonlySet<string>): boolean {
  const bare = type.replace(/(?:_grad)+$|_(?:double|triple)_grad$/, '');
  return known.has(bare) || /_xpu$/.test(bare);
}

type Found = { readonly draft: Draft; readonly seen: Set<string> };

/** @source PaddlePaddle guides, "Customize C++ operator": it is registered by a library that the host program loads. */
function addCustom(type: string, { start, end }: Field, { draft, seen }: Found): void {
  if (seen.has(type)) return;
  seen.add(type);
  draft.operators.push({
    framework: 'paddle',
    domain: '',
    name: type,
    known: false,
    effect: 'none',
    certainty: 'possible',
    detail: 'an operator that Paddle does not have, for which the program that runs the model must load a library',
    where: rangePlace(draft.where, start, end - start),
  });
}

/** OpDesc: 3 type, 4 attributes; of those 1 name, 5 text. */
function operatorOf(source: ByteSource, operator: Field): { readonly type: string; readonly texts: string[] } {
  let type = '';
  const texts: string[] = [];
  for (const field of fields(source, operator.start, operator.end)) {
    if (field.number === 3 && field.wire === 2) type = fieldText(source, field, 200);
    if (field.number !== 4 || field.wire !== 2) continue;
    let name = '';
    for (const part of fields(source, field.start, field.end)) {
      if (part.number === 1 && part.wire === 2) name = fieldText(source, part, 100);
      if (part.number === 5 && part.wire === 2 && /path|file|dir/.test(name)) texts.push(fieldText(source, part, 1000));
    }
  }
  return { type, texts };
}

/** Version 0, no levels of detail (or few), version 0, then a description of some bytes that begins with a type. */
function startsTensor(head: Uint8Array): boolean {
  if (head.length < 26 || head.subarray(0, 4).some((byte) => byte !== 0)) return false;
  if (head.subarray(4, 12).some((byte) => byte !== 0) || head.subarray(12, 16).some((byte) => byte !== 0)) return false;
  const length = (head[16] ?? 0) + (head[17] ?? 0) * 256;
  return length >= 2 && length < 200 && head[18] === 0 && head[19] === 0 && head[20] === 0x08 && elementBytes.has(head[21] ?? 255);
}

/** @source paddle/phi/core/framework/lod_tensor_serialize.cc and dense_tensor_tostream.cc. */
function readTensors(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const cursor = new Cursor(source);
  let tensors = 0;
  let parameters = 0;
  while (cursor.left > 0) {
    if ((tensors & 0xff) === 0) tools.budget.checkTime();
    const at = cursor.at;
    if (cursor.u32() !== 0) throw new MalformedBytes('paddle-tensor', at, 'a tensor has an unknown version');
    const levels = cursor.u64();
    if (levels > 64) throw new MalformedBytes('paddle-tensor', at, `${levels} levels of detail are too many`);
    for (let i = 0; i < levels; i++) cursor.skip(cursor.u64());
    if (cursor.u32() !== 0) throw new MalformedBytes('paddle-tensor', at, 'a tensor has an unknown version');
    const length = cursor.i32();
    const start = cursor.at;
    if (length < 0 || length > 4096) throw new MalformedBytes('paddle-tensor', at, `a description of ${length} bytes is none`);
    cursor.skip(length);
    const { elements, bytes } = described(source, start, cursor.at);
    if (!(bytes <= cursor.left)) {
      draft.anomalies.push(
        broken('paddle-size', `A tensor of ${bytes} bytes stands before the last ${cursor.left}.`, rangePlace(draft.where, at)),
      );
      throw new TruncatedBytes('paddle-cut', at, `a tensor of ${bytes} bytes does not fit into the ${cursor.left} that are left`);
    }
    cursor.skip(bytes);
    tensors += 1;
    parameters += elements;
    draft.metadata.set('tensors', tensors);
  }
  draft.metadata.set('parameters', parameters);
}

/** TensorDesc: 1 type, 2 dimensions. */
function described(source: ByteSource, start: number, end: number): { readonly elements: number; readonly bytes: number } {
  let elements = 1;
  let width = Number.NaN;
  for (const field of fields(source, start, end)) {
    if (field.number === 1 && field.wire === 0) width = elementBytes.get(field.value) ?? Number.NaN;
    if (field.number === 2 && field.wire === 0) elements *= field.value;
    if (field.number === 2 && field.wire === 2) for (const value of packed(source, field)) elements *= value;
  }
  return { elements, bytes: elements * width };
}

function packed(source: ByteSource, { start, end }: Field): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const byte of source.read(start, Math.min(end - start, 640))) {
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte >= 0x80) continue;
    values.push(value);
    value = 0;
    shift = 0;
  }
  return values;
}
