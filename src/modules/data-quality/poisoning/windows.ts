/** Parts of a table to hold against each other: windows of time, or the groups of a split or a baseline. */
import type { LabelledTable } from './labelled-table.ts';

export type Parts = {
  /** Place of each row in `names`; −1 belongs nowhere. */
  readonly codes: Int32Array;
  readonly names: readonly string[];
  readonly meaning: 'window' | 'split' | 'baseline';
  /** Rows in order of time, for windows. */
  readonly order: Int32Array | null;
};

const fewestInPart = 50;
const mostWindows = 20;

/** The baseline or split when given, else windows by time; or why there is neither. */
export function partsOf(table: LabelledTable): Parts | string {
  const { groups, order, rows } = table;
  if (groups !== null) {
    const sizes = groups.names.map((_, k) => groups.codes.reduce((sum, code) => sum + Number(code === k), 0));
    const kept = groups.names.flatMap((_, k) => ((sizes[k] ?? 0) >= fewestInPart ? [k] : []));
    if (kept.length < 2) return `fewer than two parts of ${fewestInPart} rows in the ${groups.meaning}`;
    const place = new Map(kept.map((code, k) => [code, k]));
    return {
      codes: groups.codes.map((code) => place.get(code) ?? -1),
      names: kept.map((k) => groups.names[k] ?? ''),
      meaning: groups.meaning,
      order: null,
    };
  }
  if (order === null) return 'neither a split, a baseline nor a column of time was named';
  const known = Int32Array.from({ length: rows }, (_, row) => row).filter((row) => Number.isFinite(order[row]));
  known.sort((a, b) => (order[a] as number) - (order[b] as number) || a - b);
  const windows = Math.min(mostWindows, Math.floor(known.length / fewestInPart));
  if (windows < 2) return `fewer than ${2 * fewestInPart} rows with a time`;
  const codes = new Int32Array(rows).fill(-1);
  for (const [place, row] of known.entries()) codes[row] = Math.floor((place * windows) / known.length);
  const names = Array.from({ length: windows }, (_, k) => `window ${k + 1} of ${windows}`);
  return { codes, names, meaning: 'window', order: known };
}
