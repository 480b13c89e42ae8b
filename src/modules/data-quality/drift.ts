/** Has a table changed? Every column of both sides, the correlations between them, one verdict. */
import { sortNumbers } from '../../math/sorting.ts';
import { correlations, pairIndex } from './correlation.ts';
import { type CategoryCounts, categoryDrift, numberDrift } from './drift-statistics.ts';
import {
  type ColumnDrift,
  correlationChangeP,
  type JudgedPair,
  judge,
  type Measured,
  type PairChange,
  type Sensitivity,
} from './drift-verdict.ts';
import { type Column, type ColumnNumbers, count, type Frame, fromOf, isNumeric, readNumbers } from './frame.ts';
import { presentSql } from './rule.ts';
import { alignedSample } from './sample.ts';

export type DriftOptions = { readonly sensitivity: Sensitivity; readonly seed: number };
export type Drift = {
  readonly verdict: 'drift' | 'stable' | 'unknown';
  readonly driftedColumns: number;
  readonly comparedColumns: number;
  /** Drifted ÷ compared; null when nothing could be compared. */
  readonly share: number | null;
  readonly columns: readonly ColumnDrift[];
  /** Pairs whose correlation changed, strongest change first; worked out on at most 50,000 rows a side. */
  readonly pairs: readonly JudgedPair[];
  readonly newColumns: readonly string[];
  readonly seed: number;
};

/** Categories beyond this are free text or ids: their shares say nothing. */
const mostCategories = 5000;
/** Correlations of more columns are not worked out. */
const mostCorrelated = 100;
const mostPairs = 50;

export async function compareTables(reference: Frame, current: Frame, { sensitivity, seed }: DriftOptions): Promise<Drift> {
  const others = new Map(current.columns.map((column) => [column.name, column]));
  const measured = await measureColumns(reference, current, { others, seed });
  const judged = judge(measured, await changedPairs(reference, current, others), sensitivity);
  const drifted = judged.columns.filter(({ verdict }) => verdict === 'drift').length;
  const compared = judged.columns.filter(({ verdict }) => verdict !== 'unknown').length;
  const pairs = judged.pairs
    .filter(({ verdict }) => verdict === 'drift')
    .toSorted((a, b) => Math.abs(b.reference - b.current) - Math.abs(a.reference - a.current));
  const names = new Set(reference.columns.map(({ name }) => name));
  return {
    verdict: drifted + pairs.length > 0 ? 'drift' : compared === 0 ? 'unknown' : 'stable',
    driftedColumns: drifted,
    comparedColumns: compared,
    share: compared === 0 ? null : drifted / compared,
    columns: judged.columns,
    pairs: pairs.slice(0, mostPairs),
    newColumns: current.columns.flatMap(({ name }) => (names.has(name) ? [] : [name])),
    seed,
  };
}

type Sides = { readonly reference: Frame; readonly current: Frame; readonly left: Column; readonly right: Column };
type Setting = { readonly others: ReadonlyMap<string, Column>; readonly seed: number };

/** @returns one measurement a column of the reference, in their order. */
async function measureColumns(reference: Frame, current: Frame, { others, seed }: Setting): Promise<Measured[]> {
  const measured = new Map<Column, Measured>();
  const scratch = new Float64Array(Math.max(reference.rows, current.rows));
  const numeric = reference.columns.flatMap((left) => {
    const right = others.get(left.name);
    return right !== undefined && isNumeric(left) && isNumeric(right) ? [{ left, right }] : [];
  });
  const there = readNumbers(
    current,
    numeric.map(({ right }) => right),
  );
  for await (const { column: left, numbers: before } of readNumbers(
    reference,
    numeric.map((pair) => pair.left),
  )) {
    const { value: next } = await there.next();
    if (next === undefined) break;
    const missing = {
      reference: missingNumbers(reference, left, before),
      current: missingNumbers(current, next.column, next.numbers),
    };
    const found = numberStatistics(before.finite, next.numbers.finite, { scratch, seed });
    measured.set(left, { name: left.name, change: null, missing: withRows(missing, reference, current), ...found });
  }
  for (const left of reference.columns) {
    if (!measured.has(left)) measured.set(left, await measureOther({ reference, current, left, right: others.get(left.name) }, seed));
  }
  return reference.columns.flatMap((column) => measured.get(column) ?? []);
}

function withRows(missing: { reference: number; current: number }, reference: Frame, current: Frame): Measured['missing'] {
  return { ...missing, referenceRows: reference.rows, currentRows: current.rows };
}

