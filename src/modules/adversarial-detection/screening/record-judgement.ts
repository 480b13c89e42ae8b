/** From what an engine says to a stored detection. */
import { createHash } from 'node:crypto';
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { findConfiguration } from '../configuration/config-store.ts';
import { type CalibrationNote, type Detection, detectionProblems, type Kind, type Subject } from '../contract.ts';
import { recordDetection } from '../detections/record-detection.ts';
import { engineVersion } from './analyze-evasion.ts';
import type { Judgement } from './judgement.ts';

/** Every analysis says with which seed it was computed; the same question gives the same answer. */
export const analysisSeed = 1;

/** @returns the false-positive rate asked for. @throws adversarial-detection.disabled */
export async function targetRateOf(kind: Kind): Promise<number> {
  const { detectors } = await findConfiguration();
  const { enabled, targetFalsePositiveRate } = detectors[kind];
  if (!enabled) throw detectionProblems.disabled({ kind });
  return targetFalsePositiveRate;
}

export type Recording = {
  readonly kind: Kind;
  readonly subject: Omit<Subject, 'assetId'> & { readonly assetId: string | null };
  /** The question, for its hash. */
  readonly asked: unknown;
  readonly calibration?: CalibrationNote | null;
  readonly dryRun: boolean;
  /** Only watched: recorded and told, and nothing is blocked. */
  readonly shadow?: boolean;
  readonly source?: Detection['source'];
  readonly receivedAtMs: number;
};

/** In a transaction of its own. */
export function keepJudgement(judgement: Judgement, recording: Recording, context: Context): Promise<Detection> {
  return transaction(context, () => recordJudgement(judgement, recording));
}

/** Joins the ambient transaction. */
export function recordJudgement(
  judgement: Judgement,
  { asked, receivedAtMs, calibration = null, source = 'analysis', ...about }: Recording,
): Promise<Detection> {
  return recordDetection({
    ...judgement,
    ...about,
    title: judgement.title.slice(0, 300),
    calibration,
    profileId: calibration?.profileId ?? null,
    engine: { version: engineVersion, seed: analysisSeed, inputSha256: sha256Of(asked), durationMs: performance.now() - receivedAtMs },
    // A set of answers is no input that could be refused.
    blockInput: null,
    source,
    receivedAtMs,
  });
}

export function sha256Of(asked: unknown): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex');
}
