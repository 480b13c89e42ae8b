/** Types of columns: text that the whole column agrees on, or what Parquet declares. Nothing is guessed in silence. */
import type { Engine } from '../engine.ts';
import { type Column, type ColumnType, count } from '../frame.ts';

/** A type holds when at least this share of the cells that are neither missing nor a placeholder parse as it. */
const agreedShare = 0.95;
/** Whole numbers from here on do not fit a double: they stay text. */
const largestWhole = 9_007_199_254_740_992;
/** Columns counted side by side. */
const columnsAtOnce = 60;

/** Words that people write for "no value". */
export const placeholders = ['', 'na', 'n/a', 'null', 'none', 'nan', '-', '?', 'unknown'];

export const isPlaceholder = (cell: string): string =>
  `(lower(trim(${cell}::VARCHAR)) IN (${placeholders.map((word) => `'${word}'`).join(', ')}))`;

/** Digit separators of programming languages are no numbers in data. */
const numberOfText = (cell: string): string => `CASE WHEN contains(${cell}, '_') THEN NULL ELSE TRY_CAST(${cell} AS DOUBLE) END`;
const timeOfText = (cell: string): string => `CASE WHEN substr(${cell}, 5, 1) = '-' THEN TRY_CAST(${cell} AS TIMESTAMP) END`;

/** TIMESTAMP (naive is UTC); NULL where the cell is missing or no time. Raw cells of text are `c0`, declared times are cast. */
export function timeOf({ cell, isDeclared }: Pick<Column, 'cell' | 'isDeclared'>): string {
  return isDeclared ? `TRY_CAST(${cell} AS TIMESTAMP)` : timeOfText(cell);
}

type Agreed = { readonly columns: Column[]; readonly warnings: string[] };

/** @param names of columns `c0`, `c1` … of text in `relations`. */
export async function agreeTypes(engine: Engine, relations: readonly string[], names: readonly string[]): Promise<Agreed> {
  const counted =
    names.length > columnsAtOnce ? await countLong(engine, relations) : await countWide(engine, relations[0] ?? '', names.length);
  const columns: Column[] = [];
  const warnings: string[] = [];
  for (const [index, name] of names.entries()) {
    const cell = `c${index}`;
    const [present = 0, words = 0, numbers = 0, whole = 0, large = 0, booleans = 0, times = 0, slashed = 0] = counted.get(cell) ?? [];
    const agreed = typeOf({ present, words, numbers, whole, large, booleans, times });
    const shown = JSON.stringify(name.slice(0, 80));
    if (agreed.note !== null) warnings.push(`Column ${shown} ${agreed.note}.`);
    if (slashed > 0 && slashed >= agreedShare * (present - words))
      warnings.push(`Column ${shown} has dates of two readings (day or month first): they stay text.`);
    columns.push({
      index,
      name,
      type: agreed.type,
      cell,
      number: numberOfText(cell),
      unparsed: agreed.unparsed,
      isDeclared: false,
      counted: { present, placeholders: words },
    });
  }
  return { columns, warnings };
}

type CountedCells = ReadonlyMap<string, readonly number[]>;

async function countWide(engine: Engine, relation: string, columns: number): Promise<CountedCells> {
  const cells = Array.from({ length: columns }, (_, k) => `c${k}`);
  const [row = []] = await engine.rows(`SELECT ${cells.map(countsOf).join(', ')} FROM ${relation}`);
  return new Map(cells.map((cell, k) => [cell, row.slice(k * 8, k * 8 + 8).map(count)]));
}

/** Planning thousands of expressions takes longer than counting: many columns are laid one below the other and counted by name. */
async function countLong(engine: Engine, relations: readonly string[]): Promise<CountedCells> {
  const counted = new Map<string, readonly number[]>();
  for (const relation of relations) {
    const long = `(UNPIVOT ${relation} ON COLUMNS(* EXCLUDE (r)) INTO NAME name VALUE value)`;
    for (const [name, ...counts] of await engine.rows(`SELECT name, ${countsOf('value')} FROM ${long} GROUP BY name`))
      counted.set(String(name), counts.map(count));
  }
  return counted;
}

