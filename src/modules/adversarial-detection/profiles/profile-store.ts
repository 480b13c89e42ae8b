/** Profiles in the database: what lists show, and the matrices apart from it. */
import { and, desc, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { type ProfileReport, type ProfileRow, profile, profileBody } from '../table.ts';

const newestFirst = keyset({ id: profile.id, sort: [{ by: profile.createdAt, direction: 'desc' }] });

export function listProfilePage(
  filter: { model_id?: string | undefined; state?: string | undefined },
  paging: Paging,
): Promise<Page<ProfileRow>> {
  const parts: SQL[] = [sql`true`];
  if (filter.model_id !== undefined) parts.push(sql`${profile.modelId} = ${filter.model_id}`);
  parts.push(filter.state === undefined ? sql`${profile.state} <> 'removed'` : sql`${profile.state} = ${filter.state}`);
  return newestFirst.page({ fields: getTableColumns(profile), from: profile, where: sql.join(parts, sql` and `), paging }, (row) => row);
}

export async function findProfile(id: string): Promise<ProfileRow | null> {
  const [row] = await db().select().from(profile).where(eq(profile.id, id));
  return row ?? null;
}

/** The newest ready profile of a model that is not stale; a stale one when there is no other. */
export async function findNewestOf(modelId: string): Promise<ProfileRow | null> {
  const [row] = await db()
    .select()
    .from(profile)
    .where(and(eq(profile.modelId, modelId), eq(profile.state, 'ready')))
    .orderBy(profile.stale, desc(profile.version))
    .limit(1);
  return row ?? null;
}

export type ProfileDraftRow = Pick<
  ProfileRow,
  'modelId' | 'assetId' | 'targetRate' | 'rowsGiven' | 'dimensions' | 'seed' | 'nonMemberLosses' | 'createdBy'
>;

/** The next version of a model's profiles; one at a time for each model. */
export async function insertProfile(draft: ProfileDraftRow, source: Uint8Array): Promise<ProfileRow> {
  await db().execute(
    sql`select pg_advisory_xact_lock(hashtextextended('adversarial_detection/' || platform.current_workspace()::text || '/' || ${draft.modelId}::text, 0))`,
  );
  const [newest] = await db()
    .select({ version: sql<number>`coalesce(max(${profile.version}), 0)::int` })
    .from(profile)
    .where(eq(profile.modelId, draft.modelId));
  const [row] = await db()
    .insert(profile)
    .values({ ...draft, version: (newest?.version ?? 0) + 1 })
    .returning();
  if (row === undefined) throw new MissingRow();
  await db()
    .insert(profileBody)
    .values({ profileId: row.id, source: Buffer.from(source) });
  return row;
}
/** A statement that must answer a row did not: our own defect. */
class MissingRow extends Error {
  override readonly name = 'MissingRow';
}

export async function noteJob(id: string, jobId: string): Promise<void> {
  await db().update(profile).set({ jobId }).where(eq(profile.id, id));
}

export async function findSource(id: string): Promise<Uint8Array | null> {
  const [row] = await db().select({ source: profileBody.source }).from(profileBody).where(eq(profileBody.profileId, id));
  return row?.source ?? null;
}

export async function findBuilt(id: string): Promise<Uint8Array | null> {
  const [row] = await db().select({ built: profileBody.built }).from(profileBody).where(eq(profileBody.profileId, id));
  return row?.built ?? null;
}

/** A profile is written once: one that is no longer being built is left alone. @returns false then. */
export async function completeProfile(
  id: string,
  { report, built, contentSha256 }: { report: ProfileReport; built: Uint8Array; contentSha256: string },
): Promise<ProfileRow | null> {
  const [row] = await db()
    .update(profile)
    .set({ state: 'ready', report, contentSha256, readyAt: sql`now()` })
    .where(and(eq(profile.id, id), eq(profile.state, 'building')))
    .returning();
  if (row === undefined) return null;
  await db()
    .update(profileBody)
    .set({ built: Buffer.from(built) })
    .where(eq(profileBody.profileId, id));
  await db()
    .update(profile)
    .set({ state: 'superseded' })
    .where(and(eq(profile.modelId, row.modelId), eq(profile.state, 'ready'), sql`${profile.version} < ${row.version}`));
  return row;
}

export async function failProfile(id: string, problem: string): Promise<void> {
  await db()
    .update(profile)
    .set({ state: 'failed', problem: problem.slice(0, 2000) })
    .where(and(eq(profile.id, id), eq(profile.state, 'building')));
}

/** Its rows, matrices and report go; the row stays, because detections cite it. */
export async function retireProfile(id: string): Promise<void> {
  await db().delete(profileBody).where(eq(profileBody.profileId, id));
  await db().update(profile).set({ state: 'removed', report: null }).where(eq(profile.id, id));
}

export async function markStale(id: string, reason: string): Promise<boolean> {
  const rows = await db()
    .update(profile)
    .set({ stale: true, staleReason: reason })
    .where(and(eq(profile.id, id), eq(profile.stale, false)))
    .returning({ id: profile.id });
  return rows.length > 0;
}

export type LiveCount = { readonly screened: number; readonly flagged: number; readonly contested: number };
/** What screening counted for profiles since they were ready, at most the last 30 days. */
export async function liveCounts(ids: readonly string[]): Promise<ReadonlyMap<string, LiveCount>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db().execute<{ id: string; screened: string; flagged: string; contested: string }>(sql`
    select profile_id as id, sum(screened)::text as screened, sum(flagged)::text as flagged, sum(contested)::text as contested
    from adversarial_detection.screening
    where profile_id = any(${sql.param([...ids])}::uuid[]) and hour > now() - interval '30 days' group by profile_id`);
  return new Map(
    rows.map(({ id, screened, flagged, contested }) => [
      id,
      { screened: Number(screened), flagged: Number(flagged), contested: Number(contested) },
    ]),
  );
}

export function listReadyProfiles(): Promise<ProfileRow[]> {
  return db()
    .select()
    .from(profile)
    .where(sql`${profile.state} = 'ready' and not ${profile.stale}`)
    .orderBy(desc(profile.createdAt))
    .limit(500);
}
