/**
 * The determinant decides the dependent. Counted is g3: rows that would have to go; in each group the most frequent value stays.
 * @source Kivinen and Mannila 1995, Approximate inference of functional dependencies from relations.
 */
import { type Frame, fromOf } from '../frame.ts';
import { columnNamed, type RuleOf } from '../rule.ts';
import { defineRuleKind, query, type RowQuestion, scopeColumns, scopeSql } from './kind.ts';

type DependencyRule = RuleOf<'dependency'> | RuleOf<'functionalDependency'>;

function ask(rule: DependencyRule, frame: Frame): RowQuestion {
  const keys = rule.determinant.map((name) => columnNamed(frame, name));
  const value = columnNamed(frame, rule.dependent);
  const from = fromOf(frame, [...keys, value, ...scopeColumns(rule, frame)]);
  const present = [...keys, value].map(({ cell }) => `${cell} IS NOT NULL`).join(' AND ');
  const partition = keys.map(({ cell }) => cell).join(', ');
  const places = keys.map((_, k) => `k${k}`).join(', ');
  const cells = keys.map(({ cell }, k) => `${cell} AS k${k}`).join(', ');
  return {
    about: 'rows',
    columns: [...rule.determinant, rule.dependent],
    checked: query((binding) => `SELECT count(*) FROM ${from} WHERE ${scopeSql(rule, frame, binding)} AND ${present}`),
    failing: query((binding) => {
      const sized = `SELECT r, ${cells}, count(*) OVER (PARTITION BY ${partition}, ${value.cell}) AS n, ${value.cell} AS v FROM ${from} WHERE ${scopeSql(rule, frame, binding)} AND ${present}`;
      return `SELECT r FROM (SELECT r, v, first_value(v) OVER (PARTITION BY ${places} ORDER BY n DESC, v) AS kept FROM (${sized})) WHERE v <> kept`;
    }),
  };
}

const says = ({ determinant, dependent }: DependencyRule): string => `${determinant.join(' + ')} determines ${dependent}`;
const broken = 'zip,city\n1,Bern\n1,Bern\n1,Basel\n2,Chur\n,Genf\n';
const kept = 'zip,city\n1,Bern\n1,Bern\n2,Chur\n,Genf\n,Bern\n';

export const functionalDependencyRule = defineRuleKind<RuleOf<'functionalDependency'>>({
  kind: 'functionalDependency',
  metric: 'consistency',
  says,
  ask: (rule, { frame }) => ask(rule, frame),
  flags: [{ table: broken, rule: { kind: 'functionalDependency', determinant: ['zip'], dependent: 'city' }, rows: [2] }],
  passes: [{ table: kept, rule: { kind: 'functionalDependency', determinant: ['zip'], dependent: 'city' } }],
});
/** The same by its earlier name. */
export const dependencyRule = defineRuleKind<RuleOf<'dependency'>>({
  kind: 'dependency',
  metric: 'consistency',
  says,
  ask: (rule, { frame }) => ask(rule, frame),
  flags: [{ table: broken, rule: { kind: 'dependency', determinant: ['zip'], dependent: 'city' }, rows: [2] }],
  passes: [{ table: kept, rule: { kind: 'dependency', determinant: ['zip'], dependent: 'city' } }],
});
