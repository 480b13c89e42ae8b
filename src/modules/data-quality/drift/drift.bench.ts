/** How often unchanged columns of a million rows are called drift, and how often a shift of a tenth of a standard deviation is missed. */
import { randomSource } from '../../../math/random.ts';
import { sortNumbers } from '../../../math/sorting.ts';
import { describeSorted, type NumberSide } from './drift-side.ts';
import { numberDrift } from './drift-statistics.ts';
import { judge, type Measured } from './drift-verdict.ts';

const rows = 1_000_000;
/** Columns of a kind, each compared with each other one: 253 pairs of a kind, which share columns. */
const columnsOfKind = 23;
const kinds: readonly ((random: ReturnType<typeof randomSource>) => number)[] = [
  (random) => random.normal(),
  (random) => Math.exp(random.normal()),
  (random) => Math.round(random.next() * 100_000) / 100,
  (random) => random.below(5000),
];

function columnsOf(kind: number): NumberSide[] {
  const random = randomSource(100 + kind);
  const draw = kinds[kind] ?? ((source) => source.normal());
  return Array.from({ length: columnsOfKind }, (_, k) => {
    const sorted = Float64Array.from({ length: rows }, () => draw(random));
    sortNumbers(sorted);
    return { name: `${k}`, missing: 0, ...describeSorted(sorted) };
  });
}

function isDrift(before: NumberSide, after: NumberSide): boolean {
  const missing = { reference: 0, current: 0, referenceRows: rows, currentRows: rows };
  const statistics = numberDrift(before, after, { seed: 1 });
  const measured: Measured = { name: 'x', change: null, reason: null, missing, statistics, range: null, constancy: null };
  return judge([measured], [], { sensitivity: 'medium' }).columns[0]?.verdict === 'drift';
}

/** Percent of pairs flagged. */
function flaggedShare(shiftInSd: number, kindsTried: number): number {
  let pairs = 0;
  let flagged = 0;
  for (let kind = 0; kind < kindsTried; kind++) {
    const columns = columnsOf(kind);
    for (const [j, after] of columns.entries())
      for (let i = 0; i < j; i++) {
        pairs++;
        if (isDrift(columns[i] as NumberSide, shiftInSd === 0 ? after : moved(after, shiftInSd))) flagged++;
      }
  }
  return (100 * flagged) / pairs;
}

function moved(side: NumberSide, shiftInSd: number): NumberSide {
  const by = shiftInSd * Math.sqrt(side.variance);
  const sorted = (side.unordered ?? new Float64Array(0)).map((value) => value + by);
  return { ...side, unordered: sorted, order: () => sorted, mean: side.mean + by, least: side.least + by, most: side.most + by };
}

export const benches = [
  {
    name: 'data quality: unchanged pairs of 1,000,000 rows flagged (1,012 pairs of 4 kinds)',
    bar: 1,
    unit: '%',
    run: async () => flaggedShare(0, kinds.length),
  },
  {
    name: 'data quality: pairs shifted by 0.1 sd found at 1,000,000 rows (253 normal pairs)',
    bar: 99,
    unit: '%',
    atLeast: true,
    run: async () => flaggedShare(0.1, 1),
  },
];
