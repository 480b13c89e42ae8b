/**
 * A check as a plan: metrics → mergeable states → SQL. The same plan runs in process on the engine and where the data lies; states of
 * partitions merge, so that a new partition is the only one that must be read.
 */
import { type Dialect, placed } from '../emitters/dialect.ts';
import { type Binding, type BoundValue, newBinding } from '../expression/binding.ts';
import { type ColumnSql, columnsIn, conditionSql } from '../expression/compile.ts';
import { dataProblems } from '../refusal.ts';
import { canonicalText, type GroupedSelect, type StateRoom } from '../states/state.ts';
import { type StateSpec, stateOf } from './states.ts';

export type Metric = { readonly id: string; readonly columns: readonly string[]; readonly state: StateSpec };
export type Plan = {
  readonly metrics: readonly Metric[];
  /** A condition over the row (expression/parse.ts). */
  readonly filter?: string | undefined;
  /** A column: each of its values has states of its own. */
  readonly partition?: string | undefined;
};
/** A table as one database sees it. */
export type PlanTable = {
  readonly dialect: Dialect;
  /** FROM clause that offers these columns. */
  from(columns: readonly string[]): string;
  column(name: string): ColumnSql | undefined;
};
export type Ask = (sql: string, values: readonly BoundValue[]) => Promise<readonly (readonly unknown[])[]>;
export type Statement = {
  readonly sql: string;
  readonly values: readonly BoundValue[];
  /** Metrics whose states it answers, with their number of columns in the answer; the first column is the partition, if there is one. */
  readonly answers: readonly { readonly metric: Metric; readonly width: number }[];
  readonly isGrouped: boolean;
};
/** Metric → state, plain data. */
export type PlanStates = Readonly<Record<string, unknown>>;
/** Partition → states; without partitions there is one, ''. */
export type PlanResult = ReadonlyMap<string, PlanStates>;

/** Rows one statement may answer: partitions × groups. */
const mostAnswered = 1_000_000;
const mostPartitions = 10_000;
const mostMetrics = 1000;

/** One statement for all states that share a scan, one for each of the others. @throws data-quality.badRule, .noSuchColumn. */
export function planStatements(plan: Plan, table: PlanTable): Statement[] {
  if (plan.metrics.length > mostMetrics) throw dataProblems.badRule({ rule: 'plan', reason: `it has more than ${mostMetrics} metrics` });
  const scanned = plan.metrics.filter(({ state }) => stateOf(state).scan !== undefined);
  const grouped = plan.metrics.filter(({ state }) => stateOf(state).scan === undefined);
  return [
    ...(scanned.length === 0 ? [] : [scanStatement(plan, scanned, table)]),
    ...grouped.map((metric) => groupedStatement(plan, metric, table)),
  ];
}

function scanStatement(plan: Plan, metrics: readonly Metric[], table: PlanTable): Statement {
  const cells = cellsOf(plan, metrics, table);
  const answers: { metric: Metric; width: number }[] = [];
  const expressions: string[] = [];
  for (const metric of metrics) {
    const own = stateOf(metric.state).scan?.(metric.state, cells.roomOf(metric)) ?? [];
    answers.push({ metric, width: own.length });
    expressions.push(...own);
  }
  const isParted = plan.partition !== undefined;
  const selected = [...(isParted ? ['part'] : []), ...expressions].join(', ');
  const sql = `SELECT ${selected} FROM (${cells.sql}) AS cells${isParted ? ' GROUP BY part' : ''}`;
  return { ...placed(sql, cells.binding.values), answers, isGrouped: false };
}

function groupedStatement(plan: Plan, metric: Metric, table: PlanTable): Statement {
  const cells = cellsOf(plan, [metric], table);
  const select = stateOf(metric.state).grouped?.(metric.state, cells.roomOf(metric));
  if (select === undefined) throw dataProblems.badRule({ rule: metric.state.kind, reason: 'it asks nothing' });
  const inner = select.inner.map((sql, k) => `${sql} AS v${k}`);
  const isParted = plan.partition !== undefined;
  const rows = `SELECT ${[...(isParted ? ['part'] : []), ...inner].join(', ')} FROM (${cells.sql}) AS cells WHERE ${select.where}`;
  const width = select.keys.length + select.aggregates.length;
  return { ...placed(groupedSql(rows, select, isParted), cells.binding.values), answers: [{ metric, width }], isGrouped: true };
}

type Cells = { readonly sql: string; readonly binding: Binding; roomOf(metric: Metric): StateRoom };

/**
 * The rows of the plan with the columns its metrics need, as c0, c1 …: each cell is read and cast once. NULL is missing or no value of its
 * type; states see no other difference.
 */
