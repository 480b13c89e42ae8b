/** The six metrics of a table: each with numerator, denominator and the rows that fail. What cannot be computed is unknown, with its reason. */

import { type Column, count, type Frame, fromOf } from '../frame.ts';
import { type CellRule, columnNamed, presentSql, type Rule } from '../rule.ts';
import { judgeRules, type RuleFinding } from '../rules/judge.ts';
import { query, type RuleRoom, scopeColumns, scopeSql } from '../rules/kind.ts';
import { cellKindOf, isCellRule, kindOf } from '../rules/kinds.ts';
import { failingPage, type PageQuestion, type RowsPage } from '../rules/rows-page.ts';
import { accuracy, type TruthOptions } from './accuracy.ts';
import { firstOfAllRows, firstRows } from './failing-rows.ts';
import { type FreshnessOptions, freshness } from './freshness.ts';
import { type Failure, known, type Metric, unknown } from './metric.ts';
import { findNearDuplicates, type NearDuplicateOptions, type NearDuplicates } from './near-duplicates.ts';
import { type ColumnProfile, type ProfiledCorrelations, profileTable } from './profile.ts';
import { duplicateKeys, duplicateRows } from './uniqueness.ts';

export type QualityOptions = {
  readonly rules: readonly Rule[];
  readonly key: readonly string[] | undefined;
  readonly freshness: FreshnessOptions | undefined;
  readonly truth: TruthOptions | undefined;
  /** Rows that fail one rule, with their cells. */
  readonly failing?: PageQuestion | undefined;
  readonly nearDuplicates?: NearDuplicateOptions | undefined;
};
export type Metrics = Readonly<Record<'completeness' | 'accuracy' | 'consistency' | 'validity' | 'uniqueness' | 'freshness', Metric>>;
export type Quality = {
  readonly columns: readonly ColumnProfile[];
  readonly metrics: Metrics;
  /** Mean of the known metrics; null when none is. Never a gate: rules are. */
  readonly score: number | null;
  readonly unknownMetrics: readonly string[];
  /** null for fewer than 2 numeric columns, or more than 100. */
  readonly correlations: ProfiledCorrelations | null;
};
export type TableQuality = Quality & {
  readonly rules: readonly RuleFinding[];
  /** null when not asked for. */
  readonly failing: RowsPage | null;
  readonly nearDuplicates: NearDuplicates | null;
};
/** Tables a check compares with. */
export type OtherTables = { readonly truth: Frame | null; readonly sources: ReadonlyMap<string, Frame> };

/** @param truth the true values, when `options.truth` names their key. */
export function assessQuality(frame: Frame, options: QualityOptions, truth: Frame | null): Promise<TableQuality> {
  return assessTable(frame, options, { truth, sources: new Map() });
}

/** @throws data-quality.badRule, .noSuchColumn. */
export async function assessTable(frame: Frame, options: QualityOptions, { truth, sources }: OtherTables): Promise<TableQuality> {
  const room: RuleRoom = { frame, sources };
  // First: a rule that cannot be asked is refused before the long work.
  const rules = await judgeRules(options.rules, room);
  const { columns, correlations } = await profileTable(frame);
  const metrics: Metrics = {
    completeness: await completeness(frame, columns),
    accuracy: truth === null || options.truth === undefined ? unknown('no truth was given') : await accuracy(frame, truth, options.truth),
    consistency: consistency(rules.filter(({ place }) => metricOf(options.rules[place]) === 'consistency')),
    validity: await validity(frame, options.rules, rules),
    uniqueness: await uniqueness(frame, options.key, columns),
    freshness: options.freshness === undefined ? unknown('no time column was named') : await freshness(frame, options.freshness),
  };
  const values = Object.values(metrics).flatMap(({ value }) => (value === null ? [] : [value]));
  return {
    columns,
    metrics,
    score: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
    unknownMetrics: Object.entries(metrics).flatMap(([name, { value }]) => (value === null ? [name] : [])),
    correlations,
    rules,
    failing: options.failing === undefined ? null : await failingPage(options.rules, room, options.failing),
    nearDuplicates: options.nearDuplicates === undefined ? null : await findNearDuplicates(frame, options.nearDuplicates),
  };
}

const metricOf = (rule: Rule | undefined) => (rule === undefined ? null : kindOf(rule).metric);

