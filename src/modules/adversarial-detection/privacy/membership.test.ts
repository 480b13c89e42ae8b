import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import { equalFrequencyBins, mutualInformation, permutedInformation } from './information.ts';
import { logOdds, logOddsOfScore } from './log-odds.ts';
import { betaBinomialTail, judgeMembership, type MembershipQuestion } from './membership.ts';
import { evaluateMembership } from './membership-evaluation.ts';
import { likelihoodRatios } from './shadow-likelihood.ts';

const near = (value: number, expected: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(value - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${value} is not ${expected}`);

const plain: MembershipQuestion = { samples: [], shadowPredictions: [], nonMemberLosses: [], targetRate: 0.01, seed: 1 };
const sample = (id: string, loss: number, isMember?: boolean) => ({ id, loss, confidence: Math.exp(-loss), isMember });

test('log-odds are ln(p/(1 − p)), and finite at both ends', () => {
  near(logOdds(-Math.log(0.9)), Math.log(9));
  near(logOddsOfScore(0.5), 0);
  // loss 0 counts as 1e-12: ln(1e12).
  near(logOdds(0), Math.log(1e12), 1e-6);
  near(logOdds(800), -800);
  assert.ok(Number.isFinite(logOddsOfScore(0)) && Number.isFinite(logOddsOfScore(1)));
});

test('the likelihood ratio with equal spreads is the one-sided normal tail', () => {
  // Means 2 and 0; each group −1, +1 about its mean: pooled variance 2, with that of the mean of two: 3.
  const shadows = [1, 3].map((phi) => ({ phi, trained: true })).concat([-1, 1].map((phi) => ({ phi, trained: false })));
  const [ratio] = likelihoodRatios([{ phi: 3, shadows }]);
  // ln N(3;2,√3) − ln N(3;0,√3) = (9 − 1)/6; z = 3/√3, its upper tail 0.0416323.
  near(ratio?.score ?? 0, 8 / 6);
  near(ratio?.p ?? 0, 0.041632258331775, 1e-9);
  assert.deepEqual(likelihoodRatios([{ phi: 3, shadows: shadows.slice(0, 3) }]), [null]);
});

test('information of a fair copied bit is ln 2 less the correction, of independent bits nothing', () => {
  const bits = Int32Array.from({ length: 400 }, (_, i) => i % 2);
  // Plug-in ln 2; corrections (1 + 1 − 1) / 800.
  near(mutualInformation(bits, bits), Math.LN2 + 1 / 800);
  const other = Int32Array.from({ length: 400 }, (_, i) => (i >> 1) % 2);
  assert.equal(mutualInformation(bits, other), 0);
  assert.equal(permutedInformation({ left: bits, right: bits }, randomSource(1), 99).p, 0.01);
  assert.deepEqual([...equalFrequencyBins([5, 1, 3, 3, 9, 7], 3)], [1, 0, 1, 1, 2, 2]);
});

test('true positives at 1 % are counted above the threshold that 1 % of the others pass', () => {
  // 200 others with scores 0..199: ⌊2⌋ may pass, threshold 197; members at 198.5 (40 of them) and −1 (60).
  const others = Array.from({ length: 200 }, (_, i) => ({ score: i, loss: 1, isMember: false }));
  const members = Array.from({ length: 100 }, (_, i) => ({ score: i < 40 ? 198.5 : -1, loss: 0.25, isMember: true }));
  const found = evaluateMembership([...others, ...members], 1);
  assert.equal(found?.tprAtOne?.share, 0.4);
  assert.equal(found?.tprAtTenth, null);
  near(found?.generalisationGap ?? 0, 0.75);
  // 40 members beat 199 of 200 others, 60 beat none.
  near(found?.auc ?? 0, (40 * 199) / (100 * 200));
  assert.equal(evaluateMembership([...others.slice(0, 29), ...members], 1), null);
});

test('the count above a calibrated threshold is beta-binomial', () => {
  // One new score above the highest of m = 1: 1/2. Two of two: 1/3 (three exchangeable numbers).
  near(betaBinomialTail(1, { n: 1, rank: 1, m: 1 }), 0.5);
  near(betaBinomialTail(2, { n: 2, rank: 1, m: 1 }), 1 / 3);
  near(betaBinomialTail(0, { n: 5, rank: 2, m: 50 }), 1, 1e-9);
});

test('a low loss alone proves nothing: the answer says what is missing', () => {
  const judged = judgeMembership({ ...plain, samples: [sample('a', 1e-9), sample('b', 1e-9)] });
  assert.deepEqual([judged.decision, judged.pValue, judged.flagged], ['insufficient-evidence', null, []]);
  assert.equal(judged.missingEvidence.length, 3);
});

test('98 shadow models cannot decide at 1 %, 99 can', () => {
  const shadowPredictions = Array.from({ length: 99 }, (_, k) => ({ modelId: `shadow-${k}`, membershipScore: 0.6 }));
  const samples = [sample('a', 0.001)];
  const few = judgeMembership({ ...plain, samples, shadowPredictions: shadowPredictions.slice(1) });
  assert.equal(few.decision, 'insufficient-evidence');
  const enough = judgeMembership({ ...plain, samples, shadowPredictions });
  assert.deepEqual([enough.decision, enough.pValue], ['threat', 0.01]);
  assert.equal(judgeMembership({ ...plain, samples: [sample('a', 2)], shadowPredictions }).decision, 'no-threat');
});

test('samples with losses no outsider has are named, and harmless ones are flagged at the asked rate', () => {
  const random = randomSource(2);
  const outsider = (): number => Math.exp(random.normal() - 1);
  const nonMemberLosses = Array.from({ length: 4000 }, outsider);
  const harmless = Array.from({ length: 100 }, (_, i) => sample(`harmless-${i}`, outsider()));
  const judged = judgeMembership({
    ...plain,
    nonMemberLosses,
    samples: [...harmless, ...Array.from({ length: 5 }, (_, i) => sample(`member-${i}`, 1e-6))],
  });
  assert.equal(judged.decision, 'threat');
  assert.deepEqual(
    judged.flagged.map(({ id }) => id).toSorted(),
    Array.from({ length: 5 }, (_, i) => `member-${i}`),
  );
  let threats = 0;
  for (let k = 0; k < 300; k++) {
    const losses = Array.from({ length: 199 }, outsider);
    const samples = Array.from({ length: 20 }, (_, i) => sample(String(i), outsider()));
    if (judgeMembership({ ...plain, nonMemberLosses: losses, samples }).decision === 'threat') threats++;
  }
  // Asked 1 %: the binomial 99.9 % band of 300 draws ends at 10.
  assert.ok(threats <= 10, String(threats));
});

test('an overfitted model with known members is a threat by what an attacker gains', () => {
  const random = randomSource(5);
  const samples = [
    ...Array.from({ length: 300 }, (_, i) => sample(`in-${i}`, Math.exp(-4 + random.normal()), true)),
    ...Array.from({ length: 300 }, (_, i) => sample(`out-${i}`, Math.exp(-0.5 + random.normal()), false)),
  ];
  const judged = judgeMembership({ ...plain, samples });
  assert.equal(judged.decision, 'threat');
  assert.ok((judged.evidence['truePositiveRateLower'] as number) > 0.05);
  const shuffled = samples.map((one, i) => ({ ...one, isMember: i % 2 === 0 }));
  assert.equal(judgeMembership({ ...plain, samples: shuffled }).decision, 'no-threat');
});
