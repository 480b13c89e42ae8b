/** MXNet parameters: arrays one after the other, each against the file, then their names. */
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
import { Cursor } from '../parts/cursor.ts';

/** @source MXNet src/ndarray/ndarray.cc: list magic 0x112, arrays of version 2 and 3. */
const arrayMagic = { version1: 0xf993fac8, version2: 0xf993fac9, version3: 0xf993faca } as const;
/** Bytes by type flag of mshadow. */
const elementBytes: ReadonlyMap<number, number> = new Map([
  [0, 4],
  [1, 8],
  [2, 2],
  [3, 1],
  [4, 4],
  [5, 1],
  [6, 8],
  [7, 1],
  [8, 2],
  [9, 2],
  [10, 4],
  [11, 8],
  [12, 2],
]);
const mostArrays = 10_000_000;

export default defineReader({
  format: 'mxnet-params',
  certain: ({ head }) => head[0] === 0x12 && head[1] === 1 && head.subarray(2, 16).every((byte) => byte === 0) && head.length >= 24,
  read: (source, where, tools) => {
    const draft = draftArtefact('mxnet-params', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readArrays(source, draft, tools));
    return draft;
  },
});

function readArrays(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const cursor = new Cursor(source, 16);
  const count = cursor.u64();
  if (count > mostArrays || count * 8 > cursor.left)
    throw new MalformedBytes('mxnet-count', 16, `${count} arrays do not fit into ${source.size} bytes`);
  draft.metadata.set('tensors', count);
  let parameters = 0;
  for (let i = 0; i < count; i++) {
    if ((i & 0xff) === 0) tools.budget.checkTime();
    parameters += readArray(cursor);
  }
  draft.metadata.set('parameters', parameters);
  const names = cursor.u64();
  if (names !== 0 && names !== count)
    draft.anomalies.push(broken('mxnet-names', `${count} arrays have ${names} names.`, rangePlace(draft.where, cursor.at - 8, 8)));
  for (let i = 0; i < Math.min(names, mostArrays); i++) cursor.skip(cursor.u64());
  if (cursor.left > 0)
    draft.anomalies.push(broken('mxnet-tail', `${cursor.left} bytes follow the names.`, rangePlace(draft.where, cursor.at, cursor.left)));
}

/** @returns the number of elements. */
function readArray(cursor: Cursor): number {
  const at = cursor.at;
  const magic = cursor.u32();
  if (magic === arrayMagic.version2 || magic === arrayMagic.version3) {
    const storage = cursor.i32();
    if (storage !== 0 && storage !== 1 && storage !== 2 && storage !== -1)
      throw new MalformedBytes('mxnet-array', at, `the storage type ${storage} does not exist`);
    if (storage > 0) return sparse(cursor, storage);
    return values(cursor, shape(cursor, true), magic === arrayMagic.version3);
  }
  if (magic === arrayMagic.version1) return values(cursor, shape(cursor, true), false);
  // Before that the number of dimensions stood here, with 32 bits each.
  cursor.seek(at);
  return values(cursor, shape(cursor, false), false);
}

function shape(cursor: Cursor, wide: boolean): number[] {
  const at = cursor.at;
  const dimensions = cursor.u32();
  if (dimensions > 32) throw new MalformedBytes('mxnet-shape', at, `an array has ${dimensions} dimensions`);
  return Array.from({ length: dimensions }, () => (wide ? cursor.u64() : cursor.u32()));
}

function values(cursor: Cursor, dimensions: readonly number[], zeroDimensional: boolean): number {
  // No dimensions: nothing is stored, unless the version knows scalars.
  if (dimensions.length === 0 && !zeroDimensional) return 0;
  cursor.skip(8);
  const elements = product(dimensions);
  take(cursor, elements * widthOf(cursor));
  return elements;
}

function widthOf(cursor: Cursor): number {
  const at = cursor.at;
  const flag = cursor.i32();
  const width = elementBytes.get(flag);
  if (width === undefined) throw new MalformedBytes('mxnet-type', at, `the element type ${flag} does not exist`);
  return width;
}

function product(dimensions: readonly number[]): number {
  return dimensions.reduce((total, size) => total * size, 1);
}

function take(cursor: Cursor, bytes: number): void {
  if (!(bytes <= cursor.left))
    throw new TruncatedBytes('mxnet-array', cursor.at, `an array of ${bytes} bytes does not fit into the ${cursor.left} that are left`);
  cursor.skip(bytes);
}

/** Shape of the storage, shape, context, type; then type and shape of each index array, the values, the indexes. */
function sparse(cursor: Cursor, storage: number): number {
  const stored = shape(cursor, true);
  shape(cursor, true);
  cursor.skip(8);
  const width = widthOf(cursor);
  const indexes = Array.from({ length: storage === 2 ? 2 : 1 }, () => {
    const indexWidth = widthOf(cursor);
    return product(shape(cursor, true)) * indexWidth;
  });
  const elements = product(stored);
  take(cursor, elements * width);
  for (const bytes of indexes) take(cursor, bytes);
  return elements;
}
