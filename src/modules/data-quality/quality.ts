/** The six metrics of a table: each with numerator, denominator and the rows that fail. What cannot be computed is unknown, with its reason. */
import { accuracy, type TruthOptions } from './accuracy.ts';
import { failingRows } from './failing-rows.ts';
import { type Column, count, type Frame, fromOf } from './frame.ts';
import { type FreshnessOptions, freshness } from './freshness.ts';
import { type Failure, known, type Metric, unknown } from './metric.ts';
import { type ColumnProfile, profileColumns } from './profile.ts';
import { type CellRule, cellCondition, columnNamed, comparison, isCellRule, presentSql, type RowRule, type Rule } from './rule.ts';
import { duplicateKeys, duplicateRows } from './uniqueness.ts';

export type QualityOptions = {
  readonly rules: readonly Rule[];
  readonly key: readonly string[] | undefined;
  readonly freshness: FreshnessOptions | undefined;
  readonly truth: TruthOptions | undefined;
};
export type Metrics = Readonly<Record<'completeness' | 'accuracy' | 'consistency' | 'validity' | 'uniqueness' | 'freshness', Metric>>;
export type Quality = {
  readonly columns: readonly ColumnProfile[];
  readonly metrics: Metrics;
  /** Mean of the known metrics; null when none is. Never a gate: rules are. */
  readonly score: number | null;
  readonly unknownMetrics: readonly string[];
};

/** @param truth the true values, when `options.truth` names their key. */
export async function assessQuality(frame: Frame, options: QualityOptions, truth: Frame | null): Promise<Quality> {
  const columns = await profileColumns(frame);
  const metrics: Metrics = {
    completeness: await completeness(frame, columns),
    accuracy: truth === null || options.truth === undefined ? unknown('no truth was given') : await accuracy(frame, truth, options.truth),
    consistency: await consistency(frame, options.rules.filter((rule) => !isCellRule(rule)) as readonly RowRule[]),
    validity: await validity(frame, options.rules.filter(isCellRule)),
    uniqueness: await uniqueness(frame, options.key),
    freshness: options.freshness === undefined ? unknown('no time column was named') : await freshness(frame, options.freshness),
  };
  const values = Object.values(metrics).flatMap(({ value }) => (value === null ? [] : [value]));
  return {
    columns,
    metrics,
    score: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
    unknownMetrics: Object.entries(metrics).flatMap(([name, { value }]) => (value === null ? [name] : [])),
  };
}

/** 1 − missing cells ÷ cells, strict reading. */
async function completeness(frame: Frame, profiles: readonly ColumnProfile[]): Promise<Metric> {
  const cells = frame.rows * frame.columns.length;
  if (cells === 0) return unknown('the table has no rows');
  const failures: Failure[] = [];
  for (const [k, profile] of profiles.entries()) {
    const column = frame.columns[k];
    if (profile.missing === 0 || column === undefined) continue;
    const { rows } = await failingRows(frame, { columns: [column], where: `NOT ${presentSql(column)}`, values: [] });
    failures.push({ check: 'missing', columns: [profile.name], count: profile.missing, of: frame.rows, rows });
  }
  const missing = profiles.reduce((sum, profile) => sum + profile.missing, 0);
  return known({ numerator: cells - missing, denominator: cells, failures });
}

/** Cells that pass every rule of their column ÷ cells that are there and under a rule. */
async function validity(frame: Frame, rules: readonly CellRule[]): Promise<Metric> {
  if (rules.length === 0) return unknown('no rules about cells were given');
  let checked = 0;
  let passed = 0;
  const failures: Failure[] = [];
  for (const [name, own] of Map.groupBy(rules, ({ column }) => column)) {
    const column = columnNamed(frame, name);
    const present = presentSql(column);
    for (const rule of own) {
      const { sql, values } = cellCondition(rule, column, 1);
      const failed = await failingRows(frame, { columns: [column], where: `${present} AND NOT ${sql}`, values });
      if (failed.count > 0)
        failures.push({ check: rule.kind, columns: [name], count: failed.count, of: await presentCells(frame, column), rows: failed.rows });
    }
    checked += await presentCells(frame, column);
    passed += await passingCells(frame, column, own);
  }
  return checked === 0 ? unknown('every cell under a rule is missing') : known({ numerator: passed, denominator: checked, failures });
}

