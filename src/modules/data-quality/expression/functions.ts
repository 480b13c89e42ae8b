/** Functions of the expression language: what they take, what they give, and their SQL. */
import type { Dialect, ValueType } from '../emitters/dialect.ts';

export type Signature = {
  /** The last one repeats when `isRepeated`. 'any' is one type for all. */
  readonly takes: readonly (ValueType | 'any')[];
  readonly isRepeated?: true;
  /** 'first' gives the type of the first value. */
  readonly gives: ValueType | 'first';
  readonly sql: (given: readonly string[], dialect: Dialect) => string | null;
};

const plain = (name: string) => (given: readonly string[]) => `${name}(${given.join(', ')})`;
const partOfTime = (part: string) => (given: readonly string[], dialect: Dialect) => dialect.double(`EXTRACT(${part} FROM ${given[0]})`);

export const rowFunctions: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ['abs', { takes: ['number'], gives: 'number', sql: plain('abs') }],
  ['floor', { takes: ['number'], gives: 'number', sql: plain('floor') }],
  ['ceiling', { takes: ['number'], gives: 'number', sql: plain('ceil') }],
  ['round', { takes: ['number'], gives: 'number', sql: plain('round') }],
  ['length', { takes: ['text'], gives: 'number', sql: ([text = ''], dialect) => dialect.double(dialect.characters(text)) }],
  ['lower', { takes: ['text'], gives: 'text', sql: plain('lower') }],
  ['upper', { takes: ['text'], gives: 'text', sql: plain('upper') }],
  ['trim', { takes: ['text'], gives: 'text', sql: plain('trim') }],
  [
    'starts_with',
    { takes: ['text', 'text'], gives: 'boolean', sql: ([text, start]) => `(substr(${text}, 1, length(${start})) = ${start})` },
  ],
  [
    'ends_with',
    {
      takes: ['text', 'text'],
      gives: 'boolean',
      sql: ([text, tail]) => `(substr(${text}, greatest(length(${text}) - length(${tail}) + 1, 1)) = ${tail})`,
    },
  ],
  ['contains', { takes: ['text', 'text'], gives: 'boolean', sql: ([text, inner]) => `(replace(${text}, ${inner}, '') <> ${text})` }],
  [
    'matches',
    { takes: ['text', 'text'], gives: 'boolean', sql: ([text = '', pattern = ''], { matches }) => matches?.(text, pattern) ?? null },
  ],
  ['year', { takes: ['time'], gives: 'number', sql: partOfTime('YEAR') }],
  ['month', { takes: ['time'], gives: 'number', sql: partOfTime('MONTH') }],
  ['day', { takes: ['time'], gives: 'number', sql: partOfTime('DAY') }],
  ['hour', { takes: ['time'], gives: 'number', sql: partOfTime('HOUR') }],
  [
    'days_between',
    { takes: ['time', 'time'], gives: 'number', sql: ([from = '', to = ''], dialect) => `(${dialect.secondsBetween(from, to)} / 86400)` },
  ],
  ['coalesce', { takes: ['any'], isRepeated: true, gives: 'first', sql: plain('coalesce') }],
  ['least', { takes: ['number'], isRepeated: true, gives: 'number', sql: plain('least') }],
  ['greatest', { takes: ['number'], isRepeated: true, gives: 'number', sql: plain('greatest') }],
]);

const overNumbers = (name: string) => (given: readonly string[], dialect: Dialect) =>
  dialect.double(`${name}(${dialect.finite(given[0] ?? '')})`);

/** Over all rows of the scope; missing cells, NaN and infinities are left out. */
export const aggregates: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ['rows', { takes: [], gives: 'number', sql: (_, dialect) => dialect.double('count(*)') }],
  ['count', { takes: ['any'], gives: 'number', sql: ([value], dialect) => dialect.double(`count(${value})`) }],
  ['distinct', { takes: ['any'], gives: 'number', sql: ([value], dialect) => dialect.double(`count(DISTINCT ${value})`) }],
  ['sum', { takes: ['number'], gives: 'number', sql: overNumbers('sum') }],
  ['mean', { takes: ['number'], gives: 'number', sql: overNumbers('avg') }],
  ['min', { takes: ['number'], gives: 'number', sql: overNumbers('min') }],
  ['max', { takes: ['number'], gives: 'number', sql: overNumbers('max') }],
  ['sd', { takes: ['number'], gives: 'number', sql: overNumbers('stddev_samp') }],
  ['median', { takes: ['number'], gives: 'number', sql: ([value = ''], dialect) => dialect.median(dialect.finite(value)) }],
  [
    'share',
    {
      takes: ['boolean'],
      gives: 'number',
      sql: ([value], dialect) => dialect.double(`avg(CASE WHEN ${value} THEN 1.0 WHEN NOT ${value} THEN 0.0 END)`),
    },
  ],
]);
