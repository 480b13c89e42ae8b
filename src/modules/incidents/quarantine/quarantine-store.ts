/** Quarantines, their points and approvals in the database. */
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { type PointState, incidentProblems as problems, type QuarantineState, quarantineProblems } from '../contract.ts';
import {
  type EnforcementPointRow,
  enforcementPoint,
  type PointRow,
  type QuarantineDraftRow,
  type QuarantineRow,
  quarantine,
  quarantinePoint,
  releaseApproval,
} from '../table.ts';

const newestFirst = keyset({ id: quarantine.id, sort: [{ by: quarantine.requestedAt, direction: 'desc' }] });
/** It holds, is about to, or nobody enforces it. */
export const standing: readonly QuarantineState[] = ['planned', 'executing', 'in_force', 'partial', 'advised', 'reverting'];
/** Whoever enforces refuses the asset; while a release waits for approval it still does. */
export const enforced: readonly QuarantineState[] = ['executing', 'in_force', 'partial', 'advised', 'reverting'];
const among = (states: readonly string[]): SQL => sql`${quarantine.state} = any(${sql.param([...states])}::text[])`;

export type QuarantineFilter = {
  readonly state?: string | undefined;
  readonly asset_id?: string | undefined;
  readonly incident_id?: string | undefined;
};
export function listQuarantineRows({ state, asset_id, incident_id }: QuarantineFilter, paging: Paging): Promise<Page<QuarantineRow>> {
  const parts: SQL[] = [sql`true`];
  if (state !== undefined) parts.push(among(state.split(',')));
  if (asset_id !== undefined) parts.push(sql`${quarantine.assetId} = ${asset_id}::uuid`);
  if (incident_id !== undefined) parts.push(sql`${quarantine.incidentId} = ${incident_id}::uuid`);
  return newestFirst.page(
    { fields: getTableColumns(quarantine), from: quarantine, where: sql.join(parts, sql` and `), paging },
    (row) => row,
  );
}

/** Null: the asset is quarantined already. */
export async function insertQuarantine(draft: Omit<QuarantineDraftRow, 'deadlineAt'>, deadlineMs: number): Promise<QuarantineRow | null> {
  const [row] = await db()
    .insert(quarantine)
    .values({ ...draft, deadlineAt: sql`clock_timestamp() + make_interval(secs => ${deadlineMs / 1000})` })
    .onConflictDoNothing()
    .returning();
  return row ?? null;
}
export async function findQuarantine(id: string): Promise<QuarantineRow | null> {
  const [row] = await db().select().from(quarantine).where(eq(quarantine.id, id));
  return row ?? null;
}
export async function lockQuarantine(id: string): Promise<QuarantineRow | null> {
  const [row] = await db().select().from(quarantine).where(eq(quarantine.id, id)).for('update');
  return row ?? null;
}
/** By its own id, or the standing one of an asset. */
export async function lockStanding(assetId: string): Promise<QuarantineRow | null> {
  const [row] = await db()
    .select()
    .from(quarantine)
    .where(and(eq(quarantine.assetId, assetId), among(standing)))
    .for('update');
  return row ?? null;
}
export async function quarantineOfAct(actId: string): Promise<QuarantineRow | null> {
  const [row] = await db().select().from(quarantine).where(eq(quarantine.actId, actId)).for('update');
  return row ?? null;
}
export function quarantinesOfIncident(incidentId: string): Promise<QuarantineRow[]> {
  return db().select().from(quarantine).where(eq(quarantine.incidentId, incidentId)).orderBy(quarantine.requestedAt).limit(200);
}
/** @throws incidents.raced when it is not as it was seen any more */
export async function updateQuarantine(
  row: QuarantineRow,
  change: Partial<{ [K in keyof QuarantineDraftRow]: QuarantineDraftRow[K] | SQL }>,
): Promise<QuarantineRow> {
  const [next] = await db()
    .update(quarantine)
    .set({ ...change, version: row.version + 1 })
    .where(and(eq(quarantine.id, row.id), eq(quarantine.state, row.state), eq(quarantine.version, row.version)))
    .returning();
  if (next === undefined) throw problems.raced({ expected: row.state });
  return next;
}
export async function adoptQuarantines(actIds: readonly string[], incidentId: string): Promise<void> {
  if (actIds.length === 0) return;
  await db()
    .update(quarantine)
    .set({ incidentId })
    .where(sql`${quarantine.actId} = any(${sql.param([...actIds])}::uuid[])`);
}
export async function enforcedAssets(): Promise<{ quarantineId: string; assetId: string; assetName: string }[]> {
  return await db()
    .select({ quarantineId: quarantine.id, assetId: quarantine.assetId, assetName: quarantine.assetName })
    .from(quarantine)
    .where(among(enforced))
    .limit(10_000);
}

