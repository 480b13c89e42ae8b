/**
 * The open inference protocol, version 2, as KServe, Triton, MLServer and OpenVINO speak it, in JSON: tensors with name, shape, datatype
 * and data in row-major order, flat or nested. The binary extension is not read.
 */
import { mostFeatures } from '../../detections/detection-shape.ts';
import type { Form } from './form.ts';
import { mostRows } from './form.ts';
import { type Fault, fieldOf, optionalFieldOf } from './pointer.ts';
import { answerFault, cellOf, inputFault, predictionOf } from './read-values.ts';

const numeric = new Set('BOOL UINT8 UINT16 UINT32 UINT64 INT8 INT16 INT32 INT64 FP16 FP32 FP64'.split(' '));
const mostTensors = 4096;
const mostCells = mostRows * mostFeatures;
const mostAxes = 8;
type Tensor = { readonly name: string; readonly datatype: string; readonly shape: readonly number[]; readonly cells: readonly unknown[] };

export const kserve: Form = {
  id: 'kserve-v2',
  check: ({ prediction, confidence }) =>
    prediction === '' && confidence === '' ? 'it needs the name of the output with the prediction or with the confidences' : null,
  readInput(body, { features, prediction, confidence }) {
    checkOutputs(body, [prediction, confidence]);
    const tensors = tensorsIn(fieldOf(body, 'inputs', inputFault), inputFault);
    return rowsOfTensors(ordered(tensors, features));
  },
  readAnswer(body, mapping, rows) {
    const tensors = tensorsIn(fieldOf(body, 'outputs', answerFault), answerFault);
    const labels = byRow(tensors, mapping.prediction, rows);
    const confidences = byRow(tensors, mapping.confidence, rows);
    return Array.from({ length: rows }, (_, row) => {
      const label = labels?.[row];
      if (label !== undefined && label.length !== 1) throw answerFault('the output with the prediction has not one label for each input');
      const shares = confidences?.[row];
      return predictionOf(label?.[0], shares?.length === 1 && label !== undefined ? shares[0] : shares, mapping);
    });
  },
};

/** A caller may choose its outputs: one who leaves out those that are screened would be let through unscreened. */
function checkOutputs(body: unknown, needed: readonly string[]): void {
  const chosen = optionalFieldOf(body, 'outputs', inputFault);
  if (chosen === undefined) return;
  if (!Array.isArray(chosen) || chosen.length > mostTensors) throw inputFault('the outputs are not a list');
  const names = new Set(chosen.map((output) => fieldOf(output, 'name', inputFault)));
  const missing = needed.find((name) => name !== '' && !names.has(name));
  if (missing !== undefined) throw inputFault(`the outputs leave out ${missing}`);
}

function tensorsIn(value: unknown, fault: Fault): Map<string, Tensor> {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostTensors) throw fault('the tensors are not a list');
  const tensors = new Map<string, Tensor>();
  for (const one of value) {
    const tensor = tensorOf(one, fault);
    if (tensors.has(tensor.name)) throw fault(`the tensor ${tensor.name} comes twice`);
    tensors.set(tensor.name, tensor);
  }
  return tensors;
}

function tensorOf(value: unknown, fault: Fault): Tensor {
  const name = fieldOf(value, 'name', fault);
  const datatype = fieldOf(value, 'datatype', fault);
  const shape = shapeOf(fieldOf(value, 'shape', fault), fault);
  const data = optionalFieldOf(value, 'data', fault);
  if (typeof name !== 'string' || name.length > 200 || typeof datatype !== 'string') throw fault('a tensor has no name or datatype');
  if (!Array.isArray(data)) throw fault(`the tensor ${name} brings no data in JSON`);
  return { name, datatype, shape, cells: cellsOf(data, shape, fault) };
}

function shapeOf(value: unknown, fault: Fault): number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > mostAxes) throw fault(`a shape has 1 to ${mostAxes} axes`);
  let cells = 1;
  for (const length of value) {
    if (!Number.isInteger(length) || length < 1) throw fault('an axis of a shape is not a whole number above 0');
    cells *= length;
    if (cells > mostCells) throw fault(`a tensor has ${mostCells} cells at most`);
  }
  return value;
}

const cellCount = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
function cellsOf(data: readonly unknown[], shape: readonly number[], fault: Fault): readonly unknown[] {
  if (Array.isArray(data[0]) && shape.length > 1) {
    const cells: unknown[] = [];
    pour(data, shape, { cells, fault });
    return cells;
  }
  if (data.length !== cellCount(shape)) throw fault('a tensor has not as many cells as its shape says');
  return data;
}

/** Nested as its shape says, on every level. */
function pour(data: unknown, [length = 0, ...inner]: readonly number[], to: { readonly cells: unknown[]; readonly fault: Fault }): void {
  if (!Array.isArray(data) || data.length !== length) throw to.fault('a tensor is not nested as its shape says');
  for (const part of data)
    if (inner.length === 0) to.cells.push(part);
    else pour(part, inner, to);
}

/** In the order of the mapping, and no others: what is not screened must not reach the model. */
function ordered(tensors: ReadonlyMap<string, Tensor>, names: readonly string[]): Tensor[] {
  const wanted = names.length > 0 ? names : [...tensors.keys()].slice(0, 1);
  if (new Set(wanted).size !== tensors.size)
    throw inputFault(`the request has ${tensors.size} tensors where the mapping has ${wanted.length}`);
  return wanted.map((name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw inputFault(`there is no tensor ${name}`);
    if (!numeric.has(tensor.datatype)) throw inputFault(`the datatype ${tensor.datatype.slice(0, 20)} is no number`);
    return tensor;
  });
}

const rowsIn = ({ shape }: Tensor): number => (shape.length === 1 ? 1 : (shape[0] ?? 1));
/** The first axis counts inputs; a tensor with one axis is one input. */
function rowsOfTensors(tensors: readonly Tensor[]): number[][] {
  const rows = rowsIn(tensors[0] as Tensor);
  if (rows > mostRows) throw inputFault(`a request has ${mostRows} inputs at most`);
  if (tensors.some((tensor) => rowsIn(tensor) !== rows)) throw inputFault('the tensors have different numbers of inputs');
  const width = tensors.reduce((sum, { shape }) => sum + cellCount(shape) / rows, 0);
  if (width > mostFeatures) throw inputFault(`an input has 1 to ${mostFeatures} features`);
  return Array.from({ length: rows }, (_, row) =>
    tensors.flatMap(({ cells, shape, datatype }) => {
      const each = cellCount(shape) / rows;
      return cells.slice(row * each, (row + 1) * each).map((cell) => (datatype === 'BOOL' ? cellOf(truth(cell)) : cellOf(cell)));
    }),
  );
}

function truth(cell: unknown): unknown {
  return typeof cell === 'boolean' ? Number(cell) : cell;
}

/** Cells of an output for each input; undefined when the mapping names none. */
function byRow(tensors: ReadonlyMap<string, Tensor>, name: string, rows: number): readonly unknown[][] | undefined {
  if (name === '') return undefined;
  const tensor = tensors.get(name);
  if (tensor === undefined) throw answerFault(`there is no output ${name}`);
  const each = tensor.cells.length / rows;
  if (!Number.isInteger(each) || (tensor.shape.length > 1 && tensor.shape[0] !== rows))
    throw answerFault(`the output ${name} has not one part for each of ${rows} inputs`);
  return Array.from({ length: rows }, (_, row) => tensor.cells.slice(row * each, (row + 1) * each));
}
