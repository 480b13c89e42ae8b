/** Query streams in the database. */
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { type StreamDetectorId, streamDetectorIds } from './detector.ts';
import type { BenignHistory } from './judge-stream.ts';
import { type StreamRow, streamTable as stream, streamEvictionTable } from './stream-table.ts';

const latestFirst = keyset({ id: stream.id, sort: [{ by: stream.lastAt, direction: 'desc' }] });

export function listStreamPage(
  filter: { model_id?: string | undefined; client_id?: string | undefined },
  paging: Paging,
): Promise<Page<StreamRow>> {
  const parts: SQL[] = [sql`true`];
  if (filter.model_id !== undefined) parts.push(sql`${stream.modelId} = ${filter.model_id}`);
  if (filter.client_id !== undefined) parts.push(sql`${stream.clientId} = ${filter.client_id}`);
  return latestFirst.page({ fields: getTableColumns(stream), from: stream, where: sql.join(parts, sql` and `), paging }, (row) => row);
}

/** The streams of these clients, made where there are none, locked in one order so that two writers never wait for each other. */
export async function lockStreams(modelId: string, clientIds: readonly string[]): Promise<StreamRow[]> {
  const sorted = clientIds.toSorted();
  await db()
    .insert(stream)
    .values(sorted.map((clientId) => ({ modelId, clientId })))
    .onConflictDoNothing();
  return db()
    .select()
    .from(stream)
    .where(and(eq(stream.modelId, modelId), sql`${stream.clientId} = any(${sql.param(sorted)}::text[])`))
    .orderBy(stream.clientId)
    .for('update');
}

export async function lockStream(id: string): Promise<StreamRow | null> {
  const [row] = await db().select().from(stream).where(eq(stream.id, id)).for('update');
  return row ?? null;
}

export async function changeStream(id: string, change: Partial<typeof stream.$inferInsert>): Promise<void> {
  await db().update(stream).set(change).where(eq(stream.id, id));
}

/** Streams a workspace keeps; the longest idle ones go. */
const mostStreams = 10_000;
const evictedAtOnce = 500;

/** @returns how many clients' sketches were removed; they are counted in a row of their own. */
export async function evictIdle(modelId: string): Promise<number> {
  const { rows } = await db().execute<{ seen: string }>(sql`
    with total as (select count(*)::int as n from adversarial_detection.stream),
      idle as (select id from adversarial_detection.stream where (select n from total) > ${mostStreams}
        order by last_at, id limit least(${evictedAtOnce}, greatest(0, (select n from total) - ${mostStreams})) for update skip locked)
    delete from adversarial_detection.stream using idle where stream.id = idle.id returning stream.seen::text as seen`);
  if (rows.length === 0) return 0;
  await db()
    .insert(streamEvictionTable)
    .values({ modelId, streams: rows.length, queries: rows.reduce((sum, { seen }) => sum + Number(seen), 0) });
  return rows.length;
}

const mostBenign = 1000;

/** What other clients of the model showed while nothing was detected of them. */
export async function benignHistory(modelId: string, exceptClient: string | null): Promise<BenignHistory> {
  const { rows } = await db().execute<{ readings: Record<string, number>; first: Date | string }>(sql`
    select readings, first_at as first from adversarial_detection.stream
    where model_id = ${modelId} and client_id is distinct from ${exceptClient} and detected = '{}' and looked_at_seen > 0
    order by last_at desc limit ${mostBenign}`);
  const readings = new Map<StreamDetectorId, number[]>();
  for (const id of streamDetectorIds) {
    const values = rows.flatMap((row) => (typeof row.readings[id] === 'number' ? [row.readings[id]] : []));
    if (values.length > 0) readings.set(id, values);
  }
  const firsts = rows.map(({ first }) => new Date(first).getTime());
  const days = firsts.length === 0 ? 0 : (Date.now() - Math.min(...firsts)) / 86_400_000;
  const typical = rows
    .flatMap((row) => (typeof row.readings['typical'] === 'number' ? [row.readings['typical']] : []))
    .toSorted((a, b) => a - b);
  return { readings, clients: rows.length, days, typical: typical[typical.length >>> 1] ?? null };
}
