/** Cells are there. */
import { isPlaceholder } from '../ingest/agree-types.ts';
import { columnNamed, presentSql, type RuleOf } from '../rule.ts';
import { defineRuleKind, rowQuestion } from './kind.ts';

export const notMissingRule = defineRuleKind<RuleOf<'notMissing'>>({
  kind: 'notMissing',
  metric: null,
  says: ({ column }) => `${column} is never missing`,
  ask: (rule, room) => {
    const column = columnNamed(room.frame, rule.column);
    const isWord = rule.placeholders === true ? ` AND NOT ${isPlaceholder(column.cell)}` : '';
    return rowQuestion(rule, room, { columns: [column], checked: () => 'true', holds: () => `(${presentSql(column)}${isWord})` });
  },
  flags: [
    { table: 'a,b\n1,x\n,x\nNaN,x\n', rule: { kind: 'notMissing', column: 'a' }, rows: [1, 2] },
    { table: 'a,b\nx,1\nN/A,1\n', rule: { kind: 'notMissing', column: 'a', placeholders: true }, rows: [1] },
    { table: 'a,b\n,x\n,y\n', rule: { kind: 'notMissing', column: 'a', scope: "b = 'y'" }, rows: [1] },
  ],
  passes: [
    { table: 'a,b\n1,x\n"",x\n', rule: { kind: 'notMissing', column: 'a' } },
    { table: 'a,b\n1,x\n,y\n', rule: { kind: 'notMissing', column: 'a', scope: "b = 'x'" } },
    { table: 'a,b\n1,x\n,y\n2,z\n3,z\n', rule: { kind: 'notMissing', column: 'a', tolerance: { share: 0.25 } } },
  ],
});
