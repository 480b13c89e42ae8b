/** A table inside the engine: its columns with agreed types, and their numbers as typed arrays. */

import type { Engine } from './engine.ts';
import { type Cells, cellsOf, doublesOf, isPresent } from './ingest/column-chunk.ts';
import type { IngestReport } from './ingest/ingest-report.ts';

export type ColumnType = 'integer' | 'number' | 'boolean' | 'time' | 'text';

export type Column = {
  /** Place in the data as it came. */
  readonly index: number;
  readonly name: string;
  readonly type: ColumnType;
  /** Expression over the raw cell: NULL is missing. */
  readonly cell: string;
  /** DOUBLE; NULL where the cell is missing or no number. Only of numbers. */
  readonly number: string;
  /** Cells that are neither missing nor a placeholder and do not parse as the agreed type. */
  readonly unparsed: number;
  /** The file says its type (Parquet); else it was agreed from text. */
  readonly isDeclared: boolean;
  /** Cells of text that are there, and how many of them are words for "no value"; null when the type was declared. */
  readonly counted: { readonly present: number; readonly placeholders: number } | null;
};

export type Frame = {
  readonly engine: Engine;
  /** Names inside the engine, ours: each holds `columnsPerRelation` columns and `r`, the 0-based data row. */
  readonly relations: readonly string[];
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly ingest: IngestReport;
};

/**
 * The engine holds 2,048 rows of every column of a relation at a time: 5,000 columns in one would take 300 MB.
 * Wide tables are cut into several, which share `r`.
 */
export const columnsPerRelation = 400;

/** FROM clause that offers these columns and `r`. */
export function fromOf({ relations }: Frame, columns: readonly Pick<Column, 'index'>[]): string {
  const numbers = relations.length === 1 ? [0] : [...new Set(columns.map(({ index }) => Math.floor(index / columnsPerRelation)))];
  const [first = relations[0] ?? '', ...others] = numbers.map((number) => relations[number] ?? '');
  return [first, ...others.map((relation) => `JOIN ${relation} USING (r)`)].join(' ');
}

export const isNumeric = ({ type }: Column): boolean => type === 'number' || type === 'integer';

export type ColumnNumbers = {
  /** Without −0, in no order. */
  readonly finite: Float64Array;
  readonly infinite: number;
  readonly nan: number;
  /** Every so many rows in row order, NaN where a cell has no finite number; empty unless asked for. Not used again by later columns. */
  readonly sample: Float64Array;
};

/** Bytes of columns read ahead. */
const mostReadAhead = 64 * 2 ** 20;
const mostColumnsAhead = 8;
/** The engine hands out so many rows at a time: where there are no more, planning a query costs more than reading it. */
const rowsOfAPiece = 2048;
const mostColumnsOfAPiece = 32;

/**
 * Reads numeric columns, several at a time: fetching a piece of a result costs more than the numbers in it.
 * Each answer is a view of a buffer that later columns use again, so it must be used up before the next is asked for.
 * @param step every so many rows also go to `sample`; 0 for none.
 */
export async function* readNumbers(
  frame: Frame,
  columns: readonly Column[],
  step = 0,
): AsyncGenerator<{ column: Column; numbers: ColumnNumbers }, undefined> {
  const most = frame.rows <= rowsOfAPiece ? mostColumnsOfAPiece : mostColumnsAhead;
  const ahead = Math.min(columns.length, most, Math.max(1, Math.floor(mostReadAhead / (8 * frame.rows + 1))));
  const buffers = Array.from({ length: ahead }, () => new Float64Array(frame.rows));
  let from = 0;
  while (from < columns.length) {
    const relation = relationOf(columns[from]);
    const group = columns.slice(from, from + ahead).filter((column) => relationOf(column) === relation);
    const read = await readGroup(frame, group, { buffers, step });
    for (const [k, column] of group.entries()) yield { column, numbers: read[k] ?? nothing };
    from += group.length;
  }
  return undefined;
}

const nothing: ColumnNumbers = { finite: new Float64Array(0), infinite: 0, nan: 0, sample: new Float64Array(0) };

const relationOf = (column: Column | undefined): number => Math.floor((column?.index ?? 0) / columnsPerRelation);

type Reading = { readonly buffers: readonly Float64Array[]; readonly step: number };

