/** The way out of quarantine: asked for by somebody or by a time that came, approved by others, never by the one who asked. */
import { call } from '../../../platform/http/call.ts';
import { listDetections } from '../../adversarial-detection/contract.ts';
import { listScans } from '../../model-scanner/contract.ts';
import { actingNow, note } from '../cases/trail.ts';
import { type ActorWord, incidentProblems, quarantineProblems as problems, type Quarantine } from '../contract.ts';
import type { QuarantineRow } from '../table.ts';
import { setTimer, type Taken } from '../timers/timer-store.ts';
import { endQuarantine, moveQuarantine, quarantineTimers, settleQuarantine } from './quarantine.ts';
import {
  addApproval,
  approvalsOf,
  dropApprovals,
  findQuarantine,
  lockQuarantine,
  lockStanding,
  pointsOf,
  quarantineOfAct,
  settlePoint,
  updateQuarantine,
} from './quarantine-store.ts';

const releasable: readonly string[] = ['in_force', 'partial', 'advised', 'reverting'];

type Asked = {
  readonly quarantineId?: string | undefined;
  readonly assetId?: string | undefined;
  readonly reason: string;
  readonly version?: number | undefined;
};

/**
 * Asks for a release, or approves the one that was asked for.
 * @throws incidents.quarantineNotFound, .notInForce, .staleVersion, .alreadyApproved
 */
export async function release({ quarantineId, assetId, reason, version }: Asked): Promise<QuarantineRow> {
  const row = quarantineId !== undefined ? await lockQuarantine(quarantineId) : await lockStanding(assetId ?? '');
  if (row === null) throw problems.quarantineNotFound({ id: quarantineId ?? assetId ?? '' });
  if (!releasable.includes(row.state)) throw problems.notInForce({ asset: row.assetName, state: row.state });
  checkVersion(row, version);
  const person = await actingNow();
  return row.state === 'reverting' ? await approve(row, person, reason) : await ask(row, person, reason);
}

async function ask(row: QuarantineRow, person: ActorWord, reason: string): Promise<QuarantineRow> {
  await dropApprovals(row.id);
  const asked = await moveQuarantine(row, {
    to: 'reverting',
    says: `${person.name} asked for the release of ${row.assetName}: ${reason}`,
    set: { releaseRequestedBy: person.id, releaseRequestedByName: person.name, releaseReason: reason, keptReason: null },
  });
  return row.approvalsNeeded === 0 ? await endQuarantine(asked, `${row.assetName} was released.`) : asked;
}

async function approve(row: QuarantineRow, person: ActorWord, reason: string): Promise<QuarantineRow> {
  if (row.releaseRequestedBy === person.id || !(await addApproval(row.id, person))) throw problems.alreadyApproved();
  const approvals = (await approvalsOf([row.id])).length;
  const says = `${person.name} approved the release of ${row.assetName} (${approvals} of ${row.approvalsNeeded}): ${reason}`;
  if (approvals >= row.approvalsNeeded) return await endQuarantine(row, says);
  await note(row.incidentId, { kind: 'quarantine', text: says, subject: { type: 'quarantine', id: row.id } });
  return await updateQuarantine(row, {});
}

/** It stays, on purpose; a release that was asked for is called off. */
export async function keep(id: string, reason: string, version: number | undefined): Promise<QuarantineRow> {
  const row = await lockQuarantine(id);
  if (row === null) throw problems.quarantineNotFound({ id });
  if (!releasable.includes(row.state)) throw problems.notInForce({ asset: row.assetName, state: row.state });
  checkVersion(row, version);
  const says = `${row.assetName} stays in quarantine: ${reason}`;
  const set = { keptReason: reason, releaseRequestedBy: null, releaseRequestedByName: null, releaseReason: null };
  if (row.state === 'reverting') {
    await dropApprovals(id);
    return await moveQuarantine(row, { to: row.inForceAt === null ? 'partial' : 'in_force', says, set });
  }
  await note(row.incidentId, { kind: 'quarantine', text: says, subject: { type: 'quarantine', id } });
  return await updateQuarantine(row, set);
}

function checkVersion(row: QuarantineRow, version: number | undefined): void {
  if (version !== undefined && version !== row.version) throw incidentProblems.staleVersion({ expected: version, actual: row.version });
}

