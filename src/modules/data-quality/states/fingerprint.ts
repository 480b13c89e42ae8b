/**
 * One number for a set of rows, whatever their order and place: the sum of row hashes modulo 2^60 beside their count.
 * Two different sets share it by chance with probability 2^-60; it is no proof against somebody who may choose rows (a sum can be steered).
 */
import { canonicalText, defineState, numberOf } from './state.ts';

type Fingerprint = { readonly rows: number /** Decimal digits. */; readonly sum: string };
const modulus = 2n ** 60n;

export const fingerprintState = defineState<object, Fingerprint>({
  scan: (_, { columns, dialect }) => {
    // The length in front keeps neighbouring cells apart; a missing cell has none.
    const cells = columns.map((column) => {
      const text = canonicalText(column, dialect);
      return `CASE WHEN ${column.missing} THEN '-' ELSE concat(${dialect.text(dialect.characters(text))}, ':', ${text}) END`;
    });
    const row = cells.length === 1 ? cells[0] : `concat(${cells.join(', ')})`;
    return ['count(*)', dialect.text(`sum(${dialect.wholeOfHex(`substr(${dialect.md5(row ?? "''")}, 1, 15)`)})`)];
  },
  read: ([row = []]) => ({ rows: numberOf(row[0]), sum: String(BigInt(typeof row[1] === 'string' ? row[1] : '0') % modulus) }),
  merge: (a, b) => ({ rows: a.rows + b.rows, sum: String((BigInt(a.sum) + BigInt(b.sum)) % modulus) }),
  finish: ({ rows, sum }) => ({ rows, fingerprint: BigInt(sum).toString(16).padStart(15, '0') }),
  errorBound: () => null,
});
