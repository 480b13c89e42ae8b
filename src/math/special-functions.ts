/** Tails of the distributions that tests need, each computed as a tail: 1 − cdf would end at 1e-16, these hold down to 1e-300. */

const smallestFactor = 1e-300;
const precision = 1e-16;
const halfLogTwoPi = Math.log(2 * Math.PI) / 2;
const mostSteps = 200_000;

/**
 * Natural logarithm of the gamma function.
 * @param x above 0. @returns ln Γ(x); relative error about 1e-15.
 * @source Stirling's series (DLMF 5.11.1), reached by the recurrence Γ(x+1) = x·Γ(x).
 */
export function logGamma(x: number): number {
  let shift = 0;
  let large = x;
  // Products stay far from overflow: at most 15 factors below 16.
  let product = 1;
  while (large < 15) {
    product *= large;
    large += 1;
  }
  if (product !== 1) shift = Math.log(product);
  return (large - 0.5) * Math.log(large) - large + halfLogTwoPi + stirlingError(large) - shift;
}

/** ln Γ(x) less its leading terms, for x ≥ 8: 1/12x − 1/360x³ + … */
function stirlingError(x: number): number {
  const square = 1 / (x * x);
  return (
    (1 / 12 -
      square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square * (1 / 1188 - square * (691 / 360_360 - square / 156)))))) /
    x
  );
}

/** x − ln(1 + x), without cancellation near 0. */
function excessOverLog(x: number): number {
  if (Math.abs(x) > 0.3) return x - Math.log1p(x);
  // ln(1+x) = 2·atanh(s), s = x/(2+x); x = 2s/(1−s): x − ln(1+x) = s·x − 2·Σ s^(2k+1)/(2k+1).
  const s = x / (2 + x);
  const square = s * s;
  let power = s * square;
  let sum = 0;
  for (let k = 3; k < 60; k += 2) {
    const term = power / k;
    sum += term;
    if (term === 0 || Math.abs(term) < Math.abs(sum) * 1e-17) break;
    power *= square;
  }
  return s * x - 2 * sum;
}

/** x^a·e^(−x)/Γ(a+1)·a, the factor in front of both expansions; the exponent is formed without the large terms that would cancel. */
function gammaFactor(a: number, x: number): number {
  if (a < 8) return Math.exp(a * Math.log(x) - x - logGamma(a));
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(-a * excessOverLog((x - a) / a) - stirlingError(a));
}

/**
 * Regularised upper incomplete gamma function Q(a, x): the upper tail of a gamma distribution.
 * @param a above 0. @param x at least 0. @returns a probability; relative error about 1e-12 down to 1e-300.
 * @source DLMF 8.7.1 (series below a+1) and 8.9.2 (continued fraction above, by Lentz's method).
 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFactor(a, x) * gammaFraction(a, x);
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < mostSteps && term > sum * precision; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return Math.min(1, sum * gammaFactor(a, x));
}

function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / smallestFactor;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < mostSteps; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b);
    c = nonZero(b + numerator / c);
    const step = c * d;
    value *= step;
    if (Math.abs(step - 1) < precision * 4) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < smallestFactor ? smallestFactor : value;
}

/** Upper tail of the chi-square distribution. @param freedom above 0. */
export function chiSquareTail(statistic: number, freedom: number): number {
  return upperGamma(freedom / 2, statistic / 2);
}

/** Upper tail P(Z > z) of the standard normal distribution; the lower tail is `normalTail(-z)`. */
export function normalTail(z: number): number {
  const upper = upperGamma(0.5, (z * z) / 2) / 2;
  return z >= 0 ? upper : 1 - upper;
}

/**
 * Regularised incomplete beta function I_x(a, b): the lower tail of a beta distribution.
 * @param x and `complement` = 1 − x are both given, so that neither loses digits near 1.
 * @source DLMF 8.17.22 (continued fraction, by Lentz's method); the side that converges is taken.
 */
export function lowerBeta({ x, complement, a, b }: { x: number; complement: number; a: number; b: number }): number {
  if (x <= 0) return 0;
  if (complement <= 0) return 1;
  const logarithm = (value: number, rest: number) => (value > 0.5 ? Math.log1p(-rest) : Math.log(value));
  const factor = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * logarithm(x, complement) + b * logarithm(complement, x));
  if (x < (a + 1) / (a + b + 2)) return (factor * betaFraction(x, a, b)) / a;
  return 1 - (factor * betaFraction(complement, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < mostSteps; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const step = d * c;
    value *= step;
    if (Math.abs(step - 1) < precision * 4) break;
  }
  return value;
}

/** Two-sided tail P(|T| > |t|) of Student's distribution. @param freedom above 0, need not be whole. */
export function studentTwoSided(t: number, freedom: number): number {
  const square = t * t;
  if (square === Infinity) return 0;
  return lowerBeta({ x: freedom / (freedom + square), complement: square / (freedom + square), a: freedom / 2, b: 0.5 });
}

/**
 * Upper tail of Kolmogorov's limit law, P(K > x).
 * @source Kolmogorov 1933; below 1.18 Jacobi's theta form, above the alternating series, where each converges in a few terms.
 */
export function kolmogorovTail(x: number): number {
  if (!(x > 0)) return 1;
  if (x < 1.18) {
    const step = (-Math.PI * Math.PI) / (8 * x * x);
    let inside = 0;
    for (let k = 1; k < 20; k += 2) inside += Math.exp(step * k * k);
    return 1 - (Math.sqrt(2 * Math.PI) / x) * inside;
  }
  let sum = 0;
  for (let k = 1; k < 20; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return 2 * sum;
}
