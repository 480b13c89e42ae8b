import assert from 'node:assert/strict';
import test from 'node:test';
import { measure, printFigure, roundFigure } from './run.ts';

const answers = (figure: number) => ({ name: 'list', unit: 'ms', bar: 100, run: async () => figure });

test('a figure at the bar meets it, above it does not', async () => {
  assert.equal((await measure('a.bench.ts', answers(100))).met, true);
  assert.equal((await measure('a.bench.ts', answers(100.1))).met, false);
});

test('a figure that must be large is held from the other side', async () => {
  assert.equal((await measure('a.bench.ts', { ...answers(99), atLeast: true })).met, false);
  assert.equal((await measure('a.bench.ts', { ...answers(100), atLeast: true })).met, true);
});

test('a bench that throws or answers no number has not met its bar, and says why', async () => {
  const broken = await measure('a.bench.ts', { ...answers(0), run: () => Promise.reject(new Error('no database')) });
  assert.deepEqual([broken.met, broken.figure], [false, null]);
  assert.match(printFigure(broken), /✖ list .*no figure.*not met\n.*no database/);
  assert.equal((await measure('a.bench.ts', answers(Number.NaN))).problem, 'it answered NaN');
});

test('figures are printed with three significant digits, thousands in full', () => {
  assert.deepEqual([0.12345, 12.345, 999.6, 1234567.8, 0].map(roundFigure), ['0.123', '12.3', '1000', '1,234,568', '0']);
});
