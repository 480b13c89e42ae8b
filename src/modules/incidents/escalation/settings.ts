/** Policies and schedules as people write and see them. */
import { isProblem } from '../../../contract/problem.ts';
import { call } from '../../../platform/http/call.ts';
import { getUser } from '../../identity/contract.ts';
import { type EscalationPolicy, escalationProblems, type Member, type OnCallSchedule, incidentProblems as problems } from '../contract.ts';
import type { OverrideRow, PolicyRow, ScheduleRow } from '../table.ts';
import { builtInLevels } from './escalation.ts';
import {
  databaseNow,
  deleteOverride,
  deletePolicy,
  deleteSchedule,
  findPolicy,
  findSchedules,
  insertOverride,
  listPolicyRows,
  listScheduleRows,
  overridesOf,
} from './escalation-store.ts';
import { onCallAt, shiftsFrom } from './on-call.ts';

const fortnightMs = 14 * 86_400_000;

export function toPolicy({ id, name, isDefault, severityAtLeast, levels, version, updatedAt }: PolicyRow): EscalationPolicy {
  return { id, name, isDefault, severityAtLeast, levels, version, updatedAt: updatedAt.toISOString() };
}

/** The one built in is shown while nobody wrote a default: it is what happens. */
export async function policies(escalateAfterMs: number): Promise<EscalationPolicy[]> {
  const rows = await listPolicyRows();
  if (rows.some(({ isDefault }) => isDefault)) return rows.map(toPolicy);
  const builtIn: EscalationPolicy = {
    id: null,
    name: 'Built in',
    isDefault: true,
    severityAtLeast: null,
    levels: builtInLevels(escalateAfterMs),
    version: 0,
    updatedAt: null,
  };
  return [builtIn, ...rows.map(toPolicy)];
}

/** @throws incidents.scheduleNotFound when a level names a schedule that is not there */
export async function checkLevels(levels: EscalationPolicy['levels']): Promise<void> {
  const ids = [...new Set(levels.flatMap(({ scheduleIds }) => scheduleIds))];
  const known = new Set((ids.length === 0 ? [] : await findSchedules(ids)).map(({ id }) => id));
  const missing = ids.find((id) => !known.has(id));
  if (missing !== undefined) throw escalationProblems.scheduleNotFound({ id: missing });
}

export async function dropPolicy(id: string): Promise<boolean> {
  const row = await findPolicy(id);
  if (row === null) throw escalationProblems.policyNotFound({ id });
  if (row.isDefault && (await listPolicyRows()).length > 1) throw escalationProblems.policyInUse();
  return await deletePolicy(id);
}

/** People with their names. @throws incidents.personNotFound */
export async function namedMembers(members: readonly { userId: string; destinationIds: string[] }[]): Promise<Member[]> {
  const named: Member[] = [];
  for (const { userId, destinationIds } of members) named.push({ userId, destinationIds, name: await nameOf(userId) });
  return named;
}

async function nameOf(id: string): Promise<string> {
  try {
    return (await call(getUser, { id })).name;
  } catch (error) {
    if (isProblem(error) && error.status === 404) throw problems.personNotFound({ id });
    throw error;
  }
}

export async function schedules(): Promise<{ items: OnCallSchedule[]; at: string }> {
  const rows = await listScheduleRows();
  const now = await databaseNow();
  const overrides = await overridesOf(rows.map(({ id }) => id));
  return { items: rows.map((row) => toSchedule(row, overrides, now)), at: now.toISOString() };
}

export async function oneSchedule(id: string): Promise<OnCallSchedule> {
  const [row] = await findSchedules([id]);
  if (row === undefined) throw escalationProblems.scheduleNotFound({ id });
  return toSchedule(row, await overridesOf([id]), await databaseNow());
}

function toSchedule(row: ScheduleRow, overrides: readonly OverrideRow[], now: Date): OnCallSchedule {
  const own = overrides.filter(({ scheduleId }) => scheduleId === row.id);
  const laid = own.map(({ userId, name, destinationIds, fromAt: from, untilAt: until }) => ({ userId, name, destinationIds, from, until }));
  const { id, name, timeZone, rotation, handoff, startsOn, members, version } = row;
  return {
    id,
    name,
    timeZone,
    rotation,
    handoff,
    startsOn,
    members,
    version,
    overrides: own.map((one) => ({
      id: one.id,
      userId: one.userId,
      name: one.name,
      from: one.fromAt.toISOString(),
      until: one.untilAt.toISOString(),
    })),
    now: onCallAt(row, laid, now.getTime()),
    upcoming: shiftsFrom(row, laid, { at: now.getTime(), span: fortnightMs }),
  };
}

/** @throws incidents.scheduleInUse */
export async function dropSchedule(id: string): Promise<boolean> {
  const user = (await listPolicyRows()).find(({ levels }) => levels.some(({ scheduleIds }) => scheduleIds.includes(id)));
  if (user !== undefined) throw escalationProblems.scheduleInUse({ policy: user.name });
  return await deleteSchedule(id);
}

type Standing = {
  readonly id: string;
  readonly userId: string;
  readonly from: string;
  readonly until: string;
  readonly destinationIds: string[];
};
/** @throws incidents.scheduleNotFound, .overrideEmpty, .personNotFound */
export async function standIn({ id, userId, from, until, destinationIds }: Standing): Promise<OnCallSchedule> {
  const schedule = await oneSchedule(id);
  const [fromAt, untilAt] = [new Date(from), new Date(until)];
  if (untilAt <= fromAt) throw escalationProblems.overrideEmpty();
  const known = schedule.members.find((member) => member.userId === userId)?.destinationIds ?? [];
  await insertOverride({
    scheduleId: id,
    userId,
    name: await nameOf(userId),
    destinationIds: destinationIds.length === 0 ? known : destinationIds,
    fromAt,
    untilAt,
  });
  return await oneSchedule(id);
}

export async function endStandIn(id: string, overrideId: string): Promise<OnCallSchedule> {
  if (!(await deleteOverride(id, overrideId))) throw escalationProblems.overrideNotFound({ id: overrideId });
  return await oneSchedule(id);
}
