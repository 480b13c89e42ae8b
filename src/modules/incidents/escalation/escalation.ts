/** Nobody looked in time: the next level is called. Every level is a durable timer; an acknowledgement takes them back. */
import { z } from 'zod';
import { type Severity, severityRank } from '../../../contract/severity.ts';
import { publish } from '../../../platform/events/publish.ts';
import { insertAct, lockAct } from '../acts/act-store.ts';
import { moveAct, tellAct } from '../acts/move-act.ts';
import { newsOf } from '../cases/incident-news.ts';
import { lockIncident, updateIncident } from '../cases/incident-store.ts';
import { actingNow, note, seal } from '../cases/trail.ts';
import { EscalationLevel, incidentEscalated } from '../contract.ts';
import type { ActRow, IncidentRow, JsonObject, PolicyRow } from '../table.ts';
import { cancelTimers, setTimer, type Taken } from '../timers/timer-store.ts';
import { callSomebody } from './call-somebody.ts';
import { databaseNow, findSchedules, listPolicyRows, overridesOf } from './escalation-store.ts';
import { onCallAt } from './on-call.ts';

export const escalationTimer = 'escalate';
const minute = 60_000;
/** While no policy is written: the rules of notifications say who is called. */
export const builtInLevels = (escalateAfterMs: number): EscalationLevel[] =>
  [escalateAfterMs, 5 * minute, 15 * minute].map((afterMs) => ({ afterMs, scheduleIds: [], destinationIds: [], repeat: 0 }));

/** The policy for a severity: the one with the gravest threshold that it reaches, else the default. Pure. */
export function policyFor<P extends Pick<PolicyRow, 'isDefault' | 'severityAtLeast'>>(
  policies: readonly P[],
  severity: Severity,
): P | null {
  const reached = policies
    .filter(({ severityAtLeast }) => severityAtLeast !== null && severityRank(severity) <= severityRank(severityAtLeast))
    .sort((a, b) => severityRank(a.severityAtLeast ?? 'informational') - severityRank(b.severityAtLeast ?? 'informational'));
  return reached[0] ?? policies.find(({ isDefault }) => isDefault) ?? null;
}

export type Firing = EscalationLevel & { readonly number: number; readonly round: number };
/** Levels with their repetitions, in the order they are called. Pure. */
export function firingsOf(levels: readonly EscalationLevel[]): Firing[] {
  return levels.flatMap((level, at) =>
    Array.from({ length: level.repeat + 1 }, (_, round) => ({ ...level, number: at + 1, round: round + 1 })),
  );
}

const Payload = z.object({ levels: z.array(EscalationLevel).min(1), actId: z.uuid().nullable() });

/** Promises the first level of an incident that nobody has acknowledged. */
export async function beginEscalation(row: IncidentRow, escalateAfterMs: number, simulate: boolean): Promise<void> {
  const policy = policyFor(await listPolicyRows(), row.severity);
  const levels = policy?.levels ?? builtInLevels(escalateAfterMs);
  const act = await planEscalation(row, levels[0]?.afterMs ?? escalateAfterMs, simulate);
  if (simulate) return;
  await arm(row.id, 1, { levels, actId: act?.id ?? null });
  if (policy !== null) await updateIncident(row, { escalationPolicyId: policy.id });
}

async function arm(incidentId: string, index: number, payload: { levels: EscalationLevel[]; actId: string | null }): Promise<void> {
  const firing = firingsOf(payload.levels)[index - 1];
  if (firing === undefined) return;
  await setTimer({
    kind: escalationTimer,
    subjectId: incidentId,
    level: index,
    afterMs: firing.afterMs,
    payload: { levels: payload.levels as JsonObject[], actId: payload.actId },
  });
}

/** The escalation as an act: planned until its time, skipped when somebody looks before. */
async function planEscalation(row: IncidentRow, afterMs: number, simulate: boolean): Promise<ActRow | null> {
  const actor = await actingNow();
  const act = await insertAct(
    {
      incidentId: row.id,
      action: 'escalate',
      title: `Call somebody unless acknowledged within ${Math.round(afterMs / 1000)} s`,
      containing: false,
      revertible: false,
      simulated: simulate,
      state: simulate ? 'skipped' : 'planned',
      reason: 'Nobody may overlook it.',
      requestedByKind: actor.kind,
      requestedById: actor.id,
      requestedByName: actor.name,
      idempotencyKey: `escalate:${row.id}:${row.reopenCount}`,
    },
    afterMs,
  );
  if (act !== null) await tellAct(act, null, simulate ? 'Would have escalated (simulation).' : act.title);
  return act;
}

