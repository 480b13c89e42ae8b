import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Frame } from '../frame.ts';
import type { Rule } from '../rule.ts';
import { csv, withFrames } from '../test-frames.ts';
import { assessQuality, type Quality, type QualityOptions } from './quality.ts';

const nothing: QualityOptions = { rules: [], key: undefined, freshness: undefined, truth: undefined };
const assess = (content: string, options: Partial<QualityOptions> = {}, truth?: string): Promise<Quality> =>
  withFrames([csv(content, { header: true }), ...(truth === undefined ? [] : [csv(truth, { header: true })])], async (frame, other) =>
    assessQuality(frame as Frame, { ...nothing, ...options }, other ?? null),
  );

test('missing has two readings: strict, and with the words people write for it', async () => {
  // b: one unquoted empty cell and NaN are missing; NA and "" are words for it.
  const { columns, metrics } = await assess('a,b,c\n1,NaN,x\n2,2.5,NA\n3,,""\n4,1.5,y\n');
  assert.deepEqual([columns[1]?.type, columns[1]?.missing, columns[1]?.missingWithPlaceholders], ['number', 2, 2]);
  assert.deepEqual([columns[2]?.missing, columns[2]?.missingWithPlaceholders], [0, 2]);
  assert.deepEqual([metrics.completeness.numerator, metrics.completeness.denominator], [10, 12]);
  assert.deepEqual(metrics.completeness.failures, [{ check: 'missing', columns: ['b'], count: 2, of: 4, rows: [0, 2] }]);
});

test('numbers are described exactly, infinities and NaN apart', async () => {
  const { columns } = await assess('x\n1\n2\n3\n4\ninf\nNaN\n');
  const numbers = columns[0]?.numbers;
  // By hand: mean 2.5, sd √(5/3), type-7 quartile of 1,2,3,4 is 1.75.
  assert.deepEqual([numbers?.finite, numbers?.nonFinite, numbers?.mean, numbers?.quantiles.p25], [4, 2, 2.5, 1.75]);
  assert.ok(Math.abs((numbers?.sd ?? 0) - Math.sqrt(5 / 3)) < 1e-15);
  assert.equal(
    numbers?.histogram.reduce((sum, rows) => sum + rows, 0),
    4,
  );
});

test('the largest doubles are described without an infinite answer', async () => {
  const { columns } = await assess('x\n1e308\n-1e308\n1.7e308\n');
  assert.equal(JSON.stringify(columns).includes('null,"skewness":null'), true);
  assert.equal(columns[0]?.numbers?.max, 1.7e308);
});

test('validity: every cell under a rule that is there, with the rows that break it; NaN is no number above every bound', async () => {
  const rules: Rule[] = [
    { kind: 'range', column: 'age', min: 0 },
    { kind: 'type', column: 'age', type: 'integer' },
    { kind: 'set', column: 'state', values: ['open', "it's"] },
    { kind: 'pattern', column: 'code', pattern: '[A-Z]{2}' },
    { kind: 'length', column: 'code', max: 2 },
  ];
  const lines = ['age,state,code', '5,open,AB', "-1,it's,ABC", '1.5,shut,ab', 'NaN,,', ...Array.from({ length: 20 }, () => '7,open,XY')];
  const { metrics } = await assess(lines.join('\n'), { rules });
  // age: 23 there (NaN is missing), −1 and 1.5 fail; state: 23, one fails; code: 23, two fail.
  assert.deepEqual([metrics.validity.numerator, metrics.validity.denominator], [64, 69]);
  assert.deepEqual(
    metrics.validity.failures.map(({ check, rows }) => [check, rows]),
    [
      ['range', [1]],
      ['type', [2]],
      ['set', [2]],
      ['pattern', [1, 2]],
      ['length', [1]],
    ],
  );
});

test('without rules validity is unknown, and a rule on no column is refused', async () => {
  const { metrics, unknownMetrics } = await assess('a\n1\n');
  assert.deepEqual([metrics.validity.value, metrics.validity.reason], [null, 'no rules about cells were given']);
  assert.deepEqual(unknownMetrics, ['accuracy', 'consistency', 'validity', 'freshness']);
  await assert.rejects(assess('a\n1\n', { rules: [{ kind: 'range', column: 'nope' }] }), {
    code: 'data-quality.noSuchColumn',
    status: 422,
  });
});

