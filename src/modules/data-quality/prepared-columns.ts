/** Columns of any type as numbers that detectors and models can compare: standardised, gaps filled and marked, categories counted. */
import { moments, quantile } from '../../math/moments.ts';
import { keepFinite, sortNumbers } from '../../math/sorting.ts';
import { alignedNumbers, type Column, type Frame, fromOf, isNumeric } from './frame.ts';
import { timeOf } from './ingest/agree-types.ts';
import { doublesOf } from './ingest/column-chunk.ts';

export type RawColumn = {
  readonly name: string;
  readonly kind: 'number' | 'category' | 'time';
  /** Aligned to rows; NaN is missing. Numbers as they are, times in ms, categories as places in `levels`. */
  readonly values: Float64Array;
  readonly levels: readonly string[] | null;
};

export type PreparedColumn = {
  readonly name: string;
  /** The column of the table it comes from. */
  readonly column: string;
  /** (x − mean) / population sd of the number named by `meaning`. */
  readonly values: Float64Array;
  readonly mean: number;
  readonly sd: number;
  readonly meaning: 'value' | 'missing' | 'frequency' | 'indicator' | 'step';
};
export type Prepared = {
  readonly columns: readonly PreparedColumn[];
  /** Constant columns and columns without a value: they tell rows apart in nothing. */
  readonly leftOut: readonly string[];
};

/** Categories up to this many become one indicator each for models; more are told by their frequency. */
const mostIndicators = 16;
const mostLevels = 100_000;

/** Reads columns aligned to rows. A text column of more than 100,000 different values keeps its codes and loses its words. */
export async function readRawColumns(frame: Frame, columns: readonly Column[]): Promise<RawColumn[]> {
  const numeric = columns.filter(isNumeric);
  const numbers = await alignedNumbers(frame, numeric);
  const read: RawColumn[] = [];
  for (const column of columns) {
    const place = numeric.indexOf(column);
    if (place >= 0) read.push({ name: column.name, kind: 'number', values: numbers[place] ?? new Float64Array(0), levels: null });
    else read.push(column.type === 'time' ? await readTimes(frame, column) : await readCategories(frame, column));
  }
  return read;
}

async function readTimes(frame: Frame, column: Column): Promise<RawColumn> {
  const values = await readAligned(frame, column, `epoch_ms(${timeOf(column)})::DOUBLE`);
  return { name: column.name, kind: 'time', values, levels: null };
}

/** Codes in the order of the words, so that the same table gives the same codes. */
export async function readCategories(frame: Frame, column: Column): Promise<RawColumn> {
  const cell = `${column.cell}::VARCHAR`;
  const values = await readAligned(
    frame,
    column,
    `CASE WHEN ${cell} IS NULL THEN NULL ELSE dense_rank() OVER (ORDER BY ${cell} NULLS LAST) - 1 END::DOUBLE`,
  );
  const words = await frame.engine.rows(
    `SELECT DISTINCT ${cell} AS word FROM ${fromOf(frame, [column])} WHERE ${cell} IS NOT NULL ORDER BY word LIMIT ${mostLevels + 1}`,
  );
  const levels = words.length > mostLevels ? null : words.map(([word]) => String(word));
  return { name: column.name, kind: 'category', values, levels };
}

async function readAligned(frame: Frame, column: Column, expression: string): Promise<Float64Array> {
  const values = new Float64Array(frame.rows);
  const sql = `SELECT r::DOUBLE, coalesce(${expression}, 'NaN'::DOUBLE) FROM ${fromOf(frame, [column])}`;
  for await (const chunk of frame.engine.chunks(sql)) {
    const rows = doublesOf(chunk, 0);
    const items = doublesOf(chunk, 1);
    for (let i = 0; i < chunk.rowCount; i++) values[rows[i] as number] = items[i] as number;
  }
  return values;
}

