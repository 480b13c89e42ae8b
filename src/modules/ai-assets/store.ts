/** Reading and writing assets, their keys, dependencies and history. The ambient transaction confines all to the workspace. */
import { createHash } from 'node:crypto';
import { and, arrayContains, asc, desc, eq, getTableColumns, inArray, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Actor } from '../../contract/actor.ts';
import type { Page } from '../../contract/page.ts';
import { db } from '../../platform/database/database.ts';
import { type Keyset, keyset, type Paging } from '../../platform/database/keyset.ts';
import { searchQuery, searchWords, toAsset } from './asset-view.ts';
import type { Asset, AssetChange, AssetFilter, assetSorts } from './contract.ts';
import type { Applied, FieldValue } from './observing/provenance.ts';
import { type AssetRow, asset, change, dependency, naturalKey, sighting } from './table.ts';

export type AssetSort = (typeof assetSorts)[number];

const orders: Readonly<Record<AssetSort, Keyset>> = {
  attention: keyset({
    id: asset.id,
    sort: [
      { by: asset.attention, direction: 'desc' },
      { by: asset.riskOrder, direction: 'desc' },
    ],
  }),
  risk: keyset({ id: asset.id, sort: [{ by: asset.riskOrder, direction: 'desc' }] }),
  name: keyset({ id: asset.id, sort: [{ by: asset.name, direction: 'asc' }] }),
  last_seen: keyset({ id: asset.id, sort: [{ by: asset.lastSeen, direction: 'desc' }] }),
  created: keyset({ id: asset.id, sort: [{ by: asset.createdAt, direction: 'desc' }] }),
  updated: keyset({ id: asset.id, sort: [{ by: asset.updatedAt, direction: 'desc' }] }),
};

export async function listPage(filter: AssetFilter, sort: AssetSort, paging: Paging): Promise<Page<Asset>> {
  return await orders[sort].page({ fields: getTableColumns(asset), from: asset, where: whereOf(filter), paging }, toAsset);
}

/** The filter as SQL. Without `lifecycle`, retired assets are left out. */
export function whereOf(filter: AssetFilter): SQL | undefined {
  const query = filter.q === undefined ? null : searchQuery(filter.q);
  return and(
    anyWord(asset.type, filter.asset_type),
    anyWordOrNull(asset.environment, filter.environment),
    anyWordOrNull(asset.criticality, filter.criticality),
    anyWord(asset.riskLevel, filter.risk),
    filter.lifecycle === undefined ? ne(asset.lifecycle, 'retired') : anyWord(asset.lifecycle, filter.lifecycle),
    filter.owner === undefined ? undefined : filter.owner === 'unowned' ? isNull(asset.owner) : eq(asset.owner, filter.owner),
    filter.tag === undefined ? undefined : arrayContains(asset.tags, [filter.tag]),
    filter.source === undefined ? undefined : arrayContains(asset.sources, [filter.source]),
    filter.missing === undefined ? undefined : filter.missing === 'true' ? isNotNull(asset.missingSince) : isNull(asset.missingSince),
    query === null ? undefined : sql`${asset.id} in (select ai_assets.search(${query}))`,
  );
}

type WordColumn = typeof asset.type | typeof asset.environment | typeof asset.criticality | typeof asset.riskLevel | typeof asset.lifecycle;
function anyWord(column: WordColumn, words: string | undefined): SQL | undefined {
  return words === undefined ? undefined : sql`${column} in ${words.split(',')}`;
}

function anyWordOrNull(column: WordColumn, words: string | undefined): SQL | undefined {
  if (words === undefined) return undefined;
  const named = words.split(',').filter((word) => word !== 'unknown');
  const unknown = named.length < words.split(',').length ? isNull(column) : undefined;
  return or(unknown, named.length === 0 ? undefined : sql`${column} in ${named}`);
}

export async function findRow(id: string, lock = false): Promise<AssetRow | null> {
  const query = db().select().from(asset).where(eq(asset.id, id));
  const [row] = lock ? await query.for('update') : await query;
  return row ?? null;
}

export async function findRows(ids: readonly string[]): Promise<AssetRow[]> {
  if (ids.length === 0) return [];
  return await db()
    .select()
    .from(asset)
    .where(inArray(asset.id, [...ids]))
    .orderBy(asc(asset.id))
    .for('update');
}

