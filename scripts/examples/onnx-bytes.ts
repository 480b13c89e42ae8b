/** ONNX files written field by field: protocol buffers as in onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto). */

export type OnnxTensor = { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array };
export type OnnxNode = { readonly operator: string; readonly inputs: readonly string[]; readonly output: string };
/** A dimension that is a word may be of any size. */
export type OnnxValue = { readonly name: string; readonly shape: readonly (number | string)[] };
export type OnnxGraph = {
  readonly name: string;
  readonly producer: string;
  readonly nodes: readonly OnnxNode[];
  readonly weights: readonly OnnxTensor[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
  readonly metadata?: Readonly<Record<string, string>>;
};

/** Numbers as four bytes each, the lowest first. */
export function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
const number = (field: number, value: number) => Buffer.concat([varint(field * 8), varint(value)]);
const message = (field: number, ...parts: Buffer[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
};
const text = (field: number, value: string) => message(field, Buffer.from(value));

function valueInfo(field: number, { name, shape }: OnnxValue): Buffer {
  const dimensions = message(2, ...shape.map((size) => message(1, typeof size === 'number' ? number(1, size) : text(2, size))));
  return message(field, text(1, name), message(2, message(1, number(1, 1), dimensions)));
}

function initializer({ name, shape, values }: OnnxTensor): Buffer {
  return message(5, ...shape.map((size) => number(1, size)), number(2, 1), text(8, name), message(9, littleEndian(values)));
}

function node({ operator, inputs, output }: OnnxNode): Buffer {
  const name = `${operator.toLowerCase()}_${output}`;
  return message(1, ...inputs.map((input) => text(1, input)), text(2, output), text(3, name), text(4, operator));
}

/** Version 8 of the format, operators of set 17. */
export function onnxBytes({ name, producer, nodes, weights, input, output, metadata = {} }: OnnxGraph): Uint8Array {
  const graph = message(7, ...nodes.map(node), text(2, name), ...weights.map(initializer), valueInfo(11, input), valueInfo(12, output));
  const properties = Object.entries(metadata).map(([key, value]) => message(14, text(1, key), text(2, value)));
  const operators = message(8, text(1, ''), number(2, 17));
  return new Uint8Array(Buffer.concat([number(1, 8), text(2, producer), text(3, '1.0'), graph, operators, ...properties]));
}
