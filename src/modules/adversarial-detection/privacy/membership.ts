/** Membership inference: does what a model answered tell who was in its training set? */
import { cauchyCombination } from '../../../math/combined-probability.ts';
import { benjaminiHochberg } from '../../../math/multiple-testing.ts';
import { logGamma, normalTail } from '../../../math/special-functions.ts';
import { evaluated, type FamilyPart, type Judgement, notEvaluated } from '../screening/judgement.ts';
import { answerAdvice } from './advice.ts';
import { logOdds, logOddsOfScore } from './log-odds.ts';
import { evaluateMembership, fewestKnown, type MembershipEvaluation } from './membership-evaluation.ts';
import { fewestOfEach, likelihoodRatios } from './shadow-likelihood.ts';

export type MembershipQuestion = {
  readonly samples: readonly {
    readonly id: string;
    readonly confidence: number;
    readonly loss: number;
    readonly isMember?: boolean | undefined;
  }[];
  readonly shadowPredictions: readonly {
    readonly modelId: string;
    readonly membershipScore: number;
    readonly sampleId?: string | undefined;
    readonly trainedOnSample?: boolean | undefined;
  }[];
  /** Losses of rows the model never saw, from its profile. */
  readonly nonMemberLosses: readonly number[];
  /** α: the false-positive rate asked for. */
  readonly targetRate: number;
  readonly seed: number;
};

/** p of the whole query, and of each sample where there is one. */
type Evidence = {
  readonly family: FamilyPart;
  readonly p: number | null;
  readonly samples: readonly (number | null)[];
  readonly scores?: readonly (number | null)[];
};

const lira = 'LiRA with shadow models per sample';
const shadows = 'rank of the query among shadow models';
const conformal = 'conformal p against losses outside of the training set';

/**
 * The best evidence that can decide decides: shadow models per sample, shadow models of the query, losses of non-members; with none of them
 * the answer is `insufficient-evidence`. Where the truth is given, what an attacker gains is measured too, and decides as well.
 */
export function judgeMembership(question: MembershipQuestion): Judgement {
  const phi = question.samples.map(({ loss }) => logOdds(loss));
  const queryScore = phi.reduce((sum, one) => sum + one, 0) / phi.length;
  const found = [perSample(question, phi), perModel(question, queryScore), perLoss(question, phi)];
  const deciding = found.find(({ p }) => p !== null);
  const evaluation = evaluateKnown(question, phi, found[0]?.scores);
  const families = [...found.map(({ family }) => family), evaluationFamily(evaluation), overfittingFamily(question, queryScore)];
  return conclude(question, { deciding, evaluation, families });
}

function perSample({ samples, shadowPredictions, targetRate }: MembershipQuestion, phi: readonly number[]): Evidence {
  const scores = Map.groupBy(
    shadowPredictions.filter(({ sampleId, trainedOnSample }) => sampleId !== undefined && trainedOnSample !== undefined),
    ({ sampleId }) => sampleId ?? '',
  );
  const given = samples.map(({ id }, i) => ({
    phi: phi[i] as number,
    shadows: (scores.get(id) ?? []).map(({ membershipScore, trainedOnSample }) => ({
      phi: logOddsOfScore(membershipScore),
      trained: trainedOnSample === true,
    })),
  }));
  const ratios = likelihoodRatios(given);
  const usable = ratios.flatMap((ratio) => (ratio === null ? [] : [ratio]));
  const none = samples.map(() => null);
  if (usable.length === 0)
    return {
      family: notEvaluated(
        'shadow-per-sample',
        lira,
        `no sample has ${fewestOfEach} shadow models trained with it and ${fewestOfEach} without`,
      ),
      p: null,
      samples: none,
    };
  const p = ratios.map((ratio) => ratio?.p ?? null);
  const query = cauchyCombination([simes(usable.map((ratio) => ratio.p)), sumOfZ(usable.map(({ z }) => z))]);
  const flaggedCount = flaggedOf(p, targetRate).length;
  const statistic = { samples: usable.length, meanLogRatio: usable.reduce((sum, { score }) => sum + score, 0) / usable.length };
  return {
    family: evaluated('shadow-per-sample', lira, { statistic, pValue: query, flaggedCount }),
    p: query,
    samples: p,
    scores: ratios.map((ratio) => ratio?.score ?? null),
  };
}

/** One-sided p that the samples together lie above the models without them: Σz / √n, a standard normal number for non-members. */
function sumOfZ(values: readonly number[]): number {
  const z = values.reduce((sum, one) => sum + one, 0) / Math.sqrt(values.length);
  return normalTail(z);
}