test('a pattern that is none is refused, and one made to backtrack takes no time', async () => {
  await assert.rejects(assess('a\nx\n', { rules: [{ kind: 'pattern', column: 'a', pattern: '(' }] }), { code: 'data-quality.unreadable' });
  const { metrics } = await assess(`a\n${'a'.repeat(50_000)}!\n`, { rules: [{ kind: 'pattern', column: 'a', pattern: '(a+)+$' }] });
  assert.equal(metrics.validity.value, 0);
});

test('consistency: comparisons between columns, and functional dependencies by g3', async () => {
  const rules: Rule[] = [
    { kind: 'compare', left: 'start', operator: '<=', right: 'end' },
    { kind: 'dependency', determinant: ['zip'], dependent: 'city' },
  ];
  const lines = [
    'start,end,zip,city',
    '2024-01-01,2024-01-02,1,Bern',
    '2024-01-03,2024-01-02,1,Bern',
    '2024-01-03,,1,Basel',
    '2024-01-01,2024-01-01,2,Chur',
  ];
  const { metrics } = await assess(lines.join('\n'), { rules });
  // 3 rows have both dates, one is reversed; 4 have both places, one must go.
  assert.deepEqual([metrics.consistency.numerator, metrics.consistency.denominator], [5, 7]);
  assert.deepEqual(
    metrics.consistency.failures.map(({ rows }) => rows),
    [[1], [2]],
  );
});

test('uniqueness: repeated rows beyond the first, NULL equal to NULL; keys with all their members', async () => {
  const content = 'id,v\n1,a\n1,a\n2,\n2,\n3,c\n,d\n';
  const rows = await assess(content);
  assert.deepEqual([rows.metrics.uniqueness.numerator, rows.metrics.uniqueness.denominator], [4, 6]);
  assert.deepEqual(rows.metrics.uniqueness.failures[0]?.rows, [1, 3]);
  const keyed = await assess(content, { key: ['id'] });
  assert.deepEqual([keyed.metrics.uniqueness.numerator, keyed.metrics.uniqueness.denominator], [3, 5]);
  assert.deepEqual(keyed.metrics.uniqueness.failures[1], { check: 'repeated key', columns: ['id'], count: 4, of: 5, rows: [0, 1, 2, 3] });
});

test('freshness: a row of the future does not make a dead feed fresh', async () => {
  const freshness = { column: 't', asOf: '2024-01-11T00:00:00Z', maxAgeMs: 86_400_000 };
  const content = 't,v\n2024-01-08T00:00:00,1\n2024-01-09T12:00:00,1\n2999-01-01T00:00:00,1\n';
  const { metrics } = await assess(content, { freshness });
  // Newest known row is 36 h old, allowed are 24 h: half way to 48 h.
  assert.equal(metrics.freshness.value, 0.5);
  assert.deepEqual(
    metrics.freshness.failures.map(({ check, rows }) => [check, rows]),
    [
      ['later than asOf', [2]],
      ['older than maxAge', [0, 1]],
    ],
  );
});

test('accuracy: compared with the truth by key, nothing fans out', async () => {
  const truth = { key: ['id'], absolute: 0.01, relative: 0 };
  const data = 'id,price,city\n1,10.005,Bern \n2,11,Chur\n2,99,Chur\n3,,Basel\n9,1,x\n';
  const { metrics } = await assess(data, { truth }, 'id,price,city\n1,10,Bern\n2,12,Chur\n2,0,x\n3,5,Basel\n');
  // price: keys 1 (within 0.01) and 2 (wrong) are there on both sides; city: 1, 2, 3 are right.
  assert.deepEqual([metrics.accuracy.numerator, metrics.accuracy.denominator], [4, 5]);
  assert.deepEqual(metrics.accuracy.failures, [{ check: 'differs from the truth', columns: ['price'], count: 1, of: 2, rows: [1] }]);
});

test('a table of a header alone knows nothing, and says so', async () => {
  const { metrics, score } = await assess('a,b\n');
  assert.equal(score, null);
  for (const { value, reason } of Object.values(metrics)) assert.ok(value === null && reason !== null);
});

test('one row and columns without any value are described', async () => {
  const { columns, metrics } = await assess('a,b,c\n1,,x\n');
  assert.deepEqual([columns[0]?.numbers?.sd, columns[1]?.text?.distinct, metrics.completeness.numerator], [null, 0, 2]);
});
