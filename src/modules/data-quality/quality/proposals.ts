/** What half of a table looks like it promises: rules to try on the other half. */

import { type Column, count, type Frame, fromOf, isNumeric } from '../frame.ts';
import { timeOf } from '../ingest/agree-types.ts';
import { columnSqlOf, presentSql, type Rule } from '../rule.ts';

export type Proposal = {
  readonly rule: Rule;
  readonly evidence: string;
  readonly basis: 'trials' | 'pairs' | 'extremes';
  /** Judged on the whole table instead of the other half. */
  readonly isWhole: boolean;
};

const mostInSet = 20;
/** Rarer values in the half suggest that there are more of them elsewhere. */
const fewestOfEach = 5;
const fewestRows = 30;
const mostCompared = 16;
const mostInDependencies = 12;
const longestShape = 40;

type Facts = {
  readonly rows: number;
  readonly present: number;
  readonly distinct: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly shortest: number;
  readonly longest: number;
  /** Texts with digits as 9 and letters as a or A; null when there is more than one such shape. */
  readonly shape: string | null;
};

/** @param half is looked at; `whole` gives bounds and keys, which every row takes part in. */
export async function columnProposals(half: Frame, whole: Frame, columns: readonly Column[]): Promise<Proposal[]> {
  const proposals: Proposal[] = [];
  for (const column of columns) {
    const facts = await factsOf(half, column);
    if (facts.present < fewestRows / 2) continue;
    proposals.push(...presenceOf(column, facts), ...(await contentOf(half, column, facts)));
    if (isNumeric(column)) proposals.push(...boundsOf(column, facts, await factsOf(whole, column)));
  }
  return proposals;
}

async function factsOf(frame: Frame, column: Column): Promise<Facts> {
  const text = `${column.cell}::VARCHAR`;
  const value = columnSqlOf(column).sql;
  const number = isNumeric(column) ? `CASE WHEN isfinite(${value}) THEN ${value} END` : 'NULL::DOUBLE';
  const [row = []] = await frame.engine.rows(
    `SELECT count(*), count(*) FILTER (p), count(DISTINCT v) FILTER (p), min(n), max(n), min(length(v)) FILTER (p), max(length(v)) FILTER (p),
       min(s) FILTER (p), max(s) FILTER (p)
     FROM (SELECT ${presentSql(column)} AS p, ${text} AS v, ${number} AS n, ${shapeSql(text)} AS s FROM ${fromOf(frame, [column])})`,
  );
  const [rows, present, distinct, low, high, shortest, longest, lowShape, highShape] = row;
  return {
    rows: count(rows),
    present: count(present),
    distinct: count(distinct),
    low: typeof low === 'number' ? low : null,
    high: typeof high === 'number' ? high : null,
    shortest: count(shortest),
    longest: count(longest),
    shape: typeof lowShape === 'string' && lowShape === highShape && lowShape.length <= longestShape ? lowShape : null,
  };
}

const shapeSql = (text: string): string =>
  `regexp_replace(regexp_replace(regexp_replace(substr(${text}, 1, ${longestShape + 1}), '[a-z]', 'a', 'g'), '[A-Z]', 'A', 'g'), '[0-9]', '9', 'g')`;

function presenceOf(column: Column, { rows, present }: Facts): Proposal[] {
  const shown = column.name;
  const proposals: Proposal[] = [];
  if (present === rows)
    proposals.push({
      ...tried({ kind: 'notMissing', column: column.name }),
      evidence: `${shown} has a value in all ${rows} rows looked at.`,
    });
  if (column.type !== 'text' && !column.isDeclared && column.unparsed === 0)
    proposals.push({
      ...tried({ kind: 'type', column: column.name, type: column.type }),
      evidence: `All ${present} values of ${shown} looked at are of type ${column.type}.`,
    });
  return proposals;
}

const tried = (rule: Rule): Omit<Proposal, 'evidence'> => ({ rule, basis: 'trials', isWhole: false });

async function contentOf(half: Frame, column: Column, facts: Facts): Promise<Proposal[]> {
  const { present, distinct, shape, shortest, longest } = facts;
  const name = column.name;
  if (distinct === present && present === facts.rows && column.type !== 'number')
    return [
      {
        rule: { kind: 'uniqueKey', columns: [name] },
        basis: 'pairs',
        isWhole: true,
        evidence: `${name} is different in all ${present} rows looked at.`,
      },
      ...shapeOf(column, facts),
    ];
  if (column.type !== 'text') return [];
  if (distinct <= mostInSet && present >= fewestOfEach * distinct) {
    const values = await frequentValues(half, column);
    if (values === null) return [];
    const evidence = `${name} has ${distinct} values in ${present} rows looked at, each at least ${fewestOfEach} times.`;
    return [{ ...tried({ kind: 'set', column: name, values }), evidence }];
  }
  if (shape !== null) return shapeOf(column, facts);
  if (shortest !== longest) return [];
  const evidence = `All ${present} values of ${name} looked at have ${longest} characters.`;
  return [{ ...tried({ kind: 'length', column: name, min: shortest, max: longest }), evidence }];
}