/** Text that is no number is there all the same. */
function missingNumbers({ rows }: Frame, { counted }: Column, { finite, infinite, nan }: ColumnNumbers): number {
  return counted === null ? rows - finite.length - infinite : rows - counted.present + nan;
}

/** Categories, and columns that are lost or of another kind. */
async function measureOther(
  { reference, current, left, right }: Omit<Sides, 'right'> & { readonly right: Column | undefined },
  seed: number,
): Promise<Measured> {
  const here = await missingCells(reference, left);
  const there = right === undefined ? current.rows : await missingCells(current, right);
  const base = { name: left.name, missing: withRows({ reference: here, current: there }, reference, current), statistics: null };
  if (right === undefined) return { ...base, change: 'lost', reason: 'the current data has no such column' };
  if (here === reference.rows || there === current.rows) return { ...base, change: null, reason: 'a side has no values' };
  if (!sameKind(left, right)) return { ...base, change: 'type', reason: `was ${left.type}, is ${right.type}` };
  return { ...base, change: null, ...(await categoryStatistics({ reference, current, left, right }, seed)) };
}

const sameKind = (left: Column, right: Column): boolean => left.type === right.type || (isNumeric(left) && isNumeric(right));

async function missingCells(frame: Frame, column: Column): Promise<number> {
  if (column.counted !== null && !isNumeric(column)) return frame.rows - column.counted.present;
  const [[present] = []] = await frame.engine.rows(`SELECT count_if(${presentSql(column)}) FROM ${fromOf(frame, [column])}`);
  return frame.rows - count(present);
}

function numberStatistics(here: Float64Array, there: Float64Array, { scratch, seed }: { scratch: Float64Array; seed: number }) {
  if (here.length === 0 || there.length === 0) return { reason: 'a side has no finite numbers', statistics: null };
  sortNumbers(here, scratch);
  sortNumbers(there, scratch);
  if (isRunningNumber(here) && isRunningNumber(there))
    return { reason: 'a running number: it grows with the table and is no feature', statistics: null };
  return { reason: null, statistics: numberDrift(here, there, seed) };
}

/** Whole numbers without gap or repetition. @param sorted at least one. */
function isRunningNumber(sorted: Float64Array): boolean {
  const first = sorted[0] as number;
  return sorted.length > 1 && Number.isInteger(first) && sorted.every((value, k) => value === first + k);
}

async function categoryStatistics({ reference, current, left, right }: Sides, seed: number) {
  const side = (frame: Frame, column: Column) =>
    `SELECT ${column.cell}::VARCHAR AS v, count(*) AS n FROM ${fromOf(frame, [column])} WHERE ${column.cell} IS NOT NULL GROUP BY v`;
  const sql = `SELECT coalesce(a.v, b.v) AS v, coalesce(a.n, 0), coalesce(b.n, 0) FROM (${side(reference, left)}) a FULL JOIN (${side(current, right)}) b ON a.v = b.v ORDER BY 1 LIMIT ${mostCategories + 1}`;
  const rows = await reference.engine.rows(sql);
  if (rows.length > mostCategories)
    return { reason: `more than ${mostCategories} different values: free text or ids are not compared`, statistics: null };
  const counts: CategoryCounts = rows.map(([value, before, after]) => ({
    value: String(value),
    reference: count(before),
    current: count(after),
  }));
  return { reason: null, statistics: categoryDrift(counts, seed) };
}

async function changedPairs(reference: Frame, current: Frame, others: ReadonlyMap<string, Column>): Promise<PairChange[]> {
  const both = reference.columns.flatMap((left) => {
    const right = others.get(left.name);
    return right !== undefined && isNumeric(left) && isNumeric(right) ? [{ left, right }] : [];
  });
  if (both.length < 2 || both.length > mostCorrelated) return [];
  const here = correlations(
    await alignedSample(
      reference,
      both.map(({ left }) => left),
    ),
  );
  const there = correlations(
    await alignedSample(
      current,
      both.map(({ right }) => right),
    ),
  );
  const pairs: PairChange[] = [];
  for (let j = 1; j < both.length; j++)
    for (let i = 0; i < j; i++) {
      const at = pairIndex(i, j);
      const left = { r: here.r[at] as number, n: here.n[at] as number };
      const right = { r: there.r[at] as number, n: there.n[at] as number };
      if (Number.isNaN(left.r) || Number.isNaN(right.r)) continue;
      const columns = [both[i]?.left.name ?? '', both[j]?.left.name ?? ''] as const;
      pairs.push({ columns, reference: left.r, current: right.r, p: correlationChangeP(left, right) });
    }
  return pairs;
}
