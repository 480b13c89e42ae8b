/** Profiles from request to row, and from row to the contract. */

import type { z } from 'zod';
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { detectionProblems, mostProfileRows, type Profile, type ProfileDraft } from '../contract.ts';
import type { ProfileSource } from '../evasion/build-profile.ts';
import type { ReferenceModels } from '../evasion/profile.ts';
import type { ProfileRow } from '../table.ts';
import type { LiveCount } from './profile-store.ts';

type Draft = z.output<typeof ProfileDraft>;
/** Features of all rows together: the matrix lies in memory several times while it is built. */
const mostCells = 8_000_000;
const mostLabels = 200;

/** @throws profileShape, profileCells, profileLabels, duplicateId, referenceShape, referenceRows */
export function sourceOf(draft: Draft): ProfileSource {
  const { samples, bounds, featureKinds, targetFalsePositiveRate, seed } = draft;
  const dimensions = samples[0]?.features.length ?? 0;
  if (samples.length * dimensions > mostCells)
    throw detectionProblems.profileCells({ cells: samples.length * dimensions, most: mostCells });
  checkSamples(samples, dimensions);
  if (dimensions < 2) throw detectionProblems.profileShape({ row: 0, got: dimensions, expected: 2 });
  const given = [bounds?.length ?? dimensions, featureKinds?.length ?? dimensions].find((length) => length !== dimensions);
  if (given !== undefined) throw detectionProblems.profileShape({ row: 'bounds or featureKinds', got: given, expected: dimensions });
  const values = new Float32Array(samples.length * dimensions);
  for (const [row, { features }] of samples.entries()) values.set(features, row * dimensions);
  return {
    values,
    dimensions,
    labels: samples.map(({ label }) => String(label)),
    predictions: samples.map(({ prediction }) => (prediction === undefined ? null : String(prediction))),
    confidences: Float32Array.from(samples, ({ confidence }) => confidence ?? Number.NaN),
    trainedOn: samples.some(({ trainedOn }) => trainedOn) ? Uint8Array.from(samples, ({ trainedOn }) => (trainedOn ? 1 : 0)) : null,
    bounds:
      bounds === undefined ? null : { low: Float32Array.from(bounds, ({ min }) => min), high: Float32Array.from(bounds, ({ max }) => max) },
    kinds: featureKinds ?? null,
    targetRate: targetFalsePositiveRate,
    mistakes: draft.mistakes,
    referenceModels: referenceOf(draft),
    seed,
    mostRows: mostProfileRows,
  };
}

/** @throws referenceShape, referenceRows */
function referenceOf({ samples, referenceModels }: Draft): ReferenceModels | null {
  const expected = referenceModels?.length ?? 0;
  const denials = new Array<number>(expected + 1).fill(0);
  for (const [row, { label, prediction = label, referencePredictions, trainedOn }] of samples.entries()) {
    if (referencePredictions === undefined) continue;
    if (referencePredictions.length !== expected)
      throw detectionProblems.referenceShape({ row, got: referencePredictions.length, expected });
    const denying = referencePredictions.filter((said) => String(said) !== String(prediction)).length;
    if (trainedOn !== true) denials[denying] = (denials[denying] ?? 0) + 1;
  }
  if (referenceModels === undefined) return null;
  if (denials.every((rows) => rows === 0)) throw detectionProblems.referenceRows();
  return { assetIds: referenceModels.map(({ assetId }) => assetId), denials };
}

function checkSamples(samples: Draft['samples'], dimensions: number): void {
  const ids = new Set<string>();
  const labels = new Map<string, number>();
  for (const [row, { id, features, label }] of samples.entries()) {
    if (features.length !== dimensions) throw detectionProblems.profileShape({ row, got: features.length, expected: dimensions });
    if (ids.has(id)) throw detectionProblems.duplicateId({ id });
    ids.add(id);
    labels.set(String(label), (labels.get(String(label)) ?? 0) + 1);
  }
  const counts = [...labels.values()];
  if (counts.length < 2 || counts.length > mostLabels || counts.filter((count) => count >= 2).length < 2)
    throw detectionProblems.profileLabels();
}

/**
 * How often clean inputs are flagged, which is what a client's flags are held against: the asked rate, or what the profile's own clean rows
 * show where the model's mistakes were set aside and are flagged besides.
 */
export function expectedFlagRate({ targetRate, report }: Pick<ProfileRow, 'targetRate' | 'report'>): number {
  const fused = report?.fused;
  return fused?.mistakesSetAside ? Math.max(targetRate, fused.cleanFlagRate ?? 0) : targetRate;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** The asset a model's name stands for, when it is the id of one. */
export async function assetOfModel(modelId: string): Promise<string | null> {
  if (!uuid.test(modelId)) return null;
  try {
    return (await call(getAsset, { id: modelId })).id;
  } catch (error) {
    if (isProblem(error) && error.status === 404) return null;
    throw error;
  }
}

export function toProfile(row: ProfileRow, live: LiveCount | undefined): Profile {
  const { report } = row;
  return {
    id: row.id,
    modelId: row.modelId,
    assetId: row.assetId,
    version: row.version,
    state: row.state,
    stale: row.stale,
    staleReason: row.staleReason,
    contentSha256: row.contentSha256,
    targetFalsePositiveRate: row.targetRate,
    rowsGiven: row.rowsGiven,
    rowsUsed: report?.rowsUsed ?? 0,
    sampled: report?.sampled ?? false,
    seed: row.seed,
    dimensions: row.dimensions,
    constantFeatures: report?.constantFeatures ?? [],
    labels: report?.labels ?? [],
    scale: report?.scale ?? null,
    referenceModels: report?.referenceModels ?? null,
    predictionsGiven: report?.predictionsGiven ?? 0,
    confidencesGiven: report?.confidencesGiven ?? 0,
    split: report?.split ?? null,
    detectors: report?.detectors ?? [],
    fused: report?.fused ?? null,
    nonMemberLosses: row.nonMemberLosses,
    problem: row.problem,
    jobId: row.jobId,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    readyAt: row.readyAt?.toISOString() ?? null,
    live: live ?? { screened: 0, flagged: 0, contested: 0 },
  };
}
