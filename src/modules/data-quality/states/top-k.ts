/**
 * The most frequent values. Each partition tells its first ones; a value that one does not name occurred there at most as often as the
 * rarest it does: counts are intervals, and `floor` bounds every value that is not named.
 * @source the bounds of Misra and Gries 1982, for partitions cut exactly.
 */
import { canonicalText, defineState, numberOf, oneColumn } from './state.ts';

export type TopKSpec = { readonly k: number };
type Named = { readonly value: string; readonly least: number; readonly most: number };
type TopK = { readonly named: readonly Named[]; readonly floor: number };
/** Named values that are kept while merging, beyond those asked for. */
const spare = 1000;

export const topKState = defineState<TopKSpec, TopK>({
  grouped: ({ k }, room) => ({
    inner: [canonicalText(oneColumn(room), room.dialect)],
    where: `NOT ${oneColumn(room).missing}`,
    keys: ['v0'],
    aggregates: ['count(*)'],
    first: { order: `count(*) DESC, ${room.dialect.byCodePoint('v0')}`, most: k + spare },
  }),
  read: (rows, { k }) => {
    const named = rows.map(([value, count]) => ({ value: String(value), least: numberOf(count), most: numberOf(count) }));
    return { named: named.toSorted(byCount), floor: named.length < k + spare ? 0 : Math.min(...named.map(({ least }) => least)) };
  },
  merge: (a, b) => {
    const others = new Map(b.named.map((one) => [one.value, one]));
    const named: Named[] = a.named.map((one) => {
      const other = others.get(one.value);
      others.delete(one.value);
      return { value: one.value, least: one.least + (other?.least ?? 0), most: one.most + (other?.most ?? b.floor) };
    });
    for (const one of others.values()) named.push({ ...one, most: one.most + a.floor });
    return { named: named.toSorted(byCount), floor: a.floor + b.floor };
  },
  finish: ({ named }, { k }) => ({ values: named.slice(0, k) }),
  /** Every count is at most this much too low. */
  errorBound: ({ floor }) => (floor === 0 ? null : { count: floor }),
});

const byCount = (a: Named, b: Named): number => b.least - a.least || (a.value < b.value ? -1 : 1);
