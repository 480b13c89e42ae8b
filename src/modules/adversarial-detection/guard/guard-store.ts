/** Guards and their counts in the database. What requests ask is in memory (known-guards.ts). */
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { profile } from '../table.ts';
import type { GuardMode } from './guard-contract.ts';
import { type GuardDraftRow, type GuardRow, guard } from './guard-table.ts';
import type { GuardCount } from './traffic-count.ts';

export type GuardWithProfile = GuardRow & Pick<typeof profile.$inferSelect, 'modelId'> & { profileVersion: number; profileState: string };
const fields = {
  ...getTableColumns(guard),
  modelId: profile.modelId,
  profileVersion: sql<number>`${profile.version}`.as('profile_version'),
  profileState: sql<string>`${profile.state}`.as('profile_state'),
};
const from = sql`${guard} join ${profile} on ${profile.id} = ${guard.profileId}`;
const byName = keyset({ id: guard.id, sort: [{ by: guard.name, direction: 'asc' }] });

export function listGuardPage(mode: GuardMode | undefined, paging: Paging): Promise<Page<GuardWithProfile>> {
  const where = mode === undefined ? undefined : eq(guard.mode, mode);
  return byName.page({ fields, from, where, paging }, (row) => row);
}

export async function findGuard(id: string): Promise<GuardWithProfile | null> {
  const [row] = await db().select(fields).from(guard).innerJoin(profile, eq(profile.id, guard.profileId)).where(eq(guard.id, id));
  return row ?? null;
}

/** Every guard, for the memory of a process. @param id undefined: all of them */
export function findGuardRows(id?: string): Promise<GuardRow[]> {
  return db()
    .select()
    .from(guard)
    .where(id === undefined ? undefined : eq(guard.id, id));
}

/** Names of the guards that ask a profile. */
export async function guardsOf(profileId: string): Promise<string[]> {
  const rows = await db().select({ name: guard.name }).from(guard).where(eq(guard.profileId, profileId)).orderBy(guard.name).limit(20);
  return rows.map(({ name }) => name);
}

export async function countGuards(): Promise<number> {
  return db().$count(guard);
}

/** @returns null when the name is taken. */
export async function insertGuard(draft: GuardDraftRow): Promise<GuardRow | null> {
  const [row] = await db().insert(guard).values(draft).onConflictDoNothing().returning();
  return row ?? null;
}

export type GuardChange = { readonly [K in keyof GuardDraftRow]?: GuardDraftRow[K] | undefined };
/** What is undefined stays. @returns false when the version is no longer this one. */
export async function updateGuard(id: string, version: number, change: GuardChange): Promise<boolean> {
  const rows = await db()
    .update(guard)
    .set({ ...change, version: version + 1, changedAt: sql`now()` })
    .where(and(eq(guard.id, id), eq(guard.version, version)))
    .returning({ id: guard.id });
  return rows.length > 0;
}

export async function deleteGuard(id: string): Promise<void> {
  await db().delete(guard).where(eq(guard.id, id));
}

/** A guard that was removed since is left out. */
export async function addGuardTraffic(counts: readonly GuardCount[]): Promise<void> {
  for (const c of counts)
    await db().execute(sql`
      insert into adversarial_detection.guard_traffic as t (guard_id, hour, requests, screened, flagged, would_block, blocked, refused_before,
        unscreened, invalid, upstream_failed, added_ms, upstream_ms, upstream_asked, added_buckets)
      select g.id, ${c.hour.toISOString()}::timestamptz, ${c.requests}, ${c.screened}, ${c.flagged}, ${c.wouldBlock}, ${c.blocked}, ${c.refusedBefore},
        ${c.unscreened}, ${c.invalid}, ${c.upstreamFailed}, ${c.addedMs}, ${c.upstreamMs}, ${c.upstreamAsked}, ${sql.param(c.addedBuckets)}::bigint[]
      from adversarial_detection.guard as g where g.id = ${c.guardId}::uuid
      on conflict (workspace_id, guard_id, hour) do update set requests = t.requests + excluded.requests, screened = t.screened + excluded.screened,
        flagged = t.flagged + excluded.flagged, would_block = t.would_block + excluded.would_block, blocked = t.blocked + excluded.blocked,
        refused_before = t.refused_before + excluded.refused_before, unscreened = t.unscreened + excluded.unscreened,
        invalid = t.invalid + excluded.invalid, upstream_failed = t.upstream_failed + excluded.upstream_failed, added_ms = t.added_ms + excluded.added_ms,
        upstream_ms = t.upstream_ms + excluded.upstream_ms, upstream_asked = t.upstream_asked + excluded.upstream_asked,
        added_buckets = (select array_agg(coalesce(a, 0) + coalesce(b, 0) order by place)
          from unnest(t.added_buckets, excluded.added_buckets) with ordinality as both_counts(a, b, place))`);
}

export type HourOfGuard = Omit<GuardCount, 'hour'> & { readonly hour: string };
/** Hours since a time, the oldest first. One guard, or those named. */
export async function readGuardHours(ids: readonly string[], since: Date): Promise<HourOfGuard[]> {
  if (ids.length === 0) return [];
  const { rows } = await db().execute<HourOfGuard>(sql`
    select guard_id as "guardId", to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as hour,
      requests::float8, screened::float8, flagged::float8, would_block::float8 as "wouldBlock", blocked::float8, refused_before::float8 as "refusedBefore",
      unscreened::float8, invalid::float8, upstream_failed::float8 as "upstreamFailed", added_ms as "addedMs", upstream_ms as "upstreamMs",
      upstream_asked::float8 as "upstreamAsked", added_buckets::float8[] as "addedBuckets"
    from adversarial_detection.guard_traffic
    where guard_id = any(${sql.param([...ids])}::uuid[]) and hour >= date_trunc('hour', ${since.toISOString()}::timestamptz) order by hour`);
  return rows;
}
