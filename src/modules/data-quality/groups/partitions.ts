/** Parts of one table that came one after the other (days, files): which of them changed against the part before, or against the first. */
import { frameSide } from '../drift/drift-side.ts';
import type { Sensitivity } from '../drift/drift-verdict.ts';
import type { Frame } from '../frame.ts';
import { type Comparison, type JudgedComparison, judgeTogether, measureSides } from './judge-together.ts';

export type PartitionOptions = { readonly against: 'previous' | 'first'; readonly sensitivity: Sensitivity; readonly seed: number };
export type PartitionChange = JudgedComparison & {
  readonly against: string;
  readonly rows: number;
  readonly newColumns: readonly string[];
};

/**
 * One verdict for each part but the first, false alarms controlled over all parts and columns together.
 * @param parts at least two, in the order they came.
 */
export async function comparePartitions(
  parts: readonly Frame[],
  { against, sensitivity, seed }: PartitionOptions,
): Promise<PartitionChange[]> {
  // Columns alone are compared: no rows are kept beside them.
  const alone = { sampled: false };
  const comparisons: Comparison[] = [];
  for (const [k, part] of parts.entries()) {
    const before = parts[against === 'first' ? 0 : k - 1];
    if (k === 0 || before === undefined) continue;
    comparisons.push({
      name: part.ingest.name,
      measured: await measureSides({ reference: frameSide(before, alone), current: frameSide(part, alone), seed }),
    });
  }
  return judgeTogether(comparisons, sensitivity).map((judged, k) => {
    const [before, part] = [parts[against === 'first' ? 0 : k], parts[k + 1]];
    const known = new Set(before?.columns.map(({ name }) => name));
    return {
      ...judged,
      against: before?.ingest.name ?? '',
      rows: part?.rows ?? 0,
      newColumns: part?.columns.flatMap(({ name }) => (known.has(name) ? [] : [name])) ?? [],
    };
  });
}
