import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import type { Frame } from '../frame.ts';
import { csv, withFrames } from '../test-frames.ts';
import { compareTables, type Drift } from './drift.ts';
import { describeSorted } from './drift-side.ts';
import { numberDrift } from './drift-statistics.ts';
import type { DriftTest } from './drift-tests.ts';
import { judge, type Measured } from './drift-verdict.ts';

type Row = (next: () => number, i: number) => string;
const table = (header: string, rows: number, { seed, row }: { seed: number; row: Row }): string => {
  const random = randomSource(seed);
  return [header, ...Array.from({ length: rows }, (_, i) => row(random.normal, i))].join('\n');
};
const compare = (reference: string, current: string, tests?: readonly DriftTest[]): Promise<Drift> =>
  withFrames([csv(reference, { header: true }), csv(current, { header: true })], async (here, there) =>
    compareTables(here as Frame, there as Frame, { sensitivity: 'medium', seed: 1, tests }),
  );
const plain = { name: 'x', change: null, reason: null, range: null, constancy: null } as const;
const verdictOf = (drift: Drift, name: string) => drift.columns.find((column) => column.name === name)?.verdict;

test('a shifted column and a changed category drift, unchanged ones do not', async () => {
  const kept: Row = (n) => `${n().toFixed(3)},${n().toFixed(3)},${n() > 0 ? 'yes' : 'no'},${n() > 0 ? 'a' : 'b'}`;
  const moved: Row = (n) => `${n().toFixed(3)},${(n() + 0.5).toFixed(3)},${n() > 0 ? 'yes' : 'no'},${n() > 0.8 ? 'a' : 'c'}`;
  const drift = await compare(
    table('same,moved,kept,changed', 2000, { seed: 1, row: kept }),
    table('same,moved,kept,changed', 2000, { seed: 2, row: moved }),
  );
  assert.deepEqual(
    ['same', 'moved', 'kept', 'changed'].map((name) => verdictOf(drift, name)),
    ['stable', 'drift', 'stable', 'drift'],
  );
  const changed = drift.columns[3]?.statistics;
  assert.ok(changed?.kind === 'category');
  assert.deepEqual([changed.newCategories, changed.vanishedCategories], [['c'], ['b']]);
  assert.equal(drift.share, 0.5);
});

test('a lost column, a new column, a changed type and more missing cells are named', async () => {
  const here = table('a,b,c,gone', 400, { seed: 3, row: (n, i) => `${i % 7},${n().toFixed(2)},${n().toFixed(2)},1` });
  const there = table('a,b,c,new', 400, {
    seed: 4,
    row: (n, i) => `word${i % 7},${i % 5 === 0 ? '' : n().toFixed(2)},${n().toFixed(2)},1`,
  });
  const drift = await compare(here, there);
  const flags = (name: string) => drift.columns.find((column) => column.name === name)?.flags.map(({ effect }) => effect);
  assert.deepEqual([flags('a'), flags('gone'), flags('b'), flags('c')], [['type'], ['lost'], ['missingRate'], []]);
  assert.deepEqual(drift.newColumns, ['new']);
});

test('a broken correlation is found although every column keeps its shape', async () => {
  const here = table('x,y', 1500, { seed: 5, row: (n) => ((x) => `${x.toFixed(4)},${(x + n() / 2).toFixed(4)}`)(n()) });
  const there = table('x,y', 1500, { seed: 6, row: (n) => `${n().toFixed(4)},${(n() * Math.sqrt(1.25)).toFixed(4)}` });
  const drift = await compare(here, there);
  assert.deepEqual([verdictOf(drift, 'x'), verdictOf(drift, 'y'), drift.verdict], ['stable', 'stable', 'drift']);
  assert.deepEqual(drift.pairs?.[0]?.columns, ['x', 'y']);
  // r of x and x + n/2 is 1/√1.25 = 0.894.
  assert.ok(Math.abs((drift.pairs?.[0]?.reference ?? 0) - 0.894) < 0.02);
});

test('of what the verdict does not stand on only that is worked out which was asked for, and the rest stays as it is', async () => {
  const here = table('x,y', 400, { seed: 7, row: (n) => `${n().toFixed(4)},${n().toFixed(4)}` });
  const there = table('x,y', 400, { seed: 8, row: (n) => `${(n() + 1).toFixed(4)},${n().toFixed(4)}` });
  const all = await compare(here, there);
  const none = await compare(here, there, []);
  const some = await compare(here, there, ['energy', 'rows']);
  const facts = ({ columns }: Drift) =>
    columns.map(({ name, verdict, statistics }) =>
      statistics?.kind === 'number' ? [name, verdict, statistics.ks, statistics.wasserstein, statistics.psi, statistics.noise] : name,
    );
  assert.deepEqual(facts(none), facts(all));
  assert.deepEqual([verdictOf(none, 'x'), verdictOf(none, 'y')], ['drift', 'stable']);
  const extras = ({ columns: [x], pairs, rows }: Drift) =>
    x?.statistics?.kind === 'number'
      ? [x.statistics.cramerVonMises, x.statistics.energy, x.statistics.mannWhitney, x.statistics.welch, pairs, rows].map(
          (fact) => fact !== null,
        )
      : [];
  assert.deepEqual(extras(all), [true, true, true, true, true, true]);
  assert.deepEqual(extras(none), [false, false, false, false, false, false]);
  assert.deepEqual(extras(some), [false, true, false, false, false, true]);
});

