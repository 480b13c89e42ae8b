/** Routing rules in the database. */
import { eq, getTableColumns, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { type RuleRow, rule } from '../table.ts';
import { Rule, type RuleDraft } from './rule-contract.ts';

const shown = {
  ...getTableColumns(rule),
  destinations: sql<
    { id: string; name: string }[]
  >`(select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name) order by d.name), '[]'::jsonb)
    from notifications.destination d where d.id = any(${rule.destinationIds}) and d.removed_at is null)`.as('destinations'),
};
type ShownRow = RuleRow & { destinations: { id: string; name: string }[] };

const toRule = (row: ShownRow): Rule =>
  Rule.parse({ ...row, createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() });

const inOrder = keyset({ id: rule.id, sort: [{ by: rule.name, direction: 'asc' }] });
export function listRuleRows(destination: string | undefined, paging: Paging): Promise<Page<Rule>> {
  const where = destination === undefined ? sql`true` : sql`${destination}::uuid = any(${rule.destinationIds})`;
  return inOrder.page({ fields: shown, from: rule, where, paging }, (row) => toRule(row as ShownRow));
}

export async function findRule(id: string): Promise<Rule | null> {
  const [row] = await db().select(shown).from(rule).where(eq(rule.id, id));
  return row === undefined ? null : toRule(row as ShownRow);
}

export async function lockRule(id: string): Promise<RuleRow | null> {
  const [row] = await db().select().from(rule).where(eq(rule.id, id)).for('update');
  return row ?? null;
}

export async function countRules(): Promise<number> {
  const [row] = await db().select({ count: sql<number>`count(*)::int` }).from(rule);
  return row?.count ?? 0;
}

/** Null when there is one of that name. */
export async function insertRule(draft: RuleDraft & { createdBy: string }): Promise<string | null> {
  const [row] = await db().insert(rule).values(draft).onConflictDoNothing().returning({ id: rule.id });
  return row?.id ?? null;
}

export async function isRuleNameTaken(name: string, except: string): Promise<boolean> {
  const rows = await db()
    .select({ id: rule.id })
    .from(rule)
    .where(sql`lower(${rule.name}) = lower(${name}) and ${rule.id} <> ${except}::uuid`);
  return rows.length > 0;
}

/** With the row locked. */
export async function updateRule({ id, version }: RuleRow, draft: RuleDraft): Promise<void> {
  await db()
    .update(rule)
    .set({ ...draft, version: version + 1, updatedAt: sql`now()` })
    .where(eq(rule.id, id));
}

export async function deleteRule(id: string): Promise<void> {
  await db().delete(rule).where(eq(rule.id, id));
}

/** Names of rules that send there. */
export async function rulesTo(destinationId: string): Promise<string[]> {
  const rows = await db()
    .select({ name: rule.name })
    .from(rule)
    .where(sql`${destinationId}::uuid = any(${rule.destinationIds})`)
    .orderBy(rule.name)
    .limit(20);
  return rows.map(({ name }) => name);
}

export async function enabledRules(): Promise<RuleRow[]> {
  return await db().select().from(rule).where(eq(rule.enabled, true)).orderBy(rule.name);
}
