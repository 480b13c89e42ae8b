/** Vulnerabilities, their findings and their history in the database. */
import { and, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import type { Context } from '../../contract/actor.ts';
import type { Page } from '../../contract/page.ts';
import { db } from '../../platform/database/database.ts';
import { keyset, type Paging } from '../../platform/database/keyset.ts';
import { finding, history, type VulnerabilityDraftRow, type VulnerabilityRow, vulnerability } from './table.ts';
import type { HistoryEntry } from './vulnerability.ts';

export type FindingRow = typeof finding.$inferSelect;
export type HistoryRow = Omit<typeof history.$inferSelect, 'kind' | 'before' | 'after'> & Pick<HistoryEntry, 'kind' | 'before' | 'after'>;
export type Author = { readonly kind: string; readonly id: string; readonly name: string };

export async function findRow(id: string): Promise<VulnerabilityRow | null> {
  const [row] = await db().select().from(vulnerability).where(eq(vulnerability.id, id));
  return row ?? null;
}

/** Locked to the end of the transaction, in order of id, so that two bulk changes never wait for each other. */
export function lockRows(ids: readonly string[]): Promise<VulnerabilityRow[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return db()
    .select()
    .from(vulnerability)
    .where(inArray(vulnerability.id, [...ids]))
    .orderBy(vulnerability.id)
    .for('update');
}

export async function findByKey(key: Buffer): Promise<VulnerabilityRow | null> {
  const [row] = await db().select().from(vulnerability).where(eq(vulnerability.key, key));
  return row ?? null;
}

export async function newIds(count: number): Promise<string[]> {
  const { rows } = await db().execute<{ id: string }>(sql`select uuidv7() as id from generate_series(1, ${count})`);
  return rows.map(({ id }) => id);
}

export async function insertRow(draft: VulnerabilityDraftRow): Promise<VulnerabilityRow> {
  const [row] = await db().insert(vulnerability).values(draft).returning();
  return present(row);
}

export async function insertComment(vulnerabilityId: string, text: string, author: Author): Promise<{ id: string; at: Date }> {
  const [row] = await db()
    .insert(history)
    .values({ vulnerabilityId, kind: 'comment', why: text, actorKind: author.kind, actorId: author.id, actorName: author.name })
    .returning({ id: history.id, at: history.at });
  return present(row);
}

export async function countHistory(vulnerabilityId: string): Promise<{ all: number; comments: number }> {
  const { rows } = await db().execute<{ all: number; comments: number }>(sql`
    select count(*)::int as all, (count(*) filter (where kind = 'comment'))::int as comments from vulnerabilities.history where vulnerability_id = ${vulnerabilityId}`);
  return rows[0] ?? { all: 0, comments: 0 };
}

const historyNewest = keyset({ id: history.id, sort: [], idDirection: 'desc' });
export function listHistoryRows(vulnerabilityId: string, kind: 'comment' | 'all', paging: Paging): Promise<Page<HistoryRow>> {
  const where = and(eq(history.vulnerabilityId, vulnerabilityId), kind === 'comment' ? eq(history.kind, 'comment') : undefined);
  // Kinds and values were written by this slice.
  return historyNewest.page({ fields: getTableColumns(history), from: history, where, paging }, (row) => row as HistoryRow);
}

const findingsNewest = keyset({ id: finding.id, sort: [{ by: finding.lastSeen, direction: 'desc' }] });
export function listFindingRows(vulnerabilityId: string, paging: Paging): Promise<Page<FindingRow>> {
  return findingsNewest.page(
    { fields: getTableColumns(finding), from: finding, where: eq(finding.vulnerabilityId, vulnerabilityId), paging },
    (row) => row,
  );
}

/** The weakness of a name, made when nobody knew it. */
export async function weaknessOf(alias: string, name: string, source: string): Promise<string> {
  const known = await weaknessesOf([{ alias, name }], source);
  return present(known.get(alias));
}

/** Weakness id by alias; unknown ones are made. Two transactions may meet: the first to write wins. */
export async function weaknessesOf(wanted: readonly { alias: string; name: string }[], source: string): Promise<Map<string, string>> {
  const found = await readAliases(wanted.map(({ alias }) => alias));
  const missing = wanted.filter(({ alias }) => !found.has(alias));
  if (missing.length === 0) return found;
  await db().execute(sql`
    with given as (select alias, name, uuidv7() as id from jsonb_to_recordset(${JSON.stringify(missing)}::jsonb) as g(alias text, name text)),
      made as (insert into vulnerabilities.weakness (id, name) select id, name from given returning id)
    insert into vulnerabilities.alias (alias, weakness_id, source) select g.alias, g.id, ${source} from given g join made m on m.id = g.id order by g.alias
    on conflict (workspace_id, alias) do nothing`);
  return readAliases(wanted.map(({ alias }) => alias));
}

/**
 * A shown name nobody knew becomes one more name of the weakness that its other names already have, so that a CVE that
 * comes later than its advisory changes no key.
 */
export async function adoptAliases(clusters: ReadonlyMap<string, readonly string[]>, source: string): Promise<void> {
  const known = await readAliases([...clusters].flatMap(([shown, others]) => [shown, ...others]));
  const adopted = [...clusters].flatMap(([shown, others]) => {
    const other = others.find((alias) => known.has(alias));
    return known.has(shown) || other === undefined ? [] : [{ alias: shown, weakness_id: known.get(other) }];
  });
  await insertAliases(adopted, source);
}

/** The other names of a weakness; those that already name another one stay with it. */
export async function spreadAliases(
  clusters: ReadonlyMap<string, readonly string[]>,
  weaknesses: ReadonlyMap<string, string>,
  source: string,
): Promise<void> {
  const rows = [...clusters].flatMap(([shown, others]) => others.map((alias) => ({ alias, weakness_id: weaknesses.get(shown) })));
  await insertAliases(
    rows.filter(({ weakness_id }) => weakness_id !== undefined),
    source,
  );
}

async function insertAliases(rows: readonly { alias: string; weakness_id: string | undefined }[], source: string): Promise<void> {
  if (rows.length === 0) return;
  await db().execute(sql`
    insert into vulnerabilities.alias (alias, weakness_id, source)
    select distinct on (g.alias) g.alias, g.weakness_id, ${source} from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(alias text, weakness_id uuid) order by g.alias
    on conflict (workspace_id, alias) do nothing`);
}

async function readAliases(aliases: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await db().execute<{ alias: string; weakness_id: string }>(sql`
    select alias, weakness_id from vulnerabilities.alias where alias = any(${sql.param([...aliases])}::text[])`);
  return new Map(rows.map(({ alias, weakness_id }) => [alias, weakness_id]));
}

/** Rows whose acceptance, hold or review date has come, oldest first. */
export function lockDueForReview(now: Date, most: number): Promise<VulnerabilityRow[]> {
  return db()
    .select()
    .from(vulnerability)
    .where(sql`${vulnerability.reviewAt} <= ${now.toISOString()}::timestamptz`)
    .orderBy(vulnerability.reviewAt)
    .limit(most)
    .for('update');
}

/** Open rows that have a CVE, after an id, locked, in order of id. */
export function lockOpenWithCve(after: string, most: number): Promise<VulnerabilityRow[]> {
  return db()
    .select()
    .from(vulnerability)
    .where(and(eq(vulnerability.live, true), sql`${vulnerability.cveId} is not null`, sql`${vulnerability.id} > ${after}::uuid`))
    .orderBy(vulnerability.id)
    .limit(most)
    .for('update');
}

/** Open rows of an asset after an id, locked, in order of id. */
export function lockOpenOfAsset(assetId: string, after: string, most: number): Promise<VulnerabilityRow[]> {
  return db()
    .select()
    .from(vulnerability)
    .where(and(eq(vulnerability.assetId, assetId), eq(vulnerability.live, true), sql`${vulnerability.id} > ${after}::uuid`))
    .orderBy(vulnerability.id)
    .limit(most)
    .for('update');
}

/** Facts of the asset on its closed rows: lists filter by them, nothing is decided by them. */
export async function setAssetFacts(
  assetId: string,
  facts: Pick<VulnerabilityDraftRow, 'assetName' | 'assetType' | 'environment' | 'criticality' | 'owner'>,
): Promise<void> {
  await db()
    .update(vulnerability)
    .set(facts)
    .where(and(eq(vulnerability.assetId, assetId), eq(vulnerability.live, false)));
}

export function present<T>(row: T | undefined): T {
  if (row === undefined) throw new MissingRow();
  return row;
}
/** A statement that must answer a row did not: our own defect. */
class MissingRow extends Error {
  override readonly name = 'MissingRow';
}

export function authorOf({ actor }: Context, name: string): Author {
  return { kind: actor.kind, id: actor.id, name };
}
