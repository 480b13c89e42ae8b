/** Share of coordinates that move the way most clients move them: sign flips show here even at a natural length. */
import { rowOf } from '../engine/update-matrix.ts';
import type { Check } from './check.ts';
import { inWords } from './in-words.ts';
import { gradeByOthers, tooFew } from './robust-grade.ts';

export const signAgreement: Check = ({ matrix, median }) => {
  const refusal = tooFew(matrix.rows);
  if (refusal !== null) return { check: 'sign-agreement', reason: refusal };
  let counted = 0;
  for (const value of median) if (value !== 0) counted++;
  if (counted === 0) return { check: 'sign-agreement', reason: 'the coordinate median is zero' };
  const shares = Array.from({ length: matrix.rows }, (_, i) => {
    const row = rowOf(matrix, i);
    let agreeing = 0;
    for (let c = 0; c < row.length; c++) if ((row[c] as number) * (median[c] as number) > 0) agreeing++;
    // Off 0 and 1 by half a coordinate, so that its logit is finite.
    return (agreeing + 0.5) / (counted + 1);
  });
  const logits = shares.map((share) => Math.log(share / (1 - share)));
  const readings = gradeByOthers(logits, 'low', (i) => `${inWords(100 * (shares[i] as number))} % of the signs agree with the majority`);
  return { check: 'sign-agreement', method: 'robust z of the share of agreeing signs (logit)', readings };
};
