/** The hot path: one live input, decided from memory. Blocks are committed before the answer, everything else after it. */
import { commonProblems, isProblem } from '../../../contract/problem.ts';
import type { Severity } from '../../../contract/severity.ts';
import { transaction } from '../../../platform/database/database.ts';
import { log } from '../../../platform/log.ts';
import { type Configuration, detectionProblems, type ScreenAnswer, type ScreenQuestion, securityProblems } from '../contract.ts';
import { blocksOf, type DetectionDraft, gradeDraft, recordDetection } from '../detections/record-detection.ts';
import { gatherEvidence } from '../evasion/evasion-evidence.ts';
import type { GivenPrediction } from '../evasion/given-models.ts';
import { type Judgement, judgeInput } from '../evasion/judge-input.ts';
import type { KnownProfile } from '../profiles/known-profiles.ts';
import { expectedFlagRate } from '../profiles/profile.ts';
import { draftEvasion, knownProfile } from './analyze-evasion.ts';
import { hashFeatures } from './input-hash.ts';
import { contextOfWorkspace, type ScreeningState } from './screening-state.ts';
import { keptBelow } from './screening-store.ts';
import { countScreening, waitingFor } from './write-behind.ts';

export type LiveQuestion = Omit<ScreenQuestion, 'predictions'> & {
  readonly predictions: readonly GivenPrediction[];
  /** Only watched: everything is computed, counted and told, and nothing is blocked. The reason `simulated` says that it would have been. */
  readonly shadow?: boolean;
  /** Its hash, when the caller has it already. */
  readonly inputSha256?: string;
};

/**
 * @throws security.quarantined; adversarial-detection.profileNotFound, featureCount: those are the caller's errors, not failures.
 * Anything else that fails is answered as the model's fail mode says, and counted as unscreened.
 */
export async function screen(state: ScreeningState, question: LiveQuestion, receivedAtMs = performance.now()): Promise<ScreenAnswer> {
  const { profileId, input } = question;
  const known = state.profiles.get(profileId) ?? (await loadProfile(state, profileId));
  const { row, profile } = known;
  if (row.assetId !== null && state.quarantined.has(row.assetId)) throw securityProblems.quarantined({ modelId: row.modelId });
  if (input.features.length !== profile.space.dimensions)
    throw detectionProblems.featureCount({ got: input.features.length, expected: profile.space.dimensions });
  const inputSha256 = question.inputSha256 ?? hashFeatures(input.features);
  const refused = refusedBy(state, known, { question, inputSha256 });
  if (refused !== null) return refused;
  try {
    return await judge(state, { question, known, inputSha256, receivedAtMs });
  } catch (error) {
    return failed(state, known, error);
  }
}

async function loadProfile(state: ScreeningState, id: string): Promise<KnownProfile> {
  return transaction(contextOfWorkspace(state.workspaceId), () => knownProfile(state, id), { readOnly: true });
}

type Asked = { readonly question: LiveQuestion; readonly inputSha256: string };

function refusedBy(state: ScreeningState, { row }: KnownProfile, { question, inputSha256 }: Asked): ScreenAnswer | null {
  if (state.configuration.response.simulate || question.shadow === true) return null;
  const block = state.blocks.find({ modelId: row.modelId, inputSha256, clientId: question.clientId });
  if (block === null) return null;
  const to = waitingFor(state.workspaceId);
  countScreening(to, row.id, ['blocked']);
  to.refused.set(block.id, (to.refused.get(block.id) ?? 0) + 1);
  return { decision: 'block', pValue: null, blockId: block.id, reason: block.kind === 'client' ? 'client-blocked' : 'input-blocked' };
}

type Case = Asked & { readonly known: KnownProfile; readonly receivedAtMs: number };

