/** Detections and their rows in the database. */
import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import type { FlaggedRow } from '../contract.ts';
import { type DetectionDraftRow, type DetectionRow, detection, detectionRow } from '../table.ts';

export type DetectionFilter = {
  readonly kind?: string | undefined;
  readonly decision?: string | undefined;
  readonly severity?: string | undefined;
  readonly asset_id?: string | undefined;
  readonly model_id?: string | undefined;
  readonly client_id?: string | undefined;
  readonly verdict?: string | undefined;
  readonly since?: string | undefined;
};
const newestFirst = keyset({ id: detection.id, sort: [{ by: detection.createdAt, direction: 'desc' }] });
const leastLikelyFirst = keyset({ id: detectionRow.place, sort: [], idDirection: 'asc' });

export function listDetectionPage(filter: DetectionFilter, paging: Paging): Promise<Page<DetectionRow>> {
  return newestFirst.page({ fields: getTableColumns(detection), from: detection, where: whereOf(filter), paging }, (row) => row);
}

function whereOf({ kind, decision, severity, asset_id, model_id, client_id, verdict, since }: DetectionFilter): SQL {
  const anyWord = (column: SQL, words: string): SQL => sql`${column} = any(${sql.param(words.split(','))}::text[])`;
  const parts: SQL[] = [sql`${detection.source} <> 'test'`];
  if (kind !== undefined) parts.push(anyWord(sql`${detection.kind}`, kind));
  if (decision !== undefined) parts.push(anyWord(sql`${detection.decision}`, decision));
  if (severity !== undefined) parts.push(anyWord(sql`${detection.severity}`, severity));
  if (verdict !== undefined) parts.push(anyWord(sql`coalesce(${detection.verdict}, 'open')`, verdict));
  if (asset_id !== undefined) parts.push(sql`${detection.assetId} = ${asset_id}::uuid`);
  if (model_id !== undefined) parts.push(sql`${detection.modelId} = ${model_id}`);
  if (client_id !== undefined) parts.push(sql`${detection.clientId} = ${client_id}`);
  if (since !== undefined) parts.push(sql`${detection.createdAt} >= ${since}::timestamptz`);
  return sql.join(parts, sql` and `);
}

export async function findDetection(id: string): Promise<DetectionRow | null> {
  const [row] = await db().select().from(detection).where(eq(detection.id, id));
  return row ?? null;
}

export async function findFlagged(detectionId: string, limit: number): Promise<FlaggedRow[]> {
  const rows = await db()
    .select()
    .from(detectionRow)
    .where(eq(detectionRow.detectionId, detectionId))
    .orderBy(detectionRow.place)
    .limit(limit);
  return rows.map(toFlagged);
}

export function listFlaggedPage(detectionId: string, paging: Paging): Promise<Page<FlaggedRow>> {
  return leastLikelyFirst.page(
    { fields: getTableColumns(detectionRow), from: detectionRow, where: sql`${detectionRow.detectionId} = ${detectionId}::uuid`, paging },
    toFlagged,
  );
}

function toFlagged({ rowId, families, pValue, adjustedPValue, evidence }: typeof detectionRow.$inferSelect): FlaggedRow {
  return { id: rowId, families, pValue, adjustedPValue, evidence };
}

const rowsAtOnce = 1000;
export async function insertDetection(draft: DetectionDraftRow, flagged: readonly FlaggedRow[]): Promise<DetectionRow> {
  const [row] = await db().insert(detection).values(draft).returning();
  if (row === undefined) throw new MissingRow();
  for (let from = 0; from < flagged.length; from += rowsAtOnce)
    await db()
      .insert(detectionRow)
      .values(
        flagged.slice(from, from + rowsAtOnce).map(({ id, families, pValue, adjustedPValue, evidence }, offset) => ({
          detectionId: row.id,
          place: from + offset,
          rowId: id,
          families,
          pValue,
          adjustedPValue,
          evidence,
        })),
      );
  return row;
}
/** A statement that must answer a row did not: our own defect. */
class MissingRow extends Error {
  override readonly name = 'MissingRow';
}

/** @returns null when somebody changed it first. */
export async function updateDetection(id: string, version: number, change: Partial<DetectionDraftRow>): Promise<DetectionRow | null> {
  const [row] = await db()
    .update(detection)
    .set({ ...change, version: version + 1 })
    .where(and(eq(detection.id, id), eq(detection.version, version)))
    .returning();
  return row ?? null;
}

/**
 * Names what became of a detection; no version is asked, because machines add and never overwrite.
 * @returns false when it was known
 */
export async function linkDetection(id: string, links: { alertId: string; incidentId: string | null }): Promise<boolean> {
  const { alertId, incidentId } = links;
  const isNews = sql`(${detection.alertId}, ${detection.incidentId}) is distinct from (${alertId}::uuid, ${incidentId}::uuid)`;
  const linked = await db()
    .update(detection)
    .set({ alertId, incidentId, version: sql`${detection.version} + 1` })
    .where(and(eq(detection.id, id), isNews))
    .returning({ id: detection.id });
  return linked.length > 0;
}
