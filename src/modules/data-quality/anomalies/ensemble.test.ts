import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import { areaUnderCurve } from '../../../math/ranking.ts';
import type { Frame } from '../frame.ts';
import { prepareColumns, type RawColumn } from '../prepared-columns.ts';
import { csv, withFrames } from '../test-frames.ts';
import { type AnomalyOptions, findAnomalies } from './anomalies.ts';
import { judgeEnsemble } from './ensemble.ts';
import { ensembleMembers, residuals } from './ensemble-detectors.ts';

const numbers = (name: string, values: readonly number[]): RawColumn => ({
  name,
  kind: 'number',
  values: Float64Array.from(values),
  levels: null,
});
const preparedOf = (rows: readonly (readonly number[])[]) =>
  prepareColumns(
    (rows[0] ?? []).map((_, d) =>
      numbers(
        `c${d}`,
        rows.map((row) => row[d] ?? 0),
      ),
    ),
  ).columns;
const judge = (rows: readonly (readonly number[])[]) => judgeEnsemble(preparedOf(rows), { seed: 1, falseFlagRate: 0.05 });

test('plain outliers are flagged at the asked rate, and no row of a clean table is', () => {
  const random = randomSource(5);
  const rows = (outliers: number) =>
    Array.from({ length: 600 }, (_, i) => Array.from({ length: 5 }, () => (i < outliers ? 7 : 1) * random.normal()));
  const { flagged } = judge(rows(12));
  assert.ok([...flagged].filter((row) => row < 12).length >= 10, `${flagged}`);
  assert.ok(flagged.filter((row) => row >= 12).length <= 2, `${flagged}`);
  assert.ok(judge(rows(0)).flagged.length <= 1);
});

test('a broken dependency is found by the detector that the planted outliers trust most, and the expected range says so', () => {
  const random = randomSource(6);
  const rows = Array.from({ length: 600 }, (_, i) => {
    const [a, b] = [random.normal(), random.normal()];
    // Each value of the first ten is usual; together they contradict c2 = c0 + c1.
    return i < 10 ? [1.5, 1.5, -1.5] : [a, b, a + b + 0.05 * random.normal()];
  });
  const { weights, flagged, contributions, scores } = judge(rows);
  assert.equal(weights.toSorted((a, b) => b.weight - a.weight)[0]?.detector, 'regression-residual');
  assert.ok((areaUnderCurve(scores, (row) => row < 10) ?? 0) > 0.99);
  assert.ok([...flagged].filter((row) => row < 10).length === 10, `${flagged}`);
  const [first] = contributions(0);
  assert.equal(first?.because, 'dependency');
  assert.ok(first !== undefined && (first.value < first.low || first.value > first.high));
});

test('residuals of a column are those of a regression on the others', () => {
  // Hand calculation: y = 2x exactly and independent noise n: given x, y has no spread; given y and x, n keeps
  // its own, less what the tenth of rows with the largest residuals had of it.
  const random = randomSource(7);
  const x = Array.from({ length: 400 }, random.normal);
  const n = Array.from({ length: 400 }, random.normal);
  const { spread } = residuals(preparedOf(x.map((value, i) => [value, 2 * value, n[i] ?? 0])).map(({ values }) => values));
  assert.ok((spread[1] ?? 1) < 0.2 && (spread[2] ?? 0) > 0.7, `${spread}`);
});

test('columns of every type are prepared: gaps marked, categories counted, times as steps, constants left out', () => {
  const { columns, leftOut } = prepareColumns([
    numbers('age', [1, 2, Number.NaN, 4]),
    { name: 'city', kind: 'category', values: Float64Array.from([0, 0, 0, 1]), levels: ['a', 'b'] },
    { name: 'at', kind: 'time', values: Float64Array.from([0, 1000, 2000, 9000]), levels: null },
    numbers('same', [3, 3, 3, 3]),
  ]);
  assert.deepEqual(
    columns.map(({ name }) => name),
    ['age', 'age is missing', 'city, frequency of the value', 'at, ms since the row before'],
  );
  assert.deepEqual(leftOut, ['same']);
  // The gap gets the median, 2: mean (1 + 2 + 2 + 4) / 4 = 2.25.
  assert.equal(columns[0]?.mean, 2.25);
});

test('the check answers the ensemble when asked for, over text and time too, and says why it cannot', async () => {
  const random = randomSource(8);
  const lines = Array.from(
    { length: 120 },
    (_, i) => `${(i === 50 ? 60 : random.normal()).toFixed(2)},${random.normal().toFixed(2)},${i % 3 === 0 ? 'x' : 'y'}`,
  );
  const options: AnomalyOptions = { columns: undefined, detectors: ['isolation-forest'], ensemble: true, seed: 1, top: 3 };
  const find = (content: string) => withFrames([csv(content, { header: true })], async (frame) => findAnomalies(frame as Frame, options));
  const { ensemble } = await find(['far,near,kind', ...lines].join('\n'));
  assert.ok(ensemble?.status === 'judged');
  assert.deepEqual([ensemble.flagged[0]?.row, ensemble.flagged[0]?.columns[0]?.column], [50, 'far']);
  assert.equal(ensemble.weights.length, ensembleMembers.length);
  assert.deepEqual(ensemble.used, ['far', 'near', 'kind, frequency of the value']);
  assert.deepEqual((await find('x\n1\n2\n')).ensemble, { status: 'unknown', reason: 'fewer than 50 rows' });
});
