/**
 * Small loops as WebAssembly, written here instruction by instruction: what JavaScript cannot say (four numbers at once, a comparison
 * that is a number and not a branch). No file is loaded and no text compiled; the bytes are made from the lists below.
 */

/** Numbers of the instructions. @source WebAssembly Core Specification 2.0, chapter 5.4 (binary format of instructions). */
const codes = {
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  end: [0x0b],
  'br_if 0': [0x0d, 0x00],
  'i32.load': [0x28, 0x02, 0x00],
  'i32.store': [0x36, 0x02, 0x00],
  'i32.lt_u': [0x49],
  'i32.add': [0x6a],
  'i32.or': [0x72],
  'i32.sub': [0x6b],
  'i32.shl': [0x74],
  'i32.shr_u': [0x76],
  'f64.ge': [0x66],
  'f64.add': [0xa0],
  'v128.load32_splat': [0xfd, 0x09, 0x02, 0x00],
  'v128.zero': [0xfd, 0x0c, ...new Array<number>(16).fill(0)],
  'f32.load': [0x2a, 0x02, 0x00],
  'f32.lt': [0x5d],
  'f32.add': [0x92],
  'f32x4.lt': [0xfd, 0x43],
  'i32x4.bitmask': [0xfd, 0xa4, 0x01],
  'f32x4.add': [0xfd, 0xe4, 0x01],
  'f32x4.sub': [0xfd, 0xe5, 0x01],
  'f32x4.mul': [0xfd, 0xe6, 0x01],
  'f32x4.pmin': [0xfd, 0xea, 0x01],
  'f32x4.pmax': [0xfd, 0xeb, 0x01],
  'f64x2.promote_low_f32x4': [0xfd, 0x5f],
  'f64x2.add': [0xfd, 0xf0, 0x01],
  'f64x2.mul': [0xfd, 0xf2, 0x01],
} as const;
const types = { i32: 0x7f, v128: 0x7b } as const;

/** An instruction without operand, or a local or constant with its number. */
export type Instruction =
  | keyof typeof codes
  | readonly ['get' | 'set' | 'tee' | 'i32.const', number]
  /** From or to so many bytes behind the place; one of four numbers. */
  | readonly ['v128.load' | 'v128.load64_zero' | 'v128.store' | 'f64.load' | 'f64.store' | 'f32x4.extract_lane', number];
export type WasmFunction = {
  /** All parameters are i32: places in the memory, and counts. */
  readonly params: number;
  /** Further locals, numbered after the parameters. */
  readonly locals: readonly (keyof typeof types)[];
  readonly body: readonly Instruction[];
  /** Bytes of memory; rounded up to 64 KiB. */
  readonly bytes: number;
};
export type RunningFunction = { readonly memory: ArrayBuffer; readonly run: (...params: number[]) => number };

/** @returns the function with its memory. It answers one i32. @throws WebAssembly.CompileError for a body that is no valid function. */
export function wasmFunction({ params, locals, body, bytes }: WasmFunction): RunningFunction {
  const code = body.flatMap((instruction) => bytesOf(instruction));
  const own = [...unsigned(locals.length), ...locals.flatMap((type) => [0x01, types[type]]), ...code, 0x0b];
  const pages = Math.ceil(bytes / 65_536);
  const module = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(0x01, [0x01, 0x60, ...unsigned(params), ...new Array<number>(params).fill(types.i32), 0x01, types.i32]),
    ...section(0x03, [0x01, 0x00]),
    ...section(0x05, [0x01, 0x01, ...unsigned(pages), ...unsigned(pages)]),
    ...section(0x07, [0x02, ...nameOf('m'), 0x02, 0x00, ...nameOf('f'), 0x00, 0x00]),
    ...section(0x0a, [0x01, ...unsigned(own.length), ...own]),
  ]);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  const { m: memory, f: run } = exports as { m: WebAssembly.Memory; f: RunningFunction['run'] };
  return { memory: memory.buffer as ArrayBuffer, run };
}

function bytesOf(instruction: Instruction): readonly number[] {
  if (typeof instruction === 'string') return codes[instruction];
  const [name, operand] = instruction;
  if (name === 'i32.const') return [0x41, ...signed(operand)];
  if (name === 'v128.load') return [0xfd, 0x00, 0x04, ...unsigned(operand)];
  if (name === 'v128.load64_zero') return [0xfd, 0x5d, 0x02, ...unsigned(operand)];
  if (name === 'v128.store') return [0xfd, 0x0b, 0x04, ...unsigned(operand)];
  if (name === 'f64.load') return [0x2b, 0x03, ...unsigned(operand)];
  if (name === 'f64.store') return [0x39, 0x03, ...unsigned(operand)];
  if (name === 'f32x4.extract_lane') return [0xfd, 0x1f, operand];
  return [{ get: 0x20, set: 0x21, tee: 0x22 }[name], ...unsigned(operand)];
}

const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const nameOf = (name: string): number[] => [name.length, ...Buffer.from(name)];

/** LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f;
    if ((rest >> 7 === 0 && low < 0x40) || (rest >> 7 === -1 && low >= 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}
