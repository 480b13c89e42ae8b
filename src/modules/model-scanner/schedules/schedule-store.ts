/** Rows of schedules: one for each source of a workspace. */
import { asc, eq, lte, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { Schedule } from '../contract.ts';
import { scanTable, scheduleTable as schedule } from '../table.ts';

type Row = typeof schedule.$inferSelect;
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

function toSchedule(row: Row, lastVerdict: string | null): Schedule {
  return Schedule.parse({
    ...row,
    lastVerdict,
    nextRunAt: iso(row.nextRunAt),
    lastRunAt: iso(row.lastRunAt),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  });
}

const lastScan = eq(scanTable.id, schedule.lastScanId);
const columns = { schedule, lastVerdict: scanTable.verdict };
const sameTarget = (target: string) =>
  sql`hashtextextended(${schedule.target}, 0) = hashtextextended(${target}, 0) and ${schedule.target} = ${target}`;

export async function findSchedule(id: string): Promise<Schedule | null> {
  const [row] = await db().select(columns).from(schedule).leftJoin(scanTable, lastScan).where(eq(schedule.id, id));
  return row === undefined ? null : toSchedule(row.schedule, row.lastVerdict);
}

export async function findScheduleOf(target: string): Promise<Schedule | null> {
  const [row] = await db().select(columns).from(schedule).leftJoin(scanTable, lastScan).where(sameTarget(target));
  return row === undefined ? null : toSchedule(row.schedule, row.lastVerdict);
}

/** The next to run first, those that are off last. The place is the id: a workspace has few. */
export async function listScheduleRows(
  target: string | undefined,
  { after, limit }: { after: number; limit: number },
): Promise<Page<Schedule>> {
  const where = target === undefined ? undefined : sameTarget(target);
  const rows = await db()
    .select(columns)
    .from(schedule)
    .leftJoin(scanTable, lastScan)
    .where(where)
    .orderBy(sql`${schedule.nextRunAt} asc nulls last`, asc(schedule.id))
    .offset(after)
    .limit(limit + 1);
  const [counted] = await db().select({ count: sql<number>`count(*)::int` }).from(schedule).where(where);
  const items = rows.slice(0, limit).map((row) => toSchedule(row.schedule, row.lastVerdict));
  const next = rows.length > limit ? String(after + limit) : null;
  return { items, nextCursor: next, total: Math.min(counted?.count ?? 0, 10_000), totalIsEstimate: (counted?.count ?? 0) > 10_000 };
}

export type ScheduleDraft = Pick<Schedule, 'source' | 'target' | 'assetId' | 'every' | 'weekday' | 'time' | 'timeZone' | 'createdBy'> & {
  nextRunAt: Date | null;
};

/** Changes the schedule of the target, or makes it. Returns its id. */
export async function putSchedule({ createdBy, ...draft }: ScheduleDraft): Promise<string> {
  const [changed] = await db()
    .update(schedule)
    .set({ ...draft, updatedAt: sql`now()` })
    .where(sameTarget(draft.target))
    .returning({ id: schedule.id });
  if (changed !== undefined) return changed.id;
  const [made] = await db()
    .insert(schedule)
    .values({ ...draft, createdBy })
    .returning({ id: schedule.id });
  return made?.id ?? '';
}

export async function deleteSchedule(id: string): Promise<void> {
  await db().delete(schedule).where(eq(schedule.id, id));
}

/** Schedules whose time has come, locked until they are moved on: two workers never start the same one. */
export async function lockDue(now: Date): Promise<Schedule[]> {
  const rows = await db()
    .select()
    .from(schedule)
    .where(lte(schedule.nextRunAt, now))
    .orderBy(asc(schedule.nextRunAt), asc(schedule.id))
    .limit(100)
    .for('update', { skipLocked: true });
  return rows.map((row) => toSchedule(row, null));
}

export async function noteRun(id: string, run: { lastRunAt: Date; lastScanId: string | null; nextRunAt: Date | null }): Promise<void> {
  const { lastScanId, ...times } = run;
  await db()
    .update(schedule)
    .set({ ...times, ...(lastScanId === null ? {} : { lastScanId }) })
    .where(eq(schedule.id, id));
}
