/** Rows for what need not see them all: every k-th, so that the same table gives the same sample. */
import type { Frame } from '../frame.ts';

const mostRows = 50_000;

/** Every so many rows make a sample of at most 50,000. */
export const sampleStep = ({ rows }: Pick<Frame, 'rows'>): number => Math.max(1, Math.ceil(rows / mostRows));

const mostRanked = 10_000;

/** Of a sample, again every so many rows: ranking takes longer than multiplying. */
export function rankedSample(columns: readonly Float64Array[]): Float64Array[] {
  const step = Math.max(1, Math.ceil((columns[0]?.length ?? 0) / mostRanked));
  if (step === 1) return [...columns];
  return columns.map((column) => everySo(column, step));
}

export function everySo(values: Float64Array, step: number): Float64Array {
  const picked = new Float64Array(Math.ceil(values.length / step));
  for (let k = 0; k < picked.length; k++) picked[k] = values[k * step] as number;
  return picked;
}
