import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isProblem } from '../../../contract/problem.ts';
import { twoSampleSql } from '../drift/two-sample-sql.ts';
import { type Plan, planStatements } from '../plans/plan.ts';
import { databaseTable } from '../plans/plan-table.ts';
import { clickhouse } from './clickhouse.ts';
import type { Dialect } from './dialect.ts';
import { duckdb } from './duckdb.ts';
import { postgresql } from './postgresql.ts';
import { spark } from './spark.ts';
import { trino } from './trino.ts';

const dialects = [duckdb, postgresql, trino, clickhouse, spark];
const table = (dialect: Dialect) =>
  databaseTable(dialect, {
    schema: 'sales',
    name: 'or"der`s',
    columns: [
      { name: 'n', type: 'number' },
      { name: 'kind', type: 'text' },
      { name: 'at', type: 'time' },
      { name: 'paid', type: 'boolean' },
    ],
  });
const plan: Plan = {
  filter: "at >= '2024-01-01' and (n > 0 or starts_with(kind, 'a')) and days_between(at, at) < 1",
  partition: 'kind',
  metrics: [
    { id: 'a', columns: ['n', 'kind'], state: { kind: 'count' } },
    { id: 'b', columns: ['n'], state: { kind: 'moments', pivot: 5 } },
    { id: 'c', columns: ['n'], state: { kind: 'extremes' } },
    { id: 'd', columns: ['n'], state: { kind: 'histogram', edges: [0, 1] } },
    { id: 'e', columns: ['n', 'kind', 'at', 'paid'], state: { kind: 'fingerprint' } },
    { id: 'f', columns: ['n'], state: { kind: 'distinct' } },
    { id: 'g', columns: ['kind'], state: { kind: 'topK', k: 2 } },
    { id: 'h', columns: ['n'], state: { kind: 'quantiles', size: 4 } },
  ],
};

function written(dialect: Dialect): string {
  const metrics = plan.metrics.filter(({ state }) => state.kind !== 'quantiles' || dialect.orderStatistics !== null);
  const statements = planStatements({ ...plan, metrics }, table(dialect));
  const two = twoSampleSql(
    { table: table(dialect), column: 'n', filter: 'n < 3' },
    { table: table(dialect), column: 'n', filter: 'n >= 3' },
  );
  return [...statements, two].map(({ sql, values }) => `${sql};\n-- ${JSON.stringify(values)}\n`).join('\n');
}

// The golden texts were checked by reading, against the manual of each database; those of DuckDB and PostgreSQL are also run (plan.test.ts).
for (const dialect of dialects)
  test(`the SQL for ${dialect.id} is the golden text`, () => {
    assert.equal(written(dialect), readFileSync(join(import.meta.dirname, `golden/${dialect.id}.sql`), 'utf8'));
  });

test('no value and no name of a caller stands in the SQL unquoted', () => {
  for (const dialect of dialects) {
    const sql = written(dialect).replaceAll(/^--.*$/gm, '');
    assert.ok(!sql.includes("'a'") && !sql.includes('2024'), dialect.id);
    assert.ok(sql.includes(dialect.quote('or"der`s')));
  }
});

test('where parameters have no numbers, each use of a value has its own', () => {
  const [statement] = planStatements(
    { filter: "starts_with(kind, 'a') or n = 1", metrics: [{ id: 'a', columns: [], state: { kind: 'count' } }] },
    table(trino),
  );
  assert.deepEqual(statement?.values, ['a', 'a', 1]);
  assert.equal(statement?.sql.split('?').length, 4);
});

test('what a database cannot do exactly or in linear time is refused, not approximated', () => {
  const refused = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return isProblem(error) && error.code === 'data-quality.badRule';
    }
    return false;
  };
  const quantiles: Plan = { metrics: [{ id: 'q', columns: ['n'], state: { kind: 'quantiles', size: 4 } }] };
  const pattern: Plan = { filter: "matches(kind, '(a+)+')", metrics: [{ id: 'q', columns: [], state: { kind: 'count' } }] };
  for (const dialect of dialects) {
    assert.equal(
      refused(() => planStatements(quantiles, table(dialect))),
      ['trino', 'spark'].includes(dialect.id),
      dialect.id,
    );
    assert.equal(
      refused(() => planStatements(pattern, table(dialect))),
      ['postgresql', 'trino', 'spark'].includes(dialect.id),
      dialect.id,
    );
  }
});
