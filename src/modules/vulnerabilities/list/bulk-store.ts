/** Bulk changes in the database: the rows of a batch, what they were before, and setting many at once. */
import { eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { pagingProblems } from '../../../platform/database/cursor.ts';
import { db } from '../../../platform/database/database.ts';
import { type Author, present } from '../store.ts';
import { type BatchRow, batch, type VulnerabilityRow, vulnerability } from '../table.ts';
import type { VulnerabilityFilter } from '../vulnerability.ts';
import { setStates, stateOf, writeHistory } from '../work/plan-store.ts';
import { selectionOf } from './list-store.ts';

export type Target =
  | { readonly ids: readonly string[] }
  | { readonly filter: VulnerabilityFilter; readonly asOf: Date; readonly userId: string | null };

/* ——— batches ——— */
export async function insertBatch(draft: { action: unknown; actor: unknown }, target: Target): Promise<BatchRow> {
  const [row] = await db().insert(batch).values(draft).returning();
  const made = present(row);
  const selection = await selectionOf(target);
  const { rows } = await db().execute<{ matched: number }>(sql`
    with chosen as (insert into vulnerabilities.batch_row (batch_id, vulnerability_id, outcome) select ${made.id}, id, 'waiting' from (${selection}) as s returning 1)
    select count(*)::int as matched from chosen`);
  const matched = rows[0]?.matched ?? 0;
  await db().update(batch).set({ matched }).where(eq(batch.id, made.id));
  return { ...made, matched };
}

export async function attachJob(batchId: string, jobId: string): Promise<void> {
  await db().update(batch).set({ jobId }).where(eq(batch.id, batchId));
}

export async function findBatch(id: string): Promise<BatchRow | null> {
  const [row] = await db().select().from(batch).where(eq(batch.id, id));
  return row ?? null;
}

/** Locked, so that two undos of one batch queue. */
export async function lockBatch(id: string): Promise<BatchRow | null> {
  const [row] = await db().select().from(batch).where(eq(batch.id, id)).for('update');
  return row ?? null;
}

/** The next rows nobody has worked on, locked with their vulnerabilities. */
export async function takeWaiting(batchId: string, most: number): Promise<VulnerabilityRow[]> {
  const { rows } = await db().execute<{ id: string }>(sql`
    select vulnerability_id as id from vulnerabilities.batch_row where batch_id = ${batchId} and outcome = 'waiting' order by vulnerability_id limit ${most} for update`);
  if (rows.length === 0) return [];
  return db()
    .select()
    .from(vulnerability)
    .where(
      inArray(
        vulnerability.id,
        rows.map(({ id }) => id),
      ),
    )
    .orderBy(vulnerability.id)
    .for('update');
}

export type Outcome = {
  readonly id: string;
  readonly outcome: 'changed' | 'refused' | 'undone' | 'kept';
  readonly code?: string;
  readonly reason?: string;
  readonly before?: VulnerabilityRow;
  readonly versionAfter?: number;
};
export async function writeOutcomes(batchId: string, outcomes: readonly Outcome[]): Promise<void> {
  const rows = outcomes.map(({ id, outcome, code, reason, before, versionAfter }) => ({
    id,
    outcome,
    code: code ?? null,
    reason: reason ?? null,
    before: before === undefined ? null : stateOf(before),
    version_after: versionAfter ?? null,
  }));
  await db().execute(sql`
    update vulnerabilities.batch_row r set outcome = g.outcome, code = g.code, reason = g.reason, before = coalesce(g.before, r.before), version_after = coalesce(g.version_after, r.version_after)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(id uuid, outcome text, code text, reason text, before jsonb, version_after integer)
    where r.batch_id = ${batchId} and r.vulnerability_id = g.id`);
}

export async function endBatch(id: string, state: 'done' | 'undone'): Promise<void> {
  await db().execute(sql`
    update vulnerabilities.batch b set state = ${state}, finished_at = now(),
      changed = (select count(*) from vulnerabilities.batch_row r where r.batch_id = b.id and r.outcome = 'changed') where b.id = ${id}`);
}

export async function refusalsOf(batchId: string): Promise<{ code: string; reason: string; count: number }[]> {
  const { rows } = await db().execute<{ code: string; reason: string; count: number }>(sql`
    select code, min(reason) as reason, count(*)::int as count from vulnerabilities.batch_row
    where batch_id = ${batchId} and outcome = 'refused' group by code order by count(*) desc`);
  return rows;
}

export type ListedRow = {
  readonly vulnerabilityId: string;
  readonly number: number;
  readonly title: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly reason: string | null;
};
/** In order of id, so the last id is the place. @throws paging.badCursor */
export async function listBatchRowsAfter(batchId: string, after: string | undefined, most: number): Promise<ListedRow[]> {
  if (after !== undefined && !z.uuid().safeParse(after).success) throw pagingProblems.badCursor();
  const { rows } = await db().execute<{
    id: string;
    number: string;
    title: string;
    outcome: string;
    code: string | null;
    reason: string | null;
  }>(sql`
    select v.id, v.number, v.title, r.outcome, r.code, r.reason from vulnerabilities.batch_row r join vulnerabilities.vulnerability v on v.id = r.vulnerability_id
    where r.batch_id = ${batchId} and r.outcome <> 'waiting' ${after === undefined ? sql`` : sql`and r.vulnerability_id > ${after}::uuid`} order by r.vulnerability_id limit ${most}`);
  return rows.map(({ id, number, ...rest }) => ({ vulnerabilityId: id, number: Number(number), ...rest }));
}

/** Puts rows back that are still as the batch left them. Answers them before and after; the others are kept. */
export async function restoreSome(
  batchId: string,
  most: number,
  author: Author,
): Promise<{ restored: { before: VulnerabilityRow; after: VulnerabilityRow }[]; kept: number; done: boolean }> {
  const { rows } = await db().execute<{ id: string; before: Record<string, unknown>; version_after: number }>(sql`
    select vulnerability_id as id, before, version_after from vulnerabilities.batch_row where batch_id = ${batchId} and outcome = 'changed' order by vulnerability_id limit ${most} for update`);
  if (rows.length === 0) return { restored: [], kept: 0, done: true };
  const present = await db()
    .select()
    .from(vulnerability)
    .where(
      inArray(
        vulnerability.id,
        rows.map(({ id }) => id),
      ),
    )
    .orderBy(vulnerability.id)
    .for('update');
  const now = new Map(present.map((row) => [row.id, row]));
  const same = rows.filter(({ id, version_after }) => now.get(id)?.version === version_after);
  const after = same.length === 0 ? [] : await setStates(same.map(({ id, before }) => ({ id, state: before })));
  const plan = { kind: 'undone' as const, before: {}, after: {}, why: 'The bulk change was undone.' };
  await writeHistory(
    after.map((row) => ({
      vulnerabilityId: row.id,
      plan: { ...plan, before: { status: now.get(row.id)?.status ?? null }, after: { status: row.status } },
      author,
      batchId,
    })),
  );
  const back = new Set(same.map(({ id }) => id));
  await writeOutcomes(
    batchId,
    rows.map(({ id }) => ({ id, outcome: back.has(id) ? 'undone' : 'kept' })),
  );
  return {
    restored: after.flatMap((row) => {
      const before = now.get(row.id);
      return before === undefined ? [] : [{ before, after: row }];
    }),
    kept: rows.length - same.length,
    done: false,
  };
}

export type BulkGroup = { readonly row: VulnerabilityRow; readonly count: number; readonly breached: number };
/** Rows that a bulk change treats alike, each group by one of its rows: a preview looks at a handful whatever the number. */
export async function groupTarget(
  target: Target,
  { assigneeId, dueAt }: { assigneeId: string | null; dueAt: string | null },
): Promise<BulkGroup[]> {
  const { rows } = await db().execute<{ id: string; count: number; breached: number }>(sql`
    select (array_agg(v.id))[1] as id, count(*)::int as count, (count(*) filter (where v.live and v.due_order < now()))::int as breached
    from vulnerabilities.vulnerability v where v.id in (${await selectionOf(target)})
    group by v.status, v.assignee_id is null, v.assignee_id is not distinct from ${assigneeId}::uuid, v.due_at is not distinct from ${dueAt}::timestamptz,
      v.acceptance is not null and v.acceptance ->> 'grantedAt' is null`);
  const samples = await db()
    .select()
    .from(vulnerability)
    .where(
      inArray(
        vulnerability.id,
        rows.map(({ id }) => id),
      ),
    );
  const byId = new Map(samples.map((row) => [row.id, row]));
  return rows.flatMap(({ id, count, breached }) => {
    const row = byId.get(id);
    return row === undefined ? [] : [{ row, count, breached }];
  });
}
