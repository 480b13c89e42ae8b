/** The product door of model evasion: profiles, analysis, screening. */
import { audit } from '../../../platform/audit.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { enqueue } from '../../../platform/jobs/jobs.ts';
import { notifyProcesses } from '../blocks/block-store.ts';
import {
  analyzeEvasion,
  createProfile,
  detectionProblems,
  getProfile,
  listProfiles,
  readNonMemberLosses,
  removeProfile,
  screenInput,
  simulatedRates,
  simulateRates,
} from '../contract.ts';
import { recordDetection } from '../detections/record-detection.ts';
import { packSource, unpackSource } from '../evasion/pack-profile.ts';
import { guardsOf } from '../guard/guard-store.ts';
import { buildProfileJob } from '../profiles/build-profile-job.ts';
import { assetOfModel, sourceOf, toProfile } from '../profiles/profile.ts';
import { findProfile, findSource, insertProfile, listProfilePage, liveCounts, noteJob, retireProfile } from '../profiles/profile-store.ts';
import { analyzeSubmitted } from './analyze-evasion.ts';
import { screen } from './screening.ts';
import { refresh, screeningState } from './screening-state.ts';
import { effectOfRates } from './screening-store.ts';

export const evasionRoutes: readonly Route[] = [
  handle(createProfile, async (draft, { actor }) => {
    const source = sourceOf(draft);
    for (const { assetId } of draft.referenceModels ?? [])
      if ((await assetOfModel(assetId)) === null) throw detectionProblems.referenceUnknown({ id: assetId });
    const row = await insertProfile(
      {
        modelId: draft.modelId,
        assetId: await assetOfModel(draft.modelId),
        targetRate: draft.targetFalsePositiveRate,
        rowsGiven: draft.samples.length,
        dimensions: source.dimensions,
        seed: draft.seed,
        nonMemberLosses: draft.nonMemberLosses?.length ?? 0,
        createdBy: actor.id,
      },
      packSource(source, draft.nonMemberLosses ?? []),
    );
    const title = `Profile ${row.version} of ${draft.modelId}`;
    const jobId = await enqueue(buildProfileJob, { profileId: row.id }, { title, subject: { type: 'profile', id: row.id } });
    await noteJob(row.id, jobId);
    audit.subject({ type: 'profile', id: row.id });
    return { jobId, profileId: row.id, version: row.version };
  }),
  handle(listProfiles, async ({ cursor, limit, page, per_page, ...filter }) => {
    const found = await listProfilePage(filter, { cursor, limit, page, per_page });
    const live = await liveCounts(found.items.map(({ id }) => id));
    return { ...found, items: found.items.map((row) => toProfile(row, live.get(row.id))) };
  }),
  handle(getProfile, async ({ id }) => {
    const row = await findProfile(id);
    if (row === null) throw detectionProblems.profileNotFound({ id });
    return toProfile(row, (await liveCounts([id])).get(id));
  }),
  handle(removeProfile, async ({ id }, { actor }) => {
    const row = await findProfile(id);
    if (row === null) throw detectionProblems.profileNotFound({ id });
    const guards = await guardsOf(id);
    if (guards.length > 0) throw detectionProblems.profileInUse({ guards: guards.join(', ') });
    await retireProfile(id);
    audit.subject({ type: 'profile', id });
    audit.change({ before: { state: row.state, rows: row.rowsGiven }, after: { state: 'removed' } });
    // Whoever holds it in memory lets go, so that nothing is decided on it any more.
    await notifyProcesses('profile', id);
    afterCommit(() => refresh(actor.workspaceId, 'profile', id));
    return toProfile((await findProfile(id)) ?? row, undefined);
  }),
  handle(simulateRates, async ({ id, days }) => {
    if ((await findProfile(id)) === null) throw detectionProblems.profileNotFound({ id });
    return { days, ...(await effectOfRates(id, simulatedRates, days)) };
  }),
  handle(readNonMemberLosses, async ({ id }) => {
    const [row, source] = [await findProfile(id), await findSource(id)];
    if (row === null || source === null) throw detectionProblems.profileNotFound({ id });
    const losses = row.nonMemberLosses === 0 ? [] : unpackSource(source).nonMemberLosses;
    return { profileId: id, version: row.version, targetFalsePositiveRate: row.targetRate, losses };
  }),
  handle(analyzeEvasion, async (question, { actor }) => {
    const receivedAtMs = performance.now();
    const state = await screeningState(actor.workspaceId);
    if (!state.configuration.detectors['model-evasion'].enabled) throw detectionProblems.disabled({ kind: 'model-evasion' });
    const detection = await recordDetection(await analyzeSubmitted(state, question, receivedAtMs));
    audit.subject({ type: 'detection', id: detection.id });
    return detection;
  }),
  handle(
    screenInput,
    async (question, { actor }) => {
      const receivedAtMs = performance.now();
      const known = screeningState(actor.workspaceId);
      return screen(known instanceof Promise ? await known : known, question, receivedAtMs);
    },
    { transaction: 'none' },
  ),
];
