/** Sorting very many short columns of single precision numbers: four at a time, without a branch. */
import { type Instruction, wasmFunction } from './wasm-function.ts';

export type ColumnSorter = {
  readonly rows: number;
  /** How many columns it holds: a multiple of four. */
  readonly columns: number;
  /** Number of a column's entry in `values`: to be filled before, and to be read after `sort`. */
  readonly values: Float32Array;
  /** Sorts the first `count` columns, each ascending. Numbers must not be NaN. */
  sort(count: number): void;
};

/** Longer columns would need too long a network. */
export const mostNetworkRows = 256;

/** Where row i of column c stands: columns lie in groups of four, row by row. */
export function placeOf(rows: number, column: number, row: number): number {
  return ((column >>> 2) * rows + row) * 4 + (column & 3);
}

/**
 * @param rows 1 to 256. @param columns at least 1.
 * @source Batcher 1968, odd-even merge sort: the same comparisons whatever the numbers; those beyond `rows` are left out.
 */
export function columnSorter(rows: number, columns: number): ColumnSorter {
  const room = Math.ceil(columns / 4) * 4;
  const { memory, run } = wasmFunction({
    params: 2,
    locals: ['v128', 'v128'],
    body: networkOf(rows),
    bytes: Math.max(16, rows * room * 4),
  });
  return {
    rows,
    columns: room,
    values: new Float32Array(memory, 0, rows * room),
    sort: (count) => void run(0, Math.ceil(count / 4) * rows * 16),
  };
}

const [base, end, low, high] = [0, 1, 2, 3] as const;

function networkOf(rows: number): Instruction[] {
  const steps = comparators(rows).flatMap(([i, j]): Instruction[] => [
    ['get', base],
    ['get', base],
    ['v128.load', i * 16],
    ['tee', low],
    ['get', base],
    ['v128.load', j * 16],
    ['tee', high],
    'f32x4.pmin',
    ['v128.store', i * 16],
    ['get', base],
    ['get', low],
    ['get', high],
    'f32x4.pmax',
    ['v128.store', j * 16],
  ]);
  const next: Instruction[] = [['get', base], ['i32.const', rows * 16], 'i32.add', ['tee', base], ['get', end], 'i32.lt_u', 'br_if 0'];
  return ['loop', ...steps, ...next, 'end', ['get', base]];
}

/** Pairs (i, j), i < j, whose smaller number goes to i. */
export function comparators(rows: number): [number, number][] {
  const pairs: [number, number][] = [];
  const whole = 2 ** Math.ceil(Math.log2(Math.max(2, rows)));
  for (let part = 1; part < whole; part *= 2)
    for (let step = part; step >= 1; step /= 2)
      for (let from = step % part; from + step < whole; from += 2 * step)
        for (let k = 0; k < step; k++) {
          const [i, j] = [from + k, from + k + step];
          if (j < rows && Math.floor(i / (2 * part)) === Math.floor(j / (2 * part))) pairs.push([i, j]);
        }
  return pairs;
}
