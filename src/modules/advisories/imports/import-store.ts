/** Imports in the database: what was imported, and the records themselves, written set by set. */
import { eq, getTableColumns, sql } from 'drizzle-orm';
import type { Page } from '../../../contract/page.ts';
import { db } from '../../../platform/database/database.ts';
import { keyset, type Paging } from '../../../platform/database/keyset.ts';
import { type Advisory, shownId } from '../advisory.ts';
import { type AdvisoryImport, advisoryProblems } from '../contract.ts';
import { importTable } from '../table.ts';
import type { ExploitForecast, KnownExploited } from './exploit-data.ts';
import type { Opened } from './intake.ts';

type ImportRow = typeof importTable.$inferSelect;

export async function insertImport({
  opened,
  ...draft
}: Pick<AdvisoryImport, 'name' | 'importedBy'> & { opened: Opened }): Promise<AdvisoryImport> {
  const { kind, sha256, bytes, date, count, rejected } = opened;
  const [row] = await db()
    .insert(importTable)
    .values({ ...draft, kind, sha256, bytes, dataDate: date, expected: count, rejected })
    .returning();
  if (row === undefined) throw advisoryProblems.stopped();
  return toImport(row);
}

export async function findImport(id: string): Promise<AdvisoryImport | null> {
  const [row] = await db().select().from(importTable).where(eq(importTable.id, id));
  return row === undefined ? null : toImport(row);
}

export async function settleImport(
  id: string,
  end: Partial<Pick<AdvisoryImport, 'state' | 'dataDate' | 'records' | 'changed' | 'rejected' | 'refused' | 'ecosystems' | 'problem'>>,
): Promise<AdvisoryImport | null> {
  const [row] = await db().update(importTable).set(end).where(eq(importTable.id, id)).returning();
  return row === undefined ? null : toImport(row);
}

const newest = keyset({ id: importTable.id, sort: [], idDirection: 'desc' });
export function listImportRows(paging: Paging): Promise<Page<AdvisoryImport>> {
  return newest.page({ fields: getTableColumns(importTable), from: importTable, paging }, toImport);
}

function toImport({ importedAt, ...row }: ImportRow): AdvisoryImport {
  return { ...row, importedAt: importedAt.toISOString() };
}

