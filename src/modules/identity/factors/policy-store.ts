/** Reads and writes of what a role demands of its people. In a transaction of the workspace. */
import { and, eq, sql } from 'drizzle-orm';
import type { Role } from '../../../contract/permission.ts';
import { db } from '../../../platform/database/database.ts';
import { account } from '../table.ts';
import { factorPolicy } from './table.ts';

export type Demand = { readonly demanded: boolean; readonly days: number };

export async function readPolicies(): Promise<ReadonlyMap<Role, Demand>> {
  const rows = await db().select().from(factorPolicy);
  return new Map(rows.map(({ role, demanded, days }) => [role, { demanded, days }]));
}

export async function savePolicy(role: Role, demand: Demand): Promise<void> {
  await db()
    .insert(factorPolicy)
    .values({ role, ...demand })
    .onConflictDoUpdate({ target: [factorPolicy.workspaceId, factorPolicy.role], set: { ...demand, changedAt: sql`now()` } });
}

/** For people of the role who have no second factor the days begin now. */
export async function restartTerms(role: Role): Promise<void> {
  await db()
    .update(account)
    .set({ factorTermFrom: sql`now()` })
    .where(and(eq(account.role, role), sql`${account.factors} = '{}'`));
}

export type RoleCount = { readonly people: number; readonly without: number; readonly overdue: number };
/** How many active people of each role, and how many of them have no second factor; overdue by the days given for their role. */
export async function countByRole(days: ReadonlyMap<Role, number>): Promise<ReadonlyMap<Role, RoleCount>> {
  const rows = await db()
    .select({
      role: account.role,
      people: sql<number>`count(*)`.mapWith(Number),
      without: sql<number>`count(*) filter (where ${account.factors} = '{}')`.mapWith(Number),
      terms: sql<string[]>`coalesce(array_agg(${account.factorTermFrom}::text) filter (where ${account.factors} = '{}'), '{}')`,
    })
    .from(account)
    .where(eq(account.active, true))
    .groupBy(account.role);
  const now = Date.now();
  return new Map(
    rows.map(({ role, people, without, terms }) => {
      const term = (days.get(role) ?? 0) * 86_400_000;
      return [role, { people, without, overdue: terms.filter((from) => new Date(from).getTime() + term <= now).length }];
    }),
  );
}
