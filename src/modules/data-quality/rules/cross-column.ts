/** A condition over the columns of a row holds (expression/parse.ts is its grammar). Rows it says nothing about, as a cell is missing, are not looked at. */
import { duckdb } from '../emitters/duckdb.ts';
import type { Binding } from '../expression/binding.ts';
import { conditionSql } from '../expression/compile.ts';
import type { RuleOf } from '../rule.ts';
import { columnIn, columnsNamedIn, defineRuleKind, rowQuestion } from './kind.ts';

export const crossColumnRule = defineRuleKind<RuleOf<'crossColumn'>>({
  kind: 'crossColumn',
  metric: 'consistency',
  says: ({ expression }) => expression,
  ask: (rule, room) => {
    const condition = (binding: Binding) => conditionSql(rule.expression, { dialect: duckdb, binding, column: columnIn(room.frame) });
    return rowQuestion(rule, room, {
      columns: columnsNamedIn(rule.expression, room.frame),
      checked: (binding) => `(${condition(binding)} IS NOT NULL)`,
      holds: condition,
    });
  },
  flags: [
    {
      table: 'net,tax,total\n10,2,12\n10,2,13\n10,,10\n',
      rule: { kind: 'crossColumn', expression: 'abs(net + tax - total) < 0.005' },
      rows: [1],
    },
    {
      table: 'state,closed\nopen,\nshut,\nshut,2024-01-02\n',
      rule: { kind: 'crossColumn', expression: "state != 'shut' or closed is not missing" },
      rows: [1],
    },
    {
      table: 'a,b\n1,0\n4,2\n',
      rule: { kind: 'crossColumn', expression: 'a / b < 2' },
      // Division by zero says nothing about a row.
      rows: [1],
    },
    {
      table: 'code,at\nDE-1,2024-02-01T10:00:00\nFR-1,2023-02-01T10:00:00\n',
      rule: { kind: 'crossColumn', expression: "starts_with(code, 'DE') and year(at) = 2024" },
      rows: [1],
    },
  ],
  passes: [
    {
      table: 'a,b,ok\n1,x,true\n2,y,false\n',
      rule: { kind: 'crossColumn', expression: "b in ('x', 'y') and a between 1 and 2 and (ok or a % 2 = 0) and not b = 'z'" },
    },
    { table: 'a,b\nabc,3\nde,2\n', rule: { kind: 'crossColumn', expression: 'length(a) = b' } },
    {
      table: 'from,to\n2024-01-01,2024-01-03\n2024-02-28,2024-03-01\n',
      rule: { kind: 'crossColumn', expression: 'days_between(from, to) = 2' },
    },
    {
      table: 'mail,n\na@example.org,1\n,2\n',
      rule: { kind: 'crossColumn', expression: "matches(mail, '[^@]+@example[.]org') and contains(mail, '@') and ends_with(mail, 'org')" },
    },
  ],
});
