/** Two columns of a row compare as promised, among rows where both are there: numbers and times as such, else texts. */

import { type Column, isNumeric } from '../frame.ts';
import { timeOf } from '../ingest/agree-types.ts';
import { columnNamed, columnSqlOf, type RuleOf } from '../rule.ts';
import { defineRuleKind, rowQuestion } from './kind.ts';

export const compareRule = defineRuleKind<RuleOf<'compare'>>({
  kind: 'compare',
  metric: 'consistency',
  says: ({ left, operator, right }) => `${left} ${operator} ${right}`,
  ask: (rule, room) => {
    const columns = [columnNamed(room.frame, rule.left), columnNamed(room.frame, rule.right)] as const;
    const [a, b] = comparable(...columns);
    return rowQuestion(rule, room, {
      columns,
      checked: () => `(${a} IS NOT NULL AND ${b} IS NOT NULL)`,
      holds: () => `(${a} ${rule.operator === '!=' ? '<>' : rule.operator} ${b})`,
    });
  },
  flags: [
    {
      table: 'start,end\n2024-01-01,2024-01-02\n2024-01-03,2024-01-02\n2024-01-03,\n',
      rule: { kind: 'compare', left: 'start', operator: '<=', right: 'end' },
      rows: [1],
    },
  ],
  passes: [{ table: 'low,high\n2,10\n,1\n', rule: { kind: 'compare', left: 'low', operator: '<', right: 'high' } }],
});

function comparable(left: Column, right: Column): [string, string] {
  if (isNumeric(left) && isNumeric(right)) return [columnSqlOf(left).sql, columnSqlOf(right).sql];
  if (left.type === 'time' && right.type === 'time') return [timeOf(left), timeOf(right)];
  return [`${left.cell}::VARCHAR`, `${right.cell}::VARCHAR`];
}
