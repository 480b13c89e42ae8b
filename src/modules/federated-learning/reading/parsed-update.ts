/** What a reader makes of the bytes of one update. */

export const numberTypes = ['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'I16', 'I8', 'U8', 'BOOL'] as const;
export type NumberType = (typeof numberTypes)[number];

export type ParsedTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: NumberType;
  readonly isBigEndian: boolean;
  /** Exactly count × width bytes. */
  readonly bytes: Uint8Array;
  readonly count: number;
};
export type UpdateFormat = 'safetensors' | 'npz';
export type ParsedUpdate = {
  readonly format: UpdateFormat /** By name, so that the order in the file means nothing. */;
  readonly tensors: readonly ParsedTensor[];
};

/** A file that is not what it should be; the message says why. */
export class UnreadableUpdate extends Error {
  override readonly name = 'UnreadableUpdate';
}

export const widthOf: Readonly<Record<NumberType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

export const mostTensors = 10_000;
export const mostParameters = 2 ** 26;
const longestName = 500;
const mostDimensions = 16;

/** Numbers in a tensor. @throws UnreadableUpdate when the shape is no shape, or far too large. */
export function countOf(name: string, shape: readonly unknown[]): number {
  if (name.length > longestName) throw new UnreadableUpdate(`a tensor name is longer than ${longestName} characters`);
  if (shape.length > mostDimensions) throw new UnreadableUpdate(`${name.slice(0, 80)} has more than ${mostDimensions} dimensions`);
  let count = 1;
  for (const size of shape) {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
      throw new UnreadableUpdate(`${name.slice(0, 80)} has no valid shape`);
    count *= size;
    if (count > mostParameters) throw new UnreadableUpdate(`${name.slice(0, 80)} holds more than ${mostParameters} numbers`);
  }
  return count;
}

/** @throws UnreadableUpdate for names twice, nothing at all, or more than is judged. */
export function orderedTensors(tensors: readonly ParsedTensor[]): ParsedTensor[] {
  if (tensors.length > mostTensors) throw new UnreadableUpdate(`it holds more than ${mostTensors} tensors`);
  const names = new Set(tensors.map(({ name }) => name));
  if (names.size !== tensors.length) throw new UnreadableUpdate('it names a tensor twice');
  const total = tensors.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) throw new UnreadableUpdate('it holds no numbers');
  if (total > mostParameters) throw new UnreadableUpdate(`it holds more than ${mostParameters} numbers`);
  return tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Two updates fit together when their layouts are the same text. */
export function layoutOf({ tensors }: ParsedUpdate): string {
  return JSON.stringify(tensors.map(({ name, shape }) => [name, shape]));
}
