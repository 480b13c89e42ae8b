/** Rows for what need not see them all: every k-th, so that the same table gives the same sample. */
import { alignedNumbers, type Column, type Frame } from './frame.ts';

const mostRows = 50_000;

/** Columns aligned to the sampled rows, NaN where a cell has no number. */
export async function alignedSample(frame: Frame, columns: readonly Column[]): Promise<Float64Array[]> {
  const step = Math.max(1, Math.ceil(frame.rows / mostRows));
  return alignedNumbers(frame, columns, step);
}