export function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export async function keysOf(assetId: string): Promise<string[]> {
  const rows = await db()
    .select({ key: naturalKey.key })
    .from(naturalKey)
    .where(eq(naturalKey.assetId, assetId))
    .orderBy(asc(naturalKey.createdAt))
    .limit(200);
  return rows.map(({ key }) => key);
}

export type KeyOwner = {
  readonly key: string;
  readonly assetId: string;
  readonly name: string;
  readonly type: AssetRow['type'];
  readonly lifecycle: AssetRow['lifecycle'];
};
export async function ownersOfKeys(keys: readonly string[]): Promise<KeyOwner[]> {
  if (keys.length === 0) return [];
  const hashes = keys.map(hashOf);
  return await db()
    .select({ key: naturalKey.key, assetId: asset.id, name: asset.name, type: asset.type, lifecycle: asset.lifecycle })
    .from(naturalKey)
    .innerJoin(asset, eq(asset.id, naturalKey.assetId))
    .where(inArray(naturalKey.keyHash, hashes));
}

export type NewAsset = Pick<Applied, 'fields' | 'marks' | 'observed'> &
  Pick<AssetRow, 'lifecycle' | 'sources'> & { readonly id?: string; readonly seenAt: Date | null; readonly keys: readonly string[] };

export async function insertAssets(drafts: readonly NewAsset[]): Promise<AssetRow[]> {
  if (drafts.length === 0) return [];
  const rows = drafts.map(({ fields, marks, observed, lifecycle, sources, seenAt, keys, id }) => ({
    ...(id === undefined ? {} : { id }),
    ...columnsOf(fields),
    marks,
    observed,
    lifecycle,
    sources: [...sources],
    firstSeen: seenAt,
    lastSeen: seenAt,
    searchWords: searchWords(fields, keys),
  }));
  return await db().insert(asset).values(rows).returning();
}

function columnsOf({ dataClasses, tags, metadata, ...rest }: Applied['fields']) {
  return { ...rest, dataClasses: [...dataClasses], tags: [...tags], metadata: { ...metadata } };
}

/** Writes new field values and counts the version up. */
export async function updateAsset(id: string, next: Applied, more: Partial<typeof asset.$inferInsert> = {}): Promise<AssetRow | null> {
  const keys = await keysOf(id);
  const [row] = await db()
    .update(asset)
    .set({
      ...columnsOf(next.fields),
      marks: next.marks,
      observed: next.observed,
      searchWords: searchWords(next.fields, keys),
      updatedAt: sql`now()`,
      version: sql`${asset.version} + 1`,
      ...more,
    })
    .where(eq(asset.id, id))
    .returning();
  return row ?? null;
}

/** Changes columns that are no fields of a person: lifecycle, seen times, risk. */
export async function setColumns(
  ids: readonly string[],
  columns: Partial<typeof asset.$inferInsert>,
  countVersion: boolean,
): Promise<void> {
  if (ids.length === 0) return;
  const counted = countVersion ? { version: sql`${asset.version} + 1`, updatedAt: sql`now()` } : {};
  await db()
    .update(asset)
    .set({ ...columns, ...counted })
    .where(inArray(asset.id, [...ids]));
}

/** Gives keys to assets; a key that another asset has stays with it. */
export async function addKeys(pairs: readonly { readonly assetId: string; readonly key: string }[], source: string): Promise<void> {
  for (let at = 0; at < pairs.length; at += 2000) {
    const part = pairs.slice(at, at + 2000).map(({ assetId, key }) => ({ key, keyHash: hashOf(key), assetId, source }));
    await db().insert(naturalKey).values(part).onConflictDoNothing();
  }
}

export async function sightingsOf(assetId: string) {
  const rows = await db()
    .select()
    .from(sighting)
    .where(eq(sighting.assetId, assetId))
    .orderBy(desc(sighting.lastSeen), asc(sighting.place))
    .limit(200);
  return rows.map(({ source, place, line, evidence, firstSeen, lastSeen, goneAt }) => ({
    source,
    place,
    line,
    evidence,
    firstSeen: firstSeen.toISOString(),
    lastSeen: lastSeen.toISOString(),
    goneAt: goneAt?.toISOString() ?? null,
  })); // prettier-ignore
}

