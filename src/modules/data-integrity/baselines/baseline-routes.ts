/** The product door of baselines. */
import type { Actor, Context } from '../../../contract/actor.ts';
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { enqueue } from '../../../platform/jobs/jobs.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { personBusyMs } from '../assessments/ask-door.ts';
import { mostBytesAtOnce } from '../assessments/begin-assessment.ts';
import { compareProfiles } from '../assessments/compare-profiles.ts';
import {
  addBaseline,
  type Baseline,
  type BaselineWish,
  baselineProblems,
  compareBaselines,
  expireBaseline,
  getBaseline,
  listBaselines,
  promoteBaseline,
  type QueuedBaseline,
  queueBaseline,
  sourceLabel,
} from '../contract.ts';
import { maskedColumns, seesValues } from '../masking.ts';
import { pinnedTo } from '../monitors/monitor-store.ts';
import { refuseOthers } from '../ownership.ts';
import { locateTable } from '../sources/locate-table.ts';
import { makeBaseline } from './baseline.ts';
import { baselineJob } from './baseline-job.ts';
import { findBaseline, findBaselineProfile, listBaselineRows, lockBaselines, setExpired, setPromoted } from './baseline-store.ts';

async function baselineOrRefuse(id: string): Promise<Baseline> {
  const found = await findBaseline(id);
  if (found === null) throw baselineProblems.baselineNotFound({ id });
  return found;
}

export const baselineRoutes: readonly Route[] = [
  handle(
    addBaseline,
    async (draft, context) => {
      const wish = wishOf(draft, context);
      if (!(await isSmall(wish, context))) {
        const queued = await transaction(context, () => queue(wish, context));
        context.reply.accepted?.();
        return queued;
      }
      const patience = { signal: context.signal, busyMs: personBusyMs };
      const made = await makeBaseline(wish, { context, patience });
      audit.subject({ type: 'data-quality-baseline', id: made.id });
      audit.change({ after: factsOf(made) });
      return made;
    },
    { transaction: 'none' },
  ),
  handle(queueBaseline, (draft, context) => queue(wishOf(draft, context), context)),
  handle(listBaselines, async ({ assetId, environment, state, ...paging }) => {
    await call(getAsset, { id: assetId });
    return listBaselineRows({ assetId, environment, state }, paging);
  }),
  handle(getBaseline, async ({ id }, { actor }) => {
    const found = await baselineOrRefuse(id);
    const { profile, columnsLeftOut } = await profileOf(found, actor);
    return { ...found, profile, columnsLeftOut, valuesMasked: !seesValues(actor) };
  }),
  handle(promoteBaseline, async ({ id }, { actor }) => {
    const { assetId } = await baselineOrRefuse(id);
    await lockBaselines(assetId);
    const before = await baselineOrRefuse(id);
    if (before.state === 'expired') throw baselineProblems.baselineExpired({ name: before.name });
    if (before.state !== 'promoted') await setPromoted(before, actor.id);
    audit.subject({ type: 'data-quality-baseline', id });
    audit.change({ before: { state: before.state }, after: { state: 'promoted' } });
    return baselineOrRefuse(id);
  }),
  handle(expireBaseline, async ({ id }, { actor }) => {
    const { assetId } = await baselineOrRefuse(id);
    await lockBaselines(assetId);
    const before = await baselineOrRefuse(id);
    refuseOthers(before.createdBy, actor);
    const monitors = await pinnedTo(id);
    if (monitors.length > 0) throw baselineProblems.baselineInUse({ monitors: monitors.join(', ') });
    if (before.state !== 'expired') await setExpired(id);
    audit.subject({ type: 'data-quality-baseline', id });
    audit.change({ before: { state: before.state }, after: { state: 'expired' } });
    return baselineOrRefuse(id);
  }),
  handle(compareBaselines, async ({ id, with: other }, { actor }) => {
    const [a, b] = [await baselineOrRefuse(id), await baselineOrRefuse(other)];
    const [left, right] = [await profileOf(a, actor), await profileOf(b, actor)];
    return { a, b, columns: compareProfiles(left.profile, right.profile) };
  }),
];

function wishOf({ source, window, idempotencyKey: key, ...draft }: ParsedInputOf<typeof addBaseline>, { actor }: Context): BaselineWish {
  // Keys of two people never meet, nor those of an asset and another.
  const idempotencyKey = key === undefined ? null : `asked ${actor.id} ${draft.assetId} ${key}`.slice(0, 500);
  return { ...draft, source: source ?? { asset: draft.assetId }, window: window ?? null, requestedBy: actor.id, idempotencyKey };
}

/** A table of a database is work for a job: nobody knows how long its rows take to come. */
async function isSmall({ assetId, source }: BaselineWish, context: Context): Promise<boolean> {
  const { bytes } = await transaction(context, async () => {
    await call(getAsset, { id: assetId });
    return locateTable(source, context);
  });
  return bytes !== null && bytes <= mostBytesAtOnce;
}

/** Joins the ambient transaction. */
async function queue(wish: BaselineWish, context: Context): Promise<QueuedBaseline> {
  const { assetId, name, environment } = wish;
  await call(getAsset, { id: assetId });
  // What cannot be read is refused now rather than later.
  await locateTable(wish.source, context);
  const jobId = await enqueue(baselineJob, wish, { title: `Make the baseline ${name}`, subject: { type: 'data-quality', id: assetId } });
  audit.subject({ type: 'job', id: jobId });
  audit.change({ after: { assetId, name, environment, sourceLabel: sourceLabel(wish.source) } });
  return { jobId, assetId, name, environment };
}

const factsOf = ({ name, version, environment, state, dataSha256, rows }: Baseline) => ({
  name,
  version,
  environment,
  state,
  dataSha256,
  rows,
});

async function profileOf({ id, name }: Baseline, actor: Actor) {
  const kept = await findBaselineProfile(id);
  if (kept === null) throw baselineProblems.baselineExpired({ name });
  return { profile: seesValues(actor) ? kept.columns : maskedColumns(kept.columns), columnsLeftOut: kept.columnsLeftOut };
}
