/** What people do with an incident: move it on, own it, judge it. Each transition is one statement with its guard and its trail. */
import { createHash } from 'node:crypto';
import { isProblem } from '../../../contract/problem.ts';
import type { Severity } from '../../../contract/severity.ts';
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { getUser } from '../../identity/contract.ts';
import { settleAlerts } from '../../security-alerts/contract.ts';
import { takeBack } from '../acts/act.ts';
import { actsOfIncident, databaseClock } from '../acts/act-store.ts';
import { type ActorWord, type IncidentState, incidentChanged, incidentProblems as problems } from '../contract.ts';
import { endEscalation } from '../escalation/escalation.ts';
import { stopRuns } from '../playbooks/run-playbook.ts';
import { quarantinesOfIncident, standing } from '../quarantine/quarantine-store.ts';
import { keep } from '../quarantine/release.ts';
import type { ActRow, IncidentDraftRow, IncidentRow } from '../table.ts';
import { cancelTimers, setTimer, type Taken } from '../timers/timer-store.ts';
import { newsOf } from './incident-news.ts';
import { findIncident, hasAlertAfter, lockIncident, updateIncident, wholeTimeline } from './incident-store.ts';
import { closeTimer } from './open-incident.ts';
import { closeAfterMs, endedActs, type IncidentFacts, isFirstOfTwo, refusalOf } from './state.ts';
import { actingNow, note, seal } from './trail.ts';

export type Change = {
  readonly version?: number | undefined;
  readonly state?: IncidentState | undefined;
  readonly severity?: Severity | undefined;
  readonly assigneeId?: string | null | undefined;
  readonly reason?: string | undefined;
  readonly rootCause?: string | undefined;
  readonly title?: string | undefined;
  readonly summary?: string | undefined;
  readonly keepQuarantines?: boolean | undefined;
};

/** @throws incidents.notFound, .staleVersion */
export async function lockedIncident(id: string, version?: number | undefined): Promise<IncidentRow> {
  const row = await lockIncident(id);
  if (row === null) throw problems.notFound({ id });
  if (version !== undefined && version !== row.version) throw problems.staleVersion({ expected: version, actual: row.version });
  return row;
}

/** @throws incidents.notFound, .staleVersion, .personNotFound and what the guards of the transition refuse */
export async function changeIncident(id: string, change: Change): Promise<IncidentRow> {
  const row = await lockedIncident(id, change.version);
  if (row.mergedInto !== null) throw problems.merged({ into: row.mergedInto });
  const person = await actingNow();
  const described = await describe(row, change, person);
  if (change.state === undefined || change.state === described.state) return described;
  return await moveIncident(described, change.state, {
    reason: change.reason ?? '',
    person,
    keepQuarantines: change.keepQuarantines ?? false,
  });
}

/** Owner, severity and words: what is no transition. */
async function describe(row: IncidentRow, change: Change, person: ActorWord): Promise<IncidentRow> {
  const { severity, title, summary, rootCause } = change;
  if (severity !== undefined && severity !== row.severity && (change.reason ?? '').trim().length < 3)
    throw problems.reasonMissing({ least: 3 });
  const words = Object.fromEntries(Object.entries({ severity, title, summary, rootCause }).filter(([, value]) => value !== undefined));
  const set: Partial<IncidentDraftRow> = { ...words, ...(await ownerOf(change.assigneeId)) };
  const names = (Object.keys(set) as (keyof IncidentDraftRow & keyof IncidentRow)[]).filter((name) => set[name] !== row[name]);
  if (names.length === 0) return row;
  const next = await updateIncident(row, set);
  if (names.includes('assigneeId'))
    await note(row.id, { kind: 'owner', text: next.assigneeName === null ? 'Nobody owns it now.' : `${next.assigneeName} owns it now.` });
  if (names.includes('severity'))
    await note(row.id, { kind: 'severity', text: `Severity ${row.severity} became ${next.severity}: ${change.reason ?? ''}` });
  if (names.includes('rootCause')) await note(row.id, { kind: 'note', text: 'The root cause was written.' });
  await publish(incidentChanged, { ...newsOf(next), byName: person.name });
  return next;
}

async function ownerOf(id: string | null | undefined): Promise<Partial<IncidentDraftRow>> {
  if (id === undefined) return {};
  if (id === null) return { assigneeId: null, assigneeName: null };
  try {
    return { assigneeId: id, assigneeName: (await call(getUser, { id })).name };
  } catch (error) {
    if (isProblem(error) && error.status === 404) throw problems.personNotFound({ id });
    throw error;
  }
}