function perModel({ shadowPredictions, targetRate, samples }: MembershipQuestion, queryScore: number): Evidence {
  // A shadow model trained on the query says how members look: it is no null.
  const outside = shadowPredictions.filter(({ sampleId, trainedOnSample }) => sampleId === undefined && trainedOnSample !== true);
  const none = samples.map(() => null);
  if (outside.length === 0)
    return { family: notEvaluated('shadow-per-query', shadows, 'no shadow model without the query was given'), p: null, samples: none };
  const p = (1 + outside.filter(({ membershipScore }) => logOddsOfScore(membershipScore) >= queryScore).length) / (outside.length + 1);
  const needed = Math.ceil(1 / targetRate) - 1;
  const reason = outside.length < needed ? `${outside.length} shadow models cannot decide at ${targetRate}: ${needed} are needed` : null;
  const family = evaluated('shadow-per-query', shadows, { statistic: { queryScore, shadowModels: outside.length }, pValue: p, reason });
  return { family, p: reason === null ? p : null, samples: none };
}

function perLoss({ samples, nonMemberLosses, targetRate }: MembershipQuestion, phi: readonly number[]): Evidence {
  const m = nonMemberLosses.length;
  const none = samples.map(() => null);
  const needed = Math.ceil(1 / targetRate) - 1;
  if (m < needed) {
    const reason =
      m === 0
        ? 'the profile holds no losses of rows outside of the training set'
        : `${m} losses cannot decide at ${targetRate}: ${needed} are needed`;
    return { family: notEvaluated('non-member-losses', conformal, reason), p: null, samples: none };
  }
  const sorted = Float64Array.from(nonMemberLosses, logOdds).sort();
  const p = phi.map((one) => (1 + m - countBelow(sorted, one)) / (m + 1));
  const rank = Math.max(1, Math.floor(targetRate * (m + 1)));
  const among = p.filter((one) => one <= rank / (m + 1)).length;
  const query = cauchyCombination([simes(p), betaBinomialTail(among, { n: p.length, rank, m })]);
  const statistic = { losses: m, samplesAtLevel: among, expectedAtLevel: (p.length * rank) / (m + 1) };
  return {
    family: evaluated('non-member-losses', conformal, { statistic, pValue: query, flaggedCount: flaggedOf(p, targetRate).length }),
    p: query,
    samples: p,
  };
}

