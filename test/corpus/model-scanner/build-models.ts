/** Model files of the structured formats, small and valid unless a caller asks for something else. */
import { bytes, type Part, u32, u64 } from './build-bytes.ts';

/** numpy format 1.0, header padded to 64 bytes as numpy writes it. */
export function npy(header: string, data: Uint8Array): Uint8Array {
  const padded = `${header}${' '.repeat((64 - ((10 + header.length + 1) % 64)) % 64)}\n`;
  return bytes([0x93], 'NUMPY', [1, 0], [padded.length & 255, padded.length >> 8], padded, data);
}

export function numbersArray(shape: string, length: number): Uint8Array {
  return npy(`{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`, new Uint8Array(length));
}

export function safetensors(header: unknown, data: Uint8Array): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  return bytes(u64(text.length), text, data);
}

export const twoTensors = safetensors(
  {
    __metadata__: { format: 'pt' },
    a: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
    b: { dtype: 'I64', shape: [1], data_offsets: [16, 24] },
  },
  new Uint8Array(24),
);

/* ——— protocol buffers ——— */

export function varint(value: number | bigint): number[] {
  let left = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  for (;;) {
    const low = Number(left & 127n);
    left >>= 7n;
    if (left === 0n) return [...out, low];
    out.push(low | 128);
  }
}

/** A length-delimited field, or a number. */
export function field(number: number, value: Part | number): Uint8Array {
  if (typeof value === 'number') return bytes(varint(number * 8), varint(value));
  const content = bytes(value);
  return bytes(varint(number * 8 + 2), varint(content.length), content);
}

export function message(...fields: readonly Uint8Array[]): Uint8Array {
  return bytes(...fields);
}

/** An ONNX model around graph fields. */
export function onnxModel(graph: Uint8Array, ...more: readonly Uint8Array[]): Uint8Array {
  return message(field(1, 9), field(2, 'test'), field(7, graph), field(8, message(field(1, ''), field(2, 17))), ...more);
}

export function onnxNode(type: string, domain = '', ...attributes: readonly Uint8Array[]): Uint8Array {
  return message(field(1, 'x'), field(2, 'y'), field(4, type), ...attributes.map((attribute) => field(5, attribute)), field(7, domain));
}

/** A tensor whose bytes lie elsewhere. */
export function externalTensor(location: string, ...more: readonly (readonly [string, string])[]): Uint8Array {
  const entries = [['location', location], ...more].map(([key = '', value = '']) => field(13, message(field(1, key), field(2, value))));
  return message(field(1, 4), field(2, 1), field(8, 'W'), ...entries, field(14, 1));
}

export type TfNode = {
  readonly name: string;
  readonly op: string;
  readonly inputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, Uint8Array>>;
};

export function tfNode({ name, op, inputs = [], attributes = {} }: TfNode): Uint8Array {
  const entries = Object.entries(attributes).map(([key, value]) => field(5, message(field(1, key), field(2, value))));
  return message(field(1, name), field(2, op), ...inputs.map((input) => field(3, input)), ...entries);
}

/** AttrValue of a string constant. */
export function tfText(text: string): Uint8Array {
  return field(8, message(field(1, 7), field(8, text)));
}

export function tfGraph(nodes: readonly TfNode[], functionNodes: readonly TfNode[] = []): Uint8Array {
  const library =
    functionNodes.length === 0
      ? []
      : [field(2, field(1, message(field(1, message(field(1, 'f'))), ...functionNodes.map((node) => field(3, tfNode(node))))))];
  return message(...nodes.map((node) => field(1, tfNode(node))), ...library);
}

export function savedModel(graph: Uint8Array): Uint8Array {
  return message(field(1, 1), field(2, message(field(1, message(field(4, 'serve'))), field(2, graph))));
}

/* ——— GGUF ——— */

export type GgufValue = string | number | readonly string[];
export type GgufPart = {
  readonly name: string;
  readonly dimensions: readonly (number | bigint)[];
  readonly type?: number;
  readonly offset: number | bigint;
};

const ggufText = (text: string): Uint8Array => bytes(u64(text.length), text);

function ggufValue(value: GgufValue): Uint8Array {
  if (typeof value === 'string') return bytes(u32(8), ggufText(value));
  if (typeof value === 'number') return bytes(u32(4), u32(value));
  return bytes(u32(9), u32(8), u64(value.length), ...value.map(ggufText));
}

export function gguf(
  keys: readonly (readonly [string, GgufValue])[],
  tensors: readonly GgufPart[],
  data: number,
  tensorCount: number | bigint = tensors.length,
): Uint8Array {
  const head = bytes(
    'GGUF',
    u32(3),
    u64(tensorCount),
    u64(keys.length),
    ...keys.map(([key, value]) => bytes(ggufText(key), ggufValue(value))),
    ...tensors.map(({ name, dimensions, type = 0, offset }) =>
      bytes(ggufText(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset)),
    ),
  );
  return bytes(head, new Uint8Array((32 - (head.length % 32)) % 32), new Uint8Array(data));
}
