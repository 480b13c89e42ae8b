/** One ONNX tensor in a file of its own (`.pb`, as test data and `save_tensor` write them). */
import { defineReader, draftArtefact, guarded } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { fields, fitsShape } from '../parts/protobuf.ts';
import { readTensor } from './onnx-tensor.ts';

/** TensorProto: field number → wire types. @source onnx.proto3. Dimensions come one by one or packed. */
const packedShape: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [2, 0],
  [4, 2],
  [5, 2],
  [6, 2],
  [7, 2],
  [8, 2],
  [9, 2],
  [10, 2],
  [11, 2],
  [12, 2],
  [13, 2],
  [14, 0],
]);
const plainShape: ReadonlyMap<number, number> = new Map([...packedShape, [1, 0]]);
const mostType = 24;

export default defineReader({
  format: 'onnx-tensor',
  plausible: ({ head, isText }) => !isText && (head[0] === 0x08 || head[0] === 0x0a || head[0] === 0x10),
  read: (source, where) => {
    if (!isTensor(source)) return null;
    const draft = draftArtefact('onnx-tensor', where, source.size);
    draft.role = 'dataset';
    const whole = { number: 0, wire: 2, value: 0, start: 0, end: source.size };
    guarded(draft, () => readTensor(source, whole, { draft, files: new Map() }));
    return draft;
  },
});

/** A type that exists, and exactly one kind of values, which is raw bytes, numbers, texts, or a file elsewhere. */
function isTensor(source: ByteSource): boolean {
  if (!fitsShape(source, 0, source.size, plainShape) && !fitsShape(source, 0, source.size, packedShape)) return false;
  let type = 0;
  const kinds = new Set<number>();
  for (const { number, value } of fields(source, 0, source.size)) {
    if (number === 2) type = value;
    if ([4, 5, 6, 7, 9, 10, 11, 13].includes(number)) kinds.add(number);
  }
  return type >= 1 && type <= mostType && kinds.size === 1;
}