type Answer = { readonly point: string; readonly enforced: boolean; readonly detail: string };
/** What a point answered. @throws incidents.quarantineNotFound, .pointUnknown */
export async function confirm(row: QuarantineRow | null, { point, enforced, detail }: Answer): Promise<QuarantineRow> {
  if (row === null) throw problems.quarantineNotFound({ id: point });
  const settled = await settlePoint(row.id, point, enforced ? 'confirmed' : 'failed', detail);
  if (settled === null) throw problems.pointNotFound({ id: point });
  await note(row.incidentId, {
    kind: 'quarantine',
    text: enforced ? `${settled.title} enforces the quarantine of ${row.assetName}.` : `${settled.title} cannot enforce it: ${detail}`,
    subject: { type: 'quarantine', id: row.id },
  });
  return await settleQuarantine(row);
}
export const confirmById = async (id: string, answer: Answer) => confirm(await lockQuarantine(id), answer);
export const confirmOfAct = async (actId: string, answer: Answer) => confirm(await quarantineOfAct(actId), answer);

/** The time of a release that nobody needs to ask for. */
export async function releaseByTime({ subjectId }: Taken): Promise<void> {
  const row = await lockQuarantine(subjectId);
  if (row === null || (row.state !== 'in_force' && row.state !== 'partial') || row.policy === 'manual') return;
  const missing = row.policy === 'when-clean' ? await whatIsNotClean(row) : null;
  if (missing === null) {
    await ask(row, await actingNow(), row.policy === 'after' ? 'its time is over' : 'its time is over and a fresh look found nothing');
    return;
  }
  const again = await setTimer({ kind: quarantineTimers.release, subjectId: row.id, afterMs: Math.max(60_000, row.afterMs) });
  if (again !== null) await updateQuarantine(row, { releaseDueAt: again.dueAt });
  await note(row.incidentId, {
    kind: 'quarantine',
    text: `${row.assetName} is not released yet: ${missing}`,
    subject: { type: 'quarantine', id: row.id },
  });
}

/** A cause that came after it began sets the time anew, so here only a fresh look is asked for. */
async function whatIsNotClean(row: QuarantineRow): Promise<string | null> {
  const since = row.requestedAt.toISOString();
  const scans = await call(listScans, { asset_id: row.assetId, limit: 1 });
  const [scan] = scans.items;
  const scanned = scan?.finishedAt != null && scan.finishedAt > since && scan.verdict !== null;
  if (scanned && scan.verdict !== 'clean') return `its last scan is ${scan.verdict}.`;
  const looks = await call(listDetections, { asset_id: row.assetId, since, limit: 1 });
  const [look] = looks.items;
  if (look?.decision === 'threat') return 'the last analysis of it found a threat.';
  if (scanned || look?.decision === 'no-threat') return null;
  return 'nobody has scanned or analysed it since.';
}

export async function toQuarantines(rows: readonly QuarantineRow[]): Promise<Quarantine[]> {
  const ids = rows.map(({ id }) => id);
  const [points, approvals] = ids.length === 0 ? [[], []] : [await pointsOf(ids), await approvalsOf(ids)];
  return rows.map((row) => ({
    id: row.id,
    actId: row.actId,
    assetId: row.assetId,
    assetName: row.assetName,
    state: row.state,
    reason: row.reason,
    severity: row.severity,
    incidentId: row.incidentId,
    detectionIds: row.detectionIds,
    points: points
      .filter(({ quarantineId }) => quarantineId === row.id)
      .map(({ point, title, state, at, detail }) => ({ id: point, title, state, at: at?.toISOString() ?? null, detail })),
    requestedAt: row.requestedAt.toISOString(),
    requestedBy: row.requestedByName,
    deadlineAt: row.deadlineAt.toISOString(),
    inForceAt: row.inForceAt?.toISOString() ?? null,
    releasedAt: row.releasedAt?.toISOString() ?? null,
    keptReason: row.keptReason,
    release: {
      policy: row.policy,
      dueAt: row.releaseDueAt?.toISOString() ?? null,
      approvalsNeeded: row.approvalsNeeded,
      approvals: approvals.filter(({ quarantineId }) => quarantineId === row.id).map(({ actorName }) => actorName),
      requestedBy: row.releaseRequestedByName,
      reason: row.releaseReason,
    },
    version: row.version,
  }));
}

export async function oneQuarantine(id: string): Promise<Quarantine> {
  const row = await findQuarantine(id);
  if (row === null) throw problems.quarantineNotFound({ id });
  const [shown] = await toQuarantines([row]);
  if (shown === undefined) throw problems.quarantineNotFound({ id });
  return shown;
}
