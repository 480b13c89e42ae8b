/** What people and other slices read: advisories, matches, exploitation, the state of the whole. */
import { and, eq, getTableColumns, gte, inArray, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Page } from '../../contract/page.ts';
import { db } from '../../platform/database/database.ts';
import { keyset, type Paging } from '../../platform/database/keyset.ts';
import type { AdvisoryItem, AdvisoryMatch, AdvisorySummary, Exploitation } from './contract.ts';
import { type ExploitBook, gravest, worst } from './imports/several.ts';
import { advisoryTable as advisory, affectedTable, componentTable as component, type MatchRow, matchTable as match } from './table.ts';

const { search: _search, ...advisoryFields } = getTableColumns(advisory);
type AdvisoryRow = Omit<typeof advisory.$inferSelect, 'search'>;

export type AdvisoryFilter = {
  readonly q?: string | undefined;
  readonly severity?: string | undefined;
  readonly ecosystem?: string | undefined;
  readonly here?: 'true' | 'false' | undefined;
  readonly kev?: 'true' | 'false' | undefined;
};
const latest = keyset({ id: advisory.id, sort: [{ by: advisory.modified, direction: 'desc' }] });
/** Rows a text search takes into account. */
const mostMatching = 10_000;

export async function listAdvisoryRows(filter: AdvisoryFilter, paging: Paging): Promise<Page<AdvisoryItem>> {
  const page = await latest.page({ fields: advisoryFields, from: advisory, where: whereOf(filter), paging }, (row) => row);
  return { ...page, items: await itemsOf(page.items) };
}

function whereOf({ q, severity, ecosystem, here, kev }: AdvisoryFilter): SQL | undefined {
  const words = severity?.split(',') ?? [];
  const known = words.filter((word) => word !== 'unknown');
  const bySeverity =
    words.length === 0
      ? undefined
      : or(
          known.length === 0 ? undefined : sql`${advisory.severity} = any(${sql.param(known)}::text[])`,
          words.includes('unknown') ? sql`${advisory.severity} is null` : undefined,
        );
  const spoken = sql`exists (select 1 from advisories.match_name n where n.name = ${advisory.id})`;
  const exploited = sql`exists (select 1 from advisories.kev k where k.cve = ${advisory.shownId})`;
  return and(
    q === undefined ? undefined : byText(q),
    bySeverity,
    ecosystem === undefined
      ? undefined
      : sql`exists (select 1 from advisories.affected f where f.advisory_id = ${advisory.id} and f.ecosystem = ${ecosystem})`,
    here === undefined ? undefined : here === 'true' ? spoken : sql`not ${spoken}`,
    kev === undefined ? undefined : kev === 'true' ? exploited : sql`not ${exploited}`,
  );
}

/** An id, a package name as written, or words of the summary. */
function byText(q: string): SQL {
  const words = q
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .slice(0, 8);
  const query = words.map((word) => `'${word}':*`).join(' & ');
  const byWords =
    words.length === 0 ? sql`false` : sql`${advisory.id} in (select id from advisories.matching(${query}::tsquery, ${mostMatching}))`;
  const byId = sql`${advisory.id} in (select id from advisories.matching(${`'i/${q.toLowerCase().replaceAll("'", "''").replaceAll('\\', '\\\\')}'`}::tsquery, ${mostMatching}))`;
  const byPackage = sql`${advisory.id} in (select f.advisory_id from advisories.affected f where f.ecosystem = any(${sql.param(packageEcosystems)}::text[]) and f.name = ${q.toLowerCase()})`;
  return sql`(${byWords} or ${byId} or ${byPackage})`;
}
const packageEcosystems = ['PyPI', 'npm', 'Go', 'crates.io', 'Maven', 'NuGet', 'RubyGems', 'Packagist'];

export async function findAdvisory(id: string): Promise<{ item: AdvisoryItem; row: AdvisoryRow } | null> {
  const [row] = await db().select(advisoryFields).from(advisory).where(eq(advisory.id, id));
  const [item] = row === undefined ? [] : await itemsOf([row]);
  return row === undefined || item === undefined ? null : { item, row };
}

export function affectedOf(id: string) {
  return db()
    .select()
    .from(affectedTable)
    .where(eq(affectedTable.advisoryId, id))
    .orderBy(affectedTable.ecosystem, affectedTable.name)
    .limit(200);
}

async function itemsOf(rows: readonly AdvisoryRow[]): Promise<AdvisoryItem[]> {
  const exploits = await exploitationOf(rows.flatMap(cvesOf));
  const counts = await componentsBehind(rows.map(({ id }) => id));
  return rows.map((row) => {
    const { importId: _import, modified, ...rest } = row;
    return { ...rest, ...worst(cvesOf(row), exploits), modified: modified.toISOString(), affectedHere: counts.get(row.id) ?? 0 };
  });
}

function cvesOf({ id, aliases }: Pick<AdvisoryRow, 'id' | 'aliases'>): string[] {
  return [id, ...aliases].filter((one) => one.startsWith('CVE-'));
}

async function componentsBehind(ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db().execute<{ name: string; count: number }>(sql`
    select n.name, count(*)::int as count from advisories.match_name n join advisories.match m on m.id = n.match_id
    where n.name = any(${sql.param([...ids])}::text[]) and m.state <> 'open' group by n.name`);
  return new Map(rows.map(({ name, count }) => [name, count]));
}

