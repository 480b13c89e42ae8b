/** Quarantines and the points that enforce them. */
import { audit } from '../../../platform/audit.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { requestAct } from '../acts/act.ts';
import * as contract from '../contract.ts';
import { responseSettings } from '../response-settings.ts';
import type { EnforcementPointRow } from '../table.ts';
import {
  deletePointRow,
  enforcedAssets,
  insertPointRow,
  listPointRows,
  listQuarantineRows,
  lockStanding,
  mostPoints,
} from './quarantine-store.ts';
import { confirmById, keep, oneQuarantine, release, toQuarantines } from './release.ts';

const { quarantineProblems: problems } = contract;

async function shown(id: string): Promise<contract.Quarantine> {
  const one = await oneQuarantine(id);
  audit.subject({ type: 'quarantine', id });
  audit.change({ after: { state: one.state, assetId: one.assetId, approvals: one.release.approvals.length, version: one.version } });
  return one;
}

function toPoint({ id, name, destinationId, assetTypes, enabled, createdAt }: EnforcementPointRow) {
  return { id, name, destinationId, assetTypes, enabled, createdAt: createdAt.toISOString() };
}

export const quarantineRoutes: readonly Route[] = [
  handle(contract.listQuarantines, async ({ cursor, limit, page, per_page, ...filter }) => {
    const answer = await listQuarantineRows(filter, { cursor, limit, page, per_page });
    return { ...answer, items: await toQuarantines(answer.items) };
  }),
  handle(contract.getQuarantine, ({ id }) => oneQuarantine(id)),
  handle(contract.quarantinedAssets, async () => ({ items: await enforcedAssets() })),
  handle(contract.requestQuarantine, async ({ assetId, reason, severity, incidentId, policy }) => {
    const { simulate, quarantineDeadlineMs } = await responseSettings();
    const standing = await lockStanding(assetId);
    if (standing !== null && standing.state !== 'reverting') throw problems.alreadyQuarantined({ asset: standing.assetName });
    const act = await requestAct({
      action: 'quarantine-asset',
      parameters: { assetId, ...(policy === undefined ? {} : { policy }) },
      reason,
      severity,
      incidentId: incidentId ?? null,
      simulate,
      deadlineMs: quarantineDeadlineMs,
      key: `by-hand:${assetId}:${new Date().toISOString()}`,
    });
    const { quarantineId } = act.outcome;
    if (typeof quarantineId !== 'string') throw problems.notInForce({ asset: assetId, state: act.failure ?? act.state });
    return await shown(quarantineId);
  }),
  handle(contract.releaseQuarantine, async (asked, { reply }) => {
    const row = await release(asked);
    if (row.state === 'reverting') reply.accepted?.();
    return await shown(row.id);
  }),
  handle(contract.keepQuarantine, async ({ id, reason, version }) => shown((await keep(id, reason, version)).id)),
  handle(contract.confirmPoint, async ({ id, ...answer }) => shown((await confirmById(id, answer)).id)),
  handle(contract.listPoints, async () => ({ items: (await listPointRows()).map(toPoint) })),
  handle(contract.addPoint, async (draft) => {
    if ((await listPointRows()).length >= mostPoints) throw problems.tooManyPoints({ limit: mostPoints });
    return toPoint(await insertPointRow(draft));
  }),
  handle(contract.removePoint, async ({ id }) => {
    if (!(await deletePointRow(id))) throw problems.pointNotFound({ id });
    return { removed: true };
  }),
];
