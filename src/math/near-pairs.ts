/** Which of some points may lie near which others: four distances at a time in single precision, a filter before the exact distance. */
import { type Instruction, wasmFunction } from './wasm-function.ts';

/** Points of a block stand in groups of eight: the first coordinate of each of them, then the second … Empty places hold `far`. */
export const together = 8;
/** A coordinate that is near nothing, and whose square is still a single. */
const far = 1e18;

export type NearPairs = {
  /** Asking points, one behind the other, each `stride` numbers long. */
  readonly asking: Float32Array;
  readonly stride: number;
  /** Squared distance below which each asking point wants to be told. */
  readonly bounds: Float32Array;
  /** Groups of eight of all blocks. */
  readonly groups: Float32Array;
  /** Of each block its least corner and its greatest, `stride` numbers each. */
  readonly boxes: Float32Array;
  /** Asking point · 2^16, group of the block · 2^8, which of the eight as bits. */
  readonly found: Int32Array;
  /** Holds the asking points against one block, whose groups are `from` to before `to`. @returns how many entries of `found` are filled. */
  search(asking: number, block: { readonly number: number; readonly from: number; readonly to: number }): number;
};

const [asking, askingEnd, bounds, groups, groupsEnd, out, row, box, stride] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const [point, group, at, rowEnd, bits, asked, left, right, bound, gap] = [9, 10, 11, 12, 13, 14, 15, 16, 17, 18] as const;
const get = (local: number): Instruction => ['get', local];
const set = (local: number): Instruction => ['set', local];
const tee = (local: number): Instruction => ['tee', local];
const constant = (value: number): Instruction => ['i32.const', value];
const load = (offset: number): Instruction => ['v128.load', offset];
const lane = (number: number): Instruction => ['f32x4.extract_lane', number];
const advance = (local: number, by: Instruction): Instruction[] => [get(local), by, 'i32.add', set(local)];

/** Squared distance of the asking point to the block's box, four dimensions at a time: Σ max(least − x, x − most, 0)². */
const boxDistance: readonly Instruction[] = [
  ...(['v128.zero', set(left), get(asking), set(point), get(box), set(at)] as const),
  ...([get(asking), get(stride), 'i32.add', set(rowEnd)] as const),
  'loop',
  ...([get(at), load(0), get(point), load(0), 'f32x4.sub'] as const),
  ...([get(point), load(0), get(at), get(stride), 'i32.add', load(0), 'f32x4.sub', 'f32x4.pmax'] as const),
  ...(['v128.zero', 'f32x4.pmax', tee(gap), get(gap), 'f32x4.mul', get(left), 'f32x4.add', set(left)] as const),
  ...advance(at, constant(16)),
  ...([get(point), constant(16), 'i32.add', tee(point), get(rowEnd), 'i32.lt_u', 'br_if 0'] as const),
  'end',
  ...([get(left), lane(0), get(left), lane(1), 'f32.add', get(left), lane(2), 'f32.add', get(left), lane(3), 'f32.add'] as const),
];

const square = (offset: number, sum: number): Instruction[] => [
  ...([get(at), load(offset), get(bound), 'f32x4.sub', tee(gap), get(gap), 'f32x4.mul', get(sum), 'f32x4.add', set(sum)] as const),
];
const below = (sum: number): Instruction[] => [get(sum), get(bounds), 'v128.load32_splat', 'f32x4.lt', 'i32x4.bitmask'];

/** For every group of the block: eight sums of squares over the dimensions, held against the asking point's bound. */
const scan: readonly Instruction[] = [
  ...([get(groups), set(at), get(asked), set(group)] as const),
  ...([get(asking), get(row), 'i32.add', set(rowEnd)] as const),
  'loop',
  ...(['v128.zero', set(left), 'v128.zero', set(right), get(asking), set(point)] as const),
  'loop',
  ...([get(point), 'v128.load32_splat', set(bound)] as const),
  ...square(0, left),
  ...square(16, right),
  ...advance(at, constant(32)),
  ...([get(point), constant(4), 'i32.add', tee(point), get(rowEnd), 'i32.lt_u', 'br_if 0'] as const),
  'end',
  ...([...below(left), ...below(right), constant(4), 'i32.shl', 'i32.or', tee(bits)] as const),
  'if',
  ...([get(out), get(group), get(bits), 'i32.or', 'i32.store'] as const),
  ...advance(out, constant(4)),
  'end',
  ...advance(group, constant(256)),
  ...([get(at), get(groupsEnd), 'i32.lt_u', 'br_if 0'] as const),
  'end',
];

const body: readonly Instruction[] = [
  'loop',
  ...boxDistance,
  ...([get(bounds), 'f32.load', 'f32.lt'] as const),
  'if',
  ...scan,
  'end',
  ...advance(bounds, constant(4)),
  ...advance(asked, constant(65_536)),
  ...([get(asking), get(stride), 'i32.add', tee(asking), get(askingEnd), 'i32.lt_u', 'br_if 0'] as const),
  'end',
  get(out),
];

export type NearSizes = {
  readonly dimensions: number;
  /** Asking points of a call, below 32,768. */
  readonly most: number;
  readonly blocks: number;
  /** Groups of eight in all blocks, and in the fullest; this below 256. */
  readonly groups: number;
  readonly fullest: number;
};

/** Room for points and blocks, to be filled by the caller. 4 bytes a coordinate. */
export function nearPairs({ dimensions, most, blocks, groups: eights, fullest }: NearSizes): NearPairs {
  const long = Math.ceil(dimensions / 4) * 4;
  // Everything but the last two is read sixteen bytes at a time.
  const places = { boxes: most * long * 4, groups: 0, bounds: 0, found: 0 };
  places.groups = places.boxes + blocks * 2 * long * 4;
  places.bounds = places.groups + eights * together * dimensions * 4;
  places.found = places.bounds + most * 4;
  const locals = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'v128', 'v128', 'v128', 'v128'] as const;
  const { memory, run } = wasmFunction({ params: 9, locals, body, bytes: places.found + most * fullest * 4 });
  const eight = together * dimensions * 4;
  return {
    stride: long,
    asking: new Float32Array(memory, 0, most * long),
    boxes: new Float32Array(memory, places.boxes, blocks * 2 * long),
    groups: new Float32Array(memory, places.groups, eights * together * dimensions).fill(far),
    bounds: new Float32Array(memory, places.bounds, most),
    found: new Int32Array(memory, places.found, most * fullest),
    search: (points, { number, from, to }) => {
      const ends = [points * long * 4, places.groups + to * eight] as const;
      const part = [places.bounds, places.groups + from * eight, ends[1], places.found, dimensions * 4] as const;
      return (run(0, ends[0], ...part, places.boxes + number * long * 8, long * 4) - places.found) / 4;
    },
  };
}
