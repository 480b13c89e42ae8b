/** OpenVINO's topology: layers of known sets, weights by offset and size in the file beside it. */
import type { Where } from '../../../../contract/finding.ts';
import { placeName } from '../../engine/place.ts';
import { escapeText } from '../../engine/quote.ts';
import { broken, type Draft, lie } from '../../engine/reader.ts';
import { leavesFolder } from '../archives/archive-path.ts';
import type { XmlElement, XmlEvents } from './xml-stream.ts';

const knownSets = /^(?:opset\d{1,2}|ie_internal_opset|experimental|util|internal|)$/;
/** Bits of one element. @source openvino `ov::element::Type`. */
const elementBits: ReadonlyMap<string, number> = new Map([
  ...['f64', 'i64', 'u64'].map((name) => [name, 64] as const),
  ...['f32', 'i32', 'u32'].map((name) => [name, 32] as const),
  ...['f16', 'bf16', 'i16', 'u16'].map((name) => [name, 16] as const),
  ...['i8', 'u8', 'boolean', 'f8e4m3', 'f8e5m2', 'f8e8m0'].map((name) => [name, 8] as const),
  ...['i4', 'u4', 'nf4', 'f4e2m1'].map((name) => [name, 4] as const),
  ['u3', 3],
  ['u2', 2],
  ['u1', 1],
]);
const mostFacts = 500;

type State = { layers: number; parameters: number; weightsEnd: number; layer: { type: string; set: string } | null; facts: number };

/** @source OpenVINO IR version 10 and 11: `layer` with `version` as its operation set, `data offset size` of Const layers. */
export function openvinoEvents(draft: Draft): XmlEvents & { finish(): void } {
  const state: State = { layers: 0, parameters: 0, weightsEnd: 0, layer: null, facts: 0 };
  return {
    open: (element) => {
      const { name, attributes } = element;
      if (name === 'net') {
        draft.metadata.set('name', (attributes.get('name') ?? '').slice(0, 200));
        draft.metadata.set('version', (attributes.get('version') ?? '').slice(0, 20));
      }
      if (name === 'layer') openLayer(element, state, draft);
      if (name === 'data' && state.layer?.type === 'Const') readConstant(element, state, draft);
      if ((name === 'weights' || name === 'biases') && attributes.has('offset')) readRange(element, state, draft);
      if (name === 'Source' && attributes.has('filename')) readKernel(element, draft);
    },
    close: (name) => {
      if (name === 'layer') state.layer = null;
    },
    finish: () => {
      draft.metadata.set('layers', state.layers);
      if (state.parameters > 0) draft.metadata.set('parameters', state.parameters);
      if (state.weightsEnd > 0) addCompanion(state.weightsEnd, draft);
    },
  };
}

function openLayer({ attributes, place }: XmlElement, state: State, draft: Draft): void {
  const type = attributes.get('type') ?? '';
  const set = attributes.get('version') ?? '';
  state.layers += 1;
  state.layer = { type, set };
  if (knownSets.test(set) || state.facts >= mostFacts) return;
  state.facts += 1;
  draft.operators.push({
    framework: 'openvino',
    domain: escapeText(set.slice(0, 100)),
    name: escapeText(type.slice(0, 100)),
    known: false,
    effect: 'none',
    certainty: 'possible',
    detail: 'is no operation of OpenVINO: a library with an extension must be loaded for it.',
    where: place(),
  });
}

function readConstant(element: XmlElement, state: State, draft: Draft): void {
  const { attributes, place } = element;
  const size = readRange(element, state, draft);
  const bits = elementBits.get((attributes.get('element_type') ?? '').toLowerCase());
  const shape = (attributes.get('shape') ?? '').split(',').map((part) => part.trim());
  if (size === null || bits === undefined) return;
  const dimensions = shape.filter((part) => part !== '').map(Number);
  if (dimensions.some((dimension) => !Number.isInteger(dimension) || dimension < 0)) return;
  const elements = dimensions.reduce((product, dimension) => product * dimension, 1);
  state.parameters += elements;
  const needed = Math.ceil((elements * bits) / 8);
  if (needed !== size)
    note(state, () =>
      draft.anomalies.push(
        lie('openvino-size', `A constant of shape ${shape.join('×')} needs ${needed} bytes and is given ${size}.`, place()),
      ),
    );
}

/** @returns the declared size, or null when it is none. */
function readRange({ attributes, place }: XmlElement, state: State, draft: Draft): number | null {
  const [offset, size] = [decimal(attributes.get('offset')), decimal(attributes.get('size'))];
  if (offset === null || size === null) {
    if (attributes.has('offset') || attributes.has('size'))
      note(state, () => draft.anomalies.push(broken('openvino-range', 'Weights have an offset or size that is no number.', place())));
    return null;
  }
  state.weightsEnd = Math.max(state.weightsEnd, offset + size);
  return size;
}

function note(state: State, add: () => void): void {
  state.facts += 1;
  if (state.facts <= mostFacts) add();
}

function decimal(text: string | undefined): number | null {
  const value = text !== undefined && /^\d{1,19}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}

/** The file of the same name beside it: its bytes are values, and it must be at least this long. */
function addCompanion(end: number, draft: Draft): void {
  draft.metadata.set('weightsBytes', end);
  const name = placeName(draft.where);
  const stem = name.replace(/\.xml$/i, '');
  if (stem === name) return;
  const reaches = Number.isSafeInteger(end) ? end : Number.MAX_SAFE_INTEGER;
  draft.externalPaths.push({
    text: `${stem}.bin`,
    purpose: 'tensor-data',
    leavesFolder: false,
    effect: 'fs-read',
    reaches,
    where: draft.where,
  });
}

/** Kernels of custom layers are sources that the driver compiles and runs. */
function readKernel({ attributes, place }: XmlElement, draft: Draft): void {
  const text = attributes.get('filename') ?? '';
  const where: Where = place();
  draft.operators.push({
    framework: 'openvino',
    domain: '',
    name: escapeText(text.slice(0, 200)),
    known: false,
    effect: 'none',
    certainty: 'possible',
    detail: 'is the source of a kernel that is compiled and run for a custom layer.',
    where,
  });
  if (leavesFolder(text))
    draft.externalPaths.push({ text: text.slice(0, 1000), purpose: 'asset', leavesFolder: true, effect: 'exec', where });
}
