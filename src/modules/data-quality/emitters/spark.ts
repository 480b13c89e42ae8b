/** SQL of Spark 3.4 and later. Written and held by golden texts; never run here. */
import { type Dialect, quotedWith, type ValueType } from './dialect.ts';

const names: Readonly<Record<ValueType, string>> = { number: 'DOUBLE', text: 'STRING', boolean: 'BOOLEAN', time: 'TIMESTAMP' };

export const spark: Dialect = {
  id: 'spark',
  quote: quotedWith('`'),
  parameter: (place, type) => `CAST(:p${place} AS ${names[type]})`,
  double: (sql) => `CAST(${sql} AS DOUBLE)`,
  text: (sql) => `CAST(${sql} AS STRING)`,
  characters: (sql) => `length(${sql})`,
  notNan: (sql) => `nullif(${sql}, DOUBLE('NaN'))`,
  finite: (sql) => `CASE WHEN abs(${sql}) < DOUBLE('Infinity') THEN ${sql} END`,
  byCodePoint: (sql) => sql,
  matches: null,
  secondsBetween: (from, to) => `(unix_micros(${to}) - unix_micros(${from})) / 1000000`,
  median: (sql) => `median(${sql})`,
  md5: (text) => `md5(${text})`,
  wholeOfHex: (hex) => `CAST(conv(${hex}, 16, 10) AS DECIMAL(38, 0))`,
  // percentile interpolates: it is no value of the column.
  orderStatistics: null,
  numberText: (sql) => `regexp_replace(CAST(${sql} AS STRING), '\\\\.0$', '')`,
  timeText: (sql) => `CAST(unix_micros(${sql}) AS STRING)`,
};
