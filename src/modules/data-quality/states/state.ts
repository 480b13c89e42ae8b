/**
 * A state: what a metric keeps of rows. States of disjoint sets of rows merge into the state of all of them, whatever the order.
 * @source Agarwal et al. 2013, Mergeable summaries.
 */
import type { Dialect } from '../emitters/dialect.ts';
import type { Binding } from '../expression/binding.ts';
import type { ColumnSql } from '../expression/compile.ts';

/** What is asked of a database for one metric. */
export type StateRoom = {
  readonly dialect: Dialect;
  readonly binding: Binding;
  /** In the order of the metric's columns. */
  readonly columns: readonly ColumnSql[];
};
/** A query of its own: `SELECT <partition>, <these> FROM … GROUP BY …`. */
export type GroupedSelect = {
  /** Expressions over a row, named v0, v1 … */
  readonly inner: readonly string[];
  readonly where: string;
  /** Over the inner ones; `keys` are grouped by. */
  readonly keys: readonly string[];
  readonly aggregates: readonly string[];
  /** Only the first so many groups of each partition, by this order. */
  readonly first?: { readonly order: string; readonly most: number };
};
/** V is plain data: it is stored as JSON. */
export type StateKind<S, V> = {
  /** Expressions of the one scan that all such states share; or a query of its own. */
  scan?(spec: S, room: StateRoom): string[];
  grouped?(spec: S, room: StateRoom): GroupedSelect;
  /** @param rows of one partition: one row of a scan, or the groups. */
  read(rows: readonly (readonly unknown[])[], spec: S): V;
  merge(a: V, b: V): V;
  /** Numbers people read; null is unknown. */
  finish(state: V, spec: S): unknown;
  /** How far the finished numbers may be off, in the terms it names; null when they are exact. */
  errorBound(state: V, spec: S): Readonly<Record<string, number>> | null;
};

export const defineState = <S, V>(kind: StateKind<S, V>): StateKind<S, V> => kind;

/** Databases give counts as numbers, big integers or texts. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string' ? Number(value) : 0;
}
/** null stays null: there was nothing to compute it from. */
export const numberOrNull = (value: unknown): number | null => (value === null || value === undefined ? null : numberOf(value));

/** The same text in every database: what is hashed, counted and compared. */
export function canonicalText({ sql, type }: ColumnSql, dialect: Dialect): string {
  if (type === 'number') return dialect.numberText(sql);
  if (type === 'time') return dialect.timeText(sql);
  return type === 'boolean' ? `CASE WHEN ${sql} THEN 'true' WHEN NOT ${sql} THEN 'false' END` : sql;
}
/** The one column of most metrics. */
export function oneColumn({ columns }: StateRoom): ColumnSql {
  return columns[0] ?? { sql: 'NULL', type: 'text', missing: 'true' };
}