async function presentCells(frame: Frame, column: Column): Promise<number> {
  const [[cells] = []] = await frame.engine.rows(`SELECT count_if(${presentSql(column)}) FROM ${fromOf(frame, [column])}`);
  return count(cells);
}

async function passingCells(frame: Frame, column: Column, rules: readonly CellRule[]): Promise<number> {
  const values: NonNullable<Parameters<Frame['engine']['rows']>[1]>[number][] = [];
  const conditions = rules.map((rule) => {
    const condition = cellCondition(rule, column, values.length + 1);
    values.push(...condition.values);
    return condition.sql;
  });
  const sql = `SELECT count_if(${[presentSql(column), ...conditions].join(' AND ')}) FROM ${fromOf(frame, [column])}`;
  const [[cells] = []] = await frame.engine.rows(sql, values);
  return count(cells);
}

/** Rows that keep what two or more columns promise ÷ rows it could be looked at in, over all checks. */
async function consistency(frame: Frame, rules: readonly RowRule[]): Promise<Metric> {
  if (rules.length === 0) return unknown('no rules across columns were given');
  let checked = 0;
  const failures: Failure[] = [];
  for (const rule of rules) {
    const found = rule.kind === 'compare' ? await compared(frame, rule) : await dependent(frame, rule);
    checked += found.of;
    failures.push(found);
  }
  if (checked === 0) return unknown('no row has all the cells the rules compare');
  const broken = failures.reduce((sum, { count: rows }) => sum + rows, 0);
  return known({ numerator: checked - broken, denominator: checked, failures: failures.filter(({ count: rows }) => rows > 0) });
}

async function compared(frame: Frame, rule: Extract<RowRule, { kind: 'compare' }>): Promise<Failure> {
  const columns = [columnNamed(frame, rule.left), columnNamed(frame, rule.right)] as const;
  const { checked, broken } = comparison(columns[0], rule.operator, columns[1]);
  const [[of] = []] = await frame.engine.rows(`SELECT count_if(${checked}) FROM ${fromOf(frame, columns)}`);
  const failed = await failingRows(frame, { columns, where: broken, values: [] });
  return {
    check: `${rule.left} ${rule.operator} ${rule.right}`,
    columns: [rule.left, rule.right],
    count: failed.count,
    of: count(of),
    rows: failed.rows,
  };
}

/** g3: rows that would have to go so that the dependent is a function of the determinant; in each group the most frequent value stays. */
async function dependent(frame: Frame, rule: Extract<RowRule, { kind: 'dependency' }>): Promise<Failure> {
  const keys = rule.determinant.map((name) => columnNamed(frame, name));
  const value = columnNamed(frame, rule.dependent);
  const from = fromOf(frame, [...keys, value]);
  const key = keys.map(({ cell }) => cell).join(', ');
  const present = [...keys, value].map(({ cell }) => `${cell} IS NOT NULL`).join(' AND ');
  const sized = `SELECT r, ${key
    .split(', ')
    .map((cell, k) => `${cell} AS k${k}`)
    .join(', ')}, count(*) OVER (PARTITION BY ${key}, ${value.cell}) AS n, ${value.cell} AS v FROM ${from} WHERE ${present}`;
  const places = keys.map((_, k) => `k${k}`).join(', ');
  const broken = `SELECT r FROM (SELECT r, v, first_value(v) OVER (PARTITION BY ${places} ORDER BY n DESC, v) AS kept FROM (${sized})) WHERE v <> kept`;
  const [[of] = []] = await frame.engine.rows(`SELECT count(*) FROM ${from} WHERE ${present}`);
  const [[rows] = []] = await frame.engine.rows(`SELECT count(*) FROM (${broken})`);
  const named = await frame.engine.rows(`${broken} ORDER BY r LIMIT 100`);
  return {
    check: `${rule.determinant.join(' + ')} determines ${rule.dependent}`,
    columns: [...rule.determinant, rule.dependent],
    count: count(rows),
    of: count(of),
    rows: named.map(([row]) => count(row)),
  };
}

/** Distinct rows ÷ rows, or with a key distinct keys ÷ rows that have one. */
async function uniqueness(frame: Frame, key: readonly string[] | undefined): Promise<Metric> {
  if (frame.rows === 0) return unknown('the table has no rows');
  const repeated = await duplicateRows(frame);
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
