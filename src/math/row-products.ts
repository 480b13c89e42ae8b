/** Inner products of rows of single precision numbers, summed in double precision two at a time. */
import { type Instruction, wasmFunction } from './wasm-function.ts';

/** Rows that meet rows in one pass: nine products for six loads. */
export const tileRows = 3;
const [left, right, end, stride, out] = [0, 1, 2, 3, 4] as const;
const places = [5, 6, 7, 8] as const;
const numbers = [9, 10, 11, 12, 13, 14] as const;
const firstSum = 15;

export type RowProducts = {
  /** Rows of `length` numbers, one after the other: to be filled before. */
  readonly values: Float32Array;
  /** Nine sums in pairs: the product of left row a and right row b is `sums[2k] + sums[2k + 1]` with k = 3a + b. */
  readonly sums: Float64Array;
  /** Products of rows left … left + 2 with rows right … right + 2. */
  multiply(left: number, right: number): void;
};

/** @param rows room for so many; a multiple of three. @param length an even count of numbers in a row. */
export function rowProducts(rows: number, length: number): RowProducts {
  const sumsAt = rows * length * 4;
  const { memory, run } = wasmFunction({
    params: 5,
    locals: [...places.map(() => 'i32' as const), ...numbers.map(() => 'v128' as const), ...new Array<'v128'>(9).fill('v128')],
    body,
    bytes: sumsAt + 9 * 16 + 16,
  });
  const aligned = Math.ceil(sumsAt / 16) * 16;
  return {
    values: new Float32Array(memory, 0, rows * length),
    sums: new Float64Array(memory, aligned, 18),
    multiply: (a, b) => void run(a * length * 4, b * length * 4, (a + 1) * length * 4, length * 4, aligned),
  };
}

const [left1, left2, right1, right2] = places;
const offsets: readonly (readonly [to: number, from: number])[] = [
  [left1, left],
  [left2, left1],
  [right1, right],
  [right2, right1],
];
const sources = [left, left1, left2, right, right1, right2] as const;

const body: readonly Instruction[] = [
  ...offsets.flatMap(([to, from]): Instruction[] => [['get', from], ['get', stride], 'i32.add', ['set', to]]),
  ...Array.from({ length: 9 }, (_, k): Instruction[] => ['v128.zero', ['set', firstSum + k]]).flat(),
  'loop',
  ...sources.flatMap((source, k): Instruction[] => [
    ['get', source],
    ['v128.load64_zero', 0],
    'f64x2.promote_low_f32x4',
    ['set', numbers[k] as number],
  ]),
  ...Array.from({ length: 9 }, (_, k): Instruction[] => [
    ['get', firstSum + k],
    ['get', numbers[Math.floor(k / 3)] as number],
    ['get', numbers[3 + (k % 3)] as number],
    'f64x2.mul',
    'f64x2.add',
    ['set', firstSum + k],
  ]).flat(),
  ...sources.slice(1).flatMap((source): Instruction[] => [['get', source], ['i32.const', 8], 'i32.add', ['set', source]]),
  ...([['get', left], ['i32.const', 8], 'i32.add', ['tee', left], ['get', end], 'i32.lt_u', 'br_if 0'] as const),
  'end',
  ...Array.from({ length: 9 }, (_, k): Instruction[] => [
    ['get', out],
    ['get', firstSum + k],
    ['v128.store', k * 16],
  ]).flat(),
  ['get', out],
];