function cellsOf({ filter, partition }: Plan, metrics: readonly Metric[], table: PlanTable): Cells {
  const { dialect } = table;
  const binding = newBinding();
  const columnOf = (name: string) => table.column(name) ?? missingColumn(name);
  const names = [...new Set(metrics.flatMap(({ columns }) => columns))];
  const selected = [
    ...(partition === undefined ? [] : [`${canonicalText(columnOf(partition), dialect)} AS part`]),
    ...names.map((name, k) => `${columnOf(name).sql} AS c${k}`),
  ];
  const where = filter === undefined ? '' : ` WHERE ${conditionSql(filter, { dialect, binding, column: (name) => table.column(name) })}`;
  const used = [
    ...new Set([...names, ...(partition === undefined ? [] : [partition]), ...(filter === undefined ? [] : columnsIn(filter))]),
  ];
  const alias = (name: string): ColumnSql => {
    const sql = `c${names.indexOf(name)}`;
    return { sql, type: columnOf(name).type, missing: `(${sql} IS NULL)` };
  };
  return {
    sql: `SELECT ${selected.length === 0 ? '1 AS one' : selected.join(', ')} FROM ${table.from(used)}${where}`,
    binding,
    roomOf: (metric) => {
      const columns = metric.columns.map(alias);
      refuseMisfit(metric, columns);
      return { dialect, binding, columns };
    },
  };
}

function groupedSql(rows: string, { keys, aggregates, first }: GroupedSelect, isParted: boolean): string {
  const by = [...(isParted ? ['part'] : []), ...keys].join(', ');
  const selected = [...(isParted ? ['part'] : []), ...keys, ...aggregates];
  if (first === undefined) return `SELECT ${selected.join(', ')} FROM (${rows}) AS texts GROUP BY ${by}`;
  const named = selected.map((sql, k) => `${sql} AS s${k}`).join(', ');
  const places = selected.map((_, k) => `s${k}`).join(', ');
  // Windows over aggregates are not in every database: the order is made plain columns first.
  const order = first.order.replaceAll('count(*)', `s${selected.length - 1}`).replaceAll('v0', `s${isParted ? 1 : 0}`);
  const window = `row_number() OVER (${isParted ? 'PARTITION BY s0 ' : ''}ORDER BY ${order})`;
  return `SELECT ${places} FROM (SELECT ${places}, ${window} AS place FROM (SELECT ${named} FROM (${rows}) AS texts GROUP BY ${by}) AS counted) AS placed WHERE place <= ${first.most}`;
}

function refuseMisfit({ id, state }: Metric, columns: readonly ColumnSql[]): void {
  const wanted = numeric.get(state.kind);
  if (wanted === undefined || (columns.length === wanted && columns.every(({ type }) => type === 'number'))) return;
  throw dataProblems.badRule({ rule: id, reason: `${state.kind} takes ${wanted} numeric column${wanted === 1 ? '' : 's'}` });
}
/** States over numbers, and how many columns they take. */
const numeric: ReadonlyMap<string, number> = new Map([
  ['moments', 1],
  ['comoments', 2],
  ['extremes', 1],
  ['quantiles', 1],
  ['histogram', 1],
]);

function missingColumn(name: string): never {
  throw dataProblems.noSuchColumn({ column: name.slice(0, 200) });
}

/** Runs the statements and reads the states. @param ask runs one statement with its values. */
export async function runPlan(plan: Plan, table: PlanTable, ask: Ask): Promise<PlanResult> {
  const result = new Map<string, Record<string, unknown>>();
  for (const statement of planStatements(plan, table)) {
    const rows = await ask(statement.sql, statement.values);
    if (rows.length > mostAnswered) throw dataProblems.tooLarge({ what: `more than ${mostAnswered} groups` });
    const parts = Map.groupBy(rows, ([part]) => (plan.partition === undefined ? '' : String(part ?? '')));
    if (parts.size > mostPartitions) throw dataProblems.tooLarge({ what: `more than ${mostPartitions} partitions` });
    for (const [part, own] of parts) takeStates(result, part, { statement, rows: own, skip: plan.partition === undefined ? 0 : 1 });
  }
  // A partition without any group still has empty states.
  for (const states of result.values()) for (const { id, state } of plan.metrics) states[id] ??= stateOf(state).read([], state);
  if (result.size === 0 && plan.partition === undefined)
    result.set('', Object.fromEntries(plan.metrics.map(({ id, state }) => [id, stateOf(state).read([], state)])));
  return result;
}

type Answered = { readonly statement: Statement; readonly rows: readonly (readonly unknown[])[]; readonly skip: number };

function takeStates(result: Map<string, Record<string, unknown>>, part: string, { statement, rows, skip }: Answered): void {
  const states = result.get(part) ?? {};
  result.set(part, states);
  let from = skip;
  for (const { metric, width } of statement.answers) {
    const until = from + width;
    const begin = from;
    states[metric.id] = stateOf(metric.state).read(
      rows.map((row) => row.slice(begin, until)),
      metric.state,
    );
    from = until;
  }
}

/** The states of all these rows together: of partitions, of days, of two runs over disjoint rows. */
export function mergeStates({ metrics }: Plan, states: Iterable<PlanStates>): PlanStates {
  const merged: Record<string, unknown> = Object.fromEntries(metrics.map(({ id, state }) => [id, stateOf(state).read([], state)]));
  for (const one of states) for (const { id, state } of metrics) merged[id] = stateOf(state).merge(merged[id], one[id]);
  return merged;
}

export type Finished = { readonly id: string; readonly value: unknown; readonly errorBound: Readonly<Record<string, number>> | null };

export function finishStates({ metrics }: Plan, states: PlanStates): Finished[] {
  return metrics.map(({ id, state }) => ({
    id,
    value: stateOf(state).finish(states[id], state),
    errorBound: stateOf(state).errorBound(states[id], state),
  }));
}
