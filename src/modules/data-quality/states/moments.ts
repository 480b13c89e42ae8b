/** Mean, standard deviation, skewness and excess kurtosis from sums of powers around a pivot that all partitions share. */
import { defineState, numberOf, oneColumn } from './state.ts';

export type MomentsSpec = { /** Near the mean: else digits are lost. */ readonly pivot: number };
type Moments = { readonly n: number; readonly sums: readonly [number, number, number, number] };

export const momentsState = defineState<MomentsSpec, Moments>({
  scan: ({ pivot }, room) => {
    const { dialect, binding } = room;
    const value = dialect.finite(oneColumn(room).sql);
    const powers = [1, 2, 3, 4].map((power) => {
      const shifted = `(${value} - ${dialect.parameter(binding.place(pivot), 'number')})`;
      return `sum(${Array.from({ length: power }, () => shifted).join(' * ')})`;
    });
    return [`count(${value})`, ...powers];
  },
  read: ([row = []]) => ({ n: numberOf(row[0]), sums: [numberOf(row[1]), numberOf(row[2]), numberOf(row[3]), numberOf(row[4])] }),
  merge: ({ n, sums: [a, b, c, d] }, { n: m, sums: [e, f, g, h] }) => ({ n: n + m, sums: [a + e, b + f, c + g, d + h] }),
  finish: ({ n, sums }, { pivot }) => {
    const nothing = { n, mean: null, sd: null, skewness: null, kurtosis: null };
    if (n === 0) return nothing;
    const [s1, s2, s3, s4] = sums.map((sum) => sum / n) as [number, number, number, number];
    const variance = Math.max(0, s2 - s1 * s1);
    const third = s3 - 3 * s1 * s2 + 2 * s1 ** 3;
    const fourth = s4 - 4 * s1 * s3 + 6 * s1 * s1 * s2 - 3 * s1 ** 4;
    return {
      n,
      mean: pivot + s1,
      sd: n < 2 ? null : Math.sqrt((variance * n) / (n - 1)),
      skewness: variance > 0 ? third / variance ** 1.5 : null,
      kurtosis: variance > 0 ? fourth / variance ** 2 - 3 : null,
    };
  },
  /** Sums in any order differ by at most n·ε times the sum of their magnitudes; that of first powers is at most √(n·Σd²). */
  errorBound: ({ n, sums }) => {
    if (n === 0) return { mean: 0, sd: 0 };
    const scale = Math.sqrt(sums[1] / n);
    return { mean: 2 * n * Number.EPSILON * scale, sd: 4 * n * Number.EPSILON * scale * Math.max(1, scale / deviation(n, sums)) };
  },
});

function deviation(n: number, [first, second]: Moments['sums']): number {
  return Math.sqrt(Math.max(0, second / n - (first / n) ** 2)) || Number.MIN_VALUE;
}
