/**
 * An asset that nobody may use. It is in force when every point that enforces it said so; a deadline turns what is missing into
 * `partial` and names the laggards; when nobody enforces it, it is only `advised`.
 */
import { type Severity, severityRank } from '../../../contract/severity.ts';
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { unholdAsset } from '../../ai-assets/contract.ts';
import type { ActFacts, Executed } from '../action.ts';
import { actsOfQuarantine, databaseClock } from '../acts/act-store.ts';
import { moveAct } from '../acts/move-act.ts';
import type { AssetFacts } from '../asset-facts.ts';
import { note, seal } from '../cases/trail.ts';
import {
  type ActState,
  type PointState,
  quarantineProblems as problems,
  type QuarantineState,
  quarantineChanged,
  type ReleasePolicy,
} from '../contract.ts';
import type { ResponseSettings } from '../response-settings.ts';
import type { PointRow, QuarantineRow } from '../table.ts';
import { cancelTimers, setTimer } from '../timers/timer-store.ts';
import { askPoints, tellPointsOfRelease } from './points.ts';
import {
  dropApprovals,
  insertPoints,
  insertQuarantine,
  lockQuarantine,
  lockStanding,
  pointsOf,
  releasePoints,
  updateQuarantine,
} from './quarantine-store.ts';

export const quarantineTimers = { deadline: 'quarantine-deadline', release: 'quarantine-release' } as const;

/** An act cannot be "advised": nothing is in force, and nothing failed. */
const actStateOf: Readonly<Partial<Record<QuarantineState, ActState>>> = {
  in_force: 'in_force',
  partial: 'partial',
  advised: 'partial',
  failed: 'failed',
  reverting: 'reverting',
  reverted: 'reverted',
};

type Move = { readonly to: QuarantineState; readonly says: string; readonly set?: Parameters<typeof updateQuarantine>[1] };

/** One transition with its trail; its acts follow. @throws incidents.raced */
export async function moveQuarantine(row: QuarantineRow, { to, says, set = {} }: Move): Promise<QuarantineRow> {
  const now = databaseClock;
  const next = await updateQuarantine(row, {
    state: to,
    ...(to === 'in_force' && row.inForceAt === null ? { inForceAt: now } : {}),
    ...(to === 'reverted' ? { releasedAt: now } : {}),
    ...set,
  });
  await tellQuarantine(next, row.state, says);
  const target = actStateOf[to];
  for (const act of await actsOfQuarantine(row.id))
    if (target !== undefined && act.state !== target) await moveAct(act, { to: target, says: null });
  return next;
}

async function tellQuarantine(row: QuarantineRow, before: QuarantineState | null, says: string): Promise<void> {
  const { id, assetId, assetName, state, severity, incidentId, version, reason, detectionIds } = row;
  await seal(
    `quarantine.${state}`,
    { type: 'quarantine', id },
    { ...(before === null ? {} : { before: { state: before } }), after: { state, assetId, reason, incidentId, detectionIds } },
  );
  await note(incidentId, { kind: 'quarantine', text: says, subject: { type: 'quarantine', id } });
  await publish(quarantineChanged, { quarantineId: id, assetId, assetName, state, severity, incidentId, version });
}

export type Begin = {
  readonly asset: AssetFacts;
  readonly act: ActFacts;
  readonly settings: ResponseSettings;
  readonly policy?: ReleasePolicy | undefined;
};

/** Quarantines an asset, or joins what holds it already. Runs inside the act's transaction. */
export async function beginQuarantine(begin: Begin): Promise<Executed> {
  const standing = await lockStanding(begin.asset.id);
  if (standing !== null) return await joinQuarantine(standing, begin);
  const row = await insertQuarantine(draftOf(begin), begin.settings.quarantineDeadlineMs);
  if (row === null) throw problems.alreadyQuarantined({ asset: begin.asset.name });
  await tellQuarantine(row, null, `Quarantine of ${row.assetName} began: ${row.reason}`);
  const points = await askPoints(row, begin.asset);
  await insertPoints(row.id, points);
  await setTimer({ kind: quarantineTimers.deadline, subjectId: row.id, afterMs: begin.settings.quarantineDeadlineMs });
  return { state: 'executing', outcome: { quarantineId: row.id, points: points.map(({ point }) => point) } };
}

function draftOf({ asset, act, settings, policy }: Begin) {
  const never = settings.autoRelease.neverForSeverity.includes(act.severity);
  return {
    actId: act.actId,
    incidentId: act.incident?.id ?? null,
    assetId: asset.id,
    assetName: asset.name,
    state: 'executing' as const,
    reason: act.reason,
    severity: act.severity,
    detectionIds: act.detectionId === null ? [] : [act.detectionId],
    policy: never ? ('manual' as const) : (policy ?? settings.autoRelease.policy),
    afterMs: settings.autoRelease.afterMs,
    approvalsNeeded: settings.autoRelease.approvals,
    requestedById: act.requestedBy.id,
    requestedByName: act.requestedBy.name,
  };
}

