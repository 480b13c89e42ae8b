/** Length of the update: a boosted update outweighs all others, a tiny one brings nothing. */

import type { Check } from './check.ts';
import { inWords } from './in-words.ts';
import { gradeByOthers, tooFew } from './robust-grade.ts';

/** Robust z of the logarithm of the L2 norm: lengths differ by factors. Zero updates count as the shortest that is not zero. */
export const norm: Check = ({ matrix: { rows }, gram }) => {
  const refusal = tooFew(rows);
  if (refusal !== null) return { check: 'norm', reason: refusal };
  const norms = Array.from({ length: rows }, (_, i) => Math.sqrt(gram[i * rows + i] as number));
  const least = Math.min(...norms.filter((one) => one > 0));
  if (!Number.isFinite(least)) return { check: 'norm', reason: 'every update is zero' };
  const logs = norms.map((one) => Math.log(one > 0 ? one : least));
  const readings = gradeByOthers(logs, 'both', (i) => `its L2 norm is ${inWords(norms[i] as number)}`);
  return { check: 'norm', method: 'robust z of ln of the L2 norm', readings };
};