async function readGroup(frame: Frame, group: readonly Column[], { buffers, step }: Reading): Promise<ColumnNumbers[]> {
  const counts = group.map(() => ({ finite: 0, infinite: 0, nan: 0 }));
  const sampler = samplerOf(frame.rows, step, group.length);
  const rowNumber = step === 0 ? [] : ['r::DOUBLE'];
  const asked = [...group.map(({ number }) => number), ...rowNumber].join(', ');
  for await (const chunk of frame.engine.chunks(`SELECT ${asked} FROM ${fromOf(frame, group)}`)) {
    if (step > 0) sampler.find(doublesOf(chunk, group.length));
    for (const [k, tally] of counts.entries()) {
      const cells = cellsOf(chunk, k);
      if (step > 0) sampler.take(cells, k);
      const into = buffers[k] ?? new Float64Array(0);
      if (cells.present === null) takeFinite(cells.items, into, tally);
      else takePresent(cells.items, cells.present, { into, tally });
    }
  }
  return counts.map(({ finite, infinite, nan }, k) => ({
    finite: (buffers[k] ?? new Float64Array(0)).subarray(0, finite),
    infinite,
    nan,
    sample: sampler.samples[k] ?? new Float64Array(0),
  }));
}

/** Picks the rows whose number is a multiple of `step`, wherever the engine hands them out. */
function samplerOf(rows: number, step: number, columns: number) {
  const length = step === 0 ? 0 : Math.ceil(rows / step);
  const samples = Array.from({ length: columns }, () => new Float64Array(length).fill(Number.NaN));
  const places: number[] = [];
  const targets: number[] = [];
  return {
    samples,
    find(rowNumbers: Float64Array): void {
      places.length = 0;
      targets.length = 0;
      for (let i = 0; i < rowNumbers.length; i++) {
        const target = Math.floor((rowNumbers[i] as number) / step);
        if (target * step !== rowNumbers[i]) continue;
        places.push(i);
        targets.push(target);
      }
    },
    take({ items, present }: Cells, column: number): void {
      const sample = samples[column] as Float64Array;
      for (let k = 0; k < places.length; k++) {
        const place = places[k] as number;
        const value = items[place] as number;
        if (value - value === 0 && (present === null || isPresent(present, place))) sample[targets[k] as number] = value;
      }
    },
  };
}

type Tally = { finite: number; infinite: number; nan: number };

function takeFinite(items: Float64Array, into: Float64Array, tally: Tally): void {
  let { finite, infinite, nan } = tally;
  for (let i = 0; i < items.length; i++) {
    const value = items[i] as number;
    // x − x is NaN exactly for NaN and the infinities; adding 0 turns −0 into 0.
    if (value - value === 0) into[finite++] = value + 0;
    else if (Number.isNaN(value)) nan++;
    else infinite++;
  }
  tally.finite = finite;
  tally.infinite = infinite;
  tally.nan = nan;
}

/** The same for a piece with holes: what stands in a hole is anything. */
function takePresent(items: Float64Array, present: Uint8Array, { into, tally }: { into: Float64Array; tally: Tally }): void {
  for (let i = 0; i < items.length; i++) {
    if (!isPresent(present, i)) continue;
    const value = items[i] as number;
    if (value - value === 0) into[tally.finite++] = value + 0;
    else if (Number.isNaN(value)) tally.nan++;
    else tally.infinite++;
  }
}

/** Numeric columns aligned to rows, one array each; NaN where a cell is missing or not finite. @param step only every so many rows. */
export async function alignedNumbers(frame: Frame, columns: readonly Column[], step = 1): Promise<Float64Array[]> {
  const aligned = columns.map(() => new Float64Array(Math.ceil(frame.rows / step)));
  const picked = columns.map(({ number }) => `coalesce(${number}, 'NaN'::DOUBLE)`);
  const sql = `SELECT ${[`(r // ${step})::DOUBLE`, ...picked].join(', ')} FROM ${fromOf(frame, columns)} WHERE r % ${step} = 0`;
  for await (const chunk of frame.engine.chunks(sql)) {
    const rows = doublesOf(chunk, 0);
    for (const [k, target] of aligned.entries()) alignChunk(doublesOf(chunk, k + 1), rows, target);
  }
  return aligned;
}

function alignChunk(items: Float64Array, rows: Float64Array, target: Float64Array): void {
  for (let i = 0; i < rows.length; i++) {
    const value = items[i] as number;
    target[rows[i] as number] = value - value === 0 ? value : Number.NaN;
  }
}

/** A BIGINT or DOUBLE of a small answer. */
export function count(value: unknown): number {
  return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : 0;
}
