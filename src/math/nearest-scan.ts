/** One query against a matrix of reference rows: the nearest rows, and the nearest row of every class, in a single pass. */

import { type Instruction, wasmFunction } from './wasm-function.ts';

export type ReferenceRows = {
  /** Rows of `dimensions` numbers, finite. May lie in memory that several threads read. */
  readonly values: Float32Array;
  readonly dimensions: number;
  /** A class from 0 to classes − 1 for each row. */
  readonly classes: Int32Array;
  readonly classCount: number;
};
export type NearestScan = {
  /** Rows in order of distance; −1 where there are fewer rows than k. */
  readonly rows: Int32Array;
  /** Euclidean, beside `rows`; infinite where there is none. */
  readonly distances: Float64Array;
  /** Euclidean distance to the nearest row of each class. */
  readonly ofClass: Float64Array;
};

/**
 * Exact, by comparing with every row, four columns at a time: above some fifteen dimensions a tree does not help.
 * @param query as many numbers as the matrix has columns, finite; in single precision, as the matrix.
 * @param skip a row that is left out (leave-one-out), else −1.
 * O(rows · dimensions) time; ties go to the row named first. The matrix is copied once into memory of the scan, for as long as it is used.
 */
export function scanNearest(reference: ReferenceRows, query: Float32Array, { k, skip = -1 }: { k: number; skip?: number }): NearestScan {
  const { classes, classCount } = reference;
  const rows = new Int32Array(k).fill(-1);
  const squares = new Float64Array(k).fill(Infinity);
  const ofClass = new Float64Array(classCount).fill(Infinity);
  const parts = distanceParts(reference, query);
  for (let row = 0; row < classes.length; row++) {
    if (row === skip) continue;
    const at = row * lanes;
    const sum = (parts[at] as number) + (parts[at + 1] as number) + (parts[at + 2] as number) + (parts[at + 3] as number);
    const known = classes[row] as number;
    if (sum < (ofClass[known] as number)) ofClass[known] = sum;
    if (sum < (squares[k - 1] as number)) insert({ rows, squares }, row, sum);
  }
  return { rows, distances: squares.map(Math.sqrt), ofClass: ofClass.map(Math.sqrt) };
}

const lanes = 4;
const bytesOf = 4;
type Scanner = { readonly query: Float32Array; readonly parts: Float32Array; readonly run: () => void };
const scanners = new WeakMap<ReferenceRows, Scanner>();

/** Squared distance to every row, as four numbers to add. Valid until the next question to the same matrix. */
function distanceParts(reference: ReferenceRows, query: Float32Array): Float32Array {
  const scanner = scanners.get(reference) ?? scannerOf(reference);
  scanners.set(reference, scanner);
  scanner.query.set(query);
  scanner.run();
  return scanner.parts;
}

/** Parameters: row, end of rows, query, its end, answer. Locals: place in the query, sum, gap. */
const body: readonly Instruction[] = [
  'loop',
  ['get', 2],
  ['set', 5],
  'v128.zero',
  ['set', 6],
  'loop',
  ['get', 0],
  ['v128.load', 0],
  ['get', 5],
  ['v128.load', 0],
  'f32x4.sub',
  ['tee', 7],
  ['get', 7],
  'f32x4.mul',
  ['get', 6],
  'f32x4.add',
  ['set', 6],
  ['get', 0],
  ['i32.const', 16],
  'i32.add',
  ['set', 0],
  ['get', 5],
  ['i32.const', 16],
  'i32.add',
  ['tee', 5],
  ['get', 3],
  'i32.lt_u',
  'br_if 0',
  'end',
  ['get', 4],
  ['get', 6],
  ['v128.store', 0],
  ['get', 4],
  ['i32.const', 16],
  'i32.add',
  ['set', 4],
  ['get', 0],
  ['get', 1],
  'i32.lt_u',
  'br_if 0',
  'end',
  ['i32.const', 0],
];

function scannerOf({ values, dimensions, classes }: ReferenceRows): Scanner {
  // Columns are filled up to a multiple of four with zeros, which are no distance.
  const width = Math.ceil(dimensions / lanes) * lanes;
  const rows = classes.length;
  const queryAt = rows * width * bytesOf;
  const partsAt = queryAt + width * bytesOf;
  const { memory, run } = wasmFunction({ params: 5, locals: ['i32', 'v128', 'v128'], body, bytes: partsAt + rows * lanes * bytesOf });
  const cells = new Float32Array(memory, 0, rows * width);
  for (let row = 0; row < rows; row++) cells.set(values.subarray(row * dimensions, (row + 1) * dimensions), row * width);
  return {
    query: new Float32Array(memory, queryAt, width),
    parts: new Float32Array(memory, partsAt, rows * lanes),
    run: () => {
      if (rows > 0 && width > 0) run(0, queryAt, queryAt, partsAt, partsAt);
    },
  };
}

function insert({ rows, squares }: { rows: Int32Array; squares: Float64Array }, row: number, square: number): void {
  let place = rows.length - 1;
  for (; place > 0 && (squares[place - 1] as number) > square; place--) {
    rows[place] = rows[place - 1] as number;
    squares[place] = squares[place - 1] as number;
  }
  rows[place] = row;
  squares[place] = square;
}
