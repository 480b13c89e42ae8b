/** For benches: public data sets where this machine has them, as scikit-learn installs them. They are never copied here. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { LabelledRows } from './small-network.ts';

const folders = [
  process.env['DATA_SETS'] ?? '',
  join(import.meta.dirname, '../../../../../shared/data'),
  '/usr/lib/python3/dist-packages/sklearn/datasets/data',
].filter((folder) => folder !== '');

function linesOf(name: string): string[] | null {
  const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) return null;
  const bytes = readFileSync(path);
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split('\n');
}

/** 1,797 handwritten digits of 8 × 8 points, UCI; values divided by 16. null: not on this machine. */
export function readDigits(): LabelledRows | null {
  const lines = linesOf('digits.csv.gz');
  return lines === null ? null : rowsOf(lines, 10, () => ({ low: 0, high: 16 }));
}

/** 569 biopsies of 30 measures, UCI; columns brought to [0, 1]. null: not on this machine. */
export function readBreastCancer(): LabelledRows | null {
  const lines = linesOf('breast_cancer.csv')?.slice(1) ?? null;
  if (lines === null) return null;
  const table = lines.map((line) => line.split(',').map(Number));
  return rowsOf(lines, 2, (column) => {
    const values = table.map((row) => row[column] as number);
    return { low: Math.min(...values), high: Math.max(...values) };
  });
}

function rowsOf(lines: readonly string[], classes: number, rangeOf: (column: number) => { low: number; high: number }): LabelledRows {
  const table = lines.map((line) => line.split(',').map(Number));
  const dimensions = (table[0]?.length ?? 1) - 1;
  const ranges = Array.from({ length: dimensions }, (_, column) => rangeOf(column));
  const values = new Float64Array(table.length * dimensions);
  for (const [row, cells] of table.entries())
    for (const [column, { low, high }] of ranges.entries())
      values[row * dimensions + column] = ((cells[column] as number) - low) / (high - low);
  return { values, dimensions, labels: Int32Array.from(table, (cells) => cells[dimensions] as number), classes };
}
