/** Smallest and largest finite number. */
import { defineState, numberOrNull, oneColumn } from './state.ts';

export const extremesState = defineState<object, { readonly min: number | null; readonly max: number | null }>({
  scan: (_, room) => {
    const value = room.dialect.finite(oneColumn(room).sql);
    return [`min(${value})`, `max(${value})`];
  },
  read: ([row = []]) => ({ min: numberOrNull(row[0]), max: numberOrNull(row[1]) }),
  merge: (a, b) => ({ min: extreme(Math.min, a.min, b.min), max: extreme(Math.max, a.max, b.max) }),
  finish: (state) => state,
  errorBound: () => null,
});

function extreme(of: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return of(a, b);
}
