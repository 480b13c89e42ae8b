/** Pairs of columns that go together otherwise in one part of the table than in the rest, overall and within a class. */
import { correlationChange } from '../../../math/combined-probability.ts';
import { benjaminiHochberg } from '../../../math/multiple-testing.ts';
import { randomSource, shuffle } from '../../../math/random.ts';
import { shiftLevel } from './distribution-shift.ts';
import type { FamilyOutcome, Finding } from './evidence.ts';
import { type LabelledTable, rowsByClass, sampledRows } from './labelled-table.ts';
import { partsOf } from './windows.ts';

const fewestRows = 50;
const mostColumns = 60;
/** Ranks of every part and class are sorted anew. */
const mostRows = 20_000;
/** Variance of atanh of a rank correlation, times (n − 3). */
const rankInflation = 1.06;
const noiseRounds = 40;

/**
 * Spearman's r of every pair of numeric columns in a part against the rest, for all rows and within each class of 50 rows on both sides;
 * Fisher z, Benjamini and Hochberg over all. A change counts at adjusted p ≤ 1e-3 when |Δr| is larger than the largest of 40 random
 * divisions of the same rows (the 98th percentile of the noise of the most changeable pair).
 */
export function correlationShift(table: LabelledTable): FamilyOutcome {
  const parts = partsOf(table);
  if (typeof parts === 'string') return { family: 'correlation', reason: parts };
  const columns = table.features.filter(({ meaning }) => meaning === 'value');
  if (columns.length < 2) return { family: 'correlation', reason: 'fewer than 2 numeric columns vary' };
  if (columns.length > mostColumns) return { family: 'correlation', reason: `more than ${mostColumns} numeric columns` };
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  const sampled = sampledRows(all, mostRows, table.seed);
  const isSampled = new Set(sampled);
  const scopes: { name: string | null; rows: Int32Array }[] = [{ name: null, rows: sampled }];
  for (const [k, rows] of rowsByClass(table).entries())
    scopes.push({ name: table.classes[k] ?? '', rows: rows.filter((row) => isSampled.has(row)) });
  const tests: Test[] = [];
  // Two parts: each is the rest of the other.
  for (const { name, rows } of scopes)
    for (let part = 0; part < (parts.names.length === 2 ? 1 : parts.names.length); part++) {
      const inside = rows.filter((row) => parts.codes[row] === part);
      const rest = rows.filter((row) => (parts.codes[row] as number) >= 0 && parts.codes[row] !== part);
      if (inside.length < fewestRows || rest.length < fewestRows) continue;
      tests.push(
        ...compared(
          columns.map(({ values }) => values),
          { inside, rest, scope: name, part: parts.names[part] ?? '' },
        ),
      );
    }
  if (tests.length === 0) return { family: 'correlation', reason: `no part has ${fewestRows} rows beside ${fewestRows} others` };
  const adjusted = benjaminiHochberg(tests.map(({ p }) => p));
  const findings = tests
    .map((test, k) => ({ ...test, adjustedP: adjusted[k] ?? 1 }))
    .filter(({ adjustedP }) => adjustedP <= shiftLevel)
    .toSorted((a, b) => a.adjustedP - b.adjustedP)
    .slice(0, 20)
    .map((test) => findingOf(table, columns, test));
  return {
    family: 'correlation',
    method: `Fisher z of rank correlations, each ${parts.meaning} part against the rest, overall and by class; Benjamini and Hochberg`,
    rowP: null,
    flagged: new Int32Array(0),
    findings,
    notes: sampled.length < table.rows ? [`Compared on a seeded sample of ${mostRows} rows.`] : [],
    figures: { pairs: tests.length, columns: columns.length },
  };
}

type Sides = { readonly inside: Int32Array; readonly rest: Int32Array; readonly scope: string | null; readonly part: string };
type Test = Sides & { readonly i: number; readonly j: number; readonly r: number; readonly other: number; readonly p: number };

function compared(columns: readonly Float64Array[], sides: Sides): Test[] {
  const left = columns.map((column) => ranksOf(column, sides.inside));
  const right = columns.map((column) => ranksOf(column, sides.rest));
  const tests: Test[] = [];
  for (let j = 1; j < columns.length; j++)
    for (let i = 0; i < j; i++) {
      const r = correlationOf(left[i] as Float64Array, left[j] as Float64Array);
      const other = correlationOf(right[i] as Float64Array, right[j] as Float64Array);
      const p = correlationChange({ r, n: sides.inside.length }, { r: other, n: sides.rest.length }, rankInflation);
      tests.push({ ...sides, i, j, r, other, p });
    }
  return tests;
}

/** Midranks, centred and of length 1; all 0 when constant. */
function ranksOf(column: Float64Array, rows: Int32Array): Float64Array {
  const order = Int32Array.from(rows.keys()).sort((a, b) => (column[rows[a] as number] as number) - (column[rows[b] as number] as number));
  const ranks = new Float64Array(rows.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && column[rows[order[to] as number] as number] === column[rows[order[from] as number] as number]) to++;
    for (let i = from; i < to; i++) ranks[order[i] as number] = (from + to - 1) / 2 - (order.length - 1) / 2;
    from = to;
  }
  const length = Math.sqrt(ranks.reduce((sum, rank) => sum + rank * rank, 0));
  return length > 0 ? ranks.map((rank) => rank / length) : ranks;
}

function correlationOf(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] as number) * (right[i] as number);
  return sum;
}

function findingOf(table: LabelledTable, columns: LabelledTable['features'], test: Test & { adjustedP: number }): Finding {
  const [first, second] = [columns[test.i], columns[test.j]];
  const change = Math.abs(test.r - test.other);
  const noise = first === undefined || second === undefined ? 2 : noiseOf([first.values, second.values], test, table.seed);
  return {
    what: `${first?.name} with ${second?.name}${test.scope === null ? '' : ` in class ${JSON.stringify(test.scope.slice(0, 60))}`}: ${test.other.toFixed(2)}, in ${test.part} ${test.r.toFixed(2)}`,
    columns: [first?.column ?? '', second?.column ?? ''],
    label: test.scope,
    rows: test.inside,
    p: test.p,
    adjustedP: test.adjustedP,
    effect: change,
    expected: noise,
    counts: change > noise,
  };
}

/** Largest |Δr| over random divisions of the same rows into parts of the same sizes. */
function noiseOf([first, second]: readonly [Float64Array, Float64Array], { inside, rest }: Sides, seed: number): number {
  const random = randomSource(seed);
  const all = Int32Array.from([...inside, ...rest]);
  let most = 0;
  for (let round = 0; round < noiseRounds; round++) {
    shuffle(all, random);
    const [part, other] = [all.slice(0, inside.length), all.slice(inside.length)];
    const r = correlationOf(ranksOf(first, part), ranksOf(second, part));
    most = Math.max(most, Math.abs(r - correlationOf(ranksOf(first, other), ranksOf(second, other))));
  }
  return most;
}
