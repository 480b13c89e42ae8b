/** What a trigger may consist of: exact values and narrow intervals of single columns, and which of them go with one label. */
import { hypergeometricTail } from '../../../math/counting-tails.ts';
import { quantile } from '../../../math/moments.ts';
import { benjaminiHochberg } from '../../../math/multiple-testing.ts';
import type { RawColumn } from '../prepared-columns.ts';
import { type LabelledTable, rowsByClass } from './labelled-table.ts';

/** One column cut into exact values or intervals. */
export type ItemColumn = {
  readonly column: string;
  /** Place in `names` of every row; −1 is no item. */
  readonly codes: Int32Array;
  readonly names: readonly string[];
  readonly counts: Int32Array;
};
export type Item = { readonly column: ItemColumn; readonly code: number };
/** An item whose rows carry one label more often than chance allows. */
export type LiftedItem = Item & { readonly label: number; readonly p: number };

const bins = 16;
const leastShare = 0.003;
const fewestRows = 5;
/** Items in more rows than this share are part of the table's nature. */
export const largestShare = 0.3;
const mostValues = 100_000;

export const isSupported = (count: number, rows: number): boolean =>
  count >= Math.max(fewestRows, leastShare * rows) && count <= largestShare * rows;

/** Every column twice: by exact value, and numbers and times by 1/16 quantiles. */
export function itemColumns({ raw, rows }: LabelledTable): ItemColumn[] {
  return raw.flatMap((column) => {
    const exact = exactValues(column, rows);
    const binned = column.kind === 'category' ? null : quantileBins(column, rows);
    return [exact, binned].flatMap((made) => (made === null ? [] : [made]));
  });
}

function exactValues({ name, values, levels, kind }: RawColumn, rows: number): ItemColumn | null {
  const counts = new Map<number, number>();
  for (const value of values) if (!Number.isNaN(value)) counts.set(value, (counts.get(value) ?? 0) + 1);
  if (counts.size > mostValues) return null;
  const missing = values.reduce((sum, value) => sum + Number(Number.isNaN(value)), 0);
  const kept = [...counts]
    .filter(([, count]) => isSupported(count, rows))
    .map(([value]) => value)
    .toSorted((a, b) => a - b);
  const places = new Map(kept.map((value, code) => [value, code]));
  const names = kept.map((value) => `${name} = ${kind === 'category' ? (levels?.[value] ?? value) : value}`.slice(0, 200));
  const isMissingItem = isSupported(missing, rows);
  if (isMissingItem) names.push(`${name} is missing`);
  if (names.length === 0) return null;
  const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? (isMissingItem ? kept.length : -1) : (places.get(value) ?? -1)));
  return { column: name, codes, names, counts: countsOf(codes, names.length) };
}

function quantileBins({ name, values }: RawColumn, rows: number): ItemColumn | null {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length < bins) return null;
  const cuts = [...new Set(Array.from({ length: bins - 1 }, (_, k) => quantile(sorted, (k + 1) / bins)))];
  const edges = [-Infinity, ...cuts];
  const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : edges.findLastIndex((edge) => value > edge)));
  const names = edges.map((edge, k) => `${name} in (${shortNumber(edge)}, ${shortNumber(edges[k + 1] ?? Infinity)}]`);
  const counts = countsOf(codes, names.length);
  const kept = codes.map((code) => (code >= 0 && isSupported(counts[code] as number, rows) ? code : -1));
  return { column: name, codes: kept, names, counts: countsOf(kept, names.length) };
}

const shortNumber = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(6))) : value < 0 ? '−∞' : '∞');

function countsOf(codes: Int32Array, size: number): Int32Array {
  const counts = new Int32Array(size);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  return counts;
}

/** Items with lift to a label: Fisher's exact test one-sided, Benjamini and Hochberg over all items and labels at `level`. */
export function liftedItems(table: LabelledTable, columns: readonly ItemColumn[], level: number): LiftedItem[] {
  const sizes = rowsByClass(table).map((members) => members.length);
  const tested: LiftedItem[] = [];
  for (const column of columns) {
    const byLabel = new Int32Array(column.names.length * sizes.length);
    for (let row = 0; row < table.rows; row++) {
      const code = column.codes[row] as number;
      const label = table.labels[row] as number;
      if (code >= 0 && label >= 0) byLabel[code * sizes.length + label] = (byLabel[code * sizes.length + label] as number) + 1;
    }
    for (let code = 0; code < column.names.length; code++)
      for (const [label, marked] of sizes.entries()) {
        const drawnMarked = byLabel[code * sizes.length + label] as number;
        const draws = column.counts[code] as number;
        const p = drawnMarked * table.rows <= draws * marked ? 1 : hypergeometricTail({ total: table.rows, marked, draws, drawnMarked });
        if (draws > 0) tested.push({ column, code, label, p });
      }
  }
  const adjusted = benjaminiHochberg(tested.map(({ p }) => p));
  return tested.filter((_, k) => (adjusted[k] ?? 1) <= level);
}

export function rowsOf(items: readonly Item[], rows: number): Int32Array {
  const found: number[] = [];
  for (let row = 0; row < rows; row++) if (items.every(({ column, code }) => column.codes[row] === code)) found.push(row);
  return Int32Array.from(found);
}
