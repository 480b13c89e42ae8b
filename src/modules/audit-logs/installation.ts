/** The name of this installation: the workspace that was made with it. */
import { sql } from 'drizzle-orm';
import { db, systemTransaction } from '../../platform/database/database.ts';

/** null before there is one. */
export async function homeWorkspaceAcrossWorkspaces(): Promise<string | null> {
  const { rows } = await systemTransaction(
    () => db().execute<{ id: string }>(sql`select id from platform.workspace order by created_at, id limit 1`),
    { readOnly: true },
  );
  return rows[0]?.id ?? null;
}
