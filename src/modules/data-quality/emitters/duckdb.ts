/** SQL of DuckDB, the engine inside of a check. */
import { type Dialect, listOf, quotedWith, type ValueType } from './dialect.ts';

const names: Readonly<Record<ValueType, string>> = { number: 'DOUBLE', text: 'VARCHAR', boolean: 'BOOLEAN', time: 'TIMESTAMP' };

export const duckdb: Dialect = {
  id: 'duckdb',
  quote: quotedWith('"'),
  parameter: (place, type) => `$${place}::${names[type]}`,
  double: (sql) => `(${sql})::DOUBLE`,
  text: (sql) => `(${sql})::VARCHAR`,
  characters: (sql) => `length(${sql})`,
  notNan: (sql) => `nullif(${sql}, 'NaN'::DOUBLE)`,
  finite: (sql) => `CASE WHEN isfinite(${sql}) THEN ${sql} END`,
  byCodePoint: (sql) => sql,
  // RE2: linear in the text, whatever the pattern.
  matches: (text, pattern) => `regexp_full_match(${text}, ${pattern})`,
  secondsBetween: (from, to) => `(epoch(${to}) - epoch(${from}))`,
  median: (sql) => `median(${sql})`,
  md5: (text) => `md5(${text})`,
  wholeOfHex: (hex) => `('0x' || ${hex})::UBIGINT`,
  orderStatistics: (sql, shares) => `quantile_disc(${sql}, [${listOf(shares)}])`,
  numberText: (sql) => `regexp_replace((${sql})::VARCHAR, '\\.0$', '')`,
  timeText: (sql) => `epoch_us(${sql})::VARCHAR`,
};
