import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FactorName, factorNames } from './contract.ts';
import { apportion, explainPriority, type FactorValues, pointMillionths, priorityOf } from './priority.ts';
import { priorityWeights } from './weights.ts';

const terms = priorityWeights();
const value = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
const values = fc.record(Object.fromEntries(factorNames.map((name) => [name, value])) as Record<FactorName, typeof value>);
const control = fc.double({ min: 0, max: 0.6, noNaN: true });
const none: FactorValues = Object.fromEntries(factorNames.map((name) => [name, 0]));

test('is what the formula gives by hand', () => {
  // 100 * (1 - (1 - 0.35 * 0.98) * (1 - 0.6 * 1) * (1 - 0.45 * 0.2)) = 76.0852
  assert.equal(priorityOf({ ...none, technical: 0.98, threat: 1, exposure: 0.2 }, 0, terms).priority, 76_085_200);
});
test('is 0 when every factor is 0, and the control takes its share', () => {
  assert.equal(priorityOf(none, 0, terms).priority, 0);
  assert.equal(priorityOf({ ...none, threat: 1 }, 0.5, terms).priority, 30 * pointMillionths);
});
test('stays within 0 to 100 and inside its own range', () => {
  fc.assert(
    fc.property(values, control, (given, strength) => {
      const { priority, low, high } = priorityOf(given, strength, terms);
      return low >= 0 && low <= priority && priority <= high && high <= 100 * pointMillionths;
    }),
  );
});
test('never falls when a factor rises', () => {
  fc.assert(
    fc.property(
      values,
      control,
      fc.constantFrom(...factorNames),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (given, strength, name, other) => {
        const lower = Math.min(given[name] ?? 0, other);
        const upper = Math.max(given[name] ?? 0, other);
        return (
          priorityOf({ ...given, [name]: lower }, strength, terms).priority <=
          priorityOf({ ...given, [name]: upper }, strength, terms).priority
        );
      },
    ),
  );
});
test('has no range when everything is known', () => {
  const { low, high, unknown } = priorityOf({ ...none, threat: 0.5 }, 0, terms);
  assert.equal(low, high);
  assert.deepEqual(unknown, []);
});
test('names what is unknown and uses the prior for it', () => {
  const { priority, unknown } = priorityOf({ ...none, threat: null }, 0, terms);
  assert.equal(priority, 18 * pointMillionths); // 100 * 0.6 * 0.3
  assert.deepEqual(unknown, ['threat']);
});
test('has lines that add up to it exactly, in millionths and as shown', () => {
  fc.assert(
    fc.property(values, control, (given, strength) => {
      const { priority } = priorityOf(given, strength, terms);
      const lines = explainPriority(given, strength, terms);
      assert.equal(
        lines.reduce((sum, line) => sum + line.points, 0),
        priority,
      );
      assert.equal(
        lines.reduce((sum, line) => sum + line.shown, 0),
        Math.round(priority / pointMillionths),
      );
    }),
    { numRuns: 500 },
  );
});
test('gives no points to a factor that is 0', () => {
  const lines = explainPriority({ ...none, threat: 0.7, technical: 0.3 }, 0, terms);
  assert.deepEqual(
    lines.filter(({ points, shown }) => points !== 0 || shown !== 0).map(({ factor }) => factor),
    ['threat', 'technical'],
  );
});
test('apportions by largest remainder, earlier first on a tie', () => {
  assert.deepEqual(apportion([1.5, 1.5, 2], 5), [2, 1, 2]);
  assert.deepEqual(apportion([0.1, 0.9, -1.3], 0), [0, 1, -1]);
});
