/** How far out the farthest of n harmless values lies when the scale itself was learnt from those n values. */
import { upperNormalQuantile } from './normal-quantile.ts';
import { randomSource } from './random.ts';
import { madFactor, medianInPlace } from './selection.ts';

const simulatedNumbers = 400_000;
const fewestRounds = 2000;
/** Beyond it the spread is known well enough for the normal law. */
const mostSimulated = 150;
const kept = new Map<number, Float64Array>();

/**
 * Critical value of the largest robust z of one round: n normal values, centre and scale by median and MAD of the same values.
 * With few values the MAD is sometimes small by chance, so that the largest z of harmless rounds is large: 3.5 would accuse in every second
 * round of five.
 * @param n at least 3. @param level chance that a harmless round has a value beyond, at least 0.001. @param sides 1: only one direction.
 * @source simulated with a fixed seed (at least 2,000 rounds) up to n = 150, above it Šidák's bound of the normal law.
 */
export function largestRobustZ(n: number, level: number, sides: 1 | 2 = 2): number {
  if (n > mostSimulated) return upperNormalQuantile((1 - (1 - level) ** (1 / n)) / sides);
  const key = n * 2 + sides;
  const rounds = kept.get(key) ?? simulate(n, sides);
  kept.set(key, rounds);
  const place = Math.min(rounds.length - 1, Math.ceil((1 - level) * rounds.length));
  return rounds[place] as number;
}

function simulate(n: number, sides: 1 | 2): Float64Array {
  const random = randomSource(n);
  const rounds = Math.max(fewestRounds, Math.floor(simulatedNumbers / n));
  const values = new Float64Array(n);
  const work = new Float64Array(n);
  return Float64Array.from({ length: rounds }, () => {
    for (let i = 0; i < n; i++) values[i] = random.normal();
    work.set(values);
    const centre = medianInPlace(work);
    let largest = 0;
    for (let i = 0; i < n; i++) {
      const away = (values[i] as number) - centre;
      work[i] = Math.abs(away);
      largest = Math.max(largest, sides === 2 ? Math.abs(away) : away);
    }
    return largest / (madFactor * medianInPlace(work));
  }).sort();
}
