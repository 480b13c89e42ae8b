import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import type { Frame } from '../frame.ts';
import { csv, withFrames } from '../test-frames.ts';
import { baselineOf } from './baseline.ts';
import { Baseline } from './baseline-shape.ts';
import { compareTables, compareWithBaseline } from './drift.ts';

type Row = (normal: () => number, i: number) => string;
const table = (rows: number, seed: number, row: Row): string => {
  const { normal } = randomSource(seed);
  return ['x,y,word,id', ...Array.from({ length: rows }, (_, i) => row(normal, i))].join('\n');
};
const plain: Row = (n, i) => ((x) => `${x.toFixed(4)},${(x + n()).toFixed(4)},${n() > 0.3 ? 'a' : 'b'},${i}`)(n());
const other: Row = (n, i) => `${(n() + 0.5).toFixed(4)},${n().toFixed(4)},${n() > 0.3 ? 'a' : 'c'},${i}`;

/** As it is kept: through JSON, and checked by its shape. */
const kept = (baseline: unknown): Baseline => Baseline.parse(JSON.parse(JSON.stringify(baseline)));
const frames = <T>(reference: string, current: string, work: (here: Frame, there: Frame) => Promise<T>): Promise<T> =>
  withFrames([csv(reference, { header: true }), csv(current, { header: true })], (here, there) => work(here as Frame, there as Frame));
const options = { sensitivity: 'medium', seed: 1 } as const;

test('a small table compared with a baseline of the other gives what comparing both tables gives', async () => {
  await frames(table(1500, 1, plain), table(1200, 2, other), async (here, there) => {
    const direct = await compareTables(here, there, options);
    const stored = await compareWithBaseline(kept(await baselineOf(here, { seed: 1 })), there, options);
    assert.deepEqual(stored.columns, direct.columns);
    assert.deepEqual(stored.pairs, direct.pairs);
    assert.equal(direct.verdict, 'drift');
    // The rows are not kept.
    assert.equal(stored.rows, null);
    assert.ok((direct.rows?.p ?? 1) < 0.01);
  });
});

test('an unchanged table is stable against its baseline, and nothing of it can be read as a row', async () => {
  await frames(table(1500, 1, plain), table(1500, 3, plain), async (here, there) => {
    const baseline = kept(await baselineOf(here, { seed: 1 }));
    assert.equal((await compareWithBaseline(baseline, there, options)).verdict, 'stable');
    assert.equal(baseline.ingest.sha256, here.ingest.sha256);
    for (const { numbers } of baseline.columns) {
      if (numbers === null) continue;
      const bytes = Buffer.from(numbers.sample, 'base64');
      const values = Array.from({ length: bytes.length / 8 }, (_, k) => bytes.readDoubleLE(k * 8));
      assert.deepEqual(
        values,
        values.toSorted((a, b) => a - b),
      );
    }
  });
});

test('of a long column evenly spaced numbers are kept, and D read from them is right to within the error stated', async () => {
  const long = (rows: number, seed: number, shift: number) => {
    const { normal } = randomSource(seed);
    return ['x', ...Array.from({ length: rows }, () => (normal() + shift).toFixed(5))].join('\n');
  };
  await frames(long(60_000, 1, 0), long(5000, 2, 0.05), async (here, there) => {
    const direct = (await compareTables(here, there, options)).columns[0]?.statistics;
    const stored = (await compareWithBaseline(kept(await baselineOf(here, { seed: 1 })), there, options)).columns[0]?.statistics;
    assert.ok(direct?.kind === 'number' && stored?.kind === 'number');
    assert.deepEqual(stored.sampled, { rows: 50_000, error: 1 / 50_000 });
    assert.ok(Math.abs(direct.ks.distance - stored.ks.distance) <= 2 / 50_000, `${direct.ks.distance} ${stored.ks.distance}`);
    // Fewer numbers: never surer than all rows.
    assert.ok(stored.ks.p >= direct.ks.p);
    assert.deepEqual(stored.welch, direct.welch);
  });
});

test('a baseline whose numbers were tampered with is refused', async () => {
  await frames(table(100, 1, plain), table(100, 2, plain), async (here, there) => {
    const baseline = await baselineOf(here, { seed: 1 });
    const [first] = baseline.columns;
    const damaged = (sample: string) =>
      ({ ...baseline, columns: [{ ...first, numbers: first?.numbers && { ...first.numbers, sample } }] }) as Baseline;
    for (const values of [Float64Array.of(2, 1), Float64Array.of(Number.NaN), Float64Array.of(0, Infinity), new Float64Array(0)])
      await assert.rejects(compareWithBaseline(damaged(Buffer.from(values.buffer).toString('base64')), there, options), {
        code: 'data-quality.unreadable',
      });
    await assert.rejects(compareWithBaseline(damaged('AAAA'), there, options), { code: 'data-quality.unreadable' });
  });
});
