/** Two profiles beside each other, column by column. Pure. */
import type { OutputOf } from '../../../contract/endpoint.ts';
import type { compareBaselines, TableProfile } from '../contract.ts';

type Columns = TableProfile['columns'];
type Compared = OutputOf<typeof compareBaselines>['columns'];
type Side = NonNullable<Compared[number]['a']>;

/** In the order of the first; what only the second has comes last. */
export function compareProfiles(a: Columns, b: Columns): Compared {
  const others = new Map(b.map((column) => [column.name, column]));
  const known = new Set(a.map(({ name }) => name));
  const shared = a.map((column) => {
    const [left, right] = [sideOf(column), others.get(column.name)];
    if (right === undefined) return { name: column.name, change: 'removed' as const, a: left, b: null };
    const other = sideOf(right);
    return { name: column.name, change: isSame(left, other) ? ('same' as const) : ('changed' as const), a: left, b: other };
  });
  const added = b
    .filter(({ name }) => !known.has(name))
    .map((column) => ({ name: column.name, change: 'added' as const, a: null, b: sideOf(column) }));
  return [...shared, ...added];
}

function sideOf({ type, rows, missing, numbers, text }: Columns[number]): Side {
  return {
    type,
    missingRate: rows === 0 ? 0 : missing / rows,
    distinct: numbers?.distinct ?? text?.distinct ?? null,
    mean: numbers?.mean ?? null,
    sd: numbers?.sd ?? null,
    median: numbers?.quantiles.p50 ?? null,
  };
}

const isSame = (a: Side, b: Side): boolean => JSON.stringify(a) === JSON.stringify(b);