/** Stores records; those that did not change cost no write. @returns how many were new or different. */
export async function storeAdvisories(importId: string, advisories: readonly Advisory[]): Promise<number> {
  if (advisories.length === 0) return 0;
  // The same id twice in one statement would be refused: the later one counts.
  const unique = [...new Map(advisories.map((advisory) => [advisory.id, advisory])).values()];
  const { rows } = await db().execute<{ id: string }>(sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(unique.map(rowOf))}::jsonb) as g(id text, shown_id text, aliases jsonb, summary text, severity text,
        cvss_score double precision, cvss_vector text, cwes jsonb, malicious boolean, modified timestamptz, withdrawn boolean, packages jsonb, words jsonb)
    )
    insert into advisories.advisory as a (id, shown_id, aliases, summary, severity, cvss_score, cvss_vector, cwes, malicious, modified, withdrawn, packages, import_id, search)
    select id, shown_id, array(select jsonb_array_elements_text(aliases)), summary, severity, cvss_score, cvss_vector,
      array(select jsonb_array_elements_text(cwes)), malicious, modified, withdrawn, array(select jsonb_array_elements_text(packages)), ${importId}::uuid,
      array_to_tsvector(array(select jsonb_array_elements_text(words)) || ('w/' || platform.current_workspace()::text))
    from given order by id
    on conflict (workspace_id, id) do update set shown_id = excluded.shown_id, aliases = excluded.aliases, summary = excluded.summary, severity = excluded.severity,
      cvss_score = excluded.cvss_score, cvss_vector = excluded.cvss_vector, cwes = excluded.cwes, malicious = excluded.malicious, modified = excluded.modified,
      withdrawn = excluded.withdrawn, packages = excluded.packages, import_id = excluded.import_id, search = excluded.search
    where (a.modified, a.withdrawn, a.aliases, a.summary, a.cvss_vector) is distinct from (excluded.modified, excluded.withdrawn, excluded.aliases, excluded.summary, excluded.cvss_vector)
      and a.modified <= excluded.modified
    returning a.id`);
  const changed = new Set(rows.map(({ id }) => id));
  await storeAffected(unique.filter(({ id }) => changed.has(id)));
  return changed.size;
}

const noTime = '1970-01-01T00:00:00Z';

function rowOf(advisory: Advisory) {
  const modified = Date.parse(advisory.modified ?? '');
  return {
    id: advisory.id,
    shown_id: shownId([advisory.id, ...advisory.aliases]),
    aliases: advisory.aliases,
    summary: advisory.summary,
    severity: advisory.severity,
    cvss_score: advisory.cvssScore,
    cvss_vector: advisory.cvssVector,
    cwes: advisory.cwes,
    malicious: advisory.malicious,
    modified: Number.isNaN(modified) ? noTime : new Date(modified).toISOString(),
    withdrawn: advisory.withdrawn !== null,
    packages: [...new Set(advisory.affected.map(({ ecosystem, name }) => `${ecosystem} ${name}`))],
    words: wordsOf(advisory),
  };
}

/** What a search finds it by: words of the summary, and its ids whole. */
function wordsOf({ id, aliases, summary }: Advisory): string[] {
  const ids = [id, ...aliases];
  const words =
    [...ids, summary]
      .join(' ')
      .toLowerCase()
      .match(/[\p{L}\p{N}]{1,60}/gu) ?? [];
  return [...new Set([...words.slice(0, 200), ...ids.map((one) => `i/${one.toLowerCase()}`)])];
}

async function storeAffected(advisories: readonly Advisory[]): Promise<void> {
  if (advisories.length === 0) return;
  const ids = advisories.map(({ id }) => id);
  await db().execute(sql`delete from advisories.affected where advisory_id = any(${sql.param(ids)}::text[])`);
  const rows = advisories.flatMap(({ id, affected }) =>
    [...Map.groupBy(affected, ({ ecosystem, name }) => `${ecosystem}\0${name}`).values()].map((same) => ({
      advisory_id: id,
      ecosystem: same[0]?.ecosystem,
      name: same[0]?.name,
      spec: same.map(({ ranges, versions }) => ({ ranges, versions })),
    })),
  );
  await db().execute(sql`
    insert into advisories.affected (ecosystem, name, advisory_id, spec) select ecosystem, name, advisory_id, spec
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as g(ecosystem text, name text, advisory_id text, spec jsonb)`);
}

export async function storeKev(importId: string, rows: readonly KnownExploited[]): Promise<number> {
  if (rows.length === 0) return 0;
  const unique = [...new Map(rows.map((row) => [row.cve, row])).values()];
  const { rows: changed } = await db().execute<{ changed: boolean }>(sql`
    with given as (select * from jsonb_to_recordset(${JSON.stringify(unique)}::jsonb) as g(cve text, name text, added date, due date, ransomware boolean)),
      known as (select k.* from advisories.kev k where k.cve = any(array(select cve from given)))
    insert into advisories.kev as k (cve, name, added, due, ransomware, import_id)
    select cve, name, added, due, ransomware, ${importId}::uuid from given order by cve
    on conflict (workspace_id, cve) do update set name = excluded.name, added = excluded.added, due = excluded.due, ransomware = excluded.ransomware, import_id = excluded.import_id
    returning not exists (select 1 from known o where (o.cve, o.due, o.ransomware) is not distinct from (k.cve, k.due, k.ransomware)) as changed`);
  return changed.filter((row) => row.changed).length;
}

export async function storeEpss(importId: string, rows: readonly ExploitForecast[], scoreDate: string | null): Promise<number> {
  if (rows.length === 0) return 0;
  const unique = [...new Map(rows.map((row) => [row.cve, row])).values()];
  const { rowCount } = await db().execute(sql`
    insert into advisories.epss as e (cve, probability, percentile, score_date, import_id)
    select cve, probability, percentile, ${scoreDate}::date, ${importId}::uuid
    from jsonb_to_recordset(${JSON.stringify(unique)}::jsonb) as g(cve text, probability double precision, percentile double precision) order by cve
    on conflict (workspace_id, cve) do update set probability = excluded.probability, percentile = excluded.percentile, score_date = excluded.score_date, import_id = excluded.import_id`);
  return rowCount ?? 0;
}

/** KEV and EPSS are published whole: what the new file no longer has is gone. */
export async function dropOlder(kind: 'kev' | 'epss', importId: string): Promise<void> {
  await db().execute(
    kind === 'kev'
      ? sql`delete from advisories.kev where import_id <> ${importId}::uuid`
      : sql`delete from advisories.epss where import_id <> ${importId}::uuid`,
  );
}
