/** A question about one input, answered: evidence by family, what is missing, and the decision. Pure. */
import type { EvasionQuestion, Family, MissingEvidence } from '../contract.ts';
import type { Evidence } from '../detections/severity.ts';
import { strongP } from '../detections/severity.ts';
import type { EvasionDetector } from './detector.ts';
import { evasionDetectors } from './detectors.ts';
import { type GivenPrediction, givenModels } from './given-models.ts';
import { anomalyCount, inputAnomaly } from './input-anomaly.ts';
import { type Judgement, judgeInput } from './judge-input.ts';
import { type PerturbationSignature, perturbationSignature } from './perturbation-signature.ts';
import type { EvasionProfile } from './profile.ts';

export type EvasionEvidence = {
  readonly judgement: Judgement | null;
  readonly families: Family[];
  readonly missing: MissingEvidence[];
  readonly signature: PerturbationSignature | null;
  readonly decision: 'threat' | 'no-threat' | 'insufficient-evidence';
  readonly pValue: number | null;
  /** Detectors with p ≤ 10⁻³, and with p ≤ α. */
  readonly strong: number;
  readonly speaking: number;
  readonly fields: Evidence;
};
type Asked = Pick<EvasionQuestion, 'inputSample' | 'baselineInput' | 'gradientNorm'> & { readonly predictions: readonly GivenPrediction[] };

/** @param profile null: none is ready for this model. */
export function gatherEvidence(question: Asked, profile: EvasionProfile | null): EvasionEvidence {
  const [first] = question.predictions;
  const judgement =
    profile === null || first === undefined
      ? null
      : judgeInput(profile, { features: question.inputSample.features, prediction: first.prediction, confidence: first.confidence });
  const signature =
    question.baselineInput === undefined ? null : perturbationSignature(question.inputSample.features, question.baselineInput.features);
  // Change speaks of no attack: it is no family of evidence.
  const counted = judgement?.answers.filter(({ used, role }) => used && role !== 'change') ?? [];
  const strong = counted.filter(({ pValue }) => pValue <= strongP).length;
  const speaking = counted.filter(({ pValue }) => pValue <= (profile?.targetRate ?? 0)).length;
  const decision = decisionOf(judgement);
  return {
    judgement,
    families: [
      ...detectorFamilies(judgement),
      givenModels(question.predictions, profile?.referenceModels ?? null),
      signatureFamily(signature),
      ...anomalyFamily(question, profile),
      ...gradientFamily(question),
    ],
    missing: missingOf(question, { profile, judgement }),
    signature,
    decision,
    pValue: judgement?.fused?.pValue ?? null,
    strong,
    speaking,
    fields: {
      flagged: judgement?.flagged ?? null,
      pValue: judgement?.fused?.pValue ?? null,
      strongDetectors: strong,
      predictionDiffersFromBaseline: baselineDiffers(question, profile),
      whiteBoxShape: signature === null ? null : ['sign-step', 'projected-steps', 'small-dense'].includes(signature.shape),
      blackBoxShape: signature === null ? null : ['few-coordinates', 'blocks'].includes(signature.shape),
    },
  };
}

function decisionOf(judgement: Judgement | null): EvasionEvidence['decision'] {
  if (judgement === null || judgement.flagged === null) return 'insufficient-evidence';
  return judgement.flagged ? 'threat' : 'no-threat';
}

