/** The product door of guards: who may put one where, and the request that goes through it. */
import { commonProblems } from '../../../contract/problem.ts';
import { currentContext } from '../../../platform/ambient.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { outsideUrl } from '../../../platform/http/outside-address.ts';
import { namedHosts, reachOf } from '../../../platform/http/outside-hosts.ts';
import { removeSecret, sealSecret } from '../../../platform/sealed-secret.ts';
import { getAsset } from '../../ai-assets/contract.ts';
import { notifyProcesses } from '../blocks/block-store.ts';
import { detectionProblems } from '../detections/detection-shape.ts';
import { findProfile } from '../profiles/profile-store.ts';
import { refresh } from '../screening/screening-state.ts';
import { forms } from './forms/all.ts';
import {
  changeGuard,
  changeGuardUpstream,
  createGuard,
  type Guard,
  type GuardForm,
  type GuardMapping,
  type GuardWindow,
  getGuard,
  guardChanged,
  guardProblems,
  listGuards,
  readGuardTraffic,
  removeGuard,
} from './guard-contract.ts';
import { addedOf, toGuard, trafficOf } from './guard-facts.ts';
import {
  countGuards,
  deleteGuard,
  findGuard,
  type GuardChange,
  type GuardWithProfile,
  insertGuard,
  listGuardPage,
  readGuardHours,
  updateGuard,
} from './guard-store.ts';
import { inferRoute } from './infer-route.ts';
import { tokenPurpose } from './known-guards.ts';

const mostGuards = 500;
const dayMs = 86_400_000;
const windowMs: Readonly<Record<GuardWindow, number>> = { '24h': dayMs, '7d': 7 * dayMs, '30d': 30 * dayMs };

async function rowOrRefuse(id: string): Promise<GuardWithProfile> {
  const row = await findGuard(id);
  if (row === null) throw guardProblems.guardNotFound({ name: id });
  return row;
}

async function guardOrRefuse(id: string): Promise<Guard> {
  const row = await rowOrRefuse(id);
  return toGuard(row, await readGuardHours([id], new Date(Date.now() - dayMs)));
}

/** @throws outside.address, outside.refused; what a name leads to is judged at every request. */
function checkUpstream(upstream: string): void {
  outsideUrl(upstream, reachOf(upstream, namedHosts()));
}

function checkMapping(form: GuardForm, mapping: GuardMapping): void {
  const reason = forms[form].check(mapping);
  if (reason !== null) throw guardProblems.guardMapping({ form, reason });
}

async function readyProfile(id: string): Promise<NonNullable<Awaited<ReturnType<typeof findProfile>>>> {
  const profile = await findProfile(id);
  if (profile === null) throw detectionProblems.profileNotFound({ id });
  if (profile.state !== 'ready' && profile.state !== 'superseded') throw detectionProblems.profileNotReady({ id, state: profile.state });
  return profile;
}

/** This process asks it anew at the commit, the others when they hear of it. */
async function tellChange(guardId: string, name: string, change: 'created' | 'changed' | 'removed'): Promise<void> {
  await publish(guardChanged, { guardId, name, change });
  await notifyProcesses('guard', guardId);
  const workspaceId = currentContext()?.actor.workspaceId;
  if (workspaceId !== undefined) afterCommit(() => refresh(workspaceId, 'guard', guardId));
}

const type = 'guard';
const factsOf = (
  row: Pick<
    Guard,
    'name' | 'assetId' | 'profileId' | 'upstream' | 'hasToken' | 'form' | 'mapping' | 'mode' | 'failMode' | 'timeoutMs' | 'enabled'
  >,
) => ({
  name: row.name,
  assetId: row.assetId,
  profileId: row.profileId,
  upstream: row.upstream,
  hasToken: row.hasToken,
  form: row.form,
  mapping: row.mapping,
  mode: row.mode,
  failMode: row.failMode,
  timeoutMs: row.timeoutMs,
  enabled: row.enabled,
});

