/** SQL of ClickHouse. Written and held by golden texts; never run here. */
import { type Dialect, listOf, quotedWith, type ValueType } from './dialect.ts';

const names: Readonly<Record<ValueType, string>> = { number: 'Float64', text: 'String', boolean: 'Bool', time: 'DateTime64(6)' };

export const clickhouse: Dialect = {
  id: 'clickhouse',
  quote: quotedWith('`'),
  parameter: (place, type) => `{p${place}:${names[type]}}`,
  double: (sql) => `toFloat64(${sql})`,
  text: (sql) => `toString(${sql})`,
  characters: (sql) => `lengthUTF8(${sql})`,
  notNan: (sql) => `if(isNaN(${sql}), NULL, ${sql})`,
  finite: (sql) => `if(isFinite(${sql}), ${sql}, NULL)`,
  byCodePoint: (sql) => sql,
  // RE2.
  matches: (text, pattern) => `match(${text}, concat('^(?:', ${pattern}, ')$'))`,
  secondsBetween: (from, to) => `dateDiff('second', ${from}, ${to})`,
  median: (sql) => `quantileExact(0.5)(${sql})`,
  md5: (text) => `lower(hex(MD5(${text})))`,
  wholeOfHex: (hex) => `toUInt128(reinterpretAsUInt64(reverse(unhex(concat('0', ${hex})))))`,
  // Lower order statistic at each share.
  orderStatistics: (sql, shares) => `quantilesExactLow(${listOf(shares)})(${sql})`,
  numberText: (sql) => `toString(${sql})`,
  timeText: (sql) => `toString(toUnixTimestamp64Micro(${sql}))`,
};
