/** Rules a caller states about a table. Every kind is one file of rules/; this is what all of them share. */

import type { ColumnSql } from './expression/compile.ts';
import type { Column, ColumnType, Frame } from './frame.ts';
import { isNumeric } from './frame.ts';
import { timeOf } from './ingest/agree-types.ts';
import { dataProblems } from './refusal.ts';

type Maybe<T> = T | undefined;
export type RuleSeverity = 'critical' | 'high' | 'medium' | 'low' | 'informational';
/** How much may fail before the rule is broken: either bound is enough. Both left out: nothing may. */
export type Tolerance = { readonly share?: Maybe<number>; readonly count?: Maybe<number> };
/** What every rule may say of itself. */
export type RuleFacts = {
  readonly id?: Maybe<string>;
  readonly severity?: Maybe<RuleSeverity>;
  readonly owner?: Maybe<string>;
  /** A condition over the row (expression/parse.ts): other rows are not looked at. */
  readonly scope?: Maybe<string>;
  readonly tolerance?: Maybe<Tolerance>;
};
type Bounds = { readonly min?: Maybe<number>; readonly max?: Maybe<number> };
type Kinds = {
  type: { readonly column: string; readonly type: ColumnType };
  range: { readonly column: string } & Bounds;
  set: { readonly column: string; readonly values: readonly string[] };
  length: { readonly column: string } & Bounds;
  pattern: { readonly column: string; readonly pattern: string };
  notMissing: { readonly column: string /** Words like NA count as missing too. */; readonly placeholders?: Maybe<boolean> };
  uniqueKey: { readonly columns: readonly string[] };
  /** `source` names one of the further tables of the request. */
  foreignKey: { readonly columns: readonly string[]; readonly source: string; readonly referenced: readonly string[] };
  sameInSource: {
    readonly source: string;
    readonly key: readonly string[];
    readonly columns: readonly string[];
    readonly absolute?: Maybe<number>;
    readonly relative?: Maybe<number>;
  };
  compare: { readonly left: string; readonly operator: '<' | '<=' | '=' | '>=' | '>' | '!='; readonly right: string };
  crossColumn: { readonly expression: string };
  dependency: { readonly determinant: readonly string[]; readonly dependent: string };
  functionalDependency: { readonly determinant: readonly string[]; readonly dependent: string };
  freshness: { readonly column: string /** ISO 8601. */; readonly asOf: string; readonly maxAgeMs: number };
  rowCount: Bounds;
  distribution: { readonly column: string; readonly source: string; readonly measure: DistributionMeasure; readonly most: number };
  customAggregate: { readonly expression: string } & Bounds;
};
export type DistributionMeasure = 'ks' | 'normedWasserstein' | 'psi' | 'jensenShannon' | 'totalVariation';
export type RuleName = keyof Kinds;
export type RuleOf<K extends RuleName> = RuleFacts & { readonly kind: K } & Kinds[K];
export type Rule = { [K in RuleName]: RuleOf<K> }[RuleName];
/** About one cell at a time: these make up validity. */
export type CellRuleName = 'type' | 'range' | 'set' | 'length' | 'pattern';
export type CellRule = { [K in CellRuleName]: RuleOf<K> }[CellRuleName];
/** What is known of a rule before its kind is. */
export type AnyRule = RuleFacts & { readonly kind: RuleName };

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

/** A column as expressions read it: typed, NULL where the cell is missing or of another type. */
export function columnSqlOf(column: Column): ColumnSql {
  const missing = `(NOT ${presentSql(column)})`;
  const text = `${column.cell}::VARCHAR`;
  if (isNumeric(column)) return { sql: `nullif(${column.number}, 'NaN'::DOUBLE)`, type: 'number', missing };
  if (column.type === 'time') return { sql: timeOf(column), type: 'time', missing };
  if (column.type === 'boolean')
    return { sql: `CASE lower(${text}) WHEN 'true' THEN true WHEN 'false' THEN false END`, type: 'boolean', missing };
  return { sql: text, type: 'text', missing };
}
