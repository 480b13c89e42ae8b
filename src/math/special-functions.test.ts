import assert from 'node:assert/strict';
import { test } from 'node:test';
import golden from './special-functions.golden.json' with { type: 'json' };
import { chiSquareTail, kolmogorovTail, logGamma, lowerBeta, normalTail, studentTwoSided, upperGamma } from './special-functions.ts';

/** Golden numbers: scripts/golden/statistics.py (scipy.special and scipy.stats). */
function agrees(actual: number, expected: number, { relative, says }: { relative: number; says: string }): void {
  const allowed = relative * Math.abs(expected) + 1e-308;
  assert.ok(Math.abs(actual - expected) <= allowed, `${says}: ${actual}, scipy says ${expected}`);
}

test('the logarithm of the gamma function equals scipy to 1e-13', () => {
  for (const [x = 0, expected = 0] of golden.logGamma) agrees(logGamma(x), expected, { relative: 1e-13, says: `logGamma(${x})` });
});

test('upper tails equal scipy to 1e-9, far out too', () => {
  for (const [a = 0, x = 0, expected = 0] of golden.upperGamma)
    agrees(upperGamma(a, x), expected, { relative: 1e-9, says: `upperGamma(${a}, ${x})` });
  for (const [x = 0, k = 0, expected = 0] of golden.chiSquareTail)
    agrees(chiSquareTail(x, k), expected, { relative: 1e-9, says: `chiSquareTail(${x}, ${k})` });
  for (const [z = 0, expected = 0] of golden.normalTail) agrees(normalTail(z), expected, { relative: 1e-9, says: `normalTail(${z})` });
  for (const [t = 0, v = 0, expected = 0] of golden.studentTwoSided)
    agrees(studentTwoSided(t, v), expected, { relative: v > 1e5 ? 1e-7 : 1e-9, says: `studentTwoSided(${t}, ${v})` });
  for (const [x = 0, expected = 0] of golden.kolmogorovTail)
    agrees(kolmogorovTail(x), expected, { relative: 1e-9, says: `kolmogorovTail(${x})` });
});

test('a tail of 1e-300 is a number and not 0', () => {
  // The chi-square law with 2 degrees of freedom is exponential: P(X > x) = e^(−x/2).
  agrees(chiSquareTail(1380, 2), Math.exp(-690), { relative: 1e-9, says: 'chiSquareTail(1380, 2)' });
  // A beta law with b = 1 is a power: I_x(a, 1) = x^a.
  agrees(lowerBeta({ x: 1e-100, complement: 1, a: 3, b: 1 }), 1e-300, { relative: 1e-9, says: 'lowerBeta(1e-100, 3, 1)' });
});

test('tails end where their laws end', () => {
  assert.equal(upperGamma(3, 0), 1);
  assert.equal(upperGamma(3, Infinity), 0);
  assert.equal(kolmogorovTail(0), 1);
  assert.equal(studentTwoSided(0, 5), 1);
  assert.equal(studentTwoSided(Infinity, 5), 0);
});
