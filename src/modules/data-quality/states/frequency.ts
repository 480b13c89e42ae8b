/** How often each value occurs, exactly. Of columns with few values. */
import { dataProblems } from '../refusal.ts';
import { canonicalText, defineState, numberOf, oneColumn } from './state.ts';

export type FrequencySpec = { /** More different values are refused. */ readonly most: number };
/** Value and count, by value. */
type Frequency = readonly (readonly [value: string, count: number])[];

export const frequencyState = defineState<FrequencySpec, Frequency>({
  grouped: ({ most }, room) => ({
    inner: [canonicalText(oneColumn(room), room.dialect)],
    where: `NOT ${oneColumn(room).missing}`,
    keys: ['v0'],
    aggregates: ['count(*)'],
    first: { order: 'v0', most: most + 1 },
  }),
  read: (rows, { most }) => {
    if (rows.length > most) throw dataProblems.tooLarge({ what: `more than ${most} different values to count` });
    return byValue(rows.map(([value, count]) => [String(value), numberOf(count)] as const));
  },
  merge: (a, b) => {
    const counts = new Map(a);
    for (const [value, count] of b) counts.set(value, (counts.get(value) ?? 0) + count);
    return byValue([...counts]);
  },
  finish: (state) => ({ distinct: state.length, values: state.map(([value, count]) => ({ value, count })) }),
  errorBound: () => null,
});

const byValue = (entries: Frequency): Frequency => entries.toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
