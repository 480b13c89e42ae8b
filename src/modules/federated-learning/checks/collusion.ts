/** Updates more alike than two independent clients can be: sybils, copies, one attacker with several names. */
import { upperNormalQuantile } from '../../../math/normal-quantile.ts';
import { robustCentre } from '../../../math/selection.ts';
import { cosinesOf } from '../engine/gram.ts';
import { type Check, excludeLevel, type Grade, suspectLevel } from './check.ts';
import { fisherZ } from './direction.ts';
import { inWords } from './in-words.ts';
import { tooFew } from './robust-grade.ts';

/**
 * Robust z of the cosine of each pair among all pairs (atanh), Bonferroni over the pairs; pairs beyond form groups by single linkage. A
 * client's statistic is its most similar pair. Two rows that differ by nothing but their length are alike whatever the others do.
 */
export const collusion: Check = ({ matrix: { rows: n }, gram }) => {
  const refusal = tooFew(n);
  if (refusal !== null) return { check: 'collusion', reason: refusal };
  const cosines = cosinesOf(gram, n);
  const pairs: number[] = [];
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) pairs.push(fisherZ(cosines[i * n + j] as number));
  const { centre, spread } = robustCentre(pairs);
  const scale = Math.max(spread, leastSpread);
  const suspect = upperNormalQuantile(suspectLevel / pairs.length);
  const exclude = upperNormalQuantile(excludeLevel / pairs.length);
  const zOf = (i: number, j: number): number => (fisherZ(cosines[i * n + j] as number) - centre) / scale;
  const groups = groupsOf(n, (i, j) => zOf(i, j) > exclude);
  const readings = Array.from({ length: n }, (_, i) => {
    const { z, other } = nearestOf(n, i, zOf);
    const grade: Grade = z > exclude ? 'exclude' : z > suspect ? 'suspect' : 'none';
    const size = groups.find((group) => group.includes(i))?.length ?? 2;
    const note = `it acts as one with ${size - 1} other(s): the highest cosine is ${inWords(cosines[i * n + other] as number)}`;
    return { statistic: z, threshold: suspect, grade, ...(grade === 'none' ? {} : { note }) };
  });
  return { check: 'collusion', method: 'largest robust z of its pairwise cosines (atanh)', readings, groups };
};

/** Cosines of unrelated clients never agree to a hundredth of a percent; below that the spread is an artefact of few pairs. */
const leastSpread = 1e-4;

function nearestOf(n: number, i: number, zOf: (i: number, j: number) => number): { z: number; other: number } {
  let best = { z: -Infinity, other: i };
  for (let j = 0; j < n; j++) {
    if (j === i) continue;
    const z = zOf(i, j);
    if (z > best.z) best = { z, other: j };
  }
  return best;
}

/** Connected components of at least two. */
export function groupsOf(n: number, linked: (i: number, j: number) => boolean): number[][] {
  const groupOf = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const [one, other] = [groupOf[i] as number, groupOf[j] as number];
      if (one !== other && linked(i, j)) for (let k = 0; k < n; k++) if (groupOf[k] === one) groupOf[k] = other;
    }
  const groups = Map.groupBy(groupOf.keys(), (i) => groupOf[i] as number);
  return [...groups.values()].filter((group) => group.length > 1);
}
