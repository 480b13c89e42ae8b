/** Many rows down many trees of cuts, without a branch: which side a row goes is a number that is added. */
import { type Instruction, wasmFunction } from './wasm-function.ts';

/** A full tree: the children of node k are 2k+1 and 2k+2; each end carries a number. */
export type CutTree = { readonly feature: Int16Array; readonly cut: Float64Array; readonly path: Float64Array };
export type TreeDescent = {
  /** Rows of `width` numbers, one behind the other; filled by the caller. */
  readonly block: Float64Array;
  /** Per row the sum, over all trees, of the number of the end it reaches. */
  readonly depths: Float64Array;
  descend(rows: number): void;
};

const side = 4;
const nodeBytes = 16;
const [row, rowsEnd, rowBytes, depths, back, limit, pathBase, nodes] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const step = 8;
const places = [9, 10, 11, 12] as const;
const starts = [13, 14, 15, 16] as const;
const get = (local: number): Instruction => ['get', local];
const set = (local: number): Instruction => ['set', local];
const constant = (value: number): Instruction => ['i32.const', value];

/** A node is the place of its number in the row (bytes) and, 8 bytes on, its cut. From place a the next is 2a + back + 16·(value ≥ cut). */
const goDown = (k: number): Instruction[] => {
  const place = places[k] ?? 0;
  return [
    ...([get(place), constant(1), 'i32.shl', get(back), 'i32.add'] as const),
    ...([get(starts[k] ?? 0), get(place), 'i32.load', 'i32.add', ['f64.load', 0], get(place), ['f64.load', 8], 'f64.ge'] as const),
    ...([constant(4), 'i32.shl', 'i32.add', set(place)] as const),
  ];
};
/** An end's place is twice as far on as its number. */
const addPath = (k: number): Instruction[] => [
  ...([get(depths), get(depths), ['f64.load', 8 * k]] as const),
  ...([get(places[k] ?? 0), constant(1), 'i32.shr_u', get(pathBase), 'i32.add', ['f64.load', 0], 'f64.add', ['f64.store', 8 * k]] as const),
];

const body: readonly Instruction[] = [
  'loop',
  ...starts.flatMap((start, k): Instruction[] => [
    get(k === 0 ? row : (starts[k - 1] ?? 0)),
    ...(k === 0 ? [] : ([get(rowBytes), 'i32.add'] as const)),
    set(start),
  ]),
  ...places.flatMap((place): Instruction[] => [get(nodes), set(place)]),
  ...[get(limit), set(step)],
  'loop',
  ...places.flatMap((_, k) => goDown(k)),
  ...([get(step), constant(1), 'i32.sub', ['tee', step], 'br_if 0'] as const),
  'end',
  ...places.flatMap((_, k) => addPath(k)),
  ...([get(depths), constant(8 * side), 'i32.add', set(depths)] as const),
  ...([get(starts[side - 1] ?? 0), get(rowBytes), 'i32.add', ['tee', row], get(rowsEnd), 'i32.lt_u', 'br_if 0'] as const),
  'end',
  constant(0),
];

/** @param blockRows a multiple of 4. `limit` ≥ 1 steps lead from a root to an end. */
export function treeDescent(
  { trees, limit: steps }: { readonly trees: readonly CutTree[]; readonly limit: number },
  { width, blockRows }: { width: number; blockRows: number },
): TreeDescent {
  const inner = 2 ** steps - 1;
  const at = { depths: blockRows * width * 8, nodes: 0, paths: 0 };
  at.nodes = at.depths + blockRows * 8;
  at.paths = at.nodes + trees.length * inner * nodeBytes;
  const bytes = at.paths + trees.length * (inner + 1) * 8;
  const { memory, run } = wasmFunction({ params: 8, locals: new Array(9).fill('i32'), body, bytes });
  for (const [t, { feature, cut, path }] of trees.entries()) {
    const words = new DataView(memory, at.nodes + t * inner * nodeBytes);
    for (let k = 0; k < inner; k++) {
      words.setInt32(k * nodeBytes, (feature[k] as number) * 8, true);
      words.setFloat64(k * nodeBytes + 8, cut[k] as number, true);
    }
    new Float64Array(memory, at.paths + t * (inner + 1) * 8, inner + 1).set(path);
  }
  const sums = new Float64Array(memory, at.depths, blockRows);
  return {
    block: new Float64Array(memory, 0, blockRows * width),
    depths: sums,
    descend: (rows) => {
      sums.fill(0);
      for (let t = 0; t < trees.length; t++) {
        const root = at.nodes + t * inner * nodeBytes;
        const ends = at.paths + t * (inner + 1) * 8 - root / 2 - 8 * inner;
        run(0, rows * width * 8, width * 8, at.depths, nodeBytes - root, steps, ends, root);
      }
    },
  };
}
