/** Columns of mixed values as numbers that a linear model can learn from, and as levels that can be counted. */
import { equalFrequencyBins } from './information.ts';

export type Value = string | number | boolean | null;
/** Rows × width, row by row, standardised; one-hot for words. */
export type Design = { readonly values: Float64Array; readonly width: number };
/** A column as whole numbers from 0; −1: not known, or a level too rare to learn. */
export type Levels = { readonly codes: Int32Array; readonly names: readonly string[] };

export const quintiles = 5;
export const fewestOfLevel = 10;
const mostWords = 20;

const isNumeric = (values: readonly Value[]): boolean =>
  values.some((value) => typeof value === 'number') && values.every((value) => value === null || typeof value === 'number');

/** Numbers with more than ten different values in quintiles, words as they are; levels under ten rows are set aside. */
export function levelsOf(values: readonly Value[], fewest = fewestOfLevel): Levels {
  const known = values.flatMap((value) => (typeof value === 'number' ? [value] : []));
  const words =
    isNumeric(values) && new Set(known).size > 2 * quintiles
      ? quintileWords(values, known)
      : values.map((value) => (value === null ? null : String(value)));
  const counts = new Map<string, number>();
  for (const word of words) if (word !== null) counts.set(word, (counts.get(word) ?? 0) + 1);
  const names = [...counts]
    .filter(([, count]) => count >= fewest)
    .map(([word]) => word)
    .toSorted();
  const places = new Map(names.map((name, code) => [name, code]));
  return { names, codes: Int32Array.from(words, (word) => (word === null ? -1 : (places.get(word) ?? -1))) };
}

function quintileWords(values: readonly Value[], known: readonly number[]): (string | null)[] {
  const bins = equalFrequencyBins(known, quintiles);
  let at = 0;
  return values.map((value) => (value === null ? null : `quintile ${(bins[at++] as number) + 1}`));
}

/**
 * Columns side by side. Numbers are standardised, a missing one is the mean with a mark of its own; of words the twenty most frequent have
 * a column each. Columns that never change are left out.
 */
export function designOf(columns: readonly (readonly Value[])[], rows: number): Design {
  const parts = columns.flatMap((column) => (isNumeric(column) ? numberColumns(column) : wordColumns(column)));
  const useful = parts.filter((part) => part.some((value) => value !== part[0]));
  const values = new Float64Array(rows * useful.length);
  for (const [c, part] of useful.entries()) for (let row = 0; row < rows; row++) values[row * useful.length + c] = part[row] as number;
  return { values, width: useful.length };
}

function numberColumns(column: readonly Value[]): Float64Array[] {
  const known = column.flatMap((value) => (typeof value === 'number' ? [value] : []));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length) || 1;
  const scaled = Float64Array.from(column, (value) => (typeof value === 'number' ? (value - mean) / deviation : 0));
  return [scaled, Float64Array.from(column, (value) => Number(value === null))];
}

function wordColumns(column: readonly Value[]): Float64Array[] {
  const counts = new Map<string, number>();
  for (const value of column) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  const words = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, mostWords);
  return words.map(([word]) => Float64Array.from(column, (value) => Number(String(value) === word)));
}
