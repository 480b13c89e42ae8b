/** Tables a plan can run on: one inside the engine, one in a database. */
import type { Dialect, ValueType } from '../emitters/dialect.ts';
import type { ColumnSql } from '../expression/compile.ts';
import type { PlanTable } from './plan.ts';

export type DatabaseColumn = { readonly name: string; readonly type: ValueType };
export type DatabaseTable = { readonly schema: string; readonly name: string; readonly columns: readonly DatabaseColumn[] };

/** @param sample a clause of ours behind the name, like TABLESAMPLE. */
export function databaseTable(dialect: Dialect, { schema, name, columns }: DatabaseTable, sample = ''): PlanTable {
  const known = new Map(columns.map((column) => [column.name, column]));
  return {
    dialect,
    from: () => `${dialect.quote(schema)}.${dialect.quote(name)}${sample === '' ? '' : ` ${sample}`}`,
    column: (wanted) => {
      const column = known.get(wanted);
      return column && columnOf(column, dialect);
    },
  };
}

function columnOf({ name, type }: DatabaseColumn, dialect: Dialect): ColumnSql {
  const cell = dialect.quote(name);
  if (type === 'number') {
    const sql = dialect.notNan(dialect.double(cell));
    return { sql, type, missing: `(${sql} IS NULL)` };
  }
  return { sql: type === 'text' ? dialect.text(cell) : cell, type, missing: `(${cell} IS NULL)` };
}