export type ChangeDraft = {
  readonly assetId: string;
  readonly action: AssetChange['action'];
  readonly fields: readonly string[];
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
};
export async function recordChanges(actor: Actor, drafts: readonly ChangeDraft[]): Promise<void> {
  if (drafts.length === 0) return;
  await db()
    .insert(change)
    .values(
      drafts.map(({ fields, before, after, ...rest }) => ({
        ...rest,
        fields: [...fields],
        before: { ...before },
        after: { ...after },
        actorKind: actor.kind,
        actorId: actor.id,
      })),
    );
}

const historyOrder = keyset({ id: change.id, sort: [{ by: change.at, direction: 'desc' }] });
const Values = z.record(z.string(), z.json());
export async function historyPage(assetId: string, paging: Paging): Promise<Page<AssetChange>> {
  return await historyOrder.page({ fields: getTableColumns(change), from: change, where: eq(change.assetId, assetId), paging }, (row) => ({
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorId },
    // Written by this slice only, from the closed list of the contract.
    action: row.action as AssetChange['action'],
    fields: row.fields,
    before: Values.parse(row.before),
    after: Values.parse(row.after),
  }));
}

/** Before and after of the changed fields, for history and audit. */
export function valuesOf(values: ReadonlyMap<string, FieldValue>, fields: readonly string[]): Record<string, FieldValue> {
  return Object.fromEntries(fields.map((field) => [field, values.get(field) ?? null]));
}

export async function statistics(filter: AssetFilter) {
  const where = whereOf(filter) ?? sql`true`;
  const { rows } = await db().execute<{ dimension: string; value: string; count: string }>(sql`
    with chosen as materialized (select type, environment, risk_level, lifecycle, criticality, owner, missing_since from ${asset} where ${where})
    select 'type' as dimension, type as value, count(*) as count from chosen group by type
    union all select 'environment', coalesce(environment, 'unknown'), count(*) from chosen group by environment
    union all select 'risk', risk_level, count(*) from chosen group by risk_level
    union all select 'lifecycle', lifecycle, count(*) from chosen group by lifecycle
    union all select 'criticality', coalesce(criticality, 'unknown'), count(*) from chosen group by criticality
    union all select 'total', '', count(*) from chosen
    union all select 'unowned', '', count(*) from chosen where owner is null
    union all select 'missing', '', count(*) from chosen where missing_since is not null`);
  const of = (dimension: string) =>
    rows.filter((row) => row.dimension === dimension).map(({ value, count }) => ({ value, count: Number(count) }));
  const one = (dimension: string) => of(dimension)[0]?.count ?? 0;
  return {
    total: one('total'),
    unowned: one('unowned'),
    missing: one('missing'),
    byType: of('type'),
    byEnvironment: of('environment'),
    byRisk: of('risk'),
    byLifecycle: of('lifecycle'),
    byCriticality: of('criticality'),
  }; // prettier-ignore
}

/** Assets of a filter in order of name, a batch at a time, for exports that never hold all of them. */
export async function batchAfter(filter: AssetFilter, after: { name: string; id: string } | null, rows: number): Promise<AssetRow[]> {
  const place = after === null ? undefined : sql`(${asset.name}, ${asset.id}) > (${after.name}, ${after.id}::uuid)`;
  return await db()
    .select()
    .from(asset)
    .where(and(whereOf(filter), place))
    .orderBy(asc(asset.name), asc(asset.id))
    .limit(rows);
}

export async function openDependencies(assetId: string) {
  return await db()
    .select()
    .from(dependency)
    .where(and(isNull(dependency.validTo), or(eq(dependency.fromAsset, assetId), eq(dependency.toAsset, assetId))))
    .limit(500);
}

/** Live assets with any of these names. */
export async function findByNames(names: readonly string[]): Promise<AssetRow[]> {
  if (names.length === 0) return [];
  return await db()
    .select()
    .from(asset)
    .where(and(inArray(asset.name, [...names]), ne(asset.lifecycle, 'retired')))
    .orderBy(asc(asset.id))
    .for('update');
}

/** Stores what the risk engine computed; a number is no edit, so the version stays. */
export async function setRisk(id: string, risk: number | null, level: AssetRow['riskLevel']): Promise<{ before: number | null } | null> {
  const row = await findRow(id, true);
  if (!row || (row.risk === risk && row.riskLevel === level)) return null;
  await db().update(asset).set({ risk, riskLevel: level }).where(eq(asset.id, id));
  return { before: row.risk };
}