type Counts = {
  /** Not missing; of these, placeholders. */
  readonly present: number;
  readonly words: number;
  readonly numbers: number;
  readonly whole: number;
  readonly large: number;
  readonly booleans: number;
  readonly times: number;
};

/** Placeholders are no numbers, except `nan`, which the engine parses. */
function countsOf(cell: string): string {
  const number = numberOfText(cell);
  return [
    `count(${cell})`,
    `count_if(${isPlaceholder(cell)})`,
    `count(${number})`,
    `count_if(${number} = trunc(${number}) AND isfinite(${number}))`,
    `count_if(abs(${number}) >= ${largestWhole} AND isfinite(${number}) AND NOT contains(${cell}, '.') AND NOT contains(lower(${cell}), 'e'))`,
    `count_if(lower(${cell}) IN ('true', 'false'))`,
    `count(${timeOfText(cell)})`,
    `count_if(${cell} LIKE '%/%/%' OR ${cell} LIKE '__.__.____')`,
  ].join(', ');
}

function typeOf({ present, words, numbers, whole, large, booleans, times }: Counts): {
  type: ColumnType;
  unparsed: number;
  note: string | null;
} {
  const cells = present - words;
  const agrees = (parsed: number) => cells > 0 && parsed >= agreedShare * cells;
  const as = (type: ColumnType, parsed: number) => ({
    type,
    unparsed: Math.max(0, cells - parsed),
    note: cells > parsed ? `is read as ${type}; ${cells - parsed} cells are not` : null,
  });
  if (agrees(booleans)) return as('boolean', booleans);
  if (agrees(times)) return as('time', times);
  if (agrees(numbers) && large > 0) return { type: 'text', unparsed: 0, note: 'has whole numbers beyond 2^53: they stay text' };
  if (agrees(numbers)) return as(whole === numbers ? 'integer' : 'number', numbers);
  return { type: 'text', unparsed: 0, note: null };
}

/** @param shape names and engine types of a Parquet file; its columns are `c0`, `c1` … of `relation`. */
export async function declaredTypes(engine: Engine, relation: string, shape: readonly { name: string; type: string }[]): Promise<Agreed> {
  const columns: Column[] = [];
  const warnings: string[] = [];
  for (const [index, { name, type: declared }] of shape.entries()) {
    const cell = `c${index}`;
    const type = kindOf(declared);
    const isWide = /^(U?BIGINT|U?HUGEINT|DECIMAL)/.test(declared) && (await reachesBeyond(engine, relation, cell));
    if (isWide) warnings.push(`Column ${JSON.stringify(name.slice(0, 80))} has numbers beyond 2^53: they stay text.`);
    if (type !== 'text' && !isWide)
      columns.push({ index, name, type, cell, number: `${cell}::DOUBLE`, unparsed: 0, isDeclared: true, counted: null });
    else
      columns.push({
        index,
        name,
        type: 'text',
        cell: `${cell}::VARCHAR`,
        number: `TRY_CAST(${cell}::VARCHAR AS DOUBLE)`,
        unparsed: 0,
        isDeclared: true,
        counted: null,
      });
  }
  return { columns, warnings };
}

function kindOf(declared: string): ColumnType {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(declared)) return 'integer';
  if (/^(DOUBLE|FLOAT|DECIMAL)/.test(declared)) return 'number';
  if (declared === 'BOOLEAN') return 'boolean';
  return /^(DATE|TIMESTAMP)/.test(declared) ? 'time' : 'text';
}

async function reachesBeyond(engine: Engine, relation: string, cell: string): Promise<boolean> {
  const [row = []] = await engine.rows(`SELECT max(abs(${cell}::DOUBLE)) FROM ${relation}`);
  return count(row[0]) >= largestWhole;
}
