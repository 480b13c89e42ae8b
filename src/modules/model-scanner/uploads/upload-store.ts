/** Rows of uploads. The bytes lie in quarantine. */
import { and, eq, inArray, lt, or, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { Upload } from '../contract.ts';
import { scanTable, uploadTable as upload } from '../table.ts';

type Row = typeof upload.$inferSelect;
export type UploadDraft = { label: string; files: readonly { name: string; size: number }[]; createdBy: string };

function toUpload(row: Row): Upload {
  const files = Upload.shape.files.parse(row.files);
  const received = files.reduce((sum, file) => sum + file.received, 0);
  return Upload.parse({ ...row, files, received, createdAt: row.createdAt.toISOString() });
}

/** One after the other in a workspace: two declarations at once may not both see the same free quota. */
export async function lockQuota(): Promise<void> {
  await db().execute(
    sql`select pg_advisory_xact_lock(hashtextextended('model-scanner.uploads/' || platform.current_workspace()::text, 0))`,
  );
}

/** Bytes that uploads of this workspace hold or have reserved. */
export async function reservedBytes(): Promise<number> {
  const { rows } = await db().execute<{ bytes: string }>(
    sql`select coalesce(sum(size), 0)::text as bytes from model_scanner.upload where state <> 'removed'`,
  );
  return Number(rows[0]?.bytes ?? 0);
}

export async function insertUpload({ label, files, createdBy }: UploadDraft): Promise<Upload> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  const [row] = await db()
    .insert(upload)
    .values({
      label,
      files: files.map((file) => ({ ...file, received: 0 })),
      size,
      state: size === 0 ? 'ready' : 'receiving',
      createdBy,
    })
    .returning();
  if (row === undefined) throw new TypeError('An insert answers its row.');
  return toUpload(row);
}

export async function findUpload(id: string): Promise<Upload | null> {
  const [row] = await db().select().from(upload).where(eq(upload.id, id));
  return row === undefined ? null : toUpload(row);
}

/** Notes that bytes of a file arrived; null when the row says something else than `from` meanwhile. Whole uploads become ready. */
export async function noteReceived(id: string, part: { file: number; from: number; to: number }): Promise<Upload | null> {
  const place = sql.raw(`'{${Math.trunc(part.file)},received}'`);
  const [row] = await db()
    .update(upload)
    .set({ files: sql`jsonb_set(files, ${place}, to_jsonb(${part.to}::bigint))`, touchedAt: sql`now()` })
    .where(and(eq(upload.id, id), eq(upload.state, 'receiving'), sql`(files #>> ${place})::bigint = ${part.from}`))
    .returning();
  if (row === undefined) return null;
  const now = toUpload(row);
  if (now.received < now.size) return now;
  const [whole] = await db().update(upload).set({ state: 'ready' }).where(eq(upload.id, id)).returning();
  return whole === undefined ? null : toUpload(whole);
}

export async function markRemoved(id: string): Promise<Upload | null> {
  const [row] = await db().update(upload).set({ state: 'removed', removedAt: sql`now()` }).where(eq(upload.id, id)).returning();
  return row === undefined ? null : toUpload(row);
}

/** True while a scan of it waits or runs. */
export async function isBeingScanned(id: string): Promise<boolean> {
  const rows = await db()
    .select({ id: scanTable.id })
    .from(scanTable)
    .where(and(inArray(scanTable.state, ['queued', 'running']), sql`${scanTable.source} ->> 'upload' = ${id}`))
    .limit(1);
  return rows.length > 0;
}

/** True when a scan of it was ever asked for. */
export async function wasScanned(id: string): Promise<boolean> {
  const rows = await db().select({ id: scanTable.id }).from(scanTable).where(sql`${scanTable.source} ->> 'upload' = ${id}`).limit(1);
  return rows.length > 0;
}

/** Uploads nobody touched for long, and those whose scan has ended. */
export async function listStale(before: Date): Promise<Upload[]> {
  const rows = await db()
    .select()
    .from(upload)
    .where(
      and(
        inArray(upload.state, ['receiving', 'ready']),
        or(
          lt(upload.touchedAt, before),
          sql`exists (select 1 from model_scanner.scan s where s.source ->> 'upload' = ${upload.id}::text and s.state in ('done', 'failed', 'cancelled'))`,
        ),
      ),
    )
    .limit(500);
  return rows.map(toUpload);
}

/** Of these ids, the ones whose bytes may stay. */
export async function keptOf(ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db()
    .select({ id: upload.id })
    .from(upload)
    .where(and(inArray(upload.id, [...ids]), inArray(upload.state, ['receiving', 'ready'])));
  return new Set(rows.map(({ id }) => id));
}
