/** TensorFlow Lite's tables. @source tensorflow/compiler/mlir/lite/schema/schema.fbs, version 3c. */
import type { FlatSchema } from '../parts/flatbuffer.ts';

export const tfliteSchema: FlatSchema = {
  Model: ['4', '[OperatorCode]', '[SubGraph]', 'text', '[Buffer]', '[4]', '[Metadata]', '[SignatureDef]'],
  OperatorCode: ['1', 'text', '4', '4'],
  SubGraph: ['[Tensor]', '[4]', '[4]', '[Operator]', 'text', '4'],
  Tensor: ['[4]', '1', '4', 'text', 'Quantization', '1', 'Sparsity', '[4]', '1', '[Variant]'],
  Quantization: ['[4]', '[4]', '[4]', '[8]', '1', '?', '4'],
  Sparsity: ['[4]', '[4]', '[?]'],
  Variant: ['[4]', '1', '1'],
  Operator: ['4', '[4]', '[4]', '1', '?', '[1]', '1', '[1]', '[4]', '8', '8', '1', '?', '4'],
  Buffer: ['[1]', '8', '8'],
  Metadata: ['text', '4'],
  SignatureDef: ['[TensorMap]', '[TensorMap]', 'text', '-', '4'],
  TensorMap: ['text', '4'],
};

/** Slots by table. */
export const slots = {
  model: { version: 0, codes: 1, graphs: 2, description: 3, buffers: 4, metadata: 6, signatures: 7 },
  code: { deprecated: 0, custom: 1, version: 2, builtin: 3 },
  graph: { tensors: 0, inputs: 1, outputs: 2, operators: 3 },
  tensor: { shape: 0, type: 1, buffer: 2, sparsity: 6 },
  operator: { code: 0, inputs: 1, outputs: 2, intermediates: 8 },
  buffer: { data: 0, offset: 1, size: 2 },
} as const;

/** BuiltinOperator CUSTOM. */
export const customOperator = 32;

/** Bits of one element by TensorType; text, resources and variants have no fixed size. */
export const elementBits: ReadonlyMap<number, number> = new Map([
  [0, 32],
  [1, 16],
  [2, 32],
  [3, 8],
  [4, 64],
  [6, 8],
  [7, 16],
  [8, 64],
  [9, 8],
  [10, 64],
  [11, 128],
  [12, 64],
  [15, 32],
  [16, 16],
  [17, 4],
  [18, 16],
]);
