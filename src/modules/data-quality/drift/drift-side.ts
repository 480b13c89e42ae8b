/** One side of a comparison: a table as it lies in the engine, or what a baseline kept of one. */
import { isCounted, lengthOf, meanAndVarianceOf, numberAt, type Sorted } from '../../../math/counted-values.ts';
import { meanAndVariance } from '../../../math/moments.ts';
import { orderOfGrid, sortOffGrid } from '../../../math/sorting.ts';
import { type Column, type ColumnNumbers, type ColumnType, count, type Frame, fromOf, isNumeric, readNumbers } from '../frame.ts';
import { rankedSample, sampleStep } from '../quality/sample.ts';
import { presentSql } from '../rule.ts';
import { type Correlations, correlations, rankCorrelations } from './correlation.ts';

/** 99th percentile of D and of normed W between random halves of a column. */
export type Noise = { readonly ks: number; readonly normedWasserstein: number | null };

/** A numeric column. Its numbers live only until the next column is asked for. */
export type NumberSide = {
  readonly name: string;
  readonly missing: number;
  /** Finite numbers of the column, and their least and largest. */
  readonly finite: number;
  readonly least: number;
  readonly most: number;
  /** All of them, or evenly spaced ones of a baseline, in no order; null where they are counted. */
  readonly unordered: Float64Array | null;
  /** The same ascending, or counted: sorted when it is first asked for. */
  order(): Sorted;
  /** How far a share read from these numbers can lie from the column's; 0 when they are all. */
  readonly error: number;
  readonly mean: number;
  /** ÷ n. */
  readonly variance: number;
  /** Known from before, or null: then it is worked out. */
  readonly noise: Noise | null;
};

/** Counts of each value; null when there are too many. */
export type Categories = ReadonlyMap<string, number> | null;
export type CorrelationSide = { readonly pearson: Correlations; readonly spearman: Correlations };
export type SideColumn = { readonly name: string; readonly type: ColumnType };

export type TableSide = {
  readonly rows: number;
  readonly columns: readonly SideColumn[];
  /** In the order asked for. @param names of numeric columns. */
  numbers(names: readonly string[]): AsyncGenerator<NumberSide, undefined>;
  missing(name: string): Promise<number>;
  categories(name: string): Promise<Categories>;
  /** The sampled rows of these columns, standardised by nobody; only after their numbers were read. Empty when none were kept. */
  rowSample(names: readonly string[]): readonly Float64Array[];
  /** Of the sampled rows (by ranks, of at most 10,000 of them); null when it is not known. */
  correlations(names: readonly string[]): CorrelationSide | null;
};

/** Categories beyond this are free text or ids: their shares say nothing. */
export const mostCategories = 5000;
/** Correlations of more columns are not worked out. */
export const mostCorrelated = 100;

export const isNumericType = (type: ColumnType): boolean => type === 'number' || type === 'integer';

/** @param sampled whether rows are kept for what concerns several columns. @throws what the engine refuses while it reads. */
export function frameSide(frame: Frame, { sampled }: { readonly sampled: boolean }): TableSide {
  const byName = new Map(frame.columns.map((column) => [column.name, column]));
  const columnsOf = (names: readonly string[]) => names.flatMap((name) => byName.get(name) ?? []);
  const samples = new Map<string, Float64Array>();
  const rowSample = (names: readonly string[]) => names.flatMap((name) => samples.get(name) ?? []);
  const counted = new Map<string, Promise<CountedCategories>>();
  const countsOf = async (name: string): Promise<CountedCategories> => {
    const column = byName.get(name);
    if (column === undefined) return { categories: null, missing: frame.rows };
    const counts = counted.get(name) ?? countCategories(frame, column);
    counted.set(name, counts);
    return counts;
  };
  return {
    rows: frame.rows,
    columns: frame.columns,
    numbers: (names) => numbersOf(frame, columnsOf(names), sampled ? samples : null),
    missing: async (name) => (await countsOf(name)).missing,
    categories: async (name) => (await countsOf(name)).categories,
    rowSample,
    correlations: (names) => {
      const columns = rowSample(names);
      return columns.length < 2 ? null : { pearson: correlations(columns), spearman: rankCorrelations(rankedSample(columns)) };
    },
  };
}

