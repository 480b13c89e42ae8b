/** The product door of monitors. */
import { commonProblems, isProblem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { config as settings } from '../../../platform/config.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { assetStatistics, getAsset } from '../../ai-assets/contract.ts';
import { getDestination } from '../../notifications/contract.ts';
import { countOpen } from '../alerts/alert-store.ts';
import { countStates } from '../assessments/assessment-store.ts';
import { findBaseline } from '../baselines/baseline-store.ts';
import { findConfig } from '../configuration/config-store.ts';
import {
  addMonitor,
  baselineProblems,
  changeMonitor,
  getMonitor,
  listMonitors,
  type Monitor,
  monitorChanged,
  monitoringStatus,
  monitorProblems,
  removeMonitor,
  runMonitor,
  startMonitoring,
  stopMonitoring,
  type TableSource,
} from '../contract.ts';
import { refuseOthers } from '../ownership.ts';
import { locateTable } from '../sources/locate-table.ts';
import { reservedBytes } from '../sources/upload-store.ts';
import { nextRunAfter, runNow } from './monitor.ts';
import {
  countByHealth,
  countMonitors,
  findMonitor,
  insertMonitor,
  listMonitorRows,
  lockMonitor,
  markRemoved,
  monitorsOf,
  updateMonitor,
} from './monitor-store.ts';

const mostMonitors = 5000;

async function monitorOrRefuse(id: string, find = findMonitor): Promise<Monitor> {
  const found = await find(id);
  if (found === null) throw monitorProblems.monitorNotFound({ id });
  return found;
}

const factsOf = ({
  name,
  environment,
  sourceLabel,
  checks,
  everyMinutes,
  onChange,
  destinations,
  enabled,
  baseline,
  thresholds,
}: Monitor) => ({
  name,
  environment,
  sourceLabel,
  checks,
  everyMinutes,
  onChange,
  destinations,
  enabled,
  baseline,
  thresholds,
});

/** What a monitor watches must still be there tomorrow. */
async function refuseUnwatchable(source: TableSource, context: Parameters<typeof locateTable>[1]): Promise<void> {
  if ('upload' in source) throw monitorProblems.monitorUpload();
  await locateTable(source, context);
}

async function refuseForeignBaseline(baseline: Monitor['baseline'] | undefined, assetId: string): Promise<void> {
  if (baseline === undefined || baseline === null || baseline === 'promoted') return;
  const found = await findBaseline(baseline);
  if (found === null) throw baselineProblems.baselineNotFound({ id: baseline });
  if (found.assetId !== assetId) throw baselineProblems.baselineOfOther({ id: baseline });
  if (found.state === 'expired') throw baselineProblems.baselineExpired({ name: found.name });
}

/** Only those the person may see; what was named before stays, though it was switched off since. */
async function refuseUnknownDestinations(destinations: readonly string[] | undefined, before: readonly string[] = []): Promise<void> {
  for (const id of new Set(destinations))
    if (!before.includes(id) && !(await isDestination(id))) throw monitorProblems.monitorDestination({ id });
}

async function isDestination(id: string): Promise<boolean> {
  try {
    return (await call(getDestination, { id })).enabled;
  } catch (error) {
    if (isProblem(error) && error.status === 404) return false;
    throw error;
  }
}

const tell = (monitor: Monitor, change: 'added' | 'changed' | 'removed' | 'started' | 'stopped'): Promise<void> =>
  publish(monitorChanged, { monitorId: monitor.id, assetId: monitor.assetId, change });

type Draft = Omit<Parameters<typeof insertMonitor>[0], 'nextRunAt'> & { readonly enabled: boolean };

async function insertOrRefuse(draft: Draft): Promise<Monitor> {
  if ((await countMonitors()) >= mostMonitors) throw monitorProblems.tooManyMonitors({ most: mostMonitors });
  const { enabled, everyMinutes = null } = draft;
  // A new monitor runs at once: nobody wants to wait an hour to learn that a path is wrong.
  const made = await insertMonitor({ ...draft, nextRunAt: enabled && everyMinutes !== null ? new Date() : null });
  if (made === null) throw monitorProblems.monitorExists({ name: draft.name });
  await tell(made, 'added');
  return made;
}

async function switchTo(enabled: boolean, monitor: Monitor, everyMinutes = monitor.everyMinutes): Promise<Monitor> {
  if (monitor.enabled === enabled && monitor.everyMinutes === everyMinutes) return monitor;
  const nextRunAt = enabled && everyMinutes !== null ? new Date() : null;
  const next =
    (await updateMonitor(monitor.id, { enabled, everyMinutes, nextRunAt, ...(enabled ? {} : { changedAt: null, changedSource: null }) })) ??
    monitor;
  await tell(next, enabled ? 'started' : 'stopped');
  return next;
}

export const monitorRoutes: readonly Route[] = [
  handle(listMonitors, ({ cursor, limit, page, per_page, ...filter }) => listMonitorRows(filter, { cursor, limit, page, per_page })),
  handle(getMonitor, ({ id }) => monitorOrRefuse(id)),
  handle(addMonitor, async ({ everyMinutes, source, ...draft }, context) => {
    await call(getAsset, { id: draft.assetId });
    const watched = source ?? { asset: draft.assetId };
    await refuseUnwatchable(watched, context);
    await refuseForeignBaseline(draft.baseline, draft.assetId);
    await refuseUnknownDestinations(draft.destinations);
    const every = everyMinutes === undefined ? (await findConfig()).monitoringInterval : everyMinutes;
    const made = await insertOrRefuse({ ...draft, source: watched, everyMinutes: every, createdBy: context.actor.id });
    audit.subject({ type: 'data-quality-monitor', id: made.id });
    audit.change({ after: factsOf(made) });
    return made;
  }),
  handle(changeMonitor, async ({ id, version, ...change }, context) => {
    const before = await monitorOrRefuse(id, lockMonitor);
    if (version !== undefined && version !== before.version) throw commonProblems.conflict({ expected: version, actual: before.version });
    if (change.source !== undefined) await refuseUnwatchable(change.source, context);
    await refuseForeignBaseline(change.baseline, before.assetId);
    await refuseUnknownDestinations(change.destinations, before.destinations);
    const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const rhythm = { everyMinutes: before.everyMinutes, enabled: before.enabled, ...given };
    const nextRunAt =
      change.everyMinutes === undefined && change.enabled === undefined ? {} : { nextRunAt: nextRunAfter(new Date(), rhythm) };
    const forgotten = change.enabled === false || change.onChange === false ? { changedAt: null, changedSource: null } : {};
    const after = await updateMonitor(id, { ...given, ...nextRunAt, ...forgotten });
    if (after === null) throw monitorProblems.monitorExists({ name: change.name ?? before.name });
    audit.subject({ type: 'data-quality-monitor', id });
    audit.change({ before: factsOf(before), after: factsOf(after) });
    await tell(after, 'changed');
    return after;
  }),
  handle(removeMonitor, async ({ id }, { actor }) => {
    const before = await monitorOrRefuse(id, lockMonitor);
    refuseOthers(before.createdBy, actor);
    await markRemoved(id);
    audit.subject({ type: 'data-quality-monitor', id });
    audit.change({ before: factsOf(before) });
    await tell(before, 'removed');
    return { ...before, enabled: false, nextRunAt: null };
  }),
  handle(runMonitor, async ({ id }, context) => {
    const run = await runNow(await monitorOrRefuse(id, lockMonitor), context);
    audit.subject({ type: 'data-quality-monitor', id });
    return run;
  }),
  handle(startMonitoring, async ({ assetId, intervalMinutes, environment = 'training' }, context) => {
    const asset = await call(getAsset, { id: assetId });
    const standing = await monitorsOf(assetId);
    audit.subject({ type: 'data-quality-monitoring', id: assetId });
    const own: TableSource = { asset: assetId };
    if (standing.length === 0) {
      await refuseUnwatchable(own, context);
      const { monitoringInterval } = await findConfig();
      const every = intervalMinutes ?? monitoringInterval;
      const defaults = addMonitor.input.parse({ assetId, name: asset.name, environment, source: own });
      return { monitors: [await insertOrRefuse({ ...defaults, source: own, everyMinutes: every, createdBy: context.actor.id })] };
    }
    const monitors: Monitor[] = [];
    for (const monitor of standing) monitors.push(await switchTo(true, monitor, intervalMinutes ?? monitor.everyMinutes));
    return { monitors };
  }),
  handle(stopMonitoring, async ({ assetId }) => {
    await call(getAsset, { id: assetId });
    const standing = await monitorsOf(assetId);
    if (standing.length === 0) throw monitorProblems.noMonitors();
    audit.subject({ type: 'data-quality-monitoring', id: assetId });
    const monitors: Monitor[] = [];
    for (const monitor of standing) monitors.push(await switchTo(false, monitor));
    return { monitors };
  }),
  handle(
    monitoringStatus,
    async (_input, context) => {
      const { byType } = await call(assetStatistics, {});
      const datasets = byType.find(({ value }) => value === 'dataset')?.count ?? 0;
      return transaction(context, () => statusOf(datasets), { readOnly: true });
    },
    { transaction: 'none' },
  ),
];

async function statusOf(datasets: number) {
  const { watched, last, next, ...monitors } = await countByHealth();
  return {
    monitors,
    assessments: await countStates(),
    openAlerts: await countOpen(),
    assets: { datasets, watched },
    lastRunAt: last === null ? null : new Date(last).toISOString(),
    nextRunAt: next === null ? null : new Date(next).toISOString(),
    uploads: { usedBytes: await reservedBytes(), quotaBytes: settings().UPLOAD_QUOTA_BYTES, uploadBytes: settings().MAX_UPLOAD_BYTES },
  };
}