/** Somebody looks: what was promised is taken back. */
export async function endEscalation(row: IncidentRow, acts: readonly ActRow[]): Promise<void> {
  await cancelTimers(row.id, [escalationTimer]);
  for (const act of acts)
    if (act.action === 'escalate' && act.state === 'planned')
      await moveAct(act, { to: 'skipped', says: 'Not escalated: somebody looks at it.' });
}

/** A level whose time came. Looks again whether it still must be called. */
export async function escalate(timer: Taken): Promise<void> {
  const row = await lockIncident(timer.subjectId);
  if (
    row === null ||
    row.acknowledgedAt !== null ||
    row.mergedInto !== null ||
    ['resolved', 'closed', 'false_positive'].includes(row.state)
  )
    return;
  const { levels, actId } = Payload.parse(timer.payload);
  const firing = firingsOf(levels)[timer.level - 1];
  if (firing === undefined) return;
  await callLevel(row, firing, { lateByMs: timer.lateMs, why: 'Nobody has acknowledged it.' });
  await arm(row.id, timer.level + 1, { levels, actId });
  const act = actId === null ? null : await lockAct(actId);
  if (act?.state !== 'planned') return;
  // The line of the level tells it.
  await moveAct(await moveAct(act, { to: 'executing', says: null }), { to: 'in_force', says: null, lateByMs: timer.lateMs });
}

/** A person, or a playbook, does not want to wait: the level after the last one is called now. */
export async function escalateNow(incidentId: string, escalateAfterMs: number, why: string): Promise<number> {
  const row = await lockIncident(incidentId);
  if (row === null) return 0;
  const levels = policyFor(await listPolicyRows(), row.severity)?.levels ?? builtInLevels(escalateAfterMs);
  const firings = firingsOf(levels);
  const next = firings.find(({ number }) => number > row.escalationLevel) ?? firings.at(-1);
  if (next === undefined) return 0;
  await callLevel(row, next, { lateByMs: null, why });
  return next.number;
}

type How = { readonly lateByMs: number | null; readonly why: string };
async function callLevel(row: IncidentRow, firing: Firing, { lateByMs, why }: How): Promise<void> {
  const onCall = await peopleOnCall(firing.scheduleIds);
  const destinationIds = [...new Set([...firing.destinationIds, ...onCall.flatMap((shift) => shift.destinationIds)])];
  const names = [...new Set(onCall.map(({ name }) => name))];
  const next = await updateIncident(row, { escalationLevel: Math.max(row.escalationLevel, firing.number) });
  const whom = names.length === 0 ? '' : ` On call: ${names.join(', ')}.`;
  const text = `Level ${firing.number}${firing.round > 1 ? `, ${firing.round} times` : ''}. ${why}${whom}`;
  await note(row.id, { kind: 'escalation', text, lateByMs });
  await seal(
    'incident.escalated',
    { type: 'incident', id: row.id },
    { before: { level: row.escalationLevel }, after: { level: firing.number, round: firing.round, lateByMs } },
  );
  await publish(incidentEscalated, { ...newsOf(next), level: firing.number, round: firing.round, onCall: names, destinationIds });
  // Without a destination of its own the event itself is routed by the rules of notifications.
  if (destinationIds.length === 0) return;
  await callSomebody({
    event: 'incident.escalated',
    severity: next.severity,
    title: `INC-${next.number} ${next.title}`,
    text,
    link: `/incidents/${row.id}`,
    incidentId: row.id,
    destinationIds,
  });
}

async function peopleOnCall(scheduleIds: readonly string[]) {
  if (scheduleIds.length === 0) return [];
  const [rows, overrides, now] = [await findSchedules(scheduleIds), await overridesOf(scheduleIds), await databaseNow()];
  return rows.flatMap((row) => {
    const laid = overrides
      .filter(({ scheduleId }) => scheduleId === row.id)
      .map(({ userId, name, destinationIds, fromAt: from, untilAt: until }) => ({ userId, name, destinationIds, from, until }));
    const shift = onCallAt(row, laid, now.getTime());
    return shift === null ? [] : [shift];
  });
}