async function judge(state: ScreeningState, found: Case): Promise<ScreenAnswer> {
  const { question, known } = found;
  const [first] = question.predictions;
  if (first === undefined || !state.configuration.detectors['model-evasion'].enabled) return undecided(state, known, 'failed-open');
  const judgement = judgeInput(known.profile, {
    features: question.input.features,
    prediction: first.prediction,
    confidence: first.confidence,
  });
  if (judgement.fused === null || judgement.flagged === null) return undecided(state, known, 'failed-open');
  const { flagged, fused } = judgement;
  const standing = state.clients.count(known.row.id, question.clientId, { flagged, rate: expectedFlagRate(known.row) });
  const contested = state.clients.isContested(known.row.id, question.clientId);
  const to = waitingFor(state.workspaceId);
  countScreening(to, known.row.id, contested ? ['contested'] : flagged ? ['screened', 'flagged'] : ['screened']);
  const answer: ScreenAnswer = flagged ? await flag(state, found, { judgement, standing }) : { decision: 'allow', pValue: fused.pValue };
  if (fused.pValue <= keptBelow)
    to.scores.push({
      profileId: known.row.id,
      at: new Date(),
      clientId: question.clientId,
      inputSha256: found.inputSha256,
      pValue: fused.pValue,
      blocked: answer.decision === 'block',
    });
  return answer;
}

/** The profile cannot say anything about it: neither clean nor an attack. */
function undecided(state: ScreeningState, { row }: KnownProfile, reason: 'failed-open'): ScreenAnswer {
  countScreening(waitingFor(state.workspaceId), row.id, ['unscreened']);
  return { decision: 'unscreened', pValue: null, reason };
}

type Flagged = { readonly judgement: Judgement; readonly standing: ReturnType<ScreeningState['clients']['count']> };

async function flag(
  state: ScreeningState,
  { question, known, receivedAtMs }: Case,
  { judgement, standing }: Flagged,
): Promise<ScreenAnswer> {
  const context = contextOfWorkspace(state.workspaceId);
  const { simulate } = state.configuration.response;
  const participating = standing.flagged >= 5 ? state.clients.participating(known.row.id, { rate: expectedFlagRate(known.row) }) : null;
  const asked = { inputSample: question.input, predictions: question.predictions, clientId: question.clientId };
  const evidence = gatherEvidence(asked, known.profile);
  const pValue = judgement.fused?.pValue ?? null;
  let isRefusing = false;
  const decided = transaction(context, async () => {
    const drawn = await draftEvasion(
      { question: asked, known, standing, participating, dryRun: false, source: 'screening', receivedAtMs },
      evidence,
    );
    const draft = { ...drawn, shadow: question.shadow === true };
    const { severity } = gradeDraft(draft, state.configuration);
    const blocks = blocksOf(draft, severity, state.configuration);
    if (severity === 'high' || severity === 'critical') state.clients.contest(known.row.id, question.clientId);
    if (!blocks.input && !blocks.client) {
      waitingFor(state.workspaceId).detections.push(draft);
      return {
        decision: 'allow' as const,
        pValue,
        reason: draft.shadow
          ? reasonInShadow(drawn, severity, state.configuration)
          : simulate
            ? ('simulated' as const)
            : ('flagged' as const),
      };
    }
    isRefusing = true;
    const detection = await recordDetection(draft);
    return { decision: 'block' as const, pValue, detectionId: detection.id, reason: 'flagged' as const };
  });
  try {
    const answer = await decided;
    if (answer.decision === 'block') countScreening(waitingFor(state.workspaceId), known.row.id, ['blocked']);
    return answer;
  } catch (error) {
    // Whatever the fail mode: what was found to be an attack is not let through because it could not be written down.
    if (isRefusing) throw commonProblems.unavailable({ what: 'record of a block' }, { cause: error });
    throw error;
  }
}

function reasonInShadow(draft: DetectionDraft, severity: Severity | null, configuration: Configuration): 'simulated' | 'flagged' {
  const inForce = { ...configuration, response: { ...configuration.response, simulate: false } };
  const blocks = blocksOf(draft, severity, inForce);
  return blocks.input || blocks.client ? 'simulated' : 'flagged';
}

/** Screening failed: the fail mode of the model decides, and the request is never called clean. */
function failed(state: ScreeningState, { row }: KnownProfile, error: unknown): ScreenAnswer {
  const { failMode, failModes } = state.configuration.response;
  const mode = failModes.find(({ modelId }) => modelId === row.modelId)?.failMode ?? failMode;
  countScreening(waitingFor(state.workspaceId), row.id, ['unscreened']);
  log('error').error({ error, code: 'screening.failed', profileId: row.id, mode }, 'An input could not be screened');
  if (isProblem(error) && error.status === 503) throw error;
  return mode === 'closed'
    ? { decision: 'block', pValue: null, reason: 'failed-closed' }
    : { decision: 'unscreened', pValue: null, reason: 'failed-open' };
}
