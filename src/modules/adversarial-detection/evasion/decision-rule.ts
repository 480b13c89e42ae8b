/** How the scores of one row become one: which detectors speak, how they are combined, and what context is held against. */
import { conformalOf } from './calibration.ts';
import type { Calibrated } from './detector-report.ts';
import type { EvasionFacts } from './facts.ts';
import { combinedBy, type Spoken } from './fusion.ts';
import type { CalibrationScores, Combination } from './profile.ts';

export type Rule = {
  readonly used: readonly Calibrated[];
  readonly combination: Combination;
  /** α. */
  readonly rate: number;
  /** Scores of doubt among the calibration rows whose answer is contested. */
  readonly contested: ReadonlyMap<string, CalibrationScores>;
  /** The rows whose scores those are. */
  readonly contestedRows: ReadonlySet<number>;
};

/** Where the model's mistakes set no threshold, nothing has to tell them from attacks. */
const combinationOf = (mistakes: 'count' | 'set-aside' | undefined): Combination =>
  mistakes === 'set-aside' ? 'answer' : 'contested-context';

/** So many of the calibration rows have a contested answer: those of which the answer detectors say most. */
const contestedShare = 0.4;

type Calibration = {
  readonly mistakes?: 'count' | 'set-aside';
  readonly targetRate: number;
  /** Rows that calibrate the detectors. */
  readonly rows: Int32Array;
  readonly classCount: number;
};
type Known = { readonly facts: ReadonlyMap<number, EvasionFacts>; readonly used: readonly Calibrated[] };

/** The rule of a profile that is being built. O(rows log rows). */
export function ruleOf({ mistakes, targetRate, rows, classCount }: Calibration, { facts, used }: Known): Rule {
  const combination = combinationOf(mistakes);
  const plain: Rule = { used, combination, rate: targetRate, contested: new Map(), contestedRows: new Set() };
  if (combination !== 'contested-context') return plain;
  const answers: Rule = { ...plain, combination: 'answer', used: used.filter(({ detector }) => detector.role === 'answer') };
  const asked = [...rows].flatMap((row) => {
    const found = facts.get(row);
    const against = found === undefined ? null : combinedScore(answers, found, { row, itself: true });
    return found === undefined || against === null ? [] : [{ row, found, against }];
  });
  // Of equal evidence the first rows: same source, same profile.
  asked.sort((one, other) => other.against - one.against || one.row - other.row);
  const most = asked.slice(0, Math.ceil(contestedShare * asked.length));
  const doubt = used.filter(({ detector }) => detector.role === 'doubt');
  return {
    ...plain,
    contested: new Map(
      doubt.map(({ detector }) => [
        detector.id,
        pooled(
          most.flatMap(({ found }) => detector.score(found) ?? []),
          classCount,
        ),
      ]),
    ),
    contestedRows: new Set(most.map(({ row }) => row)),
  };
}

/** Less than half of the rows of a class are too few to have a scale of their own. */
const pooled = (scores: readonly number[], classCount: number): CalibrationScores => ({
  pooled: Float64Array.from(scores).sort(),
  byClass: Array.from({ length: classCount }, () => new Float64Array(0)),
});

/** @param itself the row is one of those whose scores the detectors are calibrated by: it is taken out of them, as leave-one-out asks. */
type Asked = { readonly row: number; readonly itself: boolean };

/** @returns null where a detector of the rule has no score. */
export function combinedScore(rule: Rule, facts: EvasionFacts, { row, itself }: Asked): number | null {
  const { predicted } = facts;
  const spoken: Spoken[] = [];
  for (const { detector, scores } of rule.used) {
    const score = detector.score(facts);
    if (scores === null || score === null) return null;
    const conformal = conformalOf(scores, score, { predicted, itself });
    const among = rule.contested.get(detector.id);
    if (among === undefined) spoken.push({ role: detector.role, conformal });
    else {
      const { p } = conformalOf(among, score, { predicted, itself: itself && rule.contestedRows.has(row) });
      spoken.push({ role: detector.role, conformal, contestedP: p });
    }
  }
  return combinedBy(rule.combination, spoken, rule.rate);
}
