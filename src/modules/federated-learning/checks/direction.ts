/** Where the update points: against the server's own one when there is one, else against the middle of the others. */
import { upperNormalQuantile } from '../../../math/normal-quantile.ts';
import { innerProduct, lengthOf, rowOf, type Vector } from '../engine/update-matrix.ts';
import { type Check, excludeLevel, type Reading, type RoundFacts } from './check.ts';
import { inWords } from './in-words.ts';
import { gradeByOthers, tooFew } from './robust-grade.ts';

/** Cosine of every row with one vector. */
export function cosinesWith({ matrix, gram }: Pick<RoundFacts, 'matrix' | 'gram'>, other: Vector): number[] {
  const { rows: n } = matrix;
  const length = lengthOf(other);
  return Array.from({ length: n }, (_, i) => {
    const lengths = Math.sqrt(gram[i * n + i] as number) * length;
    return lengths > 0 ? Math.max(-1, Math.min(1, innerProduct(rowOf(matrix, i), other) / lengths)) : 0;
  });
}

const justBelowOne = 1 - 1e-12;
/** Fisher's z makes differences near ±1 as visible as those near 0. */
export const fisherZ = (cosine: number): number => Math.atanh(Math.max(-justBelowOne, Math.min(justBelowOne, cosine)));

export const direction: Check = (facts) => {
  const { matrix, root, median } = facts;
  if (root !== null) return againstRoot(facts, root);
  const refusal = tooFew(matrix.rows);
  if (refusal !== null) return { check: 'direction', reason: refusal };
  if (!(lengthOf(median) > 0)) return { check: 'direction', reason: 'the coordinate median is zero: the updates share no direction' };
  const cosines = cosinesWith(facts, median);
  const readings = gradeByOthers(
    cosines.map(fisherZ),
    'low',
    (i) => `its cosine with the coordinate median is ${inWords(cosines[i] as number)}`,
  );
  return { check: 'direction', method: 'robust z of the cosine with the coordinate median (atanh)', readings };
};

/**
 * FLTrust gives no weight to a cosine at or below 0; beyond chance it points against the task. Random directions in d dimensions have
 * cosines of standard deviation 1/√d.
 */
export function againstRoot(facts: Pick<RoundFacts, 'matrix' | 'gram'>, root: Vector): ReturnType<Check> {
  if (!(lengthOf(root) > 0)) return { check: 'direction', reason: 'the root update is zero' };
  const { rows, parameters } = facts.matrix;
  const chance = -upperNormalQuantile(excludeLevel / rows) / Math.sqrt(parameters);
  const readings = cosinesWith(facts, root).map((cosine): Reading => {
    const grade = cosine < chance ? 'exclude' : cosine <= 0 ? 'suspect' : 'none';
    const note = `its cosine with the root update is ${inWords(cosine)}`;
    return { statistic: cosine, threshold: 0, grade, ...(grade === 'none' ? {} : { note }) };
  });
  return { check: 'direction', method: 'cosine with the root update', readings };
}
