/** Rows that meet a condition: how many, and the first of them. */
import type { DuckDBValue } from '@duckdb/node-api';
import { type Column, count, type Frame, fromOf } from '../frame.ts';

const mostRowsNamed = 100;

export type FailingRows = { readonly count: number; readonly rows: readonly number[] };
type Question = { readonly columns: readonly Column[]; readonly where: string; readonly values: readonly DuckDBValue[] };

export async function failingRows(frame: Frame, { columns, where, values }: Question): Promise<FailingRows> {
  const from = fromOf(frame, columns);
  const [[rows] = []] = await frame.engine.rows(`SELECT count(*) FROM ${from} WHERE ${where}`, values);
  if (count(rows) === 0) return { count: 0, rows: [] };
  return { count: count(rows), rows: await firstRows(frame, `SELECT r FROM ${from} WHERE ${where}`, values) };
}

/** Of a condition that every row meets: nothing has to be asked. */
export function firstOfAllRows({ rows }: Frame): number[] {
  return Array.from({ length: Math.min(rows, mostRowsNamed) }, (_, row) => row);
}

/** @param query answers one column of row numbers. */
export async function firstRows({ engine }: Frame, query: string, values: readonly DuckDBValue[] = []): Promise<number[]> {
  return (await engine.rows(`SELECT r FROM (${query}) ORDER BY r LIMIT ${mostRowsNamed}`, values)).map(([row]) => count(row));
}
