/** The workspace's own row. */
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { db } from '../../platform/database/database.ts';
import type { Workspace } from './contract.ts';

const Row = z.object({ id: z.uuid(), name: z.string(), unit: z.string().nullable(), created_at: z.coerce.date() });

function toWorkspace(row: unknown): Workspace {
  const { id, name, unit, created_at } = Row.parse(row);
  return { id, name, unit, createdAt: created_at.toISOString() };
}

export async function readWorkspace(): Promise<Workspace> {
  const { rows } = await db().execute(
    sql`select id, name, unit, created_at from platform.workspace where id = platform.current_workspace()`,
  );
  return toWorkspace(rows[0]);
}

export async function updateWorkspace({ name, unit }: { name: string; unit: string | null }): Promise<Workspace> {
  const { rows } = await db().execute(
    sql`update platform.workspace set name = ${name}, unit = ${unit}, updated_at = now() where id = platform.current_workspace() returning id, name, unit, created_at`,
  );
  return toWorkspace(rows[0]);
}
