/** Updates without work behind them: nothing, the last global step again, or noise. */
import { upperNormalQuantile } from '../../../math/normal-quantile.ts';
import { medianInPlace } from '../../../math/selection.ts';
import { lengthOf } from '../engine/update-matrix.ts';
import { type Check, excludeLevel, type Reading, type RoundFacts } from './check.ts';
import { cosinesWith } from './direction.ts';
import { inWords } from './in-words.ts';

/** Cosine from which an update is the other one times a factor, within single precision. */
const copied = 1 - 1e-6;
/** A norm below this share of the median norm is nothing. */
const nothing = 1e-9;

export const freeRider: Check = (facts) => {
  const { rows: n, parameters } = facts.matrix;
  const norms = Array.from({ length: n }, (_, i) => Math.sqrt(facts.gram[i * n + i] as number));
  const typical = medianInPlace(Float64Array.from(norms));
  const withPrevious = facts.previous !== null && lengthOf(facts.previous) > 0 ? cosinesWith(facts, facts.previous) : null;
  const agreement = agreementOf(facts, norms);
  const chance = upperNormalQuantile(excludeLevel / n);
  // Others agree far beyond chance, this one not at all: random directions have cosines of deviation 1/√d.
  const othersAgree = medianInPlace(Float64Array.from(agreement)) > 3 * chance;
  const readings = norms.map((length, i): Reading => {
    if (length <= nothing * typical || length === 0)
      return { statistic: length, threshold: nothing * typical, grade: 'exclude', note: 'the update is zero' };
    const echo = Math.abs(withPrevious?.[i] ?? 0);
    if (echo >= copied)
      return { statistic: echo, threshold: copied, grade: 'exclude', note: 'it is the aggregate of the round before times a factor' };
    const own = agreement[i] as number;
    const isNoise = othersAgree && Math.abs(own) < chance;
    const note = `its mean cosine with the others is ${inWords(own / Math.sqrt(parameters * (n - 1)))}: no more than noise has`;
    return { statistic: own, threshold: chance, grade: isNoise ? 'suspect' : 'none', ...(isNoise ? { note } : {}) };
  });
  return {
    check: 'free-rider',
    method: 'zero, echo of the round before, or mean cosine with the others over its deviation by chance',
    readings,
  };
};

/** Mean cosine with the others, divided by the deviation it has for a random direction, 1/√(d·(n − 1)). */
function agreementOf({ matrix: { rows: n, parameters }, gram }: RoundFacts, norms: readonly number[]): number[] {
  return norms.map((length, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) {
      const lengths = length * (norms[j] as number);
      if (j !== i && lengths > 0) sum += (gram[i * n + j] as number) / lengths;
    }
    return n < 2 ? 0 : (sum / (n - 1)) * Math.sqrt(parameters * (n - 1));
  });
}