export type Moving = { readonly reason: string; readonly person: ActorWord; readonly keepQuarantines?: boolean };

/** One transition: guard, statement, effects, trail. @throws what state.ts refuses, incidents.raced */
export async function moveIncident(row: IncidentRow, to: IncidentState, moving: Moving): Promise<IncidentRow> {
  if (to === 'resolved' && moving.keepQuarantines === true) await keepAll(row, moving.reason);
  const acts = await actsOfIncident(row.id);
  const facts = await factsOf(row, acts, moving);
  const refusal = refusalOf(row.state, to, facts);
  if (refusal !== null) throw refusal;
  if (to === 'false_positive' && isFirstOfTwo(facts)) return await firstFalsePositive(row, moving);
  const next = await updateIncident(row, {
    state: to,
    ...(moving.reason === '' ? {} : { reason: moving.reason }),
    ...stampsOf(row, to, moving.person),
  });
  const why = moving.reason === '' ? '' : `: ${moving.reason}`;
  await note(row.id, { kind: 'state', text: `${stateWord[to]}${why}` });
  const sealed = await effects[to](next, { acts, moving, before: row });
  await seal(
    `incident.${to}`,
    { type: 'incident', id: row.id },
    {
      before: { state: row.state },
      after: { state: to, reason: moving.reason, ...(sealed.digest === null ? {} : { timelineSha256: sealed.digest }) },
    },
  );
  await publish(incidentChanged, { ...newsOf(sealed), byName: moving.person.kind === 'user' ? moving.person.name : null });
  return sealed;
}

const stateWord: Readonly<Record<IncidentState, string>> = {
  open: 'Open',
  investigating: 'Being investigated',
  contained: 'Contained',
  resolved: 'Resolved',
  closed: 'Closed',
  false_positive: 'Called a false positive',
};

function stampsOf(row: IncidentRow, to: IncidentState, person: ActorWord): Record<string, unknown> {
  const now = databaseClock;
  if (to === 'contained') return { containedAt: now };
  if (to === 'resolved') return { resolvedAt: now };
  if (to === 'closed' || to === 'false_positive') return { closedAt: now };
  const seen = { acknowledgedAt: row.acknowledgedAt ?? now, acknowledgedByName: row.acknowledgedByName ?? person.name };
  return row.state === 'open'
    ? seen
    : { ...seen, reopenCount: row.reopenCount + 1, resolvedAt: null, closedAt: null, containedAt: null, digest: null };
}

async function factsOf(row: IncidentRow, acts: readonly ActRow[], { reason, person }: Moving): Promise<IncidentFacts> {
  const held = (await quarantinesOfIncident(row.id)).find(({ state, keptReason }) => standing.includes(state) && keptReason === null);
  const endedAt = row.closedAt ?? row.resolvedAt;
  return {
    severity: row.severity,
    assigneeId: row.assigneeId,
    reason,
    rootCause: row.rootCause,
    mergedInto: row.mergedInto,
    uncontained: acts.filter(isUncontained).length,
    openQuarantine: held?.assetName ?? null,
    hasFreshAlert: row.resolvedAt !== null && (await hasAlertAfter(row.id, row.resolvedAt)),
    endedForMs: row.state === 'resolved' || row.state === 'closed' ? Date.now() - (endedAt?.getTime() ?? Date.now()) : null,
    byPerson: person.kind === 'user',
    falsePositiveBy: row.falsePositiveBy,
    actorId: person.id,
  };
}

/** A containing act that is neither in force, nor waived, nor over on purpose, nor only recorded. */
export function isUncontained({ containing, state, waived, simulated }: ActRow): boolean {
  return containing && !simulated && waived === null && !['in_force', 'reverted', 'expired', 'skipped', 'reverting'].includes(state);
}

async function keepAll(row: IncidentRow, reason: string): Promise<void> {
  if (reason.trim().length < 10) throw problems.reasonMissing({ least: 10 });
  for (const one of await quarantinesOfIncident(row.id))
    if (['in_force', 'partial', 'advised', 'reverting'].includes(one.state) && one.keptReason === null)
      await keep(one.id, reason, undefined);
}