async function changed(before: GuardWithProfile, change: GuardChange, version: number): Promise<Guard> {
  if (version !== before.version || !(await updateGuard(before.id, version, change)))
    throw commonProblems.conflict({ expected: version, actual: before.version });
  await tellChange(before.id, before.name, 'changed');
  const after = await guardOrRefuse(before.id);
  audit.subject({ type, id: before.id });
  audit.change({ before: factsOf(before), after: factsOf(after) });
  return after;
}

export const guardRoutes: readonly Route[] = [
  handle(listGuards, async ({ mode, ...paging }) => {
    const found = await listGuardPage(mode, paging);
    const hours = await readGuardHours(
      found.items.map(({ id }) => id),
      new Date(Date.now() - dayMs),
    );
    const byGuard = Map.groupBy(hours, ({ guardId }) => guardId);
    return { ...found, items: found.items.map((row) => toGuard(row, byGuard.get(row.id) ?? [])) };
  }),
  handle(getGuard, ({ id }) => guardOrRefuse(id)),
  handle(createGuard, async ({ token, ...draft }, { actor }) => {
    if ((await countGuards()) >= mostGuards) throw guardProblems.guardsFull({ most: mostGuards });
    checkUpstream(draft.upstream);
    checkMapping(draft.form, draft.mapping);
    const profile = await readyProfile(draft.profileId);
    if (draft.assetId) await call(getAsset, { id: draft.assetId });
    const assetId = draft.assetId === undefined ? profile.assetId : draft.assetId;
    const row = await insertGuard({ ...draft, assetId, hasToken: token !== null, createdBy: actor.id });
    if (row === null) throw guardProblems.guardExists({ name: draft.name });
    if (token !== null) await sealSecret(tokenPurpose(row.id), token);
    await tellChange(row.id, row.name, 'created');
    audit.subject({ type, id: row.id });
    audit.change({ after: factsOf(row) });
    return guardOrRefuse(row.id);
  }),
  handle(changeGuard, async ({ id, version, ...change }) => {
    const before = await rowOrRefuse(id);
    checkMapping(change.form ?? before.form, change.mapping ?? before.mapping);
    if (change.profileId !== undefined && change.profileId !== before.profileId) await readyProfile(change.profileId);
    if (change.assetId) await call(getAsset, { id: change.assetId });
    return changed(before, change, version);
  }),
  handle(changeGuardUpstream, async ({ id, version, upstream, token }) => {
    checkUpstream(upstream);
    const before = await rowOrRefuse(id);
    // A secret goes only where a person sent it: another host would get what was meant for this one.
    const stays = token === undefined && before.hasToken && new URL(upstream).origin === new URL(before.upstream).origin;
    const isKept = stays || typeof token === 'string';
    if (typeof token === 'string') await sealSecret(tokenPurpose(id), token);
    else if (!stays) await removeSecret(tokenPurpose(id));
    return changed(before, { upstream, hasToken: isKept }, version);
  }),
  handle(removeGuard, async ({ id }) => {
    const before = await rowOrRefuse(id);
    await deleteGuard(id);
    await removeSecret(tokenPurpose(id));
    await tellChange(id, before.name, 'removed');
    audit.subject({ type, id });
    audit.change({ before: factsOf(before) });
    return { id };
  }),
  handle(readGuardTraffic, async ({ id, window }) => {
    await rowOrRefuse(id);
    const since = new Date(Date.now() - windowMs[window]);
    const hours = await readGuardHours([id], since);
    const asked = hours.reduce((sum, { upstreamAsked }) => sum + upstreamAsked, 0);
    const upstreamMs = hours.reduce((sum, hour) => sum + hour.upstreamMs, 0);
    return {
      since: since.toISOString(),
      total: trafficOf(hours),
      added: addedOf(hours),
      upstreamMeanMs: asked === 0 ? null : upstreamMs / asked,
      hours: hours.map(({ hour, requests, wouldBlock, blocked, unscreened }) => ({ hour, requests, wouldBlock, blocked, unscreened })),
    };
  }),
  inferRoute,
];
