/** A number over all rows, written as an expression of aggregates, lies between bounds. */
import { duckdb } from '../emitters/duckdb.ts';
import { aggregateSql } from '../expression/compile.ts';
import { fromOf } from '../frame.ts';
import type { RuleOf } from '../rule.ts';
import { boundsInWords, columnIn, columnsNamedIn, defineRuleKind, query, scopeColumns, scopeSql, type TableFinding } from './kind.ts';
import { isWithin } from './row-count.ts';

export const customAggregateRule = defineRuleKind<RuleOf<'customAggregate'>>({
  kind: 'customAggregate',
  metric: null,
  says: ({ expression, min, max }) => `${expression} is ${boundsInWords(min, max)}`,
  ask: async (rule, { frame }): Promise<TableFinding> => {
    const columns = columnsNamedIn(rule.expression, frame);
    const { sql, values } = query((binding) => {
      const aggregate = aggregateSql(rule.expression, { dialect: duckdb, binding, column: columnIn(frame) });
      return `SELECT ${aggregate} FROM ${fromOf(frame, [...columns, ...scopeColumns(rule, frame)])} WHERE ${scopeSql(rule, frame, binding)}`;
    });
    const [[found] = []] = await frame.engine.rows(sql, values);
    const names = columns.map(({ name }) => name);
    if (typeof found !== 'number' || !Number.isFinite(found))
      return { about: 'table', columns: names, observed: null, passes: null, reason: 'the expression has no value over these rows' };
    return { about: 'table', columns: names, observed: found, passes: isWithin(found, rule), reason: null };
  },
  flags: [
    // By hand: the mean is 3.
    { table: 'a,b\n1,x\n5,x\ninf,x\n', rule: { kind: 'customAggregate', expression: 'mean(a)', min: 4, max: 10 } },
    { table: 'a,b\n1,x\n5,y\n', rule: { kind: 'customAggregate', expression: "share(b = 'x')", max: 0.4 } },
  ],
  passes: [
    { table: 'a,b\n1,x\n5,x\nNaN,x\n', rule: { kind: 'customAggregate', expression: 'mean(a)', min: 3, max: 3 } },
    // By hand: (5 − 1) ÷ 2 rows, plus 2 different b, plus the median 3, plus the sample sd √8.
    {
      table: 'a,b\n1,x\n5,y\n',
      rule: {
        kind: 'customAggregate',
        expression: '(max(a) - min(a)) / rows() + distinct(b) + median(a) + sd(a) * sd(a)',
        min: 14.999,
        max: 15.001,
      },
    },
    { table: 'a,b\n1,x\n5,y\n7,y\n', rule: { kind: 'customAggregate', expression: 'sum(a) / count(b)', min: 6, max: 6, scope: "b = 'y'" } },
  ],
});
