/** Edges between assets: declared by people, observed by sources; and the neighbourhood of one asset. */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import type { Dependency, EdgeKind } from '../contract.ts';
import { openDependencies } from '../store.ts';
import { asset, dependency } from '../table.ts';
import type { LineageEdgeRow } from './lineage.ts';

const shown = {
  id: asset.id,
  name: asset.name,
  type: asset.type,
  risk: asset.risk,
  riskLevel: asset.riskLevel,
  lifecycle: asset.lifecycle,
  missingSince: asset.missingSince,
};

export async function shownAssets(ids: readonly string[]) {
  if (ids.length === 0) return [];
  return await db()
    .select(shown)
    .from(asset)
    .where(inArray(asset.id, [...ids]));
}

/** Open dependencies of an asset, both ways, with the other side's name and state. */
export async function dependenciesOf(assetId: string): Promise<Dependency[]> {
  const edges = await openDependencies(assetId);
  const others = new Map((await shownAssets(edges.map((edge) => otherSide(edge, assetId)))).map((row) => [row.id, row]));
  return edges
    .flatMap((edge) => {
      const other = others.get(otherSide(edge, assetId));
      if (!other) return [];
      const { id, kind, mark, source, validFrom } = edge;
      const direction = edge.fromAsset === assetId ? ('out' as const) : ('in' as const);
      return [
        {
          id,
          direction,
          kind,
          mark,
          source,
          validFrom: validFrom.toISOString(),
          assetId: other.id,
          name: other.name,
          type: other.type,
          riskLevel: other.riskLevel,
          lifecycle: other.lifecycle,
        },
      ];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function otherSide(edge: { fromAsset: string; toAsset: string }, assetId: string): string {
  return edge.fromAsset === assetId ? edge.toAsset : edge.fromAsset;
}

/** @returns null when the same edge is already declared. */
export async function insertDeclared(fromAsset: string, toAsset: string, kind: EdgeKind): Promise<string | null> {
  const [row] = await db()
    .insert(dependency)
    .values({ fromAsset, toAsset, kind, mark: 'declared', source: 'person' })
    .onConflictDoNothing()
    .returning({ id: dependency.id });
  return row?.id ?? null;
}

export async function findDependency(id: string) {
  const [row] = await db()
    .select()
    .from(dependency)
    .where(and(eq(dependency.id, id), isNull(dependency.validTo)));
  return row ?? null;
}

export async function endDependency(id: string): Promise<void> {
  await db().update(dependency).set({ validTo: sql`now()` }).where(eq(dependency.id, id));
}

/** All open edges that touch any of these assets, at most 2,000. */
export async function edgesAround(ids: readonly string[]): Promise<LineageEdgeRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await db().execute<LineageEdgeRow>(sql`
    select from_asset as "from", to_asset as "to", kind, mark, source from ${dependency}
    where valid_to is null and (from_asset = any(${sql.param([...ids])}::uuid[]) or to_asset = any(${sql.param([...ids])}::uuid[])) limit 2000`);
  return rows;
}

export type SeenEdge = {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly mark: 'static' | 'observed' | 'imported' | 'inferred';
};

/** Opens edges a source sees and stamps the run on those that were open already. */
export async function upsertSeenEdges(edges: readonly SeenEdge[], source: string, run: string | null): Promise<void> {
  if (edges.length === 0) return;
  await db()
    .insert(dependency)
    .values(edges.map(({ from, to, kind, mark }) => ({ fromAsset: from, toAsset: to, kind, mark, source, run })))
    .onConflictDoUpdate({
      target: [dependency.workspaceId, dependency.fromAsset, dependency.toAsset, dependency.kind, dependency.source],
      targetWhere: isNull(dependency.validTo),
      set: { run, mark: sql`excluded.mark` },
    });
}

/** Ends edges of a source that start at assets the run saw, but that the run did not report. */
export async function endUnseenEdges(source: string, run: string): Promise<void> {
  await db().execute(sql`
    update ${dependency} set valid_to = now()
    where source = ${source} and valid_to is null and run is distinct from ${run}
      and from_asset in (select asset_id from ai_assets.sighting where source = ${source} and run = ${run})`);
}