/* ——— exploitation ——— */
/** What is loaded, and what it says about these CVEs. Without a catalogue the answer is unknown, not no. */
export async function exploitationOf(cves: readonly string[]): Promise<ExploitBook> {
  const wanted = sql.param([...new Set(cves)]);
  const [{ rows: loaded }, { rows }] = await Promise.all([
    db().execute<{ kev: boolean; epss: boolean }>(
      sql`select exists (select 1 from advisories.kev) as kev, exists (select 1 from advisories.epss) as epss`,
    ),
    db().execute<{
      cve: string;
      kev_due: string | null;
      kev: boolean;
      ransomware: boolean | null;
      epss: number | null;
      percentile: number | null;
      date: string | null;
    }>(sql`
      select g.cve, k.cve is not null as kev, k.due::text as kev_due, k.ransomware, e.probability as epss, e.percentile, e.score_date::text as date
      from unnest(${wanted}::text[]) as g(cve) left join advisories.kev k on k.cve = g.cve left join advisories.epss e on e.cve = g.cve`),
  ]);
  const [{ kev, epss } = { kev: false, epss: false }] = loaded;
  const found = rows.map((row): [string, Exploitation] => [
    row.cve,
    {
      kev: kev ? row.kev : null,
      kevDue: row.kev_due,
      ransomware: kev && row.kev ? row.ransomware : null,
      epss: row.epss,
      epssPercentile: row.percentile,
      epssDate: row.date,
    },
  ]);
  return { kev, epss, found: new Map(found) };
}

/* ——— matches ——— */
export type MatchFilter = {
  readonly assetId?: string | undefined;
  readonly advisory?: string | undefined;
  readonly state?: string | undefined;
  readonly under?: string | undefined;
};
const inOrder = keyset({ id: match.id, sort: [], idDirection: 'asc' });
const joined = sql`${match} join ${component} on ${component.id} = ${match.componentId}`;
const matchFields = {
  ...getTableColumns(match),
  scanId: component.scanId,
  purl: component.purl,
  place: component.place,
  ecosystem: component.ecosystem,
  name: component.name,
  version: component.version,
  requirement: component.requirement,
  relation: component.relation,
};

export async function listMatchRows({ assetId, advisory: id, state, under }: MatchFilter, paging: Paging): Promise<Page<AdvisoryMatch>> {
  const folder = under?.replace(/\/$/, '');
  const where = and(
    assetId === undefined ? undefined : eq(match.assetId, assetId),
    id === undefined ? undefined : sql`exists (select 1 from advisories.match_name n where n.match_id = ${match.id} and n.name = ${id})`,
    state === undefined ? undefined : inArray(match.state, state.split(',') as MatchRow['state'][]),
    under === undefined ? undefined : or(eq(match.path, under), and(gte(match.path, `${folder}/`), lt(match.path, `${folder}0`))),
  );
  const page = await inOrder.page({ fields: matchFields, from: joined, where, paging }, (row) => row);
  const records = await factsOf(page.items.flatMap(({ records }) => records));
  const exploits = await exploitationOf(page.items.flatMap(({ ids }) => ids.filter((one) => one.startsWith('CVE-'))));
  const items = page.items.map(({ records: ids, componentId: _component, matchedAt, ...row }) => ({
    ...row,
    ...gravest(ids.flatMap((one) => records.get(one) ?? [])),
    ...worst(
      row.ids.filter((one) => one.startsWith('CVE-')),
      exploits,
    ),
    matchedAt: matchedAt.toISOString(),
  }));
  return { ...page, items };
}

async function factsOf(ids: readonly string[]): Promise<Map<string, AdvisoryRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db()
    .select(advisoryFields)
    .from(advisory)
    .where(sql`${advisory.id} = any(${sql.param([...new Set(ids)])}::text[])`);
  return new Map(rows.map((row) => [row.id, row]));
}

/* ——— the whole ——— */
export async function readSummary(): Promise<AdvisorySummary> {
  const { rows: imports } = await db().execute<{ kind: string; records: number; data_date: string | null; imported_at: Date | string }>(sql`
    select distinct on (kind) kind, records, data_date::text, imported_at from advisories.import where state = 'done' order by kind, id desc`);
  const { rows: ecosystems } = await db().execute<{
    ecosystem: string;
    records: number;
    data_date: string | null;
    imported_at: Date | string;
  }>(sql`
    select distinct on (e.ecosystem) e.ecosystem, i.data_date::text, i.imported_at,
      (select count(distinct f.advisory_id)::int from advisories.affected f where f.ecosystem = e.ecosystem) as records
    from advisories.import i cross join unnest(i.ecosystems) as e(ecosystem) where i.state = 'done' order by e.ecosystem, i.id desc`);
  const covered = ecosystems.map(({ ecosystem }) => ecosystem);
  const { rows: counts } = await db().execute<{ components: number; uncovered: number; affected: number }>(sql`
    select count(*)::int as components, (count(*) filter (where c.ecosystem <> all(${sql.param(covered)}::text[])))::int as uncovered,
      (count(*) filter (where exists (select 1 from advisories.match m where m.component_id = c.id and m.state in ('affected', 'possible'))))::int as affected
    from advisories.component c`);
  const state = (row: (typeof imports)[number] | undefined) =>
    row === undefined ? null : { dataDate: row.data_date, importedAt: new Date(row.imported_at).toISOString(), records: row.records };
  const { components = 0, uncovered = 0, affected = 0 } = counts[0] ?? {};
  return {
    ecosystems: ecosystems.map((row) => ({
      ecosystem: row.ecosystem,
      dataDate: row.data_date,
      importedAt: new Date(row.imported_at).toISOString(),
      records: row.records,
    })),
    kev: state(imports.find(({ kind }) => kind === 'kev')),
    epss: state(imports.find(({ kind }) => kind === 'epss')),
    components,
    affectedComponents: covered.length === 0 ? null : affected,
    uncoveredComponents: uncovered,
  };
}
