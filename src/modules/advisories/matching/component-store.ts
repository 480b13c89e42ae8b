/** Stored components and what advisories say about them. */
import { sql } from 'drizzle-orm';
import { db } from '../../../platform/database/database.ts';
import type { Advisory, AffectedPackage } from '../advisory.ts';
import type { Ecosystem } from '../versions/order.ts';
import type { Cluster } from './match.ts';

export type ComponentDraft = {
  readonly assetId: string | null;
  readonly scanId: string;
  readonly path: string;
  readonly ecosystem: string;
  /** In normal form. */
  readonly name: string;
  readonly version: string | null;
  readonly requirement: string | null;
  readonly origin: string | null;
  readonly relation: string;
  readonly purl: string;
  readonly place: string;
};
export type StoredComponent = Omit<ComponentDraft, 'scanId' | 'relation' | 'purl' | 'place'> & { readonly id: string };

/** The files that a scan read: what they named before is replaced by what they name now. */
export async function forgetComponents(paths: readonly string[]): Promise<void> {
  await db().execute(sql`delete from advisories.component where path = any(${sql.param([...paths])}::text[])`);
}

/** Files below a folder that are there no more. In byte order everything below a folder lies between "folder/" and "folder0". */
export async function forgetComponentsUnder(root: string, but: readonly string[]): Promise<void> {
  const folder = root.endsWith('/') ? root.slice(0, -1) : root;
  await db().execute(sql`
    delete from advisories.component
    where (path = ${root} or (path >= ${`${folder}/`} and path < ${`${folder}0`})) and path <> all(${sql.param([...but])}::text[])`);
}

export async function insertComponents(drafts: readonly ComponentDraft[]): Promise<void> {
  if (drafts.length === 0) return;
  await db().execute(sql`
    insert into advisories.component (asset_id, scan_id, path, ecosystem, name, version, requirement, origin, relation, purl, place)
    select "assetId", "scanId", path, ecosystem, name, version, requirement, origin, relation, purl, place
    from jsonb_to_recordset(${JSON.stringify(drafts)}::jsonb) as g("assetId" uuid, "scanId" uuid, path text, ecosystem text, name text, version text,
      requirement text, origin text, relation text, purl text, place text)`);
}

const columns = sql.raw('id, asset_id as "assetId", path, ecosystem, name, version, requirement, origin');

/** Components after an id, in order of id; with a root only those at or below it. */
export async function readComponents(after: string, most: number, root: string | null): Promise<StoredComponent[]> {
  const folder = root === null ? '' : root.endsWith('/') ? root.slice(0, -1) : root;
  const under = root === null ? sql`true` : sql`(path = ${root} or (path >= ${`${folder}/`} and path < ${`${folder}0`}))`;
  const { rows } = await db().execute<StoredComponent>(
    sql`select ${columns} from advisories.component where id > ${after}::uuid and ${under} order by id limit ${most}`,
  );
  return rows;
}

export async function countComponents(): Promise<number> {
  const { rows } = await db().execute<{ count: number }>(sql`select count(*)::int as count from advisories.component`);
  return rows[0]?.count ?? 0;
}

/** Every advisory that names one of these packages, reduced to what matching reads. */
export async function readAdvisoriesFor(packages: readonly { ecosystem: string; name: string }[]): Promise<Advisory[]> {
  const { rows } = await db().execute<{
    id: string;
    aliases: string[];
    ecosystem: Ecosystem;
    name: string;
    spec: Pick<AffectedPackage, 'ranges' | 'versions'>[];
  }>(sql`
    select a.id, a.aliases, f.ecosystem, f.name, f.spec
    from jsonb_to_recordset(${JSON.stringify(packages)}::jsonb) as g(ecosystem text, name text)
    join advisories.affected f on f.ecosystem = g.ecosystem and f.name = g.name
    join advisories.advisory a on a.id = f.advisory_id and not a.withdrawn`);
  return rows.map(({ id, aliases, ecosystem, name, spec }) => ({
    ...blank,
    id,
    aliases,
    affected: spec.map(({ ranges, versions }) => ({ ecosystem, name, ranges, versions })),
  }));
}
const blank = {
  summary: '',
  published: null,
  modified: null,
  withdrawn: null,
  malicious: false,
  cvssScore: null,
  cvssVector: null,
  severity: null,
  cwes: [],
} as const;

export type MatchDraft = { readonly component: StoredComponent; readonly cluster: Cluster };

/** Replaces what was known about these components. */
export async function replaceMatches(components: readonly StoredComponent[], drafts: readonly MatchDraft[]): Promise<void> {
  const given = JSON.stringify(
    drafts.map(({ component, cluster }) => ({
      component_id: component.id,
      asset_id: component.assetId,
      path: component.path,
      advisory_id: cluster.id,
      ids: cluster.ids,
      records: cluster.advisories.map(({ id }) => id),
      state: cluster.state,
      fixed: cluster.fixed,
    })),
  );
  const ids = components.map(({ id }) => id);
  await db().execute(sql`delete from advisories.match where component_id = any(${sql.param(ids)}::uuid[])`);
  if (drafts.length === 0) return;
  await db().execute(sql`
    with made as (
      insert into advisories.match (component_id, asset_id, path, advisory_id, ids, records, state, fixed)
      select component_id, asset_id, path, advisory_id, array(select jsonb_array_elements_text(ids)), array(select jsonb_array_elements_text(records)), state, fixed
      from jsonb_to_recordset(${given}::jsonb)
        as g(component_id uuid, asset_id uuid, path text, advisory_id text, ids jsonb, records jsonb, state text, fixed text)
      returning id, ids
    )
    insert into advisories.match_name (name, match_id) select distinct unnest(ids), id from made`);
}
