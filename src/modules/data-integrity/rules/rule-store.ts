/** Rules in the database: a row is one rule from one version of its set to another. */
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import { type RuleSet, ValidationRule } from '../contract.ts';
import { ruleTable as rule, ruleSetTable as ruleSet } from '../table.ts';

type Row = typeof rule.$inferSelect;
const toRule = (row: Row): ValidationRule => ValidationRule.parse({ ...row, id: row.ruleId, createdAt: row.createdAt.toISOString() });

/** One change of a set at a time. */
export async function lockSet(assetId: string): Promise<void> {
  await db().execute(
    sql`select pg_advisory_xact_lock(hashtextextended('data-quality.rules/' || platform.current_workspace()::text || '/' || ${assetId}::text, 0))`,
  );
}

export async function latestVersion(assetId: string): Promise<number> {
  const [row] = await db()
    .select({ version: sql<number>`coalesce(max(version), 0)::int` })
    .from(ruleSet)
    .where(eq(ruleSet.assetId, assetId));
  return row?.version ?? 0;
}

/** The set as it was in a version; without one, as it is. */
export async function findSet(assetId: string, version?: number | undefined): Promise<RuleSet> {
  const latest = await latestVersion(assetId);
  const at = version ?? latest;
  const rows = await db()
    .select()
    .from(rule)
    .where(and(eq(rule.assetId, assetId), sql`from_version <= ${at}`, sql`(to_version is null or to_version > ${at})`))
    .orderBy(asc(rule.createdAt), asc(rule.id));
  return { assetId, version: at, latestVersion: latest, rules: rows.map(toRule) };
}

export async function findRule(ruleId: string): Promise<{ rule: ValidationRule; inForce: boolean } | null> {
  const [row] = await db()
    .select()
    .from(rule)
    .where(eq(rule.ruleId, ruleId))
    .orderBy(sql`to_version is null desc, from_version desc`)
    .limit(1);
  return row === undefined ? null : { rule: toRule(row), inForce: row.toVersion === null };
}

export type SetChange = {
  readonly assetId: string;
  readonly by: string;
  readonly added: number;
  readonly removed: number;
  readonly note: string;
};

/** Answers the number of the new version. Call with the set locked. */
export async function insertVersion(change: SetChange): Promise<number> {
  const version = (await latestVersion(change.assetId)) + 1;
  await db()
    .insert(ruleSet)
    .values({ ...change, version, note: change.note.slice(0, 500) });
  return version;
}

export type RuleDraft = Pick<
  ValidationRule,
  | 'assetId'
  | 'name'
  | 'rule'
  | 'severity'
  | 'tolerance'
  | 'owner'
  | 'enabled'
  | 'table'
  | 'origin'
  | 'evidence'
  | 'fromVersion'
  | 'createdBy'
> & { readonly ruleId?: string };

export async function insertRules(drafts: readonly RuleDraft[]): Promise<void> {
  await db()
    .insert(rule)
    .values(drafts.map((draft) => ({ ...draft, ruleId: draft.ruleId ?? sql`uuidv7()` })));
}

export async function endRule(ruleId: string, toVersion: number): Promise<void> {
  await db()
    .update(rule)
    .set({ toVersion })
    .where(and(eq(rule.ruleId, ruleId), isNull(rule.toVersion)));
}

export async function countRules(assetId: string): Promise<number> {
  const [row] = await db()
    .select({ count: sql<number>`count(*)::int` })
    .from(rule)
    .where(and(eq(rule.assetId, assetId), isNull(rule.toVersion)));
  return row?.count ?? 0;
}

export async function listVersions(assetId: string, limit: number) {
  const rows = await db().select().from(ruleSet).where(eq(ruleSet.assetId, assetId)).orderBy(desc(ruleSet.version)).limit(limit);
  return rows.map(({ version, at, by, added, removed, note }) => ({ version, at: at.toISOString(), by, added, removed, note }));
}