async function firstFalsePositive(row: IncidentRow, { person, reason }: Moving): Promise<IncidentRow> {
  const next = await updateIncident(row, { falsePositiveBy: person.id, falsePositiveByName: person.name });
  await note(row.id, {
    kind: 'state',
    text: `${person.name} calls it a false positive: ${reason}. It is critical, so a second person must agree.`,
  });
  await publish(incidentChanged, { ...newsOf(next), byName: person.name });
  return next;
}

type EffectFacts = { readonly acts: readonly ActRow[]; readonly moving: Moving; readonly before: IncidentRow };
type Effect = (row: IncidentRow, facts: EffectFacts) => Promise<IncidentRow>;
const effects: Readonly<Record<IncidentState, Effect>> = {
  open: async (row) => row,
  investigating: async (row, { acts }) => {
    await cancelTimers(row.id, [closeTimer]);
    await endEscalation(row, acts);
    await call(settleAlerts, { incidentId: row.id, state: 'acknowledged' });
    return row;
  },
  contained: async (row) => row,
  resolved: async (row, { acts }) => {
    await endEscalation(row, acts);
    await call(settleAlerts, { incidentId: row.id, state: 'closed', cause: 'true-positive', note: row.rootCause.slice(0, 4000) });
    await setTimer({ kind: closeTimer, subjectId: row.id, afterMs: closeAfterMs });
    return row;
  },
  closed: async (row) => {
    await cancelTimers(row.id, [closeTimer]);
    return await updateIncident(row, { digest: await digestOf(row.id) });
  },
  false_positive: async (row, { acts, moving }) => {
    await endEscalation(row, acts);
    await stopRuns(row.id, 'The incident was called a false positive.');
    for (const act of acts) if (act.revertible && (act.state === 'in_force' || act.state === 'partial')) await takeBack(act, moving.reason);
    await call(settleAlerts, { incidentId: row.id, state: 'closed', cause: 'false-alarm', note: moving.reason.slice(0, 4000) });
    return row;
  },
};

/** SHA-256 over the timeline, oldest first, one line of JSON an entry: what the audit log seals on closing. */
async function digestOf(incidentId: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { id, at, actorKind, actorId, kind, text } of await wholeTimeline(incidentId))
    hash.update(`${JSON.stringify([id, at.toISOString(), actorKind, actorId, kind, text])}\n`);
  return hash.digest('hex');
}

/** Says that somebody looks: the escalation ends, whatever the state. Whoever says so owns it when nobody does. */
export async function acknowledge(id: string, version: number | undefined): Promise<IncidentRow> {
  const row = await lockedIncident(id, version);
  if (row.mergedInto !== null) throw problems.merged({ into: row.mergedInto });
  const person = await actingNow();
  const owned = row.assigneeId === null && person.kind === 'user' ? await describe(row, { assigneeId: person.id }, person) : row;
  if (owned.state === 'open') return await moveIncident(owned, 'investigating', { reason: '', person });
  if (owned.acknowledgedAt !== null) return owned;
  const next = await updateIncident(owned, { acknowledgedAt: new Date(), acknowledgedByName: person.name });
  await endEscalation(next, await actsOfIncident(id));
  await note(id, { kind: 'state', text: `${person.name} looks at it.` });
  await seal('incident.acknowledged', { type: 'incident', id }, { after: { state: next.state, by: person.name } });
  await publish(incidentChanged, { ...newsOf(next), byName: person.name });
  return next;
}

/** Three days after it was resolved, when nothing came after. */
export async function closeByTime(timer: Taken): Promise<void> {
  const row = await lockIncident(timer.subjectId);
  if (row?.state !== 'resolved' || row.mergedInto !== null) return;
  if (row.resolvedAt !== null && (await hasAlertAfter(row.id, row.resolvedAt))) return;
  await moveIncident(row, 'closed', { reason: 'Nothing new came for 72 hours.', person: await actingNow() });
}

/** By rule: an incident that is investigated is contained once every containing act is in force. */
export async function containWhenHeld(incidentId: string): Promise<void> {
  const row = await findIncident(incidentId);
  if (row?.state !== 'investigating') return;
  const acts = (await actsOfIncident(incidentId)).filter(({ containing, simulated }) => containing && !simulated);
  const held = acts.filter(({ state }) => state === 'in_force').length;
  if (held === 0 || acts.some(isUncontained) || acts.every(({ state }) => endedActs.includes(state))) return;
  await moveIncident(await lockedIncident(incidentId), 'contained', {
    reason: 'Every containing act is in force.',
    person: await actingNow(),
  });
}
