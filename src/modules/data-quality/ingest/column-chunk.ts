/** The one accessor to the engine's memory: numbers of a chunk without a copy. The field is private in the types, so its contract is tested. */
import type { DuckDBDataChunk } from '@duckdb/node-api';

/**
 * The numbers of a DOUBLE column. They live only until the next chunk is fetched, and rows that are NULL hold anything: ask for
 * `IS NOT NULL` or coalesce in the query.
 */
export function doublesOf(chunk: DuckDBDataChunk, column: number): Float64Array {
  const vector: object = chunk.getColumnVector(column);
  if ('items' in vector && vector.items instanceof Float64Array) return vector.items.subarray(0, chunk.rowCount);
  throw new TypeError('The engine answered a column that is not DOUBLE.');
}
