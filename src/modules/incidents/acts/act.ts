/** Acts from request to end: asked for once, approved when needed, carried out, taken back, expired. */
import { z } from 'zod';
import { isProblem, Problem } from '../../../contract/problem.ts';
import type { Severity } from '../../../contract/severity.ts';
import { attempt } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import type { ActFacts, Action, Executed } from '../action.ts';
import { actions } from '../actions.generated.ts';
import { assetFacts } from '../asset-facts.ts';
import { findIncident } from '../cases/incident-store.ts';
import { actingNow, note } from '../cases/trail.ts';
import { type ActorWord, actChanged, incidentProblems, actProblems as problems } from '../contract.ts';
import type { ActRow, JsonObject } from '../table.ts';
import { cancelTimers, setTimer, type Taken } from '../timers/timer-store.ts';
import { findActByKey, insertAct, lockAct, promisedAnew, updateAct } from './act-store.ts';
import { actNews, moveAct, tellAct } from './move-act.ts';

export const actTimers = { expiry: 'act-expiry', playbook: 'playbook-step' } as const;
const byId: ReadonlyMap<string, Action> = new Map(actions.map((action) => [action.id, action]));

/** @throws incidents.actionUnknown */
export function actionOf(id: string): Action {
  const action = byId.get(id);
  if (action === undefined) throw problems.actionUnknown({ action: id });
  return action;
}

export type ActRequest = {
  readonly action: string;
  readonly parameters: unknown;
  readonly reason: string;
  readonly severity: Severity;
  readonly incidentId: string | null;
  readonly detectionId?: string | null;
  readonly needsApproval?: boolean;
  readonly simulate?: boolean;
  readonly deadlineMs: number;
  readonly key?: string | undefined;
  readonly run?: { readonly id: string; readonly step: number };
};

/**
 * Asks for an act and carries it out, unless it needs approval or response is in simulation. The same key asks once.
 * @throws incidents.actionUnknown, .parametersInvalid
 */
export async function requestAct(request: ActRequest): Promise<ActRow> {
  const action = actionOf(request.action);
  const parameters = action.parse(request.parameters);
  const actor = await actingNow();
  const key = request.key ?? `${request.incidentId ?? request.detectionId ?? 'none'}:${action.id}:${action.key(parameters)}`;
  const title = await titleOf(action, parameters);
  const row = await insertAct(
    { ...draftOf(request, action, actor), title, parameters, idempotencyKey: key.slice(0, 200) },
    request.deadlineMs,
  );
  if (row === null) {
    const known = await findActByKey(key.slice(0, 200));
    if (known === null) throw problems.keyTaken();
    return known;
  }
  const would = request.simulate === true;
  await tellAct(row, null, would ? `Would have been done (simulation): ${row.title}` : `Asked for: ${row.title}`);
  if (would) return await moveAct(row, { to: 'skipped', says: `Not done, response is in simulation: ${row.title}` });
  if (request.needsApproval === true) return await moveAct(row, { to: 'awaiting_approval', says: `Waits for approval: ${row.title}` });
  return await carryOut(row, request.severity);
}

/** What it does, with the names of assets instead of their ids: a model may be called by the id it has in the inventory. */
async function titleOf(action: Action, parameters: JsonObject): Promise<string> {
  let says = action.describe(parameters);
  for (const id of [parameters['assetId'], parameters['modelId']]) {
    if (!z.uuid().safeParse(id).success || typeof id !== 'string') continue;
    const asset = await assetFacts(id);
    if (asset !== null) says = says.replace(id, asset.name);
  }
  return says.slice(0, 500);
}

function draftOf(request: ActRequest, action: Action, actor: ActorWord) {
  return {
    incidentId: request.incidentId,
    detectionId: request.detectionId ?? null,
    action: action.id,
    containing: action.containing,
    revertible: action.revertible,
    simulated: request.simulate === true,
    reason: request.reason.slice(0, 4000),
    requestedByKind: actor.kind,
    requestedById: actor.id,
    requestedByName: actor.name,
    runId: request.run?.id ?? null,
    step: request.run?.step ?? null,
  };
}

async function factsOf(row: ActRow, severity: Severity): Promise<ActFacts> {
  const incident = row.incidentId === null ? null : await findIncident(row.incidentId);
  return {
    actId: row.id,
    key: row.id,
    reason: row.reason,
    severity,
    requestedBy: { kind: row.requestedByKind, id: row.requestedById, name: row.requestedByName },
    detectionId: row.detectionId,
    incident:
      incident === null
        ? null
        : { id: incident.id, number: incident.number, title: incident.title, assetId: incident.assetId, assetName: incident.assetName },
    deadlineMs: row.dueAt.getTime() - (row.approvedAt ?? row.requestedAt).getTime(),
  };
}

/** Carries an act out. What the action refuses is its failure, not ours: its own changes are undone and the act says why. */
async function carryOut(row: ActRow, severity: Severity): Promise<ActRow> {
  const action = actionOf(row.action);
  // What came of it is told in the same transaction, or by whoever confirms it.
  const begun = await moveAct(row, { to: 'executing', says: null });
  const executed = await tryOut(begun, action, severity);
  if (executed instanceof Problem)
    return await moveAct(begun, { to: 'failed', says: failureWords(begun, executed), set: { failure: executed.message.slice(0, 2000) } });
  if (executed.state === 'in_force') return await inForce(begun, action, executed.outcome);
  const known = await updateAct(begun, { outcome: executed.outcome });
  await action.settle(executed.outcome);
  return (await lockAct(known.id)) ?? known;
}

