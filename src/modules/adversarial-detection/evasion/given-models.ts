/** Other models whose answers came along with an input: do they deny what the model says, and how often do they by chance? */
import type { Family } from '../contract.ts';
import type { ReferenceModels } from './profile.ts';

/** Of a live model, which may give no confidence. */
export type GivenPrediction = { readonly modelId: string; readonly prediction: string | number; readonly confidence: number | null };

const family = 'given-models';
const share = 'Share of the other given models that deny the first one’s prediction.';

/**
 * The first prediction is that of the model in question. With the answers of all reference models of its profile there is a conformal p: of
 * how many clean rows as many of them denied the model. It is no part of the decision, as inputs on the way come without such answers.
 */
export function givenModels([first, ...others]: readonly GivenPrediction[], known: ReferenceModels | null): Family {
  if (first === undefined || others.length === 0)
    return {
      family,
      status: 'not-evaluated',
      reason: 'Only one model’s prediction was given.',
      statistic: {},
      pValue: null,
      flaggedCount: 0,
      method: `${share} Evidence only.`,
    };
  const denies = ({ prediction }: GivenPrediction): boolean => String(prediction) !== String(first.prediction);
  const denying = others.filter(denies).length;
  const asked = known?.assetIds.map((id) => others.find(({ modelId }) => modelId === id)) ?? [];
  const answered = asked.filter((one) => one !== undefined);
  const isCalibrated = known !== null && answered.length === asked.length;
  return {
    family,
    status: 'evaluated',
    reason: known !== null && !isCalibrated ? 'Not all reference models of the profile answered, so there is no p-value.' : null,
    statistic: { models: others.length, denying, share: denying / others.length },
    pValue: isCalibrated ? denialProbability(known.denials, answered.filter(denies).length) : null,
    flaggedCount: 0,
    method: isCalibrated ? `${share} p: clean rows of the profile that as many of its reference models denied.` : `${share} Evidence only.`,
  };
}

/** (1 + rows with as many denials or more) / (rows + 1). */
function denialProbability(denials: readonly number[], denying: number): number {
  const rows = denials.reduce((sum, n) => sum + n, 0);
  const atLeast = denials.slice(denying).reduce((sum, n) => sum + n, 0);
  return (1 + atLeast) / (rows + 1);
}
