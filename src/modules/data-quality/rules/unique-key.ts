/** No two rows have the same key. Rows without a whole key are not looked at. */
import { fromOf } from '../frame.ts';
import { columnNamed, type RuleOf } from '../rule.ts';
import { allPresent, defineRuleKind, named, query, scopeColumns, scopeSql } from './kind.ts';

export const uniqueKeyRule = defineRuleKind<RuleOf<'uniqueKey'>>({
  kind: 'uniqueKey',
  metric: null,
  says: ({ columns }) => `${named(columns)} identifies a row`,
  ask: (rule, { frame }) => {
    const key = rule.columns.map((name) => columnNamed(frame, name));
    const from = fromOf(frame, [...key, ...scopeColumns(rule, frame)]);
    const cells = key.map(({ cell }) => cell).join(', ');
    return {
      about: 'rows',
      columns: rule.columns,
      checked: query((binding) => `SELECT count(*) FROM ${from} WHERE ${scopeSql(rule, frame, binding)} AND ${allPresent(key)}`),
      failing: query(
        (binding) =>
          `SELECT r FROM (SELECT r, count(*) OVER (PARTITION BY ${cells}) AS n FROM ${from} WHERE ${scopeSql(rule, frame, binding)} AND ${allPresent(key)}) WHERE n > 1`,
      ),
    };
  },
  flags: [
    { table: 'a,b\n1,x\n1,x\n2,x\n1,y\n,x\n,x\n', rule: { kind: 'uniqueKey', columns: ['a', 'b'] }, rows: [0, 1] },
    { table: 'a,b\n1,x\n1,y\n1,y\n', rule: { kind: 'uniqueKey', columns: ['a'], scope: "b = 'y'" }, rows: [1, 2] },
  ],
  passes: [{ table: 'a,b\n1,x\n1,y\n2,x\n', rule: { kind: 'uniqueKey', columns: ['a', 'b'] } }],
});