/** Nobody sends the model's answer for the unchanged input: the profile's neighbours of it say what it should be. */
function baselineDiffers({ baselineInput, predictions: [first] }: Asked, profile: EvasionProfile | null): boolean | null {
  if (baselineInput === undefined || profile === null || first === undefined) return null;
  const { facts } = judgeInput(profile, { features: baselineInput.features, prediction: first.prediction, confidence: null });
  const counts = new Map<number, number>();
  for (const known of facts.neighbourClasses) counts.set(known, (counts.get(known) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  // Fewer than eight of ten is no clear answer.
  return most === undefined || most[1] < 8 ? null : most[0] !== facts.predicted;
}

function notCalibrated({ needsConfidence }: EvasionDetector): string {
  return needsConfidence ? 'The profile was given no confidences, so it is not calibrated.' : 'The profile was built without it.';
}

function detectorFamilies(judgement: Judgement | null): Family[] {
  return evasionDetectors.map((detector) => {
    const answer = judgement?.answers.find(({ id }) => id === detector.id);
    if (judgement === null || answer === undefined)
      return {
        family: detector.id,
        status: 'not-evaluated',
        reason: judgement === null ? 'There is no profile of the model.' : notCalibrated(detector),
        statistic: {},
        pValue: null,
        flaggedCount: 0,
        method: detector.method,
      };
    return {
      family: detector.id,
      status: 'evaluated',
      reason: answer.used ? null : 'Not part of the decision; the profile says why.',
      statistic: { score: answer.score, calibrationRows: answer.rows, ...detector.statistic(judgement.facts) },
      pValue: answer.pValue,
      flaggedCount: 0,
      method: detector.method,
    };
  });
}

function signatureFamily(signature: PerturbationSignature | null): Family {
  const method = 'Shape of the difference to the baseline. Names the technique; a harmless change may have the same shape.';
  if (signature === null)
    return {
      family: 'perturbation-signature',
      status: 'not-evaluated',
      reason: 'No baseline input was given.',
      statistic: {},
      pValue: null,
      flaggedCount: 0,
      method,
    };
  const { norms, atLargest, changedShare, runLength, shape, candidates } = signature;
  return {
    family: 'perturbation-signature',
    status: 'evaluated',
    reason: candidates.length === 0 ? `Shape: ${shape}.` : `Shape: ${shape}, as ${candidates.join(' or ')} leaves it.`,
    statistic: { ...norms, atLargest, changedShare, runLength },
    pValue: null,
    flaggedCount: 0,
    method,
  };
}

function anomalyFamily({ inputSample: { features } }: Asked, profile: EvasionProfile | null): Family[] {
  if (profile === null) return [];
  const { largestRobustZ, ...counts } = inputAnomaly(features, profile.columns);
  return [
    {
      family: 'input-anomaly',
      status: 'evaluated',
      reason: 'Change, not attack: no part of the decision.',
      statistic: { ...counts, largestRobustZ },
      pValue: null,
      flaggedCount: anomalyCount({ ...counts, largestRobustZ }),
      method: 'Columns outside of declared bounds and kinds, broken one-hot groups, more than eight robust deviations from the median.',
    },
  ];
}

function gradientFamily({ gradientNorm }: Asked): Family[] {
  if (gradientNorm === undefined) return [];
  const method = 'Norm of the loss gradient at the input, as given. Profiles hold none to compare with: evidence only.';
  return [
    { family: 'gradient-norm', status: 'evaluated', reason: null, statistic: { gradientNorm }, pValue: null, flaggedCount: 0, method },
  ];
}

function missingOf(
  { baselineInput, predictions }: Asked,
  { profile, judgement }: { profile: EvasionProfile | null; judgement: Judgement | null },
): MissingEvidence[] {
  const missing: MissingEvidence[] = [];
  if (profile === null)
    missing.push({
      needed: 'a profile of the model',
      enables: 'a decision with a p-value: without calibration no score means anything',
      howToSupply: 'POST /api/adversarial-detection/profiles with at least 200 rows the model was not trained on',
    });
  if (profile !== null && profile.decisionThreshold === null)
    missing.push({
      needed: 'a profile that can decide',
      enables: 'a decision: this one has too few rows for its rate, or flags harmless change',
      howToSupply: 'build a profile with more rows, or with a larger targetFalsePositiveRate',
    });
  if (profile !== null && judgement?.fused === null)
    missing.push({
      needed: 'what every detector of the profile needs',
      enables: 'the combined p-value, which is calibrated for all of them together',
      howToSupply: 'send the confidence of the prediction',
    });
  if (baselineInput === undefined)
    missing.push({
      needed: 'the unchanged input',
      enables: 'norms of the change and the name of the technique',
      howToSupply: 'send baselineInput with the same number of features',
    });
  if (predictions.length === 1)
    missing.push({
      needed: 'predictions of other models',
      enables: 'their disagreement as further evidence',
      howToSupply: 'send more than one entry in predictions',
    });
  return missing;
}
