/** SQL of PostgreSQL 15 and later. */
import { type Dialect, listOf, quotedWith, type ValueType } from './dialect.ts';

const names: Readonly<Record<ValueType, string>> = { number: 'double precision', text: 'text', boolean: 'boolean', time: 'timestamp' };

export const postgresql: Dialect = {
  id: 'postgresql',
  quote: quotedWith('"'),
  parameter: (place, type) => `$${place}::${names[type]}`,
  double: (sql) => `(${sql})::double precision`,
  text: (sql) => `(${sql})::text`,
  characters: (sql) => `length(${sql})`,
  notNan: (sql) => `nullif(${sql}, 'NaN'::double precision)`,
  finite: (sql) => `CASE WHEN abs(${sql}) < 'Infinity'::double precision THEN ${sql} END`,
  byCodePoint: (sql) => `(${sql}) COLLATE "C"`,
  // Its regular expressions can take exponential time.
  matches: null,
  secondsBetween: (from, to) => `EXTRACT(epoch FROM (${to}) - (${from}))::double precision`,
  median: (sql) => `percentile_cont(0.5) WITHIN GROUP (ORDER BY ${sql})`,
  md5: (text) => `md5(${text})`,
  wholeOfHex: (hex) => `('x0' || ${hex})::bit(64)::bigint::numeric`,
  orderStatistics: (sql, shares) => `percentile_disc(ARRAY[${listOf(shares)}]::double precision[]) WITHIN GROUP (ORDER BY ${sql})`,
  numberText: (sql) => `(${sql})::text`,
  timeText: (sql) => `(EXTRACT(epoch FROM ${sql}) * 1000000)::bigint::text`,
};
