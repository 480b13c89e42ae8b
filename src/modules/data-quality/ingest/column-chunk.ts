/** The one accessor to the engine's memory: numbers of a chunk without a copy. The fields are private in the types, so their contract is tested. */
import type { DuckDBDataChunk } from '@duckdb/node-api';

/**
 * The numbers of a DOUBLE column. They live only until the next chunk is fetched, and rows that are NULL hold anything: ask for
 * `IS NOT NULL` or coalesce in the query.
 */
export function doublesOf(chunk: DuckDBDataChunk, column: number): Float64Array {
  return itemsOf(chunk.getColumnVector(column));
}

/** A vector is cut to the rows of its chunk where it is made. */
function itemsOf(vector: object): Float64Array {
  if ('items' in vector && vector.items instanceof Float64Array) return vector.items;
  throw new TypeError('The engine answered a column that is not DOUBLE.');
}

export type Cells = {
  /** As of `doublesOf`: never to be written to, a table's own memory may lie below. */
  readonly items: Float64Array;
  /** One bit a row, lowest first, 0 where the row is NULL; null when no row is. */
  readonly present: Uint8Array | null;
};

/** The cells of a DOUBLE column with their holes: a query that fills these costs as much again as reading them. */
export function cellsOf(chunk: DuckDBDataChunk, column: number): Cells {
  const vector: object = chunk.getColumnVector(column);
  const items = itemsOf(vector);
  if (!('validity' in vector && vector.validity instanceof Object && 'data' in vector.validity))
    throw new TypeError('The engine answered a column without its holes.');
  const { data } = vector.validity;
  if (data === null) return { items, present: null };
  if (!(data instanceof BigUint64Array)) throw new TypeError('The engine marks holes in another way.');
  const present = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { items, present: isFull(present, items.length) ? null : present };
}

function isFull(present: Uint8Array, rows: number): boolean {
  const whole = rows >>> 3;
  for (let k = 0; k < whole; k++) if (present[k] !== 0xff) return false;
  const rest = (1 << (rows & 7)) - 1;
  return ((present[whole] ?? 0) & rest) === rest;
}

/** Is this row of a column with holes there? */
export const isPresent = (present: Uint8Array, row: number): boolean => (((present[row >>> 3] as number) >>> (row & 7)) & 1) === 1;
