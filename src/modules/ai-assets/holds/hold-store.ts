/** Holds of assets in the database. */
import { and, asc, eq } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { type HoldRow, hold } from '../table.ts';

export function holdsOf(assetId: string): Promise<HoldRow[]> {
  return db().select().from(hold).where(eq(hold.assetId, assetId)).orderBy(asc(hold.createdAt)).limit(100);
}
export async function insertHold(draft: Omit<HoldRow, 'createdAt' | 'workspaceId'>): Promise<void> {
  await db().insert(hold).values(draft).onConflictDoNothing();
}
export async function deleteHold(assetId: string, holder: string): Promise<HoldRow | null> {
  const [row] = await db()
    .delete(hold)
    .where(and(eq(hold.assetId, assetId), eq(hold.holder, holder)))
    .returning();
  return row ?? null;
}
