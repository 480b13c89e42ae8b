/** Small models in the formats projects really hold, from their format descriptions: ONNX, safetensors, GGUF, Keras, torch, sklearn. */
import { littleEndian, onnxBytes } from './onnx-bytes.ts';
import { type PickleValue, pickleBytes } from './pickle-bytes.ts';
import { type ZipMember, zipBytes } from './zip-bytes.ts';

/** Numbers that look like weights and are the same each time (a linear congruential generator). */
export function weights(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.fround((state / 2 ** 32 - 0.5) * 0.2);
  });
}

/** input → MatMul → Add → Softmax, two classes. */
export function onnxModel(): Uint8Array {
  return onnxBytes({
    name: 'sentiment',
    producer: 'shop-assistant',
    nodes: [
      { operator: 'MatMul', inputs: ['embedding', 'weight'], output: 'product' },
      { operator: 'Add', inputs: ['product', 'bias'], output: 'logits' },
      { operator: 'Softmax', inputs: ['logits'], output: 'sentiment' },
    ],
    weights: [
      { name: 'weight', shape: [64, 2], values: weights(128, 11) },
      { name: 'bias', shape: [2], values: weights(2, 12) },
    ],
    input: { name: 'embedding', shape: [1, 64] },
    output: { name: 'sentiment', shape: [1, 2] },
  });
}

/* ——— safetensors ——— */
export function safetensorsModel(
  tensors: readonly { readonly name: string; readonly shape: readonly number[] }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const data: Buffer[] = [];
  let offset = 0;
  const entries = tensors.map(({ name, shape }, index) => {
    const bytes = littleEndian(
      weights(
        shape.reduce((product, size) => product * size, 1),
        100 + index,
      ),
    );
    data.push(bytes);
    const entry = [name, { dtype: 'F32', shape, data_offsets: [offset, offset + bytes.length] }] as const;
    offset += bytes.length;
    return entry;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8, ' '));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(Buffer.concat([length, header, ...data]));
}

/* ——— GGUF version 3 ——— */
const ggufText = (value: string) => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
};
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};

export function ggufModel(texts: Readonly<Record<string, string>>, numbers: Readonly<Record<string, number>>): Uint8Array {
  const tokens = ['<s>', '</s>', '<unk>', ...'abcdefghijklmnopqrstuvwxyz '];
  const entries = [
    ...Object.entries(texts).map(([key, value]) => Buffer.concat([ggufText(key), u32(8), ggufText(value)])),
    ...Object.entries(numbers).map(([key, value]) => Buffer.concat([ggufText(key), u32(4), u32(value)])),
    Buffer.concat([ggufText('tokenizer.ggml.tokens'), u32(9), u32(8), u64(tokens.length), ...tokens.map(ggufText)]),
  ];
  const tensor = Buffer.concat([ggufText('token_embd.weight'), u32(2), u64(32), u64(tokens.length), u32(0), u64(0)]);
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1), u64(entries.length), ...entries, tensor]);
  const padding = Buffer.alloc((32 - (head.length % 32)) % 32);
  return new Uint8Array(Buffer.concat([head, padding, littleEndian(weights(32 * tokens.length, 7))]));
}

/* ——— Keras 3 archive, architecture only ——— */
const layer = (className: string, config: Readonly<Record<string, unknown>>) => ({
  module: 'keras.layers',
  class_name: className,
  config,
  registered_name: null,
});

export function kerasModel(): Uint8Array {
  const config = {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name: 'product_tagger',
      trainable: true,
      layers: [
        layer('InputLayer', { batch_shape: [null, 64], dtype: 'float32', name: 'features' }),
        layer('Dense', { name: 'hidden', units: 16, activation: 'relu', use_bias: true }),
        layer('Dense', { name: 'tags', units: 8, activation: 'sigmoid', use_bias: true }),
      ],
    },
    registered_name: null,
    build_config: { input_shape: [null, 64] },
  };
  const metadata = { keras_version: '3.5.0', date_saved: '2025-03-14@09:26:53' };
  return zipBytes([
    { name: 'metadata.json', bytes: Buffer.from(JSON.stringify(metadata)) },
    { name: 'config.json', bytes: Buffer.from(JSON.stringify(config)) },
  ]);
}

/* ——— torch.save, zip form ——— */
type TorchTensor = { readonly name: string; readonly shape: readonly number[]; readonly seed: number };

/** @param extra more entries of the saved dict: where a hostile file hides its call. */
export function torchModel(tensors: readonly TorchTensor[], extra: readonly (readonly [PickleValue, PickleValue])[] = []): Uint8Array {
  const state = tensors.map(({ name, shape }, index): readonly [PickleValue, PickleValue] => [name, rebuiltTensor(shape, String(index))]);
  const model: PickleValue = { call: { global: ['collections', 'OrderedDict'] }, args: [], entries: state };
  const saved: PickleValue = { dict: [['epoch', 1], ['model_state_dict', model], ...extra] };
  const members: ZipMember[] = [
    { name: 'archive/data.pkl', bytes: pickleBytes(saved, 2) },
    { name: 'archive/byteorder', bytes: Buffer.from('little') },
    ...tensors.map(({ shape, seed }, index) => ({ name: `archive/data/${index}`, bytes: littleEndian(weights(countOf(shape), seed)) })),
    { name: 'archive/version', bytes: Buffer.from('3\n') },
  ];
  return zipBytes(members, { align: true });
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function rebuiltTensor(shape: readonly number[], key: string): PickleValue {
  const storage: PickleValue = { persistent: { tuple: ['storage', { global: ['torch', 'FloatStorage'] }, key, 'cpu', countOf(shape)] } };
  const strides = shape.map((_, index) => countOf(shape.slice(index + 1)));
  const hooks: PickleValue = { call: { global: ['collections', 'OrderedDict'] }, args: [] };
  return {
    call: { global: ['torch._utils', '_rebuild_tensor_v2'] },
    args: [storage, 0, { tuple: shape }, { tuple: strides }, false, hooks],
  };
}

/* ——— scikit-learn, pickle protocol 4 ——— */
function doubles(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeDoubleLE(value, index * 8);
  return bytes;
}

function numpyArray(values: readonly number[], shape: readonly number[]): PickleValue {
  const dtype: PickleValue = {
    call: { global: ['numpy', 'dtype'] },
    args: ['f8', false, true],
    state: { tuple: [3, '<', null, null, null, -1, -1, 0] },
  };
  return {
    call: { global: ['numpy.core.multiarray', '_reconstruct'] },
    args: [{ global: ['numpy', 'ndarray'] }, { tuple: [0] }, new Uint8Array([0x62])],
    state: { tuple: [1, { tuple: shape }, dtype, false, doubles(values)] },
  };
}

/** A fitted LogisticRegression over `features`. */
export function sklearnModel(features: number): Uint8Array {
  const coefficients = [...weights(features, 42)].map(Number);
  const state: PickleValue = {
    dict: [
      ['penalty', 'l2'],
      ['dual', false],
      ['tol', 0.0001],
      ['C', 1.5],
      ['fit_intercept', true],
      ['solver', 'lbfgs'],
      ['max_iter', 200],
      ['n_features_in_', features],
      ['classes_', numpyArray([0, 1], [2])],
      ['coef_', numpyArray(coefficients, [1, features])],
      ['intercept_', numpyArray([-0.25], [1])],
      ['_sklearn_version', '1.5.1'],
    ],
  }; // prettier-ignore
  return pickleBytes({ instance: { global: ['sklearn.linear_model._logistic', 'LogisticRegression'] }, args: [], state });
}