test('long columns compared without sorting have the distances, bins and noise of the sorted ones', () => {
  const random = randomSource(12);
  const draw = (shift: number) => describeSorted(Float64Array.from({ length: 60_000 }, () => random.normal() + shift).sort());
  const [before, after] = [draw(0), draw(0.05)];
  const { wasserstein, ks, psi, psiEdges, noise } = numberDrift(before, after, { seed: 1, tests: [] });
  const whole = numberDrift(before, after, { seed: 1 });
  assert.deepEqual([ks, psi, psiEdges, noise], [whole.ks, whole.psi, whole.psiEdges, whole.noise]);
  assert.ok(Math.abs(wasserstein / whole.wasserstein - 1) < 1e-10, `${wasserstein} for ${whole.wasserstein}`);
});

test('with fewer than 30 rows there are statistics and no verdict', async () => {
  const drift = await compare('x\n1.5\n2.5\n3.5\n', 'x\n10.5\n20.5\n30.5\n');
  assert.equal(drift.verdict, 'unknown');
  assert.equal(drift.columns[0]?.statistics?.kind, 'number');
  assert.match(drift.columns[0]?.reason ?? '', /fewer than 30/);
});

test('a running number is no feature, and an empty side is no drift of zero', async () => {
  const ids = (rows: number) => ['id,e', ...Array.from({ length: rows }, (_, i) => `${i},`)].join('\n');
  const drift = await compare(ids(100), ids(300));
  assert.deepEqual([verdictOf(drift, 'id'), verdictOf(drift, 'e'), drift.verdict], ['unknown', 'unknown', 'unknown']);
});

test('at a hundred thousand rows a difference too small to matter is significant, and no drift', () => {
  const random = randomSource(9);
  const draw = (shift: number) => describeSorted(Float64Array.from({ length: 100_000 }, () => random.normal() + shift).sort());
  const statistics = numberDrift(draw(0), draw(0.03), { seed: 1 });
  const missing = { reference: 0, current: 0, referenceRows: 100_000, currentRows: 100_000 };
  const measured: Measured = { ...plain, missing, statistics };
  const [column] = judge([measured], [], { sensitivity: 'medium' }).columns;
  assert.ok(statistics.ks.p < 0.01, `p ${statistics.ks.p}`);
  assert.equal(column?.verdict, 'stable');
});

test('unchanged columns are hardly ever flagged, and a shift of a tenth of a standard deviation is found', () => {
  const random = randomSource(10);
  const rows = 20_000;
  const draw = (shift: number) => describeSorted(Float64Array.from({ length: rows }, () => random.normal() + shift).sort());
  const missing = { reference: 0, current: 0, referenceRows: rows, currentRows: rows };
  const judged = (shift: number) => {
    const measured: Measured = { ...plain, missing, statistics: numberDrift(draw(0), draw(shift), { seed: 1 }) };
    return judge([measured], [], { sensitivity: 'medium' }).columns[0]?.verdict;
  };
  // At q = 0.01 one in a hundred would be allowed; the floor of 0.02 lies above chance at this size.
  assert.equal(Array.from({ length: 15 }, () => judged(0)).filter((verdict) => verdict === 'drift').length, 0);
  assert.equal(Array.from({ length: 15 }, () => judged(0.1)).filter((verdict) => verdict === 'drift').length, 15);
});

const rowsOf = (values: readonly string[]) => ['x,c', ...values].join('\n');
const flagsOf = (drift: Drift, name: string) => drift.columns.find((column) => column.name === name)?.flags.map(({ effect }) => effect);

test('a column that stops varying, and numbers beyond the range the reference had, are flags of their own', async () => {
  const varied = rowsOf(Array.from({ length: 400 }, (_, i) => `${(i * 37) % 101},${i % 3 === 0 ? 'a' : 'b'}`));
  const fixed = rowsOf(Array.from({ length: 400 }, (_, i) => `${i % 20 === 0 ? 500 : (i * 53) % 101},a`));
  const drift = await compare(varied, fixed);
  assert.ok(flagsOf(drift, 'c')?.includes('constant'));
  // A twentieth of the rows lies beyond: as often by chance with probability 2^-20.
  assert.ok(flagsOf(drift, 'x')?.includes('range'));
  // Jensen–Shannon 0.62 between (1/3, 2/3) and (1, 0): more than eight times its floor of 0.05.
  assert.equal(drift.columns.find(({ name }) => name === 'c')?.severity, 'critical');
});

test('one further value in a column that was constant is no drift: it says nothing', async () => {
  const ones = (last: string) => rowsOf([...Array.from({ length: 400 }, () => '1,a'), `${last},a`]);
  const drift = await compare(ones('1'), ones('2'));
  assert.deepEqual([drift.verdict, flagsOf(drift, 'x')], ['stable', []]);
});

test('a floor set for a column holds for it alone, and one set for all holds for the others', async () => {
  const shifted = (by: number) => {
    const { normal } = randomSource(by === 0 ? 1 : 2);
    return ['a,b', ...Array.from({ length: 3000 }, () => `${(normal() + by).toFixed(3)},${(normal() + by).toFixed(3)}`)].join('\n');
  };
  const own = { ks: 0.5, normedWasserstein: 5 };
  const judged = (floors: Parameters<typeof compareTables>[2]['floors']) =>
    withFrames([csv(shifted(0), { header: true }), csv(shifted(0.3), { header: true })], async (here, there) => {
      const drift = await compareTables(here as Frame, there as Frame, { sensitivity: 'medium', seed: 1, floors: floors ?? [] });
      return ['a', 'b'].map((name) => verdictOf(drift, name));
    });
  assert.deepEqual(await judged([]), ['drift', 'drift']);
  assert.deepEqual(await judged([{ column: 'a', ...own }]), ['stable', 'drift']);
  assert.deepEqual(await judged([own]), ['stable', 'stable']);
});
