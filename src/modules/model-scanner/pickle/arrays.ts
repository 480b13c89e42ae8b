/** Element types and sizes of the arrays and storages that pickles describe. */
import type { ArrayFact, StorageFact } from './facts.ts';
import type { Machine } from './machine.ts';
import { type Call, numberOf, numbersOf, textOf, type Value } from './values.ts';

/** `dtype('f8')` as text, bytes of one element, and whether elements are Python objects. */
type ElementType = { readonly text: string; readonly bytes: number; readonly objects: boolean };

const hasObjectFlag = 1;
const kindBytes: ReadonlyMap<string, number> = new Map([
  ['?', 1],
  ['b', 1],
  ['B', 1],
  ['O', 8],
  ['M', 8],
  ['m', 8],
]);

/**
 * A `numpy.dtype` value: `dtype('f8', False, True)` plus the state `(version, order, subdtype, names, fields, itemsize, alignment, flags)`.
 * @source NumPy `arraydescr_reduce`: itemsize and flags are only meaningful for structured and flexible types, else -1 and 0.
 */
function elementTypeOf(value: Value | undefined): ElementType | undefined {
  if (value?.kind !== 'call' || value.callee.kind !== 'global') return undefined;
  const text = textOf(value.args[0]) ?? value.callee.target.name;
  const state = value.state?.kind === 'tuple' ? value.state.items : [];
  const [itemBytes, flags] = [numberOf(state[5]) ?? -1, numberOf(state[7]) ?? 0];
  const match = /^[<>|=]?([a-zA-Z?])(\d*)/.exec(text);
  if (!match) return undefined;
  const [, letter = '', digits = ''] = match;
  const objects = letter === 'O' || (flags & hasObjectFlag) !== 0;
  const declared = digits === '' ? kindBytes.get(letter) : Number(digits) * (letter === 'U' ? 4 : 1);
  const bytes = itemBytes >= 0 ? itemBytes : declared;
  return bytes === undefined ? undefined : { text: text.slice(0, 40), bytes, objects };
}

/** What follows a joblib wrapper in the stream. */
type RawData = {
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  readonly elements: number;
  /** One byte says how much padding precedes the data; null in files written before joblib 1.2. */
  readonly aligned: boolean;
};

function stateEntry(state: Value | undefined, name: string): Value | undefined {
  if (state?.kind !== 'dict') return undefined;
  for (let at = 0; at + 1 < state.items.length; at += 2) {
    const key = state.items[at];
    if (key?.kind === 'text' && key.text === name) return state.items[at + 1];
  }
  return undefined;
}

const isJoblib = (module: string): boolean => /(?:^|\.)joblib\.numpy_pickle(?:_compat)?$/.test(module);

export function wrapperKind(value: Value): 'stream' | 'file' | undefined {
  if (value.kind !== 'call' || value.callee.kind !== 'global') return undefined;
  const { module, name } = value.callee.target;
  if (!isJoblib(module)) return undefined;
  if (name === 'NumpyArrayWrapper') return 'stream';
  return name === 'NDArrayWrapper' || name === 'ZNDArrayWrapper' ? 'file' : undefined;
}

/** @source joblib `NumpyArrayWrapper.read_array`: objects are a pickle of their own, everything else is raw bytes. */
export function rawDataOf(wrapper: Call): RawData | undefined {
  const shape = numbersOf(stateEntry(wrapper.state, 'shape'));
  const dtype = elementTypeOf(stateEntry(wrapper.state, 'dtype'));
  if (!shape || !dtype || shape.some((size) => size < 0 || !Number.isSafeInteger(size))) return undefined;
  const elements = shape.reduce((product, size) => product * size, 1);
  const alignment = stateEntry(wrapper.state, 'numpy_array_alignment_bytes');
  return Number.isSafeInteger(elements * dtype.bytes) ? { shape, dtype, elements, aligned: alignment?.kind === 'integer' } : undefined;
}

/** joblib before 0.10 wrote each array into a file of its own and named it. */
export function noteFileWrapper(machine: Machine, wrapper: Call): void {
  const text = textOf(stateEntry(wrapper.state, 'filename'));
  if (text !== undefined) machine.recorder.externalPath({ text: text.slice(0, 1000), where: machine.recorder.where(machine.site()) });
}

/** BUILD of `numpy.ndarray` with `(version, shape, dtype, order, data)`. */
export function noteArray(machine: Machine, value: Call, state: Value): void {
  if (value.callee.kind !== 'global' || value.callee.target.name !== '_reconstruct' || state.kind !== 'tuple' || state.count !== 5) return;
  const shape = numbersOf(state.items[1]);
  const dtype = elementTypeOf(state.items[2]);
  if (!shape || !dtype) return;
  const array: ArrayFact = { dtype: dtype.text, shape, dataBytes: null, where: machine.recorder.where(machine.site()) };
  machine.recorder.array(array);
}

const storageBytes: ReadonlyMap<string, number> = new Map(
  Object.entries({
    DoubleStorage: 8,
    FloatStorage: 4,
    HalfStorage: 2,
    BFloat16Storage: 2,
    LongStorage: 8,
    IntStorage: 4,
    ShortStorage: 2,
    CharStorage: 1,
    ByteStorage: 1,
    BoolStorage: 1,
    ComplexDoubleStorage: 16,
    ComplexFloatStorage: 8,
    QUInt8Storage: 1,
    QInt8Storage: 1,
    QInt32Storage: 4,
    QUInt4x2Storage: 1,
    QUInt2x4Storage: 1,
    UntypedStorage: 1,
    Float8_e4m3fnStorage: 1,
    Float8_e5m2Storage: 1,
  }),
);

/** `('storage', torch.FloatStorage, key, location, elements[, view])`, the persistent id of torch files. */
export function noteStorage(machine: Machine, id: Value): void {
  if (id.kind !== 'tuple' || textOf(id.items[0]) !== 'storage') return;
  const [, type, key, location, elements] = id.items;
  const name = type?.kind === 'global' ? type.target.name : '';
  const storage: StorageFact = {
    key: textOf(key) ?? '',
    type: name.slice(0, 100),
    location: (textOf(location) ?? '').slice(0, 100),
    elements: numberOf(elements) ?? 0,
    elementBytes: storageBytes.get(name) ?? null,
    where: machine.recorder.where(machine.site()),
  };
  machine.recorder.storage(storage);
}

/** Counts a rebuilt tensor: `_rebuild_tensor_v2(storage, offset, size, stride, …)`. */
export function noteTensor(machine: Machine, { callee, args }: Call): void {
  if (callee.kind !== 'global' || !callee.target.name.startsWith('_rebuild_tensor')) return;
  const size = numbersOf(args[2]);
  if (!size) return;
  machine.recorder.tensors += 1;
  machine.recorder.parameters += size.reduce((product, dimension) => product * Math.max(0, dimension), 1);
}
