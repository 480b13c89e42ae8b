/** Every column of the reference against the column of the same name in the current data. */

import { countBelow, countWithin, isCounted, lengthOf } from '../../../math/counted-values.ts';
import { isNumericType, mostCategories, type NumberSide, type SideColumn, type TableSide } from './drift-side.ts';
import { type CategoryCounts, categoryDrift, type NumberDriftOptions, numberDrift } from './drift-statistics.ts';
import { exceedanceP, type Measured } from './drift-verdict.ts';

type Sides = { readonly reference: TableSide; readonly current: TableSide } & NumberDriftOptions;

/** Names of the columns that hold numbers on both sides, in the order of the reference. */
export function numericNames(reference: TableSide, current: TableSide): string[] {
  const others = new Map(current.columns.map((column) => [column.name, column]));
  return reference.columns.flatMap(({ name, type }) => {
    const right = others.get(name);
    return right !== undefined && isNumericType(type) && isNumericType(right.type) ? [name] : [];
  });
}

/** @returns one measurement a column of the reference, in their order. */
export async function measureColumns(sides: Sides): Promise<Measured[]> {
  const { reference, current } = sides;
  const measured = new Map<string, Measured>();
  const names = numericNames(reference, current);
  const there = current.numbers(names);
  for await (const before of reference.numbers(names)) {
    const { value: after } = await there.next();
    if (after === undefined) break;
    measured.set(before.name, measureNumbers(before, after, sides));
  }
  const others = new Map(current.columns.map((column) => [column.name, column]));
  for (const left of reference.columns)
    if (!measured.has(left.name)) measured.set(left.name, await measureOther(left, others.get(left.name), sides));
  return reference.columns.flatMap(({ name }) => measured.get(name) ?? []);
}

const unchanged = { change: null, range: null, constancy: null } as const;

function measureNumbers(before: NumberSide, after: NumberSide, { reference, current, seed, tests }: Sides): Measured {
  const missing = { reference: before.missing, current: after.missing, referenceRows: reference.rows, currentRows: current.rows };
  const base = { name: before.name, missing, ...unchanged };
  if (before.finite === 0 || after.finite === 0) return { ...base, reason: 'a side has no finite numbers', statistics: null };
  if (isRunningNumber(before) && isRunningNumber(after))
    return { ...base, reason: 'a running number: it grows with the table and is no feature', statistics: null };
  return {
    ...base,
    reason: null,
    statistics: numberDrift(before, after, { seed, tests }),
    range: rangeChange(before, after),
    constancy: constancyOf(before, after),
  };
}

/** Whole numbers without gap or repetition; of a baseline's evenly spaced numbers each as far from the first as its place says. */
function isRunningNumber({ order, finite, least, most }: NumberSide): boolean {
  if (finite < 2 || most - least !== finite - 1 || !Number.isInteger(least)) return false;
  const sorted = order();
  if (isCounted(sorted)) return false;
  if (sorted.length === finite) return sorted.every((value, k) => value === least + k);
  return sorted.every((value, k) => Number.isInteger(value) && Math.abs(value - least - ((k + 0.5) * finite) / sorted.length) <= 1);
}

/** Current numbers outside what the reference held. */
function rangeChange(before: NumberSide, after: NumberSide): Measured['range'] {
  const { rows, below, above } = countOutside(after, before);
  const p = (k: number) => exceedanceP({ count: k, of: after.finite, others: before.finite });
  return { share: (below + above) / rows, p: Math.min(1, 2 * Math.min(p(below), p(above))) };
}

/** @returns how many numbers there are, and how many lie below the least and above the largest of the other side. */
function countOutside(side: NumberSide, { least, most }: NumberSide): { rows: number; below: number; above: number } {
  const { unordered, order } = side;
  if (side.least >= least && side.most <= most) return { rows: unordered?.length ?? lengthOf(order()), below: 0, above: 0 };
  if (unordered === null) {
    const counted = order();
    const rows = lengthOf(counted);
    const below = countBelow(counted, least);
    return { rows, below, above: Math.min(rows - below, rows - countWithin(counted, most)) };
  }
  let [below, above] = [0, 0];
  for (let i = 0; i < unordered.length; i++) {
    const value = unordered[i] as number;
    if (value < least) below++;
    else if (value > most) above++;
  }
  return { rows: unordered.length, below, above };
}

/** One side holds one number alone, the other does not. */
function constancyOf(before: NumberSide, after: NumberSide): Measured['constancy'] {
  if ((before.least === before.most) === (after.least === after.most)) return null;
  const [fixed, varying] = before.least === before.most ? [before, after] : [after, before];
  const sorted = varying.order();
  const equal = (countWithin(sorted, fixed.least) - countBelow(sorted, fixed.least)) / lengthOf(sorted);
  const differing = Math.max(1, Math.round((1 - equal) * varying.finite));
  return { share: differing / varying.finite, p: exceedanceP({ count: differing, of: varying.finite, others: fixed.finite }) };
}

/** Categories, and columns that are lost or of another kind. */
async function measureOther(left: SideColumn, right: SideColumn | undefined, sides: Sides): Promise<Measured> {
  const { reference, current, seed } = sides;
  const here = await reference.missing(left.name);
  const there = right === undefined ? current.rows : await current.missing(left.name);
  const missing = { reference: here, current: there, referenceRows: reference.rows, currentRows: current.rows };
  const base = { name: left.name, missing, statistics: null, ...unchanged };
  if (right === undefined) return { ...base, change: 'lost', reason: 'the current data has no such column' };
  if (here === reference.rows || there === current.rows) return { ...base, reason: 'a side has no values' };
  if (left.type !== right.type) return { ...base, change: 'type', reason: `was ${left.type}, is ${right.type}` };
  const counts = await categoryCounts(left.name, sides);
  if (counts === null) return { ...base, reason: `more than ${mostCategories} different values: free text or ids are not compared` };
  return { ...base, reason: null, statistics: categoryDrift(counts, seed), constancy: constantCategory(counts) };
}

/** Over the sorted union of both sides' values. */
async function categoryCounts(name: string, { reference, current }: Sides): Promise<CategoryCounts | null> {
  const [here, there] = [await reference.categories(name), await current.categories(name)];
  if (here === null || there === null) return null;
  const values = [...new Set([...here.keys(), ...there.keys()])].toSorted();
  if (values.length > mostCategories) return null;
  return values.map((value) => ({ value, reference: here.get(value) ?? 0, current: there.get(value) ?? 0 }));
}

function constantCategory(counts: CategoryCounts): Measured['constancy'] {
  const here = counts.filter(({ reference }) => reference > 0);
  const there = counts.filter(({ current }) => current > 0);
  if ((here.length === 1) === (there.length === 1)) return null;
  const fixed = (here.length === 1 ? here : there)[0]?.value;
  const side = here.length === 1 ? ('current' as const) : ('reference' as const);
  const of = counts.reduce((sum, row) => sum + row[side], 0);
  const others = counts.reduce((sum, row) => sum + row[side === 'current' ? 'reference' : 'current'], 0);
  const differing = of - (counts.find(({ value }) => value === fixed)?.[side] ?? 0);
  return { share: differing / of, p: exceedanceP({ count: differing, of, others }) };
}
