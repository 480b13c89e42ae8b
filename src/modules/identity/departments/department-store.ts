/** Reads and writes of departments. In a transaction of the workspace; `heldTo` also in one of the system. */
import { eq, type SQL, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { account } from '../table.ts';
import { departmentRule } from './table.ts';

/** The department of a person, and whether they are held to it. */
export type Department = { readonly department: string | null; readonly isHeld: boolean };

export async function readDepartmentRule(): Promise<boolean> {
  const [row] = await db().select({ ownOnly: departmentRule.ownOnly }).from(departmentRule);
  return row?.ownOnly ?? false;
}

export async function saveDepartmentRule(ownOnly: boolean): Promise<void> {
  await db()
    .insert(departmentRule)
    .values({ ownOnly })
    .onConflictDoUpdate({ target: departmentRule.workspaceId, set: { ownOnly, changedAt: sql`now()` } });
}

export async function updateDepartment(id: string, department: string | null): Promise<void> {
  await db().update(account).set({ department, updatedAt: sql`now()` }).where(eq(account.id, id));
}

/** Active engineers, whom the rule holds, and those of them who can change nothing under it. */
export async function countEngineers(): Promise<{ engineers: number; without: number }> {
  const [row] = await db()
    .select({
      engineers: sql<number>`count(*)`.mapWith(Number),
      without: sql<number>`count(*) filter (where ${account.department} is null)`.mapWith(Number),
    })
    .from(account)
    .where(sql`${account.role} = 'engineer' and ${account.active}`);
  return row ?? { engineers: 0, without: 0 };
}

/** Whether the rule of the account's workspace holds this account; of a query over accounts. */
export function heldToOwn(): SQL<boolean> {
  return sql<boolean>`${account.role} = 'engineer' and exists (select from ${departmentRule}
    where ${departmentRule.workspaceId} = ${account.workspaceId} and ${departmentRule.ownOnly})`;
}
