/** What a kind of rule is: what it says, what it asks the engine, and examples that prove it. */

import { duckdb } from '../emitters/duckdb.ts';
import { type Binding, type BoundValue, newBinding } from '../expression/binding.ts';
import { columnsIn, conditionSql } from '../expression/compile.ts';
import { type Column, type Frame, fromOf } from '../frame.ts';
import { dataProblems } from '../refusal.ts';
import { type AnyRule, columnNamed, columnSqlOf, presentSql } from '../rule.ts';

export type Query = { readonly sql: string; readonly values: readonly BoundValue[] };
/** Where a rule is asked: the table, and the further tables of the request by name. */
export type RuleRoom = { readonly frame: Frame; readonly sources: ReadonlyMap<string, Frame> };
export type RowQuestion = {
  readonly about: 'rows';
  readonly columns: readonly string[];
  /** Answers how many rows were looked at. */
  readonly checked: Query;
  /** Answers the row numbers `r` that fail, in any order. */
  readonly failing: Query;
};
/** A rule about the table as a whole. */
export type TableFinding = {
  readonly about: 'table';
  readonly columns: readonly string[];
  readonly observed: number | null;
  /** null is unknown, with the reason. */
  readonly passes: boolean | null;
  readonly reason: string | null;
};
/** A table, its further tables, and a rule that is broken (with the rows) or kept. */
export type RuleExample<R extends AnyRule> = {
  readonly table: string;
  readonly sources?: Readonly<Record<string, string>>;
  readonly rule: R;
  /** Of broken rules about rows. */
  readonly rows?: readonly number[];
};
/** Functions are written as methods, so that a kind of one rule is a kind of rule: `kindOf` hands each only its own. */
export type RuleKind<R extends AnyRule> = {
  readonly kind: R['kind'];
  /** Whose share this rule counts towards. */
  readonly metric: 'validity' | 'consistency' | null;
  says(rule: R): string;
  ask(rule: R, room: RuleRoom): RowQuestion | Promise<RowQuestion | TableFinding>;
  readonly flags: readonly RuleExample<R>[];
  readonly passes: readonly RuleExample<R>[];
};

export const defineRuleKind = <R extends AnyRule>(kind: RuleKind<R>): RuleKind<R> => kind;

export type CellKind<R extends AnyRule & { readonly column: string }> = RuleKind<R> & {
  /** Condition that holds for sound cells among those that are there; never NULL. */
  holds(rule: R, column: Column, binding: Binding): string;
};
export function defineCellKind<R extends AnyRule & { readonly column: string }>(kind: Omit<CellKind<R>, 'ask' | 'metric'>): CellKind<R> {
  return {
    ...kind,
    metric: 'validity',
    ask: (rule, room) => {
      const column = columnNamed(room.frame, rule.column);
      return rowQuestion(rule, room, {
        columns: [column],
        checked: () => presentSql(column),
        holds: (binding) => kind.holds(rule, column, binding),
      });
    },
  };
}

export function query(write: (binding: Binding) => string): Query {
  const binding = newBinding();
  const sql = write(binding);
  return { sql, values: binding.values };
}

type RowCondition = {
  readonly columns: readonly Column[];
  /** Rows that can be judged. */
  readonly checked: (binding: Binding) => string;
  /** Asked of these; NULL is broken. */
  readonly holds: (binding: Binding) => string;
};

/** A rule that judges each row by itself. */
export function rowQuestion(rule: AnyRule, { frame }: RuleRoom, { columns, checked, holds }: RowCondition): RowQuestion {
  const from = fromOf(frame, [...columns, ...scopeColumns(rule, frame)]);
  const looked = (binding: Binding) => `${scopeSql(rule, frame, binding)} AND ${checked(binding)}`;
  return {
    about: 'rows',
    columns: [...new Set(columns.map(({ name }) => name))],
    checked: query((binding) => `SELECT count(*) FROM ${from} WHERE ${looked(binding)}`),
    failing: query((binding) => `SELECT r FROM ${from} WHERE ${looked(binding)} AND NOT coalesce(${holds(binding)}, false)`),
  };
}

/** A condition that is never NULL; `true` without a scope. */
export function scopeSql({ scope }: AnyRule, frame: Frame, binding: Binding): string {
  if (scope === undefined) return 'true';
  return `coalesce(${conditionSql(scope, { dialect: duckdb, binding, column: columnIn(frame) })}, false)`;
}

export function scopeColumns({ scope }: AnyRule, frame: Frame): Column[] {
  return scope === undefined ? [] : columnsNamedIn(scope, frame);
}

/** Those an expression names and the table has; the compiler refuses the others with their place. */
export function columnsNamedIn(expression: string, frame: Frame): Column[] {
  return columnsIn(expression).flatMap((name) => frame.columns.find((column) => column.name === name) ?? []);
}

export const columnIn = (frame: Frame) => (name: string) => {
  const column = frame.columns.find((known) => known.name === name);
  return column && columnSqlOf(column);
};

export function sourceNamed({ sources }: RuleRoom, name: string): Frame {
  const frame = sources.get(name);
  if (frame === undefined) throw dataProblems.badRule({ rule: name.slice(0, 100), reason: 'the request has no source of this name' });
  return frame;
}

export const allPresent = (columns: readonly Column[]): string => columns.map(presentSql).join(' AND ');
/** In words: `a, b`, names in quotes. */
export const named = (columns: readonly string[]): string => columns.map((column) => column.slice(0, 100)).join(', ');
export function boundsInWords(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `between ${min} and ${max}`;
  return min !== undefined ? `at least ${min}` : `at most ${max ?? 'anything'}`;
}