/** A new cause for an asset that is held: a release that waits is undone, the time begins anew, severity only rises. */
async function joinQuarantine(row: QuarantineRow, { act, settings }: Begin): Promise<Executed> {
  const graver = severityRank(act.severity) < severityRank(row.severity) ? act.severity : row.severity;
  const set = {
    incidentId: row.incidentId ?? act.incident?.id ?? null,
    severity: graver satisfies Severity,
    detectionIds: act.detectionId === null ? row.detectionIds : [...new Set([...row.detectionIds, act.detectionId])].slice(-200),
    policy: settings.autoRelease.neverForSeverity.includes(graver) ? ('manual' as const) : row.policy,
    releaseRequestedBy: null,
    releaseRequestedByName: null,
    releaseReason: null,
  };
  if (row.state === 'reverting') {
    await dropApprovals(row.id);
    const back = stateOf(await pointsOf([row.id])) ?? 'partial';
    await armRelease(await moveQuarantine(row, { to: back, says: `The release of ${row.assetName} was undone: ${act.reason}`, set }));
  } else {
    const next = await updateQuarantine(row, set);
    await note(act.incident?.id ?? row.incidentId, {
      kind: 'quarantine',
      text: `${row.assetName} is quarantined already; the new cause was added: ${act.reason}`,
      subject: { type: 'quarantine', id: row.id },
    });
    if (next.inForceAt !== null) await armRelease(next);
  }
  return { state: 'executing', outcome: { quarantineId: row.id, joined: true } };
}

/**
 * What the points say together; null while one has not answered.
 * `advised` points enforce nothing: they neither help nor hinder.
 */
export function stateOf(points: readonly Pick<PointRow, 'state'>[]): QuarantineState | null {
  const enforcing = points.filter(({ state }) => state !== 'advised');
  if (enforcing.length === 0) return 'advised';
  if (enforcing.some(({ state }) => state === 'pending')) return null;
  const confirmed = enforcing.filter(({ state }) => state === 'confirmed').length;
  if (confirmed === enforcing.length) return 'in_force';
  return confirmed === 0 ? 'failed' : 'partial';
}

/** Looks whether the points decided, and moves the quarantine accordingly. */
export async function settleQuarantine(row: QuarantineRow): Promise<QuarantineRow> {
  const points = await pointsOf([row.id]);
  const decided = stateOf(points);
  if (decided === null || row.state === decided) return row;
  if (row.state !== 'executing' && row.state !== 'in_force' && row.state !== 'partial' && row.state !== 'advised') return row;
  // What was in force once and is not confirmed by anybody now is partial: it was never released.
  const to = decided === 'failed' && row.state !== 'executing' ? 'partial' : decided;
  if (to === row.state) return row;
  const next = await moveQuarantine(row, { to, says: wordsOf(row.assetName, to, points) });
  if (to === 'in_force' || to === 'advised') await cancelTimers(row.id, [quarantineTimers.deadline]);
  // Nobody holds it: those outside that were asked may forget it.
  if (to === 'failed') await tellPointsOfRelease(next);
  if (to === 'in_force') await armRelease(next);
  return next;
}

function wordsOf(asset: string, to: QuarantineState, points: readonly PointRow[]): string {
  const named = (state: PointState) =>
    points
      .filter((one) => one.state === state)
      .map(({ title }) => title)
      .join(', ');
  if (to === 'in_force') return `${asset} is quarantined: ${named('confirmed')} enforce it.`;
  if (to === 'advised') return `The quarantine of ${asset} is only advised: no point enforces it.`;
  if (to === 'failed') return `The quarantine of ${asset} failed: ${named('failed')} could not enforce it.`;
  return `${asset} is quarantined in part: ${[named('pending'), named('failed')].filter((text) => text !== '').join(', ')} did not enforce it.`;
}

/** The time of an automatic release, counted from now: it begins anew with every new cause. */
async function armRelease(row: QuarantineRow): Promise<void> {
  await cancelTimers(row.id, [quarantineTimers.release]);
  if (row.policy === 'manual') return;
  const timer = await setTimer({ kind: quarantineTimers.release, subjectId: row.id, afterMs: row.afterMs });
  if (timer !== null) await updateQuarantine(row, { releaseDueAt: timer.dueAt });
}

async function letGo(row: QuarantineRow): Promise<void> {
  await call(unholdAsset, { id: row.assetId, holder: row.id });
  await tellPointsOfRelease(row);
}

/** The end: every point lets the asset go. */
export async function endQuarantine(row: QuarantineRow, says: string): Promise<QuarantineRow> {
  await cancelTimers(row.id, [quarantineTimers.deadline, quarantineTimers.release]);
  const next = await moveQuarantine(row, { to: 'reverted', says, set: { releaseDueAt: null } });
  await letGo(next);
  await releasePoints(row.id);
  return next;
}

/** Looks at a quarantine whose act was just stored: an act that joined follows what is true already. */
export async function settleById(id: string): Promise<void> {
  const row = await lockQuarantine(id);
  if (row === null) return;
  const settled = await settleQuarantine(row);
  const target = actStateOf[settled.state];
  if (target === undefined) return;
  for (const act of await actsOfQuarantine(id))
    if (act.state === 'executing') await moveAct(act, { to: target, says: `${settled.assetName} is quarantined already.` });
}
