/** What one database's SQL looks like where databases differ. Values are parameters, names are quoted; no text of a caller is SQL. */

export type ValueType = 'number' | 'text' | 'boolean' | 'time';

export type Dialect = {
  readonly id: 'duckdb' | 'postgresql' | 'trino' | 'clickhouse' | 'spark';
  /** A name of a table or column. */
  quote(name: string): string;
  /** The value bound at this 1-based place, cast to its type. Where parameters have no number it is a mark, which `placed` resolves. */
  parameter(place: number, type: ValueType): string;
  double(sql: string): string;
  text(sql: string): string;
  /** Number of characters, not bytes. */
  characters(sql: string): string;
  /** NaN becomes NULL. */
  notNan(sql: string): string;
  /** NaN and the infinities become NULL. */
  finite(sql: string): string;
  /** Text compared by code point, whatever the language of the database. */
  byCodePoint(sql: string): string;
  /** Whole text against a pattern in linear time; null where the database has no such engine. */
  readonly matches: ((text: string, pattern: string) => string) | null;
  secondsBetween(from: string, to: string): string;
  median(sql: string): string;
  /** 32 hexadecimal digits in lower case. */
  md5(text: string): string;
  /** 15 hexadecimal digits as a whole number, wide enough that a sum over any table does not overflow. */
  wholeOfHex(hex: string): string;
  /** Values at these shares, by the definition "smallest value whose cumulative share is at least q", as an array; null where there is none that is exact. */
  readonly orderStatistics: ((sql: string, shares: readonly number[]) => string) | null;
  /**
   * A double as text: the same in DuckDB, PostgreSQL and ClickHouse while 1e-4 <= |x| < 1e15 or x = 0, in Trino and Spark, which write
   * like Java, while 1e-3 <= |x| < 1e7. Within one database it is always the same.
   */
  numberText(sql: string): string;
  /** Microseconds since 1970 as a whole number in text. */
  timeText(sql: string): string;
};

/** Control characters are in no name that anybody means; the rest is doubled quotes. */
export const quotedWith = (quote: string) => (name: string) =>
  `${quote}${name.replaceAll(/\p{Cc}/gu, '').replaceAll(quote, quote + quote)}${quote}`;

/** Shares as SQL numbers: ours, between 0 and 1. */
export const listOf = (shares: readonly number[]): string => shares.map((share) => share.toFixed(12)).join(', ');

/** No name has control characters (`quotedWith`), so this is never part of one. */
const mark = '\u0001';
export const markOf = (place: number): string => `${mark}${place}${mark}`;

/** Marks become `?`, and the values come in their order, as often as they are used. Other SQL stays as it is. */
export function placed<T>(sql: string, values: readonly T[]): { readonly sql: string; readonly values: readonly T[] } {
  if (!sql.includes(mark)) return { sql, values };
  const pieces = sql.split(mark);
  const used = pieces.filter((_, k) => k % 2 === 1).flatMap((place) => values[Number(place) - 1] ?? []);
  return { sql: pieces.map((piece, k) => (k % 2 === 1 ? '?' : piece)).join(''), values: used };
}
