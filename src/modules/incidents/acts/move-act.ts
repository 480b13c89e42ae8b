/** Moves an act from one state to another: one statement that holds only if nobody was faster, and its trail. */
import { z } from 'zod';
import { publish } from '../../../platform/events/publish.ts';
import { checkActMove, endedActs } from '../cases/state.ts';
import { note, seal } from '../cases/trail.ts';
import { type Act, type ActState, actChanged } from '../contract.ts';
import type { ActRow } from '../table.ts';
import { type ActChange, databaseClock, updateAct } from './act-store.ts';

/** `says` is null where another line of the timeline tells it already. */
export type ActStep = { readonly to: ActState; readonly says: string | null; readonly set?: ActChange; readonly lateByMs?: number };

/** @throws incidents.badActTransition, incidents.raced */
export async function moveAct(row: ActRow, { to, says, set = {}, lateByMs }: ActStep): Promise<ActRow> {
  checkActMove(row.state, to);
  const now = databaseClock;
  const times: ActChange = {
    ...(to === 'in_force' && row.inForceAt === null ? { inForceAt: now } : {}),
    ...(endedActs.includes(to) ? { endedAt: now } : {}),
  };
  const next = await updateAct(row, { state: to, ...times, ...set });
  await tellAct(next, row.state, says, lateByMs);
  return next;
}

/** The beginning of an act is a transition like any other. */
export async function tellAct(row: ActRow, before: ActState | null, says: string | null, lateByMs?: number): Promise<void> {
  const { id, action, incidentId, detectionId, state, reason, simulated } = row;
  await seal(
    `act.${state}`,
    { type: 'incident-act', id },
    { ...(before === null ? {} : { before: { state: before } }), after: { state, action, reason, incidentId, detectionId, simulated } },
  );
  if (says !== null) await note(incidentId, { kind: 'act', text: says, subject: { type: 'act', id }, lateByMs: lateByMs ?? null });
  await publish(actChanged, actNews(row));
}

export function actNews({ id, action, state, incidentId, detectionId, version, dueAt, inForceAt, outcome }: ActRow) {
  const blockId = z.uuid().safeParse(outcome['blockId']);
  return {
    ...{ actId: id, action, state, incidentId, detectionId, version },
    dueAt: dueAt.toISOString(),
    inForceAt: inForceAt?.toISOString() ?? null,
    blockId: blockId.success ? blockId.data : null,
  };
}

export function toAct(row: ActRow): Act {
  return {
    id: row.id,
    incidentId: row.incidentId,
    detectionId: row.detectionId,
    action: row.action,
    title: row.title,
    parameters: row.parameters,
    state: row.state,
    containing: row.containing,
    revertible: row.revertible,
    simulated: row.simulated,
    reason: row.reason,
    requestedBy: { kind: row.requestedByKind, id: row.requestedById, name: row.requestedByName },
    approvedBy: row.approvedByName,
    approvedAt: row.approvedAt?.toISOString() ?? null,
    waived: row.waived,
    outcome: row.outcome,
    failure: row.failure,
    runId: row.runId,
    step: row.step,
    requestedAt: row.requestedAt.toISOString(),
    dueAt: row.dueAt.toISOString(),
    inForceAt: row.inForceAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
    version: row.version,
  };
}
