/** The newest row is young enough. The moment of asking is part of the rule; times more than 5 minutes after it are errors and make nothing fresh. */

import { count, fromOf } from '../frame.ts';
import { timeOf } from '../ingest/agree-types.ts';
import { graceMs } from '../quality/freshness.ts';
import { columnNamed, type RuleOf } from '../rule.ts';
import { defineRuleKind, query, scopeColumns, scopeSql, type TableFinding } from './kind.ts';

export const freshnessRule = defineRuleKind<RuleOf<'freshness'>>({
  kind: 'freshness',
  metric: null,
  says: ({ column, maxAgeMs }) => `the newest ${column} is at most ${maxAgeMs} ms old`,
  ask: async (rule, { frame }): Promise<TableFinding> => {
    const column = columnNamed(frame, rule.column);
    const nothing = (reason: string): TableFinding => ({ about: 'table', columns: [rule.column], observed: null, passes: null, reason });
    if (column.type !== 'time') return nothing(`column ${rule.column} holds no times`);
    const moment = Date.parse(rule.asOf);
    const time = `epoch_ms(${timeOf(column)})::DOUBLE`;
    const { sql, values } = query(
      (binding) =>
        `SELECT max(${time}) FROM ${fromOf(frame, [column, ...scopeColumns(rule, frame)])} WHERE ${scopeSql(rule, frame, binding)} AND ${time} <= $${binding.place(moment + graceMs)}`,
    );
    const [[newest] = []] = await frame.engine.rows(sql, values);
    if (newest === null || newest === undefined) return nothing(`column ${rule.column} holds no time up to ${rule.asOf}`);
    const age = Math.max(0, moment - count(newest));
    return { about: 'table', columns: [rule.column], observed: age, passes: age <= rule.maxAgeMs, reason: null };
  },
  flags: [
    {
      table: 't,v\n2024-01-08T00:00:00,1\n2999-01-01T00:00:00,1\n',
      rule: { kind: 'freshness', column: 't', asOf: '2024-01-11T00:00:00Z', maxAgeMs: 86_400_000 },
    },
  ],
  passes: [
    {
      table: 't,v\n2024-01-08T00:00:00,1\n2024-01-10T12:00:00,1\n',
      rule: { kind: 'freshness', column: 't', asOf: '2024-01-11T00:00:00Z', maxAgeMs: 86_400_000 },
    },
  ],
});
