/**
 * Kolmogorov–Smirnov distance and Wasserstein-1 distance of two columns, exactly and where the data lies: both sides below each other,
 * grouped by value, cumulated by a window. One sort, no sampling, three numbers come back.
 */
import { type Dialect, placed } from '../emitters/dialect.ts';
import type { BoundValue } from '../expression/binding.ts';
import { newBinding } from '../expression/binding.ts';
import { conditionSql } from '../expression/compile.ts';
import type { Ask, PlanTable } from '../plans/plan.ts';
import { dataProblems } from '../refusal.ts';

export type Side = { readonly table: PlanTable; readonly column: string; readonly filter?: string | undefined };
export type TwoSamples = {
  readonly referenceRows: number;
  readonly currentRows: number;
  readonly ks: number;
  readonly wasserstein: number;
};

/** @throws data-quality.noSuchColumn, .badRule for a column that is not numeric. Both sides lie in one database. */
export function twoSampleSql(reference: Side, current: Side): { readonly sql: string; readonly values: readonly BoundValue[] } {
  const { dialect } = reference.table;
  const binding = newBinding();
  const sides = [reference, current].map((side, k) => sideSql(side, k, binding));
  const sql = [
    `WITH cells AS (${sides.join(' UNION ALL ')})`,
    'counted AS (SELECT x, sum(a) AS a, sum(b) AS b FROM cells GROUP BY x)',
    'totals AS (SELECT sum(a) AS n, sum(b) AS m FROM counted)',
    `steps AS (SELECT x, max(x) OVER (ORDER BY x ROWS BETWEEN 1 FOLLOWING AND 1 FOLLOWING) AS following, ${cumulated('a', dialect)} AS f, ${cumulated('b', dialect)} AS g FROM counted)`,
    // Without rows on a side there is no distance.
    'distances AS (SELECT n, m, abs(f / nullif(n, 0) - g / nullif(m, 0)) AS gap, following - x AS width FROM steps CROSS JOIN totals)',
  ].join(', ');
  return placed(`${sql} SELECT max(n), max(m), max(gap), sum(gap * width) FROM distances`, binding.values);
}

const cumulated = (of: string, dialect: Dialect): string =>
  dialect.double(`sum(${of}) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`);

function sideSql({ table, column, filter }: Side, place: number, binding: ReturnType<typeof newBinding>): string {
  const found = table.column(column);
  if (found === undefined) throw dataProblems.noSuchColumn({ column: column.slice(0, 200) });
  if (found.type !== 'number') throw dataProblems.badRule({ rule: 'ks', reason: `column ${column.slice(0, 100)} is not numeric` });
  const { dialect } = table;
  const value = dialect.finite(found.sql);
  const condition = filter === undefined ? '' : ` AND ${conditionSql(filter, { dialect, binding, column: (name) => table.column(name) })}`;
  return `SELECT ${value} AS x, ${place === 0 ? 1 : 0} AS a, ${place === 0 ? 0 : 1} AS b FROM ${table.from([column])} WHERE ${value} IS NOT NULL${condition}`;
}

/** @returns null when a side has no numbers. */
export async function compareWhereItLies(reference: Side, current: Side, ask: Ask): Promise<TwoSamples | null> {
  const { sql, values } = twoSampleSql(reference, current);
  const [[n, m, ks, wasserstein] = []] = await ask(sql, values);
  if (Number(n ?? 0) === 0 || Number(m ?? 0) === 0) return null;
  return { referenceRows: Number(n), currentRows: Number(m), ks: Number(ks), wasserstein: Number(wasserstein ?? 0) };
}
