/** One submitted or screened input becomes a detection: evidence, the client's standing, the asset's, and the words for people. */
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import type { CalibrationNote, EvasionQuestion, MissingEvidence } from '../contract.ts';
import { detectionProblems } from '../contract.ts';
import type { DetectionDraft } from '../detections/record-detection.ts';
import { type EvasionEvidence, gatherEvidence } from '../evasion/evasion-evidence.ts';
import type { GivenPrediction } from '../evasion/given-models.ts';
import type { KnownProfile } from '../profiles/known-profiles.ts';
import { expectedFlagRate } from '../profiles/profile.ts';
import { findNewestOf } from '../profiles/profile-store.ts';
import type { ClientStanding } from './client-windows.ts';
import { hashFeatures } from './input-hash.ts';
import type { ScreeningState } from './screening-state.ts';

export const engineVersion = '2';

/** @throws adversarial-detection.profileNotFound, profileNotReady, featureCount, baselineShape */
export async function profileFor(state: ScreeningState, question: EvasionQuestion): Promise<KnownProfile | null> {
  const { inputSample, baselineInput } = question;
  const expected = inputSample.features.length;
  if (baselineInput !== undefined && baselineInput.features.length !== expected)
    throw detectionProblems.baselineShape({ got: baselineInput.features.length, expected });
  const id = question.profileId ?? (await findNewestOf(question.predictions[0]?.modelId ?? ''))?.id;
  if (id === undefined) return null;
  const known = await knownProfile(state, id);
  if (known.profile.space.dimensions !== expected)
    throw detectionProblems.featureCount({ got: expected, expected: known.profile.space.dimensions });
  return known;
}

/** From memory, else from the database, in the ambient transaction. @throws profileNotFound, profileNotReady */
export async function knownProfile(state: ScreeningState, id: string): Promise<KnownProfile> {
  const known = state.profiles.get(id) ?? (await state.profiles.load(id));
  if (known === null) throw detectionProblems.profileNotFound({ id });
  return known;
}

export type EvasionCase = {
  readonly question: Pick<EvasionQuestion, 'inputSample' | 'baselineInput' | 'gradientNorm' | 'clientId'> & {
    readonly predictions: readonly GivenPrediction[];
  };
  readonly known: KnownProfile | null;
  readonly standing: ClientStanding | null;
  readonly participating: number | null;
  readonly dryRun: boolean;
  readonly source: DetectionDraft['source'];
  readonly receivedAtMs: number;
};

/** Pure but for the look at the asset. */
export async function draftEvasion(found: EvasionCase, evidence: EvasionEvidence): Promise<DetectionDraft> {
  const { question, known, standing } = found;
  const [first] = question.predictions;
  const modelId = first?.modelId ?? '';
  const assetId = known?.row.assetId ?? null;
  const inputSha256 = hashFeatures(question.inputSample.features);
  const asset = evidence.decision === 'threat' ? await assetFacts(assetId) : { production: null, riskCritical: null };
  return {
    kind: 'model-evasion',
    decision: evidence.decision,
    title: `Crafted input against ${modelId}`.slice(0, 300),
    summary: summaryOf(evidence, found),
    pValue: evidence.pValue,
    subject: {
      modelId,
      inputId: question.inputSample.id,
      ...(question.clientId === undefined ? {} : { clientId: question.clientId }),
      assetId,
    },
    families: evidence.families,
    flagged: [],
    missingEvidence: [...evidence.missing, ...staleNote(known)],
    calibration: calibrationOf(known),
    profileId: known?.row.id ?? null,
    engine: { version: engineVersion, seed: known?.row.seed ?? 0, inputSha256, durationMs: performance.now() - found.receivedAtMs },
    evidence: {
      ...evidence.fields,
      ...asset,
      clientFlagged10Min: standing?.flagged ?? null,
      clientBinomialP: standing?.binomialP ?? null,
      participatingClients10Min: found.participating,
    },
    // Many flags of one client are evidence of their own kind.
    evidenceFamilies: evidence.speaking + (standing !== null && standing.flagged >= 5 && standing.binomialP <= 0.001 ? 2 : 0),
    stale: known?.row.stale ?? false,
    blockInput: inputSha256,
    dryRun: found.dryRun,
    source: found.source,
    receivedAtMs: found.receivedAtMs,
  };
}

async function assetFacts(assetId: string | null): Promise<{ production: boolean | null; riskCritical: boolean | null }> {
  if (assetId === null) return { production: null, riskCritical: null };
  try {
    const asset = await call(getAsset, { id: assetId });
    return { production: asset.environment === 'production', riskCritical: asset.riskLevel === 'critical' };
  } catch (error) {
    // It left the inventory: what it was is not known any more.
    if (isProblem(error)) return { production: null, riskCritical: null };
    throw error;
  }
}

function staleNote(known: KnownProfile | null): MissingEvidence[] {
  if (!known?.row.stale) return [];
  return [
    {
      needed: 'a profile that still fits the traffic',
      enables: 'severities above medium: this one is stale',
      howToSupply: 'build a new profile from recent rows that the model was not trained on',
    },
  ];
}

function calibrationOf(known: KnownProfile | null): CalibrationNote | null {
  if (known === null) return null;
  const { row } = known;
  return {
    profileId: row.id,
    version: row.version,
    rows: row.report?.fused?.calibrationRows ?? 0,
    targetFalsePositiveRate: row.targetRate,
    harmlessFlagRate: row.report?.fused?.harmlessFlagRate ?? null,
  };
}

function summaryOf({ decision, pValue, judgement, signature }: EvasionEvidence, { question, known, standing }: EvasionCase): string {
  const [first] = question.predictions;
  if (decision === 'insufficient-evidence')
    return known === null
      ? 'There is no profile of this model, so nothing can be decided; the evidence is listed.'
      : 'The profile cannot decide about this input; the evidence is listed.';
  const share = ((pValue ?? 1) * 100).toFixed(2);
  if (decision === 'no-threat') return `As unusual as ${share} % of normal inputs or more: nothing to act on.`;
  const speaking = judgement?.answers.filter(({ used, pValue: p }) => used && p <= (known?.row.targetRate ?? 0)).length ?? 0;
  const parts = [
    `No more than ${share} % of normal inputs look as unlike what the model answers (${String(first?.prediction ?? '')}).`,
    `${speaking} of ${judgement?.answers.length ?? 0} detectors say so on their own.`,
    signature === null || signature.candidates.length === 0
      ? ''
      : `The change has the shape that ${signature.candidates.join(' or ')} leaves.`,
    standing !== null && standing.flagged > 1 ? `The client was flagged ${standing.flagged} times in ten minutes.` : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

/** The whole way for one submitted input. */
export async function analyzeSubmitted(state: ScreeningState, question: EvasionQuestion, receivedAtMs: number): Promise<DetectionDraft> {
  const known = await profileFor(state, question);
  const evidence = gatherEvidence(question, known?.profile ?? null);
  const counted = known !== null && question.clientId !== undefined && !question.dryRun && evidence.decision !== 'insufficient-evidence';
  const standing =
    counted && question.clientId !== undefined
      ? state.clients.count(known.row.id, question.clientId, { flagged: evidence.decision === 'threat', rate: expectedFlagRate(known.row) })
      : null;
  const participating =
    standing !== null && standing.flagged >= 5
      ? state.clients.participating(known?.row.id ?? '', { rate: known === null ? 1 : expectedFlagRate(known.row) })
      : null;
  return draftEvasion({ question, known, standing, participating, dryRun: question.dryRun, source: 'analysis', receivedAtMs }, evidence);
}
