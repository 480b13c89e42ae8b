/** TensorFlow Lite: every table in range, every index in its list, custom and Flex operators by name. */
import { rangePlace } from '../../engine/place.ts';
import { broken, type Draft, defineReader, draftArtefact, guarded, lie, type ReaderTools } from '../../engine/reader.ts';
import type { ByteSource } from '../../engine/source.ts';
import { executableFacts } from '../archives/executable-facts.ts';
import { FlatBuffer, type FlatTable, verifyFlatBuffer } from '../parts/flatbuffer.ts';
import { customOperator, elementBits, slots, tfliteSchema } from './tflite-schema.ts';

/** Associated files follow the model as a zip archive, which its own reader opens. */
export default defineReader({
  format: 'tflite',
  certain: ({ head }) => head[4] === 0x54 && head[5] === 0x46 && head[6] === 0x4c && head[7] === 0x33,
  read: (source, where, tools) => {
    const draft = draftArtefact('tflite', where, source.size);
    draft.role = 'model';
    guarded(draft, () => readModel(source, draft, tools));
    return draft;
  },
});

function readModel(source: ByteSource, draft: Draft, tools: ReaderTools): void {
  const model = new FlatBuffer(source).root('TFL3');
  draft.metadata.set('version', model.number(slots.model.version, 4));
  addOperators(model, draft, tools);
  verifyFlatBuffer(model, 'Model', tfliteSchema, () => tools.budget.checkTime());
  const description = model.text(slots.model.description, 300);
  if (description !== '') draft.metadata.set('description', description);
  const buffers = bufferSizes(model, draft);
  const codes = model.count(slots.model.codes);
  let operators = 0;
  let tensors = 0;
  for (const graph of model.tables(slots.model.graphs)) {
    tools.budget.checkTime();
    tensors += checkTensors(graph, buffers, draft);
    operators += checkOperators(graph, codes, draft);
  }
  draft.metadata.set('operators', operators);
  draft.metadata.set('tensors', tensors);
  draft.metadata.set('subgraphs', model.count(slots.model.graphs));
}

/** Before anything else: a model that is broken further on still names its operators. */
function addOperators(model: FlatTable, draft: Draft, tools: ReaderTools): void {
  const { graphs, tensorflow } = tools.tables.operators;
  const known = graphs.get('tflite')?.known ?? new Set<string>();
  const seen = new Set<string>();
  for (const code of model.tables(slots.model.codes)) {
    const builtin = Math.max(code.number(slots.code.deprecated, 1), code.number(slots.code.builtin, 4));
    const name = code.text(slots.code.custom, 300);
    if (builtin !== customOperator && name === '') continue;
    if (seen.has(name)) continue;
    seen.add(name);
    const flex = name.startsWith('Flex') ? tensorflow.get(name.slice(4)) : undefined;
    // The operators of the Flex delegate are TensorFlow's own: those that only compute need no word.
    if (!flex && (known.has(name) || (name.startsWith('Flex') && graphs.get('tensorflow')?.known.has(name.slice(4))))) continue;
    draft.operators.push({
      framework: 'tflite',
      domain: '',
      name,
      known: flex !== undefined,
      effect: flex?.effect ?? 'none',
      certainty: flex?.certainty ?? 'possible',
      detail: flex?.why ?? 'a custom operator, for which the program that runs the model must load code',
      where: rangePlace(draft.where, code.at, code.size),
    });
  }
}

/** Sizes by index. Buffers of large models lie behind the tables, by offset in the file. */
function bufferSizes(model: FlatTable, draft: Draft): number[] {
  const sizes: number[] = [];
  const fileSize = model.buffer.bytes.size;
  for (const buffer of model.tables(slots.model.buffers)) {
    const data = buffer.vector(slots.buffer.data, 1);
    const offset = buffer.number(slots.buffer.offset, 8);
    const size = buffer.number(slots.buffer.size, 8);
    if (offset > 1 && offset + size > fileSize) {
      const detail = `A buffer of ${size} bytes at ${offset} ends beyond the file.`;
      const place = rangePlace(draft.where, buffer.at, buffer.size);
      draft.anomalies.push(broken('tflite-buffer', detail, place));
      draft.unread.push({ reason: 'truncated', detail, where: place });
    }
    if (data && data.count >= 64)
      draft.code.push(
        ...executableFacts(
          model.buffer.bytes.bytes(data.at, Math.min(data.count, 4096)),
          data.count,
          rangePlace(draft.where, data.at, data.count),
        ),
      );
    sizes.push(offset > 1 ? size : (data?.count ?? 0));
  }
  return sizes;
}

function checkTensors(graph: FlatTable, buffers: readonly number[], draft: Draft): number {
  let count = 0;
  for (const tensor of graph.tables(slots.graph.tensors)) {
    count += 1;
    const index = tensor.number(slots.tensor.buffer, 4) >>> 0;
    const stored = buffers[index];
    const place = rangePlace(draft.where, tensor.at, tensor.size);
    if (stored === undefined) {
      draft.anomalies.push(lie('tflite-index', `A tensor has its values in buffer ${index} of ${buffers.length}.`, place));
      continue;
    }
    const shape = tensor.integers(slots.tensor.shape, 64);
    const bits = elementBits.get(tensor.number(slots.tensor.type, 1));
    if (stored === 0 || bits === undefined || tensor.place(slots.tensor.sparsity, 4) !== null) continue;
    const elements = shape.reduce((product, size) => product * size, 1);
    draft.metadata.set('parameters', Number(draft.metadata.get('parameters') ?? 0) + Math.max(0, elements));
    const needed = Math.ceil((elements * bits) / 8);
    if (needed === stored && elements >= 0) continue;
    // Fewer bytes than the dimensions ask for are read past; more are merely odd.
    const detail = `A constant of dimensions ${shape.join(' × ')} has ${stored} bytes.`;
    draft.anomalies.push(
      needed > stored || elements < 0 ? lie('tflite-tensor-size', detail, place) : broken('tflite-tensor-size', detail, place),
    );
  }
  return count;
}

function checkOperators(graph: FlatTable, codes: number, draft: Draft): number {
  const tensors = graph.count(slots.graph.tensors);
  let count = 0;
  const outside = (indexes: readonly number[]) => indexes.find((index) => index < -1 || index >= tensors);
  const report = (table: FlatTable, what: string) =>
    draft.anomalies.push(lie('tflite-index', what, rangePlace(draft.where, table.at, table.size)));
  for (const operator of graph.tables(slots.graph.operators)) {
    count += 1;
    const code = operator.number(slots.operator.code, 4) >>> 0;
    if (code >= codes) report(operator, `An operator has the code ${code} of ${codes}.`);
    for (const slot of [slots.operator.inputs, slots.operator.outputs, slots.operator.intermediates]) {
      const wrong = outside(operator.integers(slot));
      if (wrong !== undefined) report(operator, `An operator uses tensor ${wrong} of ${tensors}: programs read or write out of bounds.`);
    }
  }
  for (const slot of [slots.graph.inputs, slots.graph.outputs]) {
    const wrong = outside(graph.integers(slot));
    if (wrong !== undefined) report(graph, `A graph names tensor ${wrong} of ${tensors} as its input or output.`);
  }
  return count;
}
