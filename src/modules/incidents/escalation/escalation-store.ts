/** Escalation policies and on-call schedules in the database. */
import { and, eq, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { escalationProblems, incidentProblems as problems } from '../contract.ts';
import { escalationPolicy, type OverrideRow, onCallOverride, onCallSchedule, type PolicyRow, type ScheduleRow } from '../table.ts';

export function listPolicyRows(): Promise<PolicyRow[]> {
  return db().select().from(escalationPolicy).orderBy(sql`${escalationPolicy.isDefault} desc, ${escalationPolicy.name}`).limit(100);
}
export async function findPolicy(id: string): Promise<PolicyRow | null> {
  const [row] = await db().select().from(escalationPolicy).where(eq(escalationPolicy.id, id));
  return row ?? null;
}
type PolicyDraft = Pick<PolicyRow, 'name' | 'isDefault' | 'severityAtLeast' | 'levels'>;
export async function insertPolicy(draft: PolicyDraft): Promise<PolicyRow> {
  if (draft.isDefault) await dropDefault();
  const [row] = await db().insert(escalationPolicy).values(draft).returning();
  if (row === undefined) throw escalationProblems.policyNotFound({ id: 'new' });
  return row;
}
export async function updatePolicy(id: string, draft: PolicyDraft, version: number | undefined): Promise<PolicyRow> {
  const [row] = await db().select().from(escalationPolicy).where(eq(escalationPolicy.id, id)).for('update');
  if (row === undefined) throw escalationProblems.policyNotFound({ id });
  if (version !== undefined && version !== row.version) throw problems.staleVersion({ expected: version, actual: row.version });
  if (draft.isDefault && !row.isDefault) await dropDefault();
  const [next] = await db()
    .update(escalationPolicy)
    .set({ ...draft, version: row.version + 1, updatedAt: sql`now()` })
    .where(eq(escalationPolicy.id, id))
    .returning();
  return next ?? row;
}
async function dropDefault(): Promise<void> {
  await db().update(escalationPolicy).set({ isDefault: false }).where(eq(escalationPolicy.isDefault, true));
}
export async function deletePolicy(id: string): Promise<boolean> {
  const rows = await db().delete(escalationPolicy).where(eq(escalationPolicy.id, id)).returning({ id: escalationPolicy.id });
  return rows.length > 0;
}

export function listScheduleRows(): Promise<ScheduleRow[]> {
  return db().select().from(onCallSchedule).orderBy(onCallSchedule.name).limit(100);
}
export async function findSchedules(ids: readonly string[]): Promise<ScheduleRow[]> {
  return await db()
    .select()
    .from(onCallSchedule)
    .where(sql`${onCallSchedule.id} = any(${sql.param([...ids])}::uuid[])`);
}
type ScheduleDraft = Pick<ScheduleRow, 'name' | 'timeZone' | 'rotation' | 'handoff' | 'startsOn' | 'members'>;
export async function insertSchedule(draft: ScheduleDraft): Promise<ScheduleRow> {
  const [row] = await db().insert(onCallSchedule).values(draft).returning();
  if (row === undefined) throw escalationProblems.scheduleNotFound({ id: 'new' });
  return row;
}
export async function updateSchedule(id: string, draft: ScheduleDraft, version: number | undefined): Promise<ScheduleRow> {
  const [row] = await db().select().from(onCallSchedule).where(eq(onCallSchedule.id, id)).for('update');
  if (row === undefined) throw escalationProblems.scheduleNotFound({ id });
  if (version !== undefined && version !== row.version) throw problems.staleVersion({ expected: version, actual: row.version });
  const [next] = await db()
    .update(onCallSchedule)
    .set({ ...draft, version: row.version + 1, updatedAt: sql`now()` })
    .where(eq(onCallSchedule.id, id))
    .returning();
  return next ?? row;
}
export async function deleteSchedule(id: string): Promise<boolean> {
  const rows = await db().delete(onCallSchedule).where(eq(onCallSchedule.id, id)).returning({ id: onCallSchedule.id });
  return rows.length > 0;
}

/** Overrides that have not ended, soonest first. */
export async function overridesOf(scheduleIds: readonly string[]): Promise<OverrideRow[]> {
  if (scheduleIds.length === 0) return [];
  return await db()
    .select()
    .from(onCallOverride)
    .where(
      sql`${onCallOverride.scheduleId} = any(${sql.param([...scheduleIds])}::uuid[]) and ${onCallOverride.untilAt} > clock_timestamp()`,
    )
    .orderBy(onCallOverride.fromAt)
    .limit(500);
}
export async function insertOverride(draft: typeof onCallOverride.$inferInsert): Promise<void> {
  await db().insert(onCallOverride).values(draft);
}
export async function deleteOverride(scheduleId: string, id: string): Promise<boolean> {
  const rows = await db()
    .delete(onCallOverride)
    .where(and(eq(onCallOverride.id, id), eq(onCallOverride.scheduleId, scheduleId)))
    .returning({ id: onCallOverride.id });
  return rows.length > 0;
}
/** The clock that decides. */
export async function databaseNow(): Promise<Date> {
  const { rows } = await db().execute<{ now: Date | string }>(sql`select clock_timestamp() as now`);
  return new Date(rows[0]?.now ?? Number.NaN);
}
