/** Set-based reading and writing behind observations: keys, sightings, and what a walk no longer sees. */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import type { Observation } from '../contract.ts';
import { hashOf } from '../store.ts';
import { type AssetRow, asset, naturalKey, sighting } from '../table.ts';

/** One observer at a time in a workspace: two walks of overlapping folders must not both propose the same asset. */
export async function lockObservations(): Promise<void> {
  await db().execute(sql`select pg_advisory_xact_lock(hashtextextended('ai_assets.observe:' || platform.current_workspace()::text, 0))`);
}

/** key → asset id, for the keys that are known. */
export async function assetsOfKeys(keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await db()
    .select({ key: naturalKey.key, assetId: naturalKey.assetId })
    .from(naturalKey)
    .where(inArray(naturalKey.keyHash, [...new Set(keys)].map(hashOf)));
  return new Map(rows.map(({ key, assetId }) => [key, assetId]));
}

/** asset id → hash (hex) of the key that named it in this run. */
export async function claimsOfRun(source: string, run: string, assetIds: readonly string[]): Promise<Map<string, string>> {
  if (assetIds.length === 0) return new Map();
  const rows = await db()
    .select({ assetId: sighting.assetId, namedBy: sighting.namedBy })
    .from(sighting)
    .where(and(eq(sighting.source, source), eq(sighting.run, run), inArray(sighting.assetId, [...assetIds])));
  return new Map(rows.map(({ assetId, namedBy }) => [assetId, namedBy.toString('hex')]));
}

/** A key belongs to the asset that was just seen with it: it moves when another held it. */
export async function moveKeys(pairs: readonly { readonly key: string; readonly assetId: string }[], source: string): Promise<void> {
  for (const part of batches(pairs, 2000)) {
    await db()
      .insert(naturalKey)
      .values(part.map(({ key, assetId }) => ({ key, keyHash: hashOf(key), assetId, source })))
      .onConflictDoUpdate({
        target: [naturalKey.workspaceId, naturalKey.keyHash],
        set: { assetId: sql`excluded.asset_id` },
        setWhere: sql`${naturalKey.assetId} <> excluded.asset_id`,
      });
  }
}

export type Seen = { readonly assetId: string; readonly observation: Observation };

export async function upsertSightings(seen: readonly Seen[], { source, run }: { source: string; run: string | null }): Promise<void> {
  const rows = seen.flatMap(({ assetId, observation }) => {
    const namedBy = hashOf(observation.keys[0] ?? '');
    const places = new Map(observation.places.map((place) => [place.place, place]));
    return [...places.values()].map(({ place, line, evidence }) => ({
      assetId,
      source,
      place,
      placeHash: hashOf(place),
      line,
      evidence,
      namedBy,
      run,
    }));
  });
  for (const part of batches(rows, 2000)) {
    await db()
      .insert(sighting)
      .values(part)
      .onConflictDoUpdate({
        target: [sighting.workspaceId, sighting.source, sighting.assetId, sighting.placeHash],
        set: {
          line: sql`excluded.line`,
          evidence: sql`excluded.evidence`,
          namedBy: sql`excluded.named_by`,
          run: sql`excluded.run`,
          lastSeen: sql`now()`,
          goneAt: sql`null`,
        },
      });
  }
}

function batches<T>(rows: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < rows.length; at += size) parts.push(rows.slice(at, at + size));
  return parts;
}

/** Stamps when machines last saw these assets. */
export async function stampSeen(assetIds: readonly string[], source: string): Promise<void> {
  if (assetIds.length === 0) return;
  await db().execute(sql`
    update ${asset} set last_seen = now(), first_seen = coalesce(first_seen, now()),
      sources = case when ${source} = any(sources) then sources else array_append(sources, ${source}) end
    where id = any(${sql.param([...assetIds])}::uuid[])`);
}

/**
 * Marks as gone what the source saw earlier at a place inside the scope and not in this run.
 * @returns the assets that no source sees any more.
 */
export async function markGone(source: string, run: string, scope: string): Promise<AssetRow[]> {
  const below = scope.endsWith('/') ? scope : `${scope}/`;
  const { rows } = await db().execute<{ asset_id: string }>(sql`
    with gone as (
      update ${sighting} set gone_at = now()
      where source = ${source} and gone_at is null and run is distinct from ${run} and (place = ${scope} or starts_with(place, ${below}))
      returning asset_id, id
    )
    select distinct gone.asset_id from gone
    where not exists (
      select from ${sighting} as other
      where other.asset_id = gone.asset_id and other.gone_at is null and other.id not in (select id from gone)
    )`);
  if (rows.length === 0) return [];
  return await db()
    .select()
    .from(asset)
    .where(
      and(
        inArray(
          asset.id,
          rows.map((row) => row.asset_id),
        ),
        isNull(asset.missingSince),
      ),
    );
}
