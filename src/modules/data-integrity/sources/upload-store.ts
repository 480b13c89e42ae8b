/** Rows of uploads. The bytes lie on disk. */
import { and, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { TableUpload } from '../contract.ts';
import { assessmentTable, uploadTable as upload } from '../table.ts';

type Row = typeof upload.$inferSelect;
const toUpload = (row: Row): TableUpload => TableUpload.parse({ ...row, createdAt: row.createdAt.toISOString() });

/** One after the other in a workspace: two declarations at once may not both see the same free quota. */
export async function lockQuota(): Promise<void> {
  await db().execute(sql`select pg_advisory_xact_lock(hashtextextended('data-quality.uploads/' || platform.current_workspace()::text, 0))`);
}

/** Bytes that uploads of this workspace hold or have reserved. */
export async function reservedBytes(): Promise<number> {
  const [row] = await db().select({ bytes: sql<string>`coalesce(sum(size), 0)::text` }).from(upload).where(sql`state <> 'removed'`);
  return Number(row?.bytes ?? 0);
}

export async function insertUpload(draft: { name: string; size: number; assetId: string | null; createdBy: string }): Promise<TableUpload> {
  const [row] = await db().insert(upload).values(draft).returning();
  if (row === undefined) throw new TypeError('An insert answers its row.');
  return toUpload(row);
}

export async function findUpload(id: string): Promise<TableUpload | null> {
  const [row] = await db().select().from(upload).where(eq(upload.id, id));
  return row === undefined ? null : toUpload(row);
}

/** Notes that bytes arrived; null when the row says something else than `from` meanwhile. A whole upload becomes ready. */
export async function noteReceived(id: string, { from, to }: { from: number; to: number }): Promise<TableUpload | null> {
  const [row] = await db()
    .update(upload)
    .set({
      received: to,
      touchedAt: sql`now()`,
      state: sql`case when ${to}::bigint >= size then 'ready' else 'receiving' end`,
    })
    .where(and(eq(upload.id, id), eq(upload.state, 'receiving'), eq(upload.received, from)))
    .returning();
  return row === undefined ? null : toUpload(row);
}

/** Null when it is not whole, or belongs to an asset already. */
export async function giveToAsset(id: string, assetId: string): Promise<TableUpload | null> {
  const [row] = await db()
    .update(upload)
    .set({ assetId, touchedAt: sql`now()` })
    .where(and(eq(upload.id, id), eq(upload.state, 'ready'), isNull(upload.assetId)))
    .returning();
  return row === undefined ? null : toUpload(row);
}

/** Says that somebody still works with it, so that the sweeper leaves it. */
export async function touchUpload(id: string): Promise<void> {
  await db().update(upload).set({ touchedAt: sql`now()` }).where(eq(upload.id, id));
}

export async function markRemoved(id: string): Promise<TableUpload | null> {
  const [row] = await db().update(upload).set({ state: 'removed', removedAt: sql`now()` }).where(eq(upload.id, id)).returning();
  return row === undefined ? null : toUpload(row);
}

/** True while an assessment of it, or against it, waits or runs. */
export async function isBeingRead(id: string): Promise<boolean> {
  const [row] = await db()
    .select({ id: assessmentTable.id })
    .from(assessmentTable)
    .where(
      and(
        inArray(assessmentTable.state, ['queued', 'running']),
        sql`(${assessmentTable.source} ->> 'upload' = ${id} or ${assessmentTable.reference} ->> 'upload' = ${id})`,
      ),
    )
    .limit(1);
  return row !== undefined;
}

/** Uploads nobody touched for long. */
export async function listStale(before: Date): Promise<TableUpload[]> {
  const rows = await db()
    .select()
    .from(upload)
    .where(and(inArray(upload.state, ['receiving', 'ready']), lt(upload.touchedAt, before)))
    .limit(500);
  return rows.map(toUpload);
}

/** Of these ids, the ones whose bytes may stay. */
export async function keptOf(ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db()
    .select({ id: upload.id })
    .from(upload)
    .where(and(sql`${upload.id}::text = any(${sql.param([...ids])}::text[])`, inArray(upload.state, ['receiving', 'ready'])));
  return new Set(rows.map(({ id }) => id));
}