/** Numbers of an ascending list that are below x. */
function countBelow(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * P(at least `count` of n new scores lie above the rank-th highest of m calibration scores): they share the calibration set, so their number
 * is beta-binomial, not binomial.
 */
export function betaBinomialTail(count: number, { n, rank, m }: { n: number; rank: number; m: number }): number {
  const [a, b] = [rank, m + 1 - rank];
  const logBeta = (x: number, y: number): number => logGamma(x) + logGamma(y) - logGamma(x + y);
  let sum = 0;
  for (let x = count; x <= n; x++)
    sum += Math.exp(logGamma(n + 1) - logGamma(x + 1) - logGamma(n - x + 1) + logBeta(x + a, n - x + b) - logBeta(a, b));
  return Math.min(1, sum);
}

/** Simes' p of the whole: the smallest adjusted one. */
const simes = (p: readonly number[]): number => Math.min(1, ...benjaminiHochberg(p));

function flaggedOf(p: readonly (number | null)[], level: number): { index: number; p: number; adjusted: number }[] {
  const known = p.flatMap((one, index) => (one === null ? [] : [{ index, p: one }]));
  const adjusted = benjaminiHochberg(known.map((one) => one.p));
  return known
    .flatMap((one, k) => ((adjusted[k] as number) <= level ? [{ ...one, adjusted: adjusted[k] as number }] : []))
    .toSorted((a, b) => a.p - b.p);
}

function evaluateKnown(
  { samples, seed }: MembershipQuestion,
  phi: readonly number[],
  scores: readonly (number | null)[] | undefined,
): MembershipEvaluation | null {
  // LiRA's ratio where every sample has one: mixed scales would rank by what was supplied.
  const ratios = scores?.every((score) => score !== null) === true ? scores : null;
  return evaluateMembership(
    samples.flatMap(({ loss, isMember }, i) =>
      isMember === undefined ? [] : [{ loss, isMember, score: ratios?.[i] ?? (phi[i] as number) }],
    ),
    seed,
  );
}

const measured = 'attack measured on samples of known membership';
function evaluationFamily(evaluation: MembershipEvaluation | null): FamilyPart {
  if (evaluation === null)
    return notEvaluated('known-membership', measured, `isMember is needed for ${fewestKnown} members and ${fewestKnown} others`);
  const { tprAtOne, tprAtTenth, auc, generalisationGap, information, informationP, members, others } = evaluation;
  const statistic = {
    members,
    others,
    auc,
    tprAt1Percent: tprAtOne?.share ?? null,
    tprAt1PercentLow: tprAtOne?.low ?? null,
    tprAt1PercentHigh: tprAtOne?.high ?? null,
    tprAtTenthPercent: tprAtTenth?.share ?? null,
    tprAtTenthPercentLow: tprAtTenth?.low ?? null,
    tprAtTenthPercentHigh: tprAtTenth?.high ?? null,
    generalisationGap,
    mutualInformationNats: information,
  };
  return evaluated('known-membership', measured, { statistic, pValue: informationP });
}

/** Never decides: a sure model may simply be right. */
function overfittingFamily({ samples }: MembershipQuestion, queryScore: number): FamilyPart {
  const sorted = samples.map(({ confidence }) => confidence).toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
  const tiny = samples.filter(({ loss }) => loss < 0.01).length / samples.length;
  const statistic = {
    queryScore,
    confidenceP10: at(0.1),
    confidenceP50: at(0.5),
    confidenceP90: at(0.9),
    shareOfLossesBelow1Percent: tiny,
  };
  return evaluated('overfitting-indicators', 'quantiles of confidence and loss; no p-value', { statistic });
}

type Found = {
  readonly deciding: Evidence | undefined;
  readonly evaluation: MembershipEvaluation | null;
  readonly families: readonly FamilyPart[];
};
/** Half of the bar of the severity table: below it an attacker gains too little to act on. */
const leastGain = 0.025;

function conclude(question: MembershipQuestion, { deciding, evaluation, families }: Found): Judgement {
  const { targetRate, samples } = question;
  const flagged = deciding === undefined ? [] : flaggedOf(deciding.samples, targetRate);
  const low = evaluation?.tprAtOne?.low ?? null;
  const byQuery = deciding?.p != null && deciding.p <= targetRate;
  const byGain = low !== null && low > leastGain;
  const canDecide = deciding !== undefined || low !== null;
  const decision = byQuery || byGain ? 'threat' : canDecide ? 'no-threat' : 'insufficient-evidence';
  return {
    decision,
    title: 'Answers of a model tell who was in its training set',
    summary: summaryOf({ decision, evaluation, flagged: flagged.length, samples: samples.length }),
    pValue: deciding?.p ?? evaluation?.informationP ?? null,
    families,
    flagged: flagged.map(({ index, p, adjusted }) => ({
      id: samples[index]?.id ?? String(index),
      families: deciding === undefined ? [] : [deciding.family.family],
      pValue: p,
      adjustedPValue: adjusted,
      evidence: { loss: samples[index]?.loss ?? null, confidence: samples[index]?.confidence ?? null },
    })),
    missingEvidence: missingOf(question, deciding, evaluation),
    evidence: { flagged: byQuery, truePositiveRateLower: low },
    evidenceFamilies: Number(byQuery) + Number(byGain),
  };
}

type Said = {
  readonly decision: Judgement['decision'];
  readonly evaluation: MembershipEvaluation | null;
  readonly flagged: number;
  readonly samples: number;
};
function summaryOf({ decision, evaluation, flagged, samples }: Said): string {
  const tpr = evaluation?.tprAtOne;
  const gain =
    tpr == null
      ? ''
      : ` An attacker names ${percent(tpr.share)} (${percent(tpr.low)} to ${percent(tpr.high)}) of the members at 1 % false alarms.`;
  if (decision === 'insufficient-evidence')
    return 'Nothing tells how sure this model is of rows it never saw: without that a low loss proves nothing.';
  if (decision === 'no-threat') return `No sample stands out from those outside of the training set.${gain}`;
  return `${flagged} of ${samples} samples are told to be members.${gain} ${answerAdvice}`;
}
const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

function missingOf(
  { targetRate }: MembershipQuestion,
  deciding: Evidence | undefined,
  evaluation: MembershipEvaluation | null,
): Judgement['missingEvidence'] {
  const missing: Judgement['missingEvidence'][number][] = [];
  if (deciding?.family.family !== 'shadow-per-sample')
    missing.push({
      needed: 'shadow models per sample',
      enables: 'the strongest test (LiRA): p-values for each sample',
      howToSupply: 'shadowPredictions with sampleId and trainedOnSample, at least 2 with and 2 without each sample; 16 are good, 64 better',
    });
  if (deciding === undefined)
    missing.push({
      needed: `losses of at least ${Math.ceil(1 / targetRate) - 1} rows outside of the training set`,
      enables: 'a decision at the asked false-positive rate',
      howToSupply: 'nonMemberLosses of a profile of this model',
    });
  if (evaluation === null)
    missing.push({
      needed: `known membership of ${fewestKnown} members and ${fewestKnown} others`,
      enables: 'how much an attacker gains: AUC, true positives at 1 % and 0.1 % false alarms',
      howToSupply: 'isMember on the samples',
    });
  else if (evaluation.tprAtTenth === null)
    missing.push({
      needed: '1,000 samples known to be outside',
      enables: 'true positives at 0.1 % false alarms',
      howToSupply: 'isMember: false on more samples',
    });
  return missing;
}
