/** What a client did in the rounds before: small steps in one wrong direction add up, and so do flags. */
import { binomialTail } from '../../../math/counting-tails.ts';
import { upperNormalQuantile } from '../../../math/normal-quantile.ts';
import { type Check, excludeLevel, type PastRound, type Reading, suspectLevel } from './check.ts';
import { inWords } from './in-words.ts';

const fewestRounds = 3;
/** A harmless client is flagged by one of seven checks in a hundredth of the rounds each, at most. */
const naturalFlags = 7 * suspectLevel;

export const history: Check = ({ past }) => {
  if (past.every((rounds) => rounds.length < fewestRounds))
    return { check: 'history', reason: `no client was in ${fewestRounds} rounds of this model before` };
  const suspect = upperNormalQuantile(suspectLevel / past.length);
  const exclude = upperNormalQuantile(excludeLevel / past.length);
  const readings = past.map((rounds): Reading => {
    const z = Math.max(driftOf(rounds), flagsOf(rounds));
    const grade = z > exclude ? 'exclude' : z > suspect ? 'suspect' : 'none';
    const flagged = rounds.filter((round) => round.flagged).length;
    const note = `over ${rounds.length} rounds it was flagged ${flagged} times and its direction lay ${inWords(driftOf(rounds))} deviations below the others`;
    return { statistic: z, threshold: suspect, grade, ...(grade === 'none' ? {} : { note }) };
  });
  return {
    check: 'history',
    method: 'sum of past direction z over √rounds, and flags against the binomial law, as a normal deviate',
    readings,
  };
};

/** Σ −z / √k of the directions: normal for a harmless client. One round counts for 3 at most, so that an accident is not held against it. */
function driftOf(rounds: readonly PastRound[]): number {
  const values = rounds.flatMap(({ directionZ }) => (directionZ === null ? [] : [Math.max(-3, Math.min(3, directionZ))]));
  if (values.length < fewestRounds) return 0;
  return -values.reduce((sum, z) => sum + z, 0) / Math.sqrt(values.length);
}

function flagsOf(rounds: readonly PastRound[]): number {
  if (rounds.length < fewestRounds) return 0;
  const flagged = rounds.filter((round) => round.flagged).length;
  if (flagged === 0) return 0;
  return Math.max(0, upperNormalQuantile(binomialTail(flagged, rounds.length, naturalFlags)));
}
