/** Which groups are worse than the rest of their table: missing cells and broken rules, with false alarms controlled over all groups. Pure. */
import { fisherExact, homogeneity } from '../../../math/category-tests.ts';
import { benjaminiHochberg } from '../../../math/multiple-testing.ts';
import { fewestRows, type Sensitivity, sensitivitySettings, usualFloors } from '../drift/drift-verdict.ts';

/** Of one subject (the missing cells of a column, the failures of a rule) in one group. */
export type GroupTally = { readonly count: number; readonly of: number };
export type Subject = {
  readonly about: 'missing' | 'rule';
  readonly name: string;
  /** Of each group, in the order of the groups; null where it could not be asked. */
  readonly groups: readonly (GroupTally | null)[];
  /** Of the whole table, groups and rows in no group together. */
  readonly whole: GroupTally;
};
export type Signal = {
  readonly about: 'missing' | 'rule';
  readonly name: string;
  readonly count: number;
  readonly of: number;
  readonly share: number;
  /** Share among all rows that are not in the group. */
  readonly rest: number;
  readonly p: number;
  readonly adjustedP: number;
};

/**
 * Each group against all rows outside it: chi-square, Fisher's exact test for small counts; every test of every group and subject is in
 * one Benjamini–Hochberg family. A group is worse when its adjusted p is small enough and its share lies above that of the rest by the
 * floor of missing rates at least; that one bad group makes all others better than their rest is no news. Groups of fewer than 30 rows
 * enter no test.
 * @returns for each group in what it is worse, the largest difference first; and how many tests were made.
 * @source Pearson 1900, Fisher 1922, Benjamini and Hochberg 1995.
 */
export function groupSignals(
  subjects: readonly Subject[],
  groups: number,
  sensitivity: Sensitivity,
): { signals: Signal[][]; tests: number } {
  const entered = subjects.flatMap(({ about, name, groups: tallies, whole }) =>
    tallies.flatMap((tally, group) => {
      const p = tally === null ? null : restP(tally, whole);
      if (tally === null || p === null) return [];
      const share = tally.count / tally.of;
      const rest = (whole.count - tally.count) / (whole.of - tally.of);
      return [{ group, signal: { about, name, count: tally.count, of: tally.of, share, rest, p } }];
    }),
  );
  const adjusted = benjaminiHochberg(entered.map(({ signal }) => signal.p));
  const { q, factor } = sensitivitySettings[sensitivity];
  const signals: Signal[][] = Array.from({ length: groups }, () => []);
  for (const [k, { group, signal }] of entered.entries()) {
    const adjustedP = adjusted[k] ?? 1;
    if (adjustedP <= q && signal.share - signal.rest >= usualFloors.missingRate * factor) signals[group]?.push({ ...signal, adjustedP });
  }
  const far = ({ share, rest }: Signal): number => share - rest;
  return { signals: signals.map((own) => own.toSorted((a, b) => far(b) - far(a))), tests: entered.length };
}

/** Null: nothing to test. */
function restP({ count, of }: GroupTally, whole: GroupTally): number | null {
  const rest = { count: whole.count - count, of: whole.of - of };
  if (of < fewestRows || rest.of < fewestRows) return null;
  if (whole.count === 0 || whole.count === whole.of) return 1;
  const table = { reference: [rest.count, rest.of - rest.count], current: [count, of - count] };
  const test = homogeneity(table);
  return test.smallShare > 0 ? fisherExact(table) : test.p;
}
