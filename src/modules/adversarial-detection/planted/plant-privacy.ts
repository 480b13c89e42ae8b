/** Answers of an overfitted model and of a sound one; people whose attribute the answer tells, and people where it does not. */
import { randomSource } from '../../../math/random.ts';
import { judgeAttributes } from '../privacy/attribute.ts';
import { judgeMembership } from '../privacy/membership.ts';
import { counted, type PlantedCount } from './planted-count.ts';

const queries = 20;
const targetRate = 0.01;

/** Each query is one sample among losses of 999 outsiders: members have losses a thousand times smaller. */
export function plantMembership(seed: number): PlantedCount {
  const random = randomSource(seed);
  const outsider = (): number => Math.exp(random.normal() - 1);
  const nonMemberLosses = Array.from({ length: 999 }, outsider);
  return counted(
    Array.from({ length: 2 * queries }, (_, k) => {
      const isAttack = k < queries;
      const samples = Array.from({ length: 5 }, (_one, i) => {
        const loss = isAttack ? outsider() / 1000 : outsider();
        return { id: String(i), loss, confidence: Math.exp(-loss) };
      });
      const { decision } = judgeMembership({ samples, shadowPredictions: [], nonMemberLosses, targetRate, seed });
      return { name: `query ${k}`, isAttack, isFlagged: decision === 'threat' };
    }),
  );
}

/** In one of two sets of people the answer follows the attribute in nine of ten rows, in the other it follows a coin. */
export function plantAttributes(seed: number): PlantedCount {
  const random = randomSource(seed);
  return counted(
    Array.from({ length: 6 }, (_, k) => {
      const isAttack = k < 3;
      const samples = Array.from({ length: 200 }, () => {
        const known = random.next() < 0.5;
        const told = isAttack && random.next() < 0.9 ? known : random.next() < 0.5;
        return { prediction: told ? 'high' : 'low', knownAttributes: { attribute: known, other: `level ${random.below(4)}` } };
      });
      const { decision } = judgeAttributes({ samples, targetAttributes: ['attribute'], targetRate, seed });
      return { name: `attribute ${k}`, isAttack, isFlagged: decision === 'threat' };
    }),
  );
}
