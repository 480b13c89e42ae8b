/** Rules a caller states about columns, and the SQL conditions they become. Values are bound, columns are numbers: no text of a caller is SQL. */
import type { DuckDBValue } from '@duckdb/node-api';
import { timeOf } from './agree-types.ts';
import type { Column, ColumnType, Frame } from './frame.ts';
import { isNumeric } from './frame.ts';
import { dataProblems } from './refusal.ts';

export type CellRule =
  | { readonly kind: 'type'; readonly column: string; readonly type: ColumnType }
  | { readonly kind: 'range'; readonly column: string; readonly min?: number | undefined; readonly max?: number | undefined }
  | { readonly kind: 'set'; readonly column: string; readonly values: readonly string[] }
  | { readonly kind: 'length'; readonly column: string; readonly min?: number | undefined; readonly max?: number | undefined }
  | { readonly kind: 'pattern'; readonly column: string; readonly pattern: string };
export type RowRule =
  | { readonly kind: 'compare'; readonly left: string; readonly operator: '<' | '<=' | '=' | '>=' | '>' | '!='; readonly right: string }
  | { readonly kind: 'dependency'; readonly determinant: readonly string[]; readonly dependent: string };
export type Rule = CellRule | RowRule;
export const isCellRule = (rule: Rule): rule is CellRule => 'column' in rule;

export type Condition = { readonly sql: string; readonly values: readonly DuckDBValue[] };

export function columnNamed({ columns }: Frame, name: string): Column {
  const column = columns.find((known) => known.name === name);
  if (column === undefined) throw dataProblems.noSuchColumn({ column: name.slice(0, 200) });
  return column;
}

/** Cells a rule looks at: present, and no NaN in a numeric column (NaN would be above every bound). */
export function presentSql(column: Column): string {
  return isNumeric(column)
    ? `(${column.cell} IS NOT NULL AND NOT coalesce(isnan(${column.number}), false))`
    : `(${column.cell} IS NOT NULL)`;
}

/** @param first number of the first bound value. The condition is never NULL. */
export function cellCondition(rule: CellRule, column: Column, first: number): Condition {
  const text = `${column.cell}::VARCHAR`;
  switch (rule.kind) {
    case 'type':
      return { sql: typeSql(rule.type, column), values: [] };
    case 'range':
      return bounds(column.number, rule, first);
    case 'length':
      return bounds(`length(${text})`, rule, first);
    case 'set':
      return { sql: `(${rule.values.map((_, k) => `${text} = $${first + k}`).join(' OR ') || 'false'})`, values: rule.values };
    case 'pattern':
      // RE2: linear in the text, whatever the pattern.
      return { sql: `regexp_full_match(${text}, $${first})`, values: [rule.pattern] };
  }
}

function bounds(expression: string, { min, max }: { min?: number | undefined; max?: number | undefined }, first: number): Condition {
  const values = [min, max].filter((bound) => bound !== undefined);
  const above = min === undefined ? [] : [`${expression} >= $${first}`];
  const below = max === undefined ? [] : [`${expression} <= $${first + values.length - 1}`];
  return { sql: `coalesce(${[`${expression} IS NOT NULL`, ...above, ...below].join(' AND ')}, false)`, values };
}

function typeSql(type: ColumnType, column: Column): string {
  const { number } = column;
  if (type === 'number') return `(${number} IS NOT NULL)`;
  if (type === 'integer') return `coalesce(${number} = trunc(${number}) AND isfinite(${number}), false)`;
  if (type === 'boolean') return `(lower(${column.cell}::VARCHAR) IN ('true', 'false'))`;
  if (type === 'time') return `(${timeOf(column)} IS NOT NULL)`;
  return 'true';
}

/** Rows that break "left operator right", among the rows where both are there: numbers and times as such, else text. */
export function comparison(left: Column, operator: string, right: Column): { readonly checked: string; readonly broken: string } {
  const [a, b] = comparable(left, right);
  const checked = `(${a} IS NOT NULL AND ${b} IS NOT NULL)`;
  return { checked, broken: `(${checked} AND NOT (${a} ${operator === '!=' ? '<>' : operator} ${b}))` };
}

function comparable(left: Column, right: Column): [string, string] {
  if (isNumeric(left) && isNumeric(right)) return [`nullif(${left.number}, 'NaN'::DOUBLE)`, `nullif(${right.number}, 'NaN'::DOUBLE)`];
  if (left.type === 'time' && right.type === 'time') return [timeOf(left), timeOf(right)];
  return [`${left.cell}::VARCHAR`, `${right.cell}::VARCHAR`];
}