/** 1 − missing cells ÷ cells, strict reading. */
async function completeness(frame: Frame, profiles: readonly ColumnProfile[]): Promise<Metric> {
  const cells = frame.rows * frame.columns.length;
  if (cells === 0) return unknown('the table has no rows');
  const failures: Failure[] = [];
  for (const [k, profile] of profiles.entries()) {
    const column = frame.columns[k];
    if (profile.missing === 0 || column === undefined) continue;
    const rows = profile.missing === frame.rows ? firstOfAllRows(frame) : await missingRows(frame, column);
    failures.push({ check: 'missing', columns: [profile.name], count: profile.missing, of: frame.rows, rows });
  }
  const missing = profiles.reduce((sum, profile) => sum + profile.missing, 0);
  return known({ numerator: cells - missing, denominator: cells, failures });
}

function missingRows(frame: Frame, column: Column): Promise<number[]> {
  return firstRows(frame, `SELECT r FROM ${fromOf(frame, [column])} WHERE NOT ${presentSql(column)}`);
}

/** Cells that pass every rule of their column ÷ cells that are there and under a rule. */
async function validity(frame: Frame, rules: readonly Rule[], findings: readonly RuleFinding[]): Promise<Metric> {
  const cellRules = rules.filter(isCellRule);
  if (cellRules.length === 0) return unknown('no rules about cells were given');
  let checked = 0;
  let passed = 0;
  for (const [name, own] of Map.groupBy(cellRules, ({ column }) => column)) {
    const under = await underRules(frame, columnNamed(frame, name), own);
    checked += under.cells;
    passed += under.passed;
  }
  const broken = findings.filter(({ place, count: failed }) => metricOf(rules[place]) === 'validity' && (failed ?? 0) > 0);
  if (checked === 0) return unknown('every cell under a rule is missing');
  return known({
    numerator: passed,
    denominator: checked,
    failures: broken.map((finding) => ({ ...failureOf(finding), check: finding.kind })),
  });
}

/** Cells in the scope of at least one of the rules, and those that keep all rules in whose scope they are. */
async function underRules(frame: Frame, column: Column, rules: readonly CellRule[]): Promise<{ cells: number; passed: number }> {
  const from = fromOf(frame, [column, ...rules.flatMap((rule) => scopeColumns(rule, frame))]);
  const { sql, values } = query((binding) => {
    const conditions = rules.map((rule) => ({
      scope: scopeSql(rule, frame, binding),
      holds: cellKindOf(rule).holds(rule, column, binding),
    }));
    const any = conditions.map(({ scope }) => scope).join(' OR ');
    const all = conditions.map(({ scope, holds }) => `(NOT ${scope} OR ${holds})`).join(' AND ');
    return `SELECT count(*), count_if(${all}) FROM ${from} WHERE ${presentSql(column)} AND (${any})`;
  });
  const [[cells, passed] = []] = await frame.engine.rows(sql, values);
  return { cells: count(cells), passed: count(passed) };
}

/** Rows that keep what two or more columns or tables promise ÷ rows it could be looked at in, over all checks. */
function consistency(findings: readonly RuleFinding[]): Metric {
  if (findings.length === 0) return unknown('no rules across columns were given');
  const failures = findings.map(failureOf);
  const checked = failures.reduce((sum, { of }) => sum + of, 0);
  if (checked === 0) return unknown('no row has all the cells the rules compare');
  const broken = failures.reduce((sum, { count: rows }) => sum + rows, 0);
  return known({ numerator: checked - broken, denominator: checked, failures: failures.filter(({ count: rows }) => rows > 0) });
}

function failureOf({ says, columns, count: failed, of, rows }: RuleFinding): Failure {
  return { check: says, columns, count: failed ?? 0, of: of ?? 0, rows };
}

/** Distinct rows ÷ rows, or with a key distinct keys ÷ rows that have one. */
async function uniqueness(frame: Frame, key: readonly string[] | undefined, profiles: readonly ColumnProfile[]): Promise<Metric> {
  if (frame.rows === 0) return unknown('the table has no rows');
  const repeated = await duplicateRows(
    frame,
    profiles.map(({ numbers, text }) => numbers?.distinct ?? text?.distinct ?? null),
  );
  const rowFailure: Failure = { check: 'duplicate row', columns: [], of: frame.rows, ...repeated };
  if (key === undefined || key.length === 0)
    return known({ numerator: frame.rows - repeated.count, denominator: frame.rows, failures: repeated.count > 0 ? [rowFailure] : [] });
  const keys = await duplicateKeys(
    frame,
    key.map((name) => columnNamed(frame, name)),
  );
  if (keys.withKey === 0) return unknown('no row has a key');
  const keyFailure: Failure = { check: 'repeated key', columns: key, count: keys.count, of: keys.withKey, rows: keys.rows };
  return known({
    numerator: keys.distinct,
    denominator: keys.withKey,
    failures: [rowFailure, keyFailure].filter(({ count: rows }) => rows > 0),
  });
}
