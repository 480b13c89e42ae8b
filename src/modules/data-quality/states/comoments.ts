/** Pearson correlation of two columns over rows that have both, from sums of products around pivots. */
import type { ColumnSql } from '../expression/compile.ts';
import { defineState, numberOf } from './state.ts';

export type ComomentsSpec = { readonly pivots: readonly [number, number] };
type Comoments = { readonly n: number; readonly sums: readonly [x: number, y: number, xx: number, yy: number, xy: number] };

export const comomentsState = defineState<ComomentsSpec, Comoments>({
  scan: ({ pivots }, { columns, dialect, binding }) => {
    const shifted = (column: ColumnSql | undefined, pivot: number) =>
      `(${dialect.finite(column?.sql ?? 'NULL')} - ${dialect.parameter(binding.place(pivot), 'number')})`;
    const x = () => shifted(columns[0], pivots[0]);
    const y = () => shifted(columns[1], pivots[1]);
    // A product is NULL unless both are there: y·0 leaves out the x of other rows, and the other way round.
    const sums = [
      () => `${x()} + 0 * ${y()}`,
      () => `${y()} + 0 * ${x()}`,
      () => `${x()} * ${x()} + 0 * ${y()}`,
      () => `${y()} * ${y()} + 0 * ${x()}`,
      () => `${x()} * ${y()}`,
    ];
    return [`count(${x()} * ${y()})`, ...sums.map((term) => `sum(${term()})`)];
  },
  read: ([row = []]) => ({
    n: numberOf(row[0]),
    sums: [numberOf(row[1]), numberOf(row[2]), numberOf(row[3]), numberOf(row[4]), numberOf(row[5])],
  }),
  merge: (a, b) => ({ n: a.n + b.n, sums: a.sums.map((sum, k) => sum + (b.sums[k] ?? 0)) as unknown as Comoments['sums'] }),
  finish: ({ n, sums }) => {
    const [x, y, xx, yy, xy] = sums.map((sum) => sum / Math.max(n, 1)) as [number, number, number, number, number];
    const spread = (xx - x * x) * (yy - y * y);
    return { n, correlation: n >= 2 && spread > 0 ? Math.max(-1, Math.min(1, (xy - x * y) / Math.sqrt(spread))) : null };
  },
  errorBound: ({ n }) => ({ correlation: 16 * n * Number.EPSILON }),
});
