/** Playbooks of the workspace and their runs in the database. */
import { and, eq, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import type { Playbook } from '../contract.ts';
import { type ActorWord, incidentProblems as problems } from '../contract.ts';
import { type PlaybookTableRow, playbook, playbookRun, type RunRow } from '../table.ts';

export function listPlaybookRows(): Promise<PlaybookTableRow[]> {
  return db().select().from(playbook).orderBy(playbook.key).limit(500);
}
export async function lockPlaybook(key: string): Promise<PlaybookTableRow | null> {
  const [row] = await db().select().from(playbook).where(eq(playbook.key, key)).for('update');
  return row ?? null;
}
type Written = { readonly key: string; readonly text?: string | null; readonly enabled: boolean; readonly by: string };
export async function writePlaybook({ key, text, enabled, by }: Written): Promise<void> {
  const set = { enabled, updatedBy: by, updatedAt: sql`now()`, ...(text === undefined ? {} : { text }) };
  await db()
    .insert(playbook)
    .values({ key, ...set })
    .onConflictDoUpdate({ target: [playbook.workspaceId, playbook.key], set: { ...set, version: sql`${playbook.version} + 1` } });
}
export async function deletePlaybook(key: string): Promise<boolean> {
  const rows = await db().delete(playbook).where(eq(playbook.key, key)).returning({ id: playbook.id });
  return rows.length > 0;
}

/** Null: this playbook runs on this incident already. */
export async function insertRun(incidentId: string, definition: Playbook, by: ActorWord): Promise<RunRow | null> {
  const [row] = await db()
    .insert(playbookRun)
    .values({ incidentId, key: definition.id, definition, startedByKind: by.kind, startedById: by.id, startedByName: by.name })
    .onConflictDoNothing()
    .returning();
  return row ?? null;
}
export async function lockRun(id: string): Promise<RunRow | null> {
  const [row] = await db().select().from(playbookRun).where(eq(playbookRun.id, id)).for('update');
  return row ?? null;
}
export function runsOfIncident(incidentId: string): Promise<RunRow[]> {
  return db()
    .select()
    .from(playbookRun)
    .where(eq(playbookRun.incidentId, incidentId))
    .orderBy(sql`${playbookRun.startedAt} desc`)
    .limit(50);
}
/** @throws incidents.raced when it is not as it was seen any more */
export async function updateRun(row: RunRow, change: Partial<Pick<RunRow, 'state' | 'step' | 'stoppedBecause'>>): Promise<RunRow> {
  const ended = change.state === 'done' || change.state === 'stopped';
  const [next] = await db()
    .update(playbookRun)
    .set({ ...change, ...(ended ? { endedAt: sql`clock_timestamp()` } : {}), version: row.version + 1 })
    .where(and(eq(playbookRun.id, row.id), eq(playbookRun.version, row.version)))
    .returning();
  if (next === undefined) throw problems.raced({ expected: row.state });
  return next;
}
export async function countRuns(): Promise<Map<string, { runs: number; lastRunAt: string }>> {
  const { rows } = await db().execute<{ key: string; runs: number; last: Date | string }>(
    sql`select key, count(*)::int as runs, max(started_at) as last from incidents.playbook_run group by key`,
  );
  return new Map(rows.map(({ key, runs, last }) => [key, { runs, lastRunAt: new Date(last).toISOString() }]));
}