async function tryOut(row: ActRow, action: Action, severity: Severity): Promise<Executed | Problem> {
  const facts = await factsOf(row, severity);
  try {
    return await attempt(() => action.execute(row.parameters, facts));
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
}

function failureWords({ title }: ActRow, error: Problem): string {
  return `Failed: ${title}. ${error.message}`;
}

async function inForce(row: ActRow, action: Action, outcome: JsonObject): Promise<ActRow> {
  const lastsMs = action.lastsMs(row.parameters);
  if (lastsMs !== null) await setTimer({ kind: actTimers.expiry, subjectId: row.id, afterMs: lastsMs });
  return await moveAct(row, { to: 'in_force', says: `Done: ${row.title}`, set: { outcome } });
}

type Decision = { readonly incidentId: string; readonly actId: string; readonly reason: string; readonly version?: number | undefined };
/** @throws incidents.actNotFound, .staleVersion */
export async function lockedAct({ incidentId, actId, version }: Omit<Decision, 'reason'>): Promise<ActRow> {
  const row = await lockAct(actId);
  // An act that came before its incident is addressed by its own id.
  if (row === null || (row.incidentId !== incidentId && row.id !== incidentId)) throw problems.actNotFound({ id: actId });
  if (version !== undefined && version !== row.version) throw incidentProblems.staleVersion({ expected: version, actual: row.version });
  return row;
}

/** @throws incidents.notAwaited, .ownApproval */
export async function approveAct(decision: Decision): Promise<ActRow> {
  const row = await lockedAct(decision);
  if (row.state !== 'awaiting_approval') throw problems.notAwaited({ state: row.state });
  const person = await actingNow();
  if (row.requestedById === person.id) throw problems.ownApproval();
  const incident = row.incidentId === null ? null : await findIncident(row.incidentId);
  const approved = await updateAct(row, { approvedById: person.id, approvedByName: person.name, ...promisedAnew(row) });
  await note(row.incidentId, {
    kind: 'act',
    text: `${person.name} approved: ${row.title}. ${decision.reason}`,
    subject: { type: 'act', id: row.id },
  });
  return await goOn(await carryOut(approved, incident?.severity ?? 'high'));
}

export async function refuseAct(decision: Decision): Promise<ActRow> {
  const row = await lockedAct(decision);
  if (row.state !== 'awaiting_approval') throw problems.notAwaited({ state: row.state });
  return await goOn(
    await moveAct(row, { to: 'skipped', says: `Not approved: ${row.title}. ${decision.reason}`, set: { failure: decision.reason } }),
  );
}

/** A run that waited for this act looks at once what comes next. */
async function goOn(row: ActRow): Promise<ActRow> {
  if (row.runId !== null && row.step !== null)
    await setTimer({ kind: actTimers.playbook, subjectId: row.runId, level: row.step + 1, afterMs: 0 });
  return row;
}

/** @throws incidents.notRevertible, .badActTransition, and what the action's way back refuses */
export async function revertAct(decision: Decision): Promise<ActRow> {
  return await takeBack(await lockedAct(decision), decision.reason);
}

/** The way back. A quarantine leads its own release: its act follows it. */
export async function takeBack(row: ActRow, reason: string): Promise<ActRow> {
  const action = actionOf(row.action);
  if (!action.revertible) throw problems.notRevertible({ action: action.title });
  if (action.leadsOwnWayBack) {
    await action.revert(row.parameters, { ...(await factsOf(row, 'high')), reason }, row.outcome);
    return (await lockAct(row.id)) ?? row;
  }
  const begun = await moveAct(row, { to: 'reverting', says: `Being taken back: ${row.title}. ${reason}` });
  await cancelTimers(row.id, [actTimers.expiry]);
  try {
    await attempt(async () => action.revert(begun.parameters, { ...(await factsOf(begun, 'high')), reason }, begun.outcome));
  } catch (error) {
    if (!isProblem(error)) throw error;
    return await moveAct(begun, {
      to: row.state === 'partial' ? 'partial' : 'in_force',
      says: `Could not be taken back: ${row.title}. ${error.message}`,
      set: { failure: error.message.slice(0, 2000) },
    });
  }
  return await moveAct(begun, { to: 'reverted', says: `Taken back: ${row.title}` });
}

export async function waiveAct(decision: Decision): Promise<ActRow> {
  const row = await lockedAct(decision);
  const person = await actingNow();
  const next = await updateAct(row, { waived: decision.reason.slice(0, 4000) });
  await note(row.incidentId, {
    kind: 'act',
    text: `${person.name}: the incident does not wait for "${row.title}". ${decision.reason}`,
    subject: { type: 'act', id: row.id },
  });
  await publish(actChanged, actNews(next));
  return next;
}

/** What was in force for a while is over by itself. */
export async function expireAct(timer: Taken): Promise<void> {
  const row = await lockAct(timer.subjectId);
  if (row?.state === 'in_force') await moveAct(row, { to: 'expired', says: `Over: ${row.title}`, lateByMs: timer.lateMs });
}
