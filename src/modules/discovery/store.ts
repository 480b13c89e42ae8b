/** Runs and hits. The ambient transaction confines all to the workspace. */
import { and, asc, desc, eq, getTableColumns, ne, type SQL, sql } from 'drizzle-orm';
import type { JobState } from '../../contract/job.ts';
import type { Page } from '../../contract/page.ts';
import { db } from '../../platform/database/database.ts';
import { isUniqueViolation } from '../../platform/database/database-problem.ts';
import { keyset, type Paging } from '../../platform/database/keyset.ts';
import { discoveryProblems, type HitKind, type HitState, type Run, type StoredHit } from './contract.ts';
import type { Compared, Earlier } from './runs/hit-diff.ts';
import { type HitRow, hit, type RunRow, run } from './table.ts';

export function toRun(row: RunRow): Run {
  const { id, path, state, progress, summary, counts, scan, scanId, problem, requestedBy } = row;
  return {
    id,
    path,
    state,
    progress,
    summary,
    counts,
    scan,
    scanId,
    problem,
    requestedBy,
    jobId: row.jobId ?? row.id,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  }; // prettier-ignore
}

function toHit(row: HitRow): StoredHit {
  return { ...row.hit, id: row.id, runId: row.runId, state: row.state, assetId: row.assetId };
}

/** @throws discovery.alreadyRunning when a run of this path has not finished. */
export async function insertRun(path: string, scan: boolean, requestedBy: string): Promise<RunRow> {
  try {
    const [row] = await db().insert(run).values({ path, scan, requestedBy }).returning();
    if (row) return row;
  } catch (error) {
    if (isUniqueViolation(error, 'run_unfinished')) throw discoveryProblems.alreadyRunning({ path }, { cause: error });
    throw error;
  }
  throw discoveryProblems.alreadyRunning({ path });
}

export async function updateRun(id: string, columns: Partial<typeof run.$inferInsert>): Promise<RunRow | null> {
  const [row] = await db().update(run).set(columns).where(eq(run.id, id)).returning();
  return row ?? null;
}

export async function findRun(id: string): Promise<RunRow | null> {
  const [row] = await db().select().from(run).where(eq(run.id, id));
  return row ?? null;
}

const newestFirst = keyset({ id: run.id, sort: [{ by: run.createdAt, direction: 'desc' }] });
export async function listRunPage(
  { state, path }: { state?: JobState | undefined; path?: string | undefined },
  paging: Paging,
): Promise<Page<Run>> {
  const where = and(state === undefined ? undefined : eq(run.state, state), path === undefined ? undefined : eq(run.path, path));
  return await newestFirst.page({ fields: getTableColumns(run), from: run, where, paging }, toRun);
}

/** Hits of the newest finished run of the same place, without what was gone then; null when there was none. */
export async function hitsBefore(path: string, thisRun: string): Promise<Earlier[] | null> {
  const [before] = await db()
    .select({ id: run.id })
    .from(run)
    .where(and(eq(run.path, path), eq(run.state, 'done'), ne(run.id, thisRun)))
    .orderBy(desc(run.createdAt), desc(run.id))
    .limit(1);
  if (!before) return null;
  const rows = await db()
    .select()
    .from(hit)
    .where(and(eq(hit.runId, before.id), ne(hit.state, 'gone')))
    .orderBy(asc(hit.position));
  return rows.map((row) => ({ key: row.keyHash, content: row.contentHash, hit: row.hit, assetId: row.assetId }));
}

/** Replaces the hits of a run: a job that is run again starts over. */
export async function replaceHits(runId: string, compared: readonly Compared[]): Promise<void> {
  await db().delete(hit).where(eq(hit.runId, runId));
  for (let at = 0; at < compared.length; at += 500) {
    const rows = compared.slice(at, at + 500).map((one, index) => ({
      runId,
      position: at + index,
      kind: one.hit.kind,
      state: one.state,
      name: one.hit.name,
      keyHash: one.fingerprint.key,
      contentHash: one.fingerprint.content,
      assetId: one.assetId,
      hit: one.hit,
    })); // prettier-ignore
    await db().insert(hit).values(rows);
  }
}

export async function hitsAfter(runId: string, position: number, limit: number): Promise<HitRow[]> {
  return await db()
    .select()
    .from(hit)
    .where(and(eq(hit.runId, runId), sql`${hit.position} > ${position}`))
    .orderBy(asc(hit.position))
    .limit(limit);
}

export async function setHitAssets(pairs: readonly { readonly id: string; readonly assetId: string }[]): Promise<void> {
  if (pairs.length === 0) return;
  await db().execute(sql`
    update ${hit} set asset_id = given.asset_id
    from unnest(${sql.param(pairs.map(({ id }) => id))}::uuid[], ${sql.param(pairs.map(({ assetId }) => assetId))}::uuid[]) as given(id, asset_id)
    where ${hit.id} = given.id`);
}

const inOrder = keyset({ id: hit.id, sort: [{ by: hit.position, direction: 'asc' }] });
export type HitFilter = { readonly kind?: HitKind | undefined; readonly state?: HitState | undefined; readonly q?: string | undefined };
export async function listHitPage(runId: string, filter: HitFilter, paging: Paging): Promise<Page<StoredHit>> {
  const where: SQL | undefined = and(
    eq(hit.runId, runId),
    filter.kind === undefined ? undefined : eq(hit.kind, filter.kind),
    filter.state === undefined ? undefined : eq(hit.state, filter.state),
    // Names of one run only: a scan of at most its hits.
    filter.q === undefined ? undefined : sql`position(lower(${filter.q}) in lower(${hit.name})) > 0`,
  );
  return await inOrder.page({ fields: getTableColumns(hit), from: hit, where, paging }, toHit);
}

export async function findHit(id: string): Promise<HitRow | null> {
  const [row] = await db().select().from(hit).where(eq(hit.id, id));
  return row ?? null;
}

export function hitAnswer(row: HitRow): StoredHit {
  return toHit(row);
}
