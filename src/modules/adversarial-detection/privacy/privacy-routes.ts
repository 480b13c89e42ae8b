/** The product door of the two privacy analyses. */
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import type { CalibrationNote, Detection } from '../contract.ts';
import { detectionProblems } from '../contract.ts';
import { unpackSource } from '../evasion/pack-profile.ts';
import { assetOfModel } from '../profiles/profile.ts';
import { findNewestOf, findProfile, findSource } from '../profiles/profile-store.ts';
import { analyse } from '../screening/analysis-pool.ts';
import { analysisSeed, keepJudgement, targetRateOf } from '../screening/record-judgement.ts';
import { analyzeAttributes, analyzeMembership } from './privacy-contract.ts';

type Losses = { readonly losses: readonly number[]; readonly calibration: CalibrationNote | null };
const none: Losses = { losses: [], calibration: null };

/** The losses of the profile named, or of the newest one of the model. @throws adversarial-detection.profileNotFound */
async function lossesFor(modelId: string, profileId: string | undefined, targetRate: number): Promise<Losses> {
  const row = profileId === undefined ? await findNewestOf(modelId) : await findProfile(profileId);
  if (row === null && profileId !== undefined) throw detectionProblems.profileNotFound({ id: profileId });
  if (row === null || row.nonMemberLosses === 0) return none;
  const source = await findSource(row.id);
  if (source === null) return none;
  const losses = unpackSource(source).nonMemberLosses;
  return {
    losses,
    calibration: {
      profileId: row.id,
      version: row.version,
      rows: losses.length,
      targetFalsePositiveRate: targetRate,
      harmlessFlagRate: null,
    },
  };
}

function note(detection: Detection): Detection {
  audit.subject({ type: 'detection', id: detection.id });
  return detection;
}

// The arithmetic takes seconds: no transaction waits for it.
const own = { transaction: 'none' } as const;

export const privacyRoutes: readonly Route[] = [
  handle(
    analyzeMembership,
    async (asked, context) => {
      const receivedAtMs = performance.now();
      const { targetRate, losses, calibration, assetId } = await transaction(
        context,
        async () => {
          const rate = await targetRateOf('membership-inference');
          const known = await lossesFor(asked.modelId, asked.profileId, rate);
          return { targetRate: rate, ...known, assetId: await assetOfModel(asked.modelId) };
        },
        { readOnly: true },
      );
      const { samples, shadowPredictions = [] } = asked;
      const question = { samples, shadowPredictions, nonMemberLosses: losses, targetRate, seed: analysisSeed };
      const judgement = await analyse({ kind: 'membership', question }, context.signal);
      const { queryId, modelId, clientId, dryRun } = asked;
      const subject = { queryId, modelId, ...(clientId === undefined ? {} : { clientId }), assetId };
      return note(
        await keepJudgement(judgement, { kind: 'membership-inference', subject, asked, calibration, dryRun, receivedAtMs }, context),
      );
    },
    own,
  ),
  handle(
    analyzeAttributes,
    async (asked, context) => {
      const receivedAtMs = performance.now();
      const { targetRate, assetId } = await transaction(
        context,
        async () => ({ targetRate: await targetRateOf('attribute-inference'), assetId: await assetOfModel(asked.modelId) }),
        { readOnly: true },
      );
      const { samples, targetAttributes, queryId, modelId, clientId, dryRun } = asked;
      const question = { samples, targetAttributes: [...new Set(targetAttributes)], targetRate, seed: analysisSeed };
      const judgement = await analyse({ kind: 'attribute', question }, context.signal);
      const subject = { queryId, modelId, ...(clientId === undefined ? {} : { clientId }), assetId };
      return note(await keepJudgement(judgement, { kind: 'attribute-inference', subject, asked, dryRun, receivedAtMs }, context));
    },
    own,
  ),
];
