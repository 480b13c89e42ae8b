/** A column is distributed as in another table: a distance stays below a bound. Distances of numbers as in drift.ts, of texts over all their values. */
import { categoryDistances } from '../../../math/category-tests.ts';
import { moments } from '../../../math/moments.ts';
import { sortNumbers } from '../../../math/sorting.ts';
import { compareSamples, stabilityIndex } from '../../../math/two-samples.ts';
import { type Column, count, type Frame, fromOf, isNumeric, readNumbers } from '../frame.ts';
import { dataProblems } from '../refusal.ts';
import { columnNamed, presentSql, type RuleOf } from '../rule.ts';
import { defineRuleKind, sourceNamed, type TableFinding } from './kind.ts';

type DistributionRule = RuleOf<'distribution'>;
const ofNumbers: readonly string[] = ['ks', 'normedWasserstein', 'psi'];
/** Different texts that are compared; more say nothing about a distribution. */
const mostCategories = 100_000;
const rising = (from: number) => `a,b\n${Array.from({ length: 40 }, (_, i) => `${i + from},${i < from ? 'x' : 'y'}`).join('\n')}\n`;

export const distributionRule = defineRuleKind<DistributionRule>({
  kind: 'distribution',
  metric: null,
  says: ({ column, source, measure, most }) => `${measure} of ${column} against ${source} is at most ${most}`,
  ask: async (rule, room): Promise<TableFinding> => {
    if (rule.scope !== undefined)
      throw dataProblems.badRule({ rule: 'distribution', reason: 'it looks at the whole column and takes no scope' });
    const other = sourceNamed(room, rule.source);
    const sides = [
      { frame: other, column: columnNamed(other, rule.column) },
      { frame: room.frame, column: columnNamed(room.frame, rule.column) },
    ] as const;
    const found = ofNumbers.includes(rule.measure) ? await numberDistance(rule, sides) : await categoryDistance(rule, sides);
    if (typeof found === 'string') return { about: 'table', columns: [rule.column], observed: null, passes: null, reason: found };
    return { about: 'table', columns: [rule.column], observed: found, passes: found <= rule.most, reason: null };
  },
  flags: [
    // By hand: shifted by 10 of 40 rows, the distribution functions lie 10/40 apart; 10 of 40 texts differ.
    {
      table: rising(10),
      sources: { good: rising(0) },
      rule: { kind: 'distribution', column: 'a', source: 'good', measure: 'ks', most: 0.24 },
    },
    {
      table: rising(10),
      sources: { good: rising(0) },
      rule: { kind: 'distribution', column: 'b', source: 'good', measure: 'totalVariation', most: 0.24 },
    },
  ],
  passes: [
    {
      table: rising(10),
      sources: { good: rising(0) },
      rule: { kind: 'distribution', column: 'a', source: 'good', measure: 'ks', most: 0.2501 },
    },
    {
      table: rising(3),
      sources: { good: rising(3) },
      rule: { kind: 'distribution', column: 'a', source: 'good', measure: 'psi', most: 0 },
    },
    {
      table: rising(3),
      sources: { good: rising(3) },
      rule: { kind: 'distribution', column: 'b', source: 'good', measure: 'jensenShannon', most: 1e-9 },
    },
  ],
});

type Side = { readonly frame: Frame; readonly column: Column };

async function numberDistance({ measure }: DistributionRule, sides: readonly [Side, Side]): Promise<number | string> {
  if (!sides.every(({ column }) => isNumeric(column))) return 'the column is not numeric on both sides';
  const [reference, current] = [await sortedNumbers(sides[0]), await sortedNumbers(sides[1])];
  if (reference.length === 0 || current.length === 0) return 'one side has no numbers';
  if (measure === 'psi') return stabilityIndex(reference, current).value;
  const { ksDistance, wasserstein } = compareSamples(reference, current);
  if (measure === 'ks') return ksDistance;
  const sd = Math.sqrt(moments(reference).variance);
  return sd > 0 && Number.isFinite(sd) ? wasserstein / sd : 'the reference does not vary';
}

async function sortedNumbers({ frame, column }: Side): Promise<Float64Array> {
  for await (const { numbers } of readNumbers(frame, [column])) {
    const sorted = numbers.finite.slice();
    sortNumbers(sorted);
    return sorted;
  }
  return new Float64Array(0);
}

async function categoryDistance({ measure }: DistributionRule, sides: readonly [Side, Side]): Promise<number | string> {
  const [a, b] = sides.map(
    ({ frame, column }) =>
      `SELECT ${column.cell}::VARCHAR AS v, count(*) AS n FROM ${fromOf(frame, [column])} WHERE ${presentSql(column)} GROUP BY v`,
  );
  const counted = await sides[0].frame.engine.rows(
    `SELECT coalesce(a.n, 0), coalesce(b.n, 0) FROM (${a}) a FULL JOIN (${b}) b USING (v) LIMIT ${mostCategories + 1}`,
  );
  if (counted.length > mostCategories) return `the column has more than ${mostCategories} different values`;
  const table = { reference: counted.map(([n]) => count(n)), current: counted.map(([, n]) => count(n)) };
  const isEmpty = (rows: readonly number[]) => rows.every((n) => n === 0);
  if (isEmpty(table.reference) || isEmpty(table.current)) return 'one side has no values';
  const { jensenShannon, totalVariation } = categoryDistances(table);
  return measure === 'jensenShannon' ? jensenShannon : totalVariation;
}