/**
 * Numbers standardised by the population sd; missing ones set to the median with a column that marks them; times as steps from the row
 * before and, with several time columns, from the time column before; categories by their share of the rows (`frequency`), or one
 * indicator each when there are at most 16 (`indicator`, for models).
 */
export function prepareColumns(raw: readonly RawColumn[], categories: 'frequency' | 'indicator' = 'frequency'): Prepared {
  const columns: PreparedColumn[] = [];
  const leftOut: string[] = [];
  let timeBefore: RawColumn | null = null;
  for (const column of raw) {
    const made = [...partsOf(column, categories, timeBefore), missingMark(column)].flatMap((part) =>
      part === null ? [] : (standardised(part) ?? []),
    );
    if (made.length === 0) leftOut.push(column.name);
    columns.push(...made);
    if (column.kind === 'time') timeBefore = column;
  }
  return { columns, leftOut };
}

type Part = Omit<PreparedColumn, 'mean' | 'sd'>;

function partsOf(column: RawColumn, categories: 'frequency' | 'indicator', timeBefore: RawColumn | null): Part[] {
  const { name, kind, values } = column;
  if (kind === 'number') return [{ name, column: name, values, meaning: 'value' }];
  if (kind === 'category') return categoryParts(column, categories);
  const step = values.map((value, row) => value - (row === 0 ? Number.NaN : (values[row - 1] as number)));
  const parts: Part[] = [{ name: `${name}, ms since the row before`, column: name, values: step, meaning: 'step' }];
  if (timeBefore === null) return parts;
  const gap = values.map((value, row) => value - (timeBefore.values[row] as number));
  return [...parts, { name: `${name}, ms since ${timeBefore.name}`, column: name, values: gap, meaning: 'step' }];
}

function categoryParts({ name, values, levels }: RawColumn, categories: 'frequency' | 'indicator'): Part[] {
  const counts = new Map<number, number>();
  for (const code of values) if (!Number.isNaN(code)) counts.set(code, (counts.get(code) ?? 0) + 1);
  if (categories === 'indicator' && counts.size <= mostIndicators)
    return [...counts.keys()]
      .toSorted((a, b) => a - b)
      .map((code) => ({
        name: `${name} = ${levels?.[code] ?? code}`,
        column: name,
        values: values.map((value) => (Number.isNaN(value) ? 0 : Number(value === code))),
        meaning: 'indicator' as const,
      }));
  const share = values.map((code) => (Number.isNaN(code) ? Number.NaN : (counts.get(code) ?? 0) / values.length));
  return [{ name: `${name}, frequency of the value`, column: name, values: share, meaning: 'frequency' }];
}

/** Only where some, not all, cells are missing. */
function missingMark({ name, values }: RawColumn): Part | null {
  const marks = values.map((value) => Number(Number.isNaN(value)));
  return marks.includes(1) && marks.includes(0) ? { name: `${name} is missing`, column: name, values: marks, meaning: 'missing' } : null;
}

function standardised(part: Part): PreparedColumn | null {
  const finite = keepFinite(Float64Array.from(part.values));
  if (finite.length === 0) return null;
  sortNumbers(finite);
  const median = quantile(finite, 0.5);
  const filled = part.values.map((value) => (Number.isFinite(value) ? value : median));
  const { mean, variance } = moments(filled);
  const sd = Math.sqrt(variance);
  if (!(sd > 0 && Number.isFinite(sd)) || sd < 1e-12 * Math.abs(mean)) return null;
  return { ...part, values: filled.map((value) => (value - mean) / sd), mean, sd };
}

/** Columns side by side: n rows of d numbers. */
export function rowMajor(columns: readonly Float64Array[]): Float64Array {
  const width = columns.length;
  const values = new Float64Array((columns[0]?.length ?? 0) * width);
  for (const [d, column] of columns.entries()) for (let i = 0; i < column.length; i++) values[i * width + d] = column[i] as number;
  return values;
}
