/** The same key has the same values in another table. Of a repeated key the first row on each side is compared; keys only one side has are not. */
import { type Column, type Frame, fromOf, isNumeric } from '../frame.ts';
import { columnNamed, columnSqlOf, type RuleOf } from '../rule.ts';
import { defineRuleKind, named, query, type RuleRoom, scopeColumns, scopeSql, sourceNamed } from './kind.ts';

type SameRule = RuleOf<'sameInSource'>;

export const sameInSourceRule = defineRuleKind<SameRule>({
  kind: 'sameInSource',
  metric: 'consistency',
  says: ({ columns, source, key }) => `${named(columns)} agrees with ${source} for the same ${named(key)}`,
  ask: (rule, room) => ({
    about: 'rows',
    columns: rule.columns,
    checked: query(
      (binding) => `SELECT count(*) FROM ${joined(rule, room, scopeSql(rule, room.frame, binding))} WHERE ${anyComparable(rule)}`,
    ),
    failing: query((binding) => {
      const from = joined(rule, room, scopeSql(rule, room.frame, binding));
      const [absolute, relative] = [binding.place(rule.absolute ?? 0), binding.place(rule.relative ?? 0)];
      const differs = rule.columns.map((name, k) =>
        isNumericPair(rule, room, name)
          ? `abs(a.v${k} - b.v${k}) > greatest($${absolute}::DOUBLE, $${relative}::DOUBLE * abs(b.v${k}))`
          : `a.v${k} <> b.v${k} OR false AND $${absolute}::DOUBLE + $${relative}::DOUBLE > 0`,
      );
      return `SELECT a.r AS r FROM ${from} WHERE ${differs.map((one) => `coalesce(${one}, false)`).join(' OR ')}`;
    }),
  }),
  flags: [
    {
      table: 'id,price,city\n1,10,Bern\n2,20,Chur\n3,30,Genf\n9,1,x\n',
      sources: { ledger: 'id,price,city\n1,10.001,Bern\n2,21,Chur\n3,30,Genève\n' },
      rule: { kind: 'sameInSource', source: 'ledger', key: ['id'], columns: ['price', 'city'], absolute: 0.01 },
      rows: [1, 2],
    },
  ],
  passes: [
    {
      table: 'id,price\n1,10\n2,\n1,99\n',
      sources: { ledger: 'id,price\n1,10\n2,20\n' },
      rule: { kind: 'sameInSource', source: 'ledger', key: ['id'], columns: ['price'] },
    },
  ],
});

const anyComparable = ({ columns }: SameRule): string =>
  columns.map((_, k) => `(a.v${k} IS NOT NULL AND b.v${k} IS NOT NULL)`).join(' OR ');

function isNumericPair({ source }: SameRule, room: RuleRoom, name: string): boolean {
  return isNumeric(columnNamed(room.frame, name)) && isNumeric(columnNamed(sourceNamed(room, source), name));
}

function joined(rule: SameRule, room: RuleRoom, scope: string): string {
  const using = rule.key.map((_, k) => `k${k}`).join(', ');
  const left = firstOfKey(rule, room, { frame: room.frame, scope });
  const right = firstOfKey(rule, room, { frame: sourceNamed(room, rule.source), scope: 'true' });
  return `(${left}) a JOIN (${right}) b USING (${using})`;
}

function firstOfKey(rule: SameRule, room: RuleRoom, { frame, scope }: { frame: Frame; scope: string }): string {
  const key = rule.key.map((name) => columnNamed(frame, name));
  const columns = rule.columns.map((name) => columnNamed(frame, name));
  const value = (column: Column, k: number) =>
    `${isNumericPair(rule, room, column.name) ? columnSqlOf(column).sql : `nfc_normalize(trim(${column.cell}::VARCHAR))`} AS v${k}`;
  const keys = key.map(({ cell }) => `${cell}::VARCHAR`);
  const from = fromOf(frame, [...key, ...columns, ...(frame === room.frame ? scopeColumns(rule, frame) : [])]);
  return `SELECT r, ${keys.map((cell, k) => `${cell} AS k${k}`).join(', ')}, ${columns.map(value).join(', ')} FROM ${from} WHERE ${scope} AND ${key.map(({ cell }) => `${cell} IS NOT NULL`).join(' AND ')} QUALIFY row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY r) = 1`;
}
