/** Rows, and of these the ones where every column of the metric has a value. */
import { defineState, numberOf } from './state.ts';

export const countState = defineState<object, { readonly rows: number; readonly present: number }>({
  scan: (_, { columns }) => {
    const isThere = columns.map(({ missing }) => `NOT ${missing}`).join(' AND ');
    return ['count(*)', columns.length === 0 ? 'count(*)' : `sum(CASE WHEN ${isThere} THEN 1 ELSE 0 END)`];
  },
  read: ([row = []]) => ({ rows: numberOf(row[0]), present: numberOf(row[1]) }),
  merge: (a, b) => ({ rows: a.rows + b.rows, present: a.present + b.present }),
  finish: ({ rows, present }) => ({ rows, present, missing: rows - present, completeness: rows === 0 ? null : present / rows }),
  errorBound: () => null,
});
