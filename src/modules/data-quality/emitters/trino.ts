/** SQL of Trino. Written and held by golden texts; never run here. */
import { type Dialect, markOf, quotedWith, type ValueType } from './dialect.ts';

const names: Readonly<Record<ValueType, string>> = { number: 'double', text: 'varchar', boolean: 'boolean', time: 'timestamp' };

export const trino: Dialect = {
  id: 'trino',
  quote: quotedWith('"'),
  parameter: (place, type) => `CAST(${markOf(place)} AS ${names[type]})`,
  double: (sql) => `CAST(${sql} AS double)`,
  text: (sql) => `CAST(${sql} AS varchar)`,
  characters: (sql) => `length(${sql})`,
  notNan: (sql) => `IF(is_nan(${sql}), NULL, ${sql})`,
  finite: (sql) => `IF(is_finite(${sql}), ${sql})`,
  byCodePoint: (sql) => sql,
  matches: null,
  secondsBetween: (from, to) => `(to_unixtime(${to}) - to_unixtime(${from}))`,
  median: (sql) => `approx_percentile(${sql}, 0.5)`,
  md5: (text) => `lower(to_hex(md5(to_utf8(${text}))))`,
  wholeOfHex: (hex) => `CAST(from_base(${hex}, 16) AS decimal(38, 0))`,
  // Only approx_percentile, whose error is not guaranteed.
  orderStatistics: null,
  numberText: (sql) => `regexp_replace(CAST(${sql} AS varchar), '\\.0$', '')`,
  timeText: (sql) => `CAST(CAST(to_unixtime(${sql}) * 1000000 AS bigint) AS varchar)`,
};