/** null when one of them is rare. */
async function frequentValues(half: Frame, column: Column): Promise<string[] | null> {
  const rows = await half.engine.rows(
    `SELECT ${column.cell}::VARCHAR AS v, count(*) FROM ${fromOf(half, [column])} WHERE ${presentSql(column)} GROUP BY v ORDER BY v`,
  );
  return rows.every(([, n]) => count(n) >= fewestOfEach) ? rows.map(([value]) => String(value)) : null;
}

function shapeOf(column: Column, { shape, present }: Facts): Proposal[] {
  if (column.type !== 'text' || shape === null || shape === '') return [];
  const pattern = shape.replaceAll(/([aA9])\1*|[^aA9]/g, (piece) => {
    const of = ({ a: '[a-z]', A: '[A-Z]', '9': '[0-9]' } as Record<string, string>)[piece[0] ?? ''];
    if (of === undefined) return piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
    return piece.length === 1 ? of : `${of}{${piece.length}}`;
  });
  return [
    {
      ...tried({ kind: 'pattern', column: column.name, pattern }),
      evidence: `All ${present} values of ${column.name} looked at are of one shape.`,
    },
  ];
}

function boundsOf(column: Column, half: Facts, whole: Facts): Proposal[] {
  if (whole.low === null || whole.high === null || half.low === null) return [];
  const name = column.name;
  const proposals: Proposal[] = [];
  if (half.low >= 0)
    proposals.push({
      ...tried({ kind: 'range', column: name, min: 0 }),
      evidence: `${name} has no negative value in ${half.present} rows looked at.`,
    });
  if (whole.present >= 100)
    proposals.push({
      rule: { kind: 'range', column: name, min: whole.low, max: whole.high },
      basis: 'extremes',
      isWhole: true,
      evidence: `${name} lies between ${whole.low} and ${whole.high} in all ${whole.present} rows that have it.`,
    });
  return proposals;
}

/** Comparisons between columns and functional dependencies. */
export async function pairProposals(half: Frame, columns: readonly Column[]): Promise<Proposal[]> {
  const ordered = columns.filter((column) => isNumeric(column) || column.type === 'time').slice(0, mostCompared);
  const groups: Column[] = [];
  for (const column of columns) {
    if (groups.length === mostInDependencies || column.type === 'number') continue;
    const { distinct, present } = await factsOf(half, column);
    if (distinct >= 2 && distinct * 5 <= present) groups.push(column);
  }
  return [...(await comparisons(half, ordered)), ...(await dependencies(half, groups))];
}

async function comparisons(half: Frame, columns: readonly Column[]): Promise<Proposal[]> {
  const value = (column: Column) => (column.type === 'time' ? timeOf(column) : columnSqlOf(column).sql);
  const proposals: Proposal[] = [];
  for (const left of columns)
    for (const right of columns) {
      if (left === right || (left.type === 'time') !== (right.type === 'time')) continue;
      const [a, b] = [value(left), value(right)];
      const [[both, kept, less, overlaps] = []] = await half.engine.rows(
        `SELECT count(*), count_if(${a} <= ${b}), count_if(${a} < ${b}), max(${a}) > min(${b}) FROM ${fromOf(half, [left, right])} WHERE ${a} IS NOT NULL AND ${b} IS NOT NULL`,
      );
      // Ranges that lie apart are compared by any two bounds: that says nothing about rows.
      if (count(both) < fewestRows || count(kept) !== count(both) || count(less) === 0 || overlaps !== true) continue;
      const evidence = `${left.name} is at most ${right.name} in all ${count(both)} rows looked at that have both, though their ranges overlap.`;
      proposals.push({ ...tried({ kind: 'compare', left: left.name, operator: '<=', right: right.name }), evidence });
    }
  return proposals;
}

async function dependencies(half: Frame, columns: readonly Column[]): Promise<Proposal[]> {
  const proposals: Proposal[] = [];
  for (const left of columns)
    for (const right of columns) {
      if (left === right) continue;
      const [[groups, pairs, values, rows] = []] = await half.engine.rows(
        `SELECT count(DISTINCT a), count(DISTINCT (a, b)), count(DISTINCT b), count(*) FROM (SELECT ${left.cell}::VARCHAR AS a, ${right.cell}::VARCHAR AS b FROM ${fromOf(half, [left, right])} WHERE ${presentSql(left)} AND ${presentSql(right)})`,
      );
      if (count(rows) < fewestRows || count(groups) !== count(pairs) || count(values) < 2) continue;
      const evidence = `Each of ${count(groups)} values of ${left.name} comes with one value of ${right.name} in ${count(rows)} rows looked at.`;
      proposals.push({ ...tried({ kind: 'functionalDependency', determinant: [left.name], dependent: right.name }), evidence });
    }
  return proposals;
}