/* ——— points ——— */
export async function insertPoints(
  quarantineId: string,
  points: readonly { point: string; title: string; state: PointState }[],
): Promise<void> {
  if (points.length > 0)
    await db()
      .insert(quarantinePoint)
      .values(points.map((one) => ({ quarantineId, ...one })));
}
export function pointsOf(quarantineIds: readonly string[]): Promise<PointRow[]> {
  return db()
    .select()
    .from(quarantinePoint)
    .where(sql`${quarantinePoint.quarantineId} = any(${sql.param([...quarantineIds])}::uuid[])`)
    .orderBy(quarantinePoint.point);
}
/** Null: there is no such point. */
export async function settlePoint(quarantineId: string, point: string, state: PointState, detail: string): Promise<PointRow | null> {
  const [row] = await db()
    .update(quarantinePoint)
    .set({ state, detail, at: sql`clock_timestamp()` })
    .where(and(eq(quarantinePoint.quarantineId, quarantineId), eq(quarantinePoint.point, point)))
    .returning();
  return row ?? null;
}
export async function releasePoints(quarantineId: string): Promise<void> {
  await db()
    .update(quarantinePoint)
    .set({ state: 'released', at: sql`clock_timestamp()` })
    .where(and(eq(quarantinePoint.quarantineId, quarantineId), sql`${quarantinePoint.state} <> 'advised'`));
}

/* ——— approvals ——— */
/** False: this person approved already. */
export async function addApproval(quarantineId: string, actor: { id: string; name: string }): Promise<boolean> {
  const rows = await db()
    .insert(releaseApproval)
    .values({ quarantineId, actorId: actor.id, actorName: actor.name })
    .onConflictDoNothing()
    .returning({ id: releaseApproval.actorId });
  return rows.length > 0;
}
export function approvalsOf(quarantineIds: readonly string[]): Promise<{ quarantineId: string; actorName: string }[]> {
  return db()
    .select({ quarantineId: releaseApproval.quarantineId, actorName: releaseApproval.actorName })
    .from(releaseApproval)
    .where(sql`${releaseApproval.quarantineId} = any(${sql.param([...quarantineIds])}::uuid[])`)
    .orderBy(releaseApproval.at);
}
export async function dropApprovals(quarantineId: string): Promise<void> {
  await db().delete(releaseApproval).where(eq(releaseApproval.quarantineId, quarantineId));
}

/* ——— points outside of the platform ——— */
export const mostPoints = 50;
export function listPointRows(): Promise<EnforcementPointRow[]> {
  return db().select().from(enforcementPoint).orderBy(enforcementPoint.name).limit(mostPoints);
}
export async function insertPointRow(draft: typeof enforcementPoint.$inferInsert): Promise<EnforcementPointRow> {
  const [row] = await db().insert(enforcementPoint).values(draft).returning();
  if (row === undefined) throw quarantineProblems.pointNotFound({ id: 'new' });
  return row;
}
export async function deletePointRow(id: string): Promise<boolean> {
  const rows = await db().delete(enforcementPoint).where(eq(enforcementPoint.id, id)).returning({ id: enforcementPoint.id });
  return rows.length > 0;
}