async function* numbersOf(
  frame: Frame,
  columns: readonly Column[],
  samples: Map<string, Float64Array> | null,
): AsyncGenerator<NumberSide, undefined> {
  const scratch = new Float64Array(columns.length === 0 ? 0 : frame.rows);
  const step = samples === null || columns.length > mostCorrelated ? 0 : sampleStep(frame);
  for await (const { column, numbers } of readNumbers(frame, columns, step)) {
    if (step > 0) samples?.set(column.name, numbers.sample);
    const counted = orderOfGrid(numbers.finite);
    const described = counted === null ? describeUnordered(numbers.finite, scratch) : describeSorted(counted);
    yield { name: column.name, missing: missingNumbers(frame, column, numbers), ...described };
  }
  return undefined;
}

type Described = Omit<NumberSide, 'name' | 'missing'>;

/** @param sorted all finite numbers of a column; none is allowed. */
export function describeSorted(sorted: Sorted): Described {
  const finite = lengthOf(sorted);
  const kept = { finite, unordered: isCounted(sorted) ? null : sorted, order: () => sorted, error: 0, noise: null };
  if (finite === 0) return { ...kept, least: Number.NaN, most: Number.NaN, mean: 0, variance: 0 };
  const spread = isCounted(sorted) ? meanAndVarianceOf(sorted) : meanAndVariance(sorted);
  return { ...kept, least: numberAt(sorted, 0), most: numberAt(sorted, finite - 1), ...spread };
}

/** @param values all finite numbers of a column that lies on no grid; sorted in place, by way of `scratch`, once their order is asked for. */
function describeUnordered(values: Float64Array, scratch: Float64Array): Described {
  let isSorted = false;
  const order = (): Float64Array => {
    if (!isSorted) sortOffGrid(values, scratch);
    isSorted = true;
    return values;
  };
  const kept = { finite: values.length, unordered: values, order, error: 0, noise: null };
  if (values.length === 0) return { ...kept, least: Number.NaN, most: Number.NaN, mean: 0, variance: 0 };
  return { ...kept, ...rangeOf(values), ...meanAndVariance(values) };
}

function rangeOf(values: Float64Array): { least: number; most: number } {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return { least, most };
}

/** Text that is no number is there all the same. */
function missingNumbers({ rows }: Frame, { counted }: Column, { finite, infinite, nan }: ColumnNumbers): number {
  return counted === null ? rows - finite.length - infinite : rows - counted.present + nan;
}

async function missingCells(frame: Frame, column: Column): Promise<number> {
  if (column.counted !== null && !isNumeric(column)) return frame.rows - column.counted.present;
  const [[present] = []] = await frame.engine.rows(`SELECT count_if(${presentSql(column)}) FROM ${fromOf(frame, [column])}`);
  return frame.rows - count(present);
}

type CountedCategories = { readonly categories: Categories; readonly missing: number };

/** One reading of the column answers both: what is missing is a group too. */
async function countCategories(frame: Frame, column: Column): Promise<CountedCategories> {
  if (isNumeric(column)) return { categories: null, missing: await missingCells(frame, column) };
  const rows = await frame.engine.rows(
    `SELECT ${column.cell}::VARCHAR AS v, count(*) FROM ${fromOf(frame, [column])} GROUP BY v LIMIT ${mostCategories + 2}`,
  );
  const there = rows.filter(([value]) => value !== null);
  if (rows.length > mostCategories + 1 || there.length > mostCategories)
    return { categories: null, missing: await missingCells(frame, column) };
  const missing = rows.length === there.length ? 0 : count(rows.find(([value]) => value === null)?.[1]);
  return { categories: new Map(there.map(([value, cells]) => [String(value), count(cells)])), missing };
}
