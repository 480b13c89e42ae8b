/** The table (or the scope of it) has a number of rows. */
import { count, fromOf } from '../frame.ts';
import type { RuleOf } from '../rule.ts';
import { boundsInWords, defineRuleKind, query, scopeColumns, scopeSql, type TableFinding } from './kind.ts';

export const rowCountRule = defineRuleKind<RuleOf<'rowCount'>>({
  kind: 'rowCount',
  metric: null,
  says: ({ min, max }) => `the number of rows is ${boundsInWords(min, max)}`,
  ask: async (rule, { frame }): Promise<TableFinding> => {
    const { sql, values } = query(
      (binding) => `SELECT count(*) FROM ${fromOf(frame, scopeColumns(rule, frame))} WHERE ${scopeSql(rule, frame, binding)}`,
    );
    const [[rows] = []] = await frame.engine.rows(sql, values);
    return { about: 'table', columns: [], observed: count(rows), passes: isWithin(count(rows), rule), reason: null };
  },
  flags: [
    { table: 'a,b\n1,x\n2,x\n', rule: { kind: 'rowCount', min: 3 } },
    { table: 'a,b\n1,x\n2,y\n', rule: { kind: 'rowCount', min: 2, scope: "b = 'x'" } },
  ],
  passes: [{ table: 'a,b\n1,x\n2,x\n', rule: { kind: 'rowCount', min: 1, max: 2 } }],
});

export function isWithin(value: number, { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined }): boolean {
  return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
}
