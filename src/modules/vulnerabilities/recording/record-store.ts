/** Findings of a run in the database: everything set by set, so that 100,000 of them are a few hundred statements. */
import { sql } from 'drizzle-orm';
import type { Severity } from '../../../contract/severity.ts';
import { db } from '../../../platform/database/database.ts';
import { type VulnerabilityRow, vulnerability } from '../table.ts';

export type FindingDraft = {
  readonly key: string;
  readonly vulnerabilityId: string;
  readonly assetId: string;
  readonly source: string;
  readonly ruleId: string;
  readonly title: string;
  readonly severity: Severity;
  readonly axis: string;
  readonly effect: string | null;
  readonly certainty: string;
  readonly why: string;
  readonly component: string;
  readonly location: string;
  readonly path: string | null;
  readonly place: string;
  readonly evidence: string;
  readonly references: readonly string[];
  readonly remedy: string;
  readonly mark: string;
  readonly malicious: boolean;
};
export type Run = { readonly runId: string; readonly source: string; readonly startedAt: Date; readonly seenAt: Date };

/** One recorder per workspace at a time: what two of them open at once would be opened twice. */
export async function lockRecording(): Promise<void> {
  await db().execute(
    sql`select pg_advisory_xact_lock(hashtextextended('vulnerabilities.record/' || platform.current_workspace()::text, 0))`,
  );
}

/** Rows by key, locked in order of id. */
export function lockByKeys(keys: readonly string[]): Promise<VulnerabilityRow[]> {
  return db()
    .select()
    .from(vulnerability)
    .where(sql`${vulnerability.key} = any(array(select decode(k, 'hex') from unnest(${sql.param([...keys])}::text[]) as k))`)
    .orderBy(vulnerability.id)
    .for('update');
}

export type Upserted = { readonly vulnerabilityId: string; readonly isNew: boolean; readonly wasGone: boolean };
/** New findings are stored; known ones only say when and by whom they were seen last, and their present words. */
export async function upsertFindings(drafts: readonly FindingDraft[], run: Run): Promise<Upserted[]> {
  const { rows } = await db().execute<{ vulnerability_id: string; is_new: boolean; was_gone: boolean }>(sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(drafts)}::jsonb) as g("key" text, "vulnerabilityId" uuid, "assetId" uuid, "source" text, "ruleId" text, "title" text,
        "severity" text, "axis" text, "effect" text, "certainty" text, "why" text, "component" text, "location" text, "path" text, "place" text, "evidence" text,
        "references" jsonb, "remedy" text, "mark" text, "malicious" boolean)
    ), known as (
      select f.key, f.gone_at is not null as was_gone from vulnerabilities.finding f
      where f.key = any(array(select decode(g."key", 'hex') from given g))
    ), stored as (
      insert into vulnerabilities.finding as f (key, vulnerability_id, asset_id, source, rule_id, title, severity, axis, effect, certainty, why, component, location, path,
        place, evidence, refs, remedy, mark, malicious, run_id, first_seen, last_seen)
      select decode(g."key", 'hex'), g."vulnerabilityId", g."assetId", g."source", g."ruleId", g."title", g."severity", g."axis", g."effect", g."certainty", g."why", g."component",
        g."location", g."path", g."place", g."evidence", array(select jsonb_array_elements_text(g."references")), g."remedy", g."mark", g."malicious",
        ${run.runId}, ${run.seenAt.toISOString()}::timestamptz, ${run.seenAt.toISOString()}::timestamptz
      from given g order by g."key"
      on conflict (workspace_id, key) do update set last_seen = greatest(f.last_seen, excluded.last_seen), run_id = excluded.run_id, gone_at = null,
        title = excluded.title, severity = excluded.severity, why = excluded.why, place = excluded.place, evidence = excluded.evidence, refs = excluded.refs,
        remedy = excluded.remedy, malicious = excluded.malicious
      returning f.id, f.key, f.vulnerability_id
    ), joined as (
      insert into vulnerabilities.membership (finding_id, vulnerability_id, reason, joined_by)
      select s.id, s.vulnerability_id, 'same asset, weakness, component and place', ${run.source} from stored s
      where s.key not in (select key from known) on conflict do nothing
    )
    select s.vulnerability_id, k.key is null as is_new, coalesce(k.was_gone, false) as was_gone from stored s left join known k on k.key = s.key`);
  return rows.map(({ vulnerability_id, is_new, was_gone }) => ({ vulnerabilityId: vulnerability_id, isNew: is_new, wasGone: was_gone }));
}

export type Sight = {
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly remedy: string;
  readonly malicious: boolean;
  readonly findings: number;
};
/** What the findings of vulnerabilities say together: the worst one speaks, those no longer there are left out. */
export async function readSights(vulnerabilityIds: readonly string[]): Promise<Map<string, Sight>> {
  const { rows } = await db().execute<Omit<Sight, never> & { vulnerability_id: string }>(sql`
    select distinct on (f.vulnerability_id) f.vulnerability_id, f.severity, f.title, f.why, f.remedy,
      bool_or(f.malicious) over w as malicious, (count(*) over w)::int as findings
    from vulnerabilities.finding f where f.vulnerability_id = any(${sql.param([...vulnerabilityIds])}::uuid[]) and f.gone_at is null
    window w as (partition by f.vulnerability_id)
    order by f.vulnerability_id, f.severity_rank, f.first_seen, f.id`);
  return new Map(rows.map(({ vulnerability_id, ...sight }) => [vulnerability_id, sight]));
}

/** Seen again: nothing else changes, so this is no change of version. */
export async function markSeen(vulnerabilityIds: readonly string[], at: Date): Promise<void> {
  if (vulnerabilityIds.length === 0) return;
  await db().execute(sql`
    update vulnerabilities.vulnerability set last_seen = greatest(last_seen, ${at.toISOString()}::timestamptz), last_verified = greatest(last_verified, ${at.toISOString()}::timestamptz)
    where id = any(${sql.param([...vulnerabilityIds])}::uuid[])`);
}

export async function setFindingCounts(counts: ReadonlyMap<string, number>): Promise<void> {
  if (counts.size === 0) return;
  await db().execute(sql`
    update vulnerabilities.vulnerability v set finding_count = g.n
    from unnest(${sql.param([...counts.keys()])}::uuid[], ${sql.param([...counts.values()])}::int[]) as g(id, n) where v.id = g.id`);
}

export type Missing = { readonly id: string; readonly vulnerabilityId: string; readonly path: string };
/** Findings of the run's source under a path (null: anywhere) that this run did not see, after an id, in order of id. */
export async function readUnseen(
  { runId, source, startedAt }: Run,
  root: string | null,
  { after, most }: { after: string; most: number },
): Promise<Missing[]> {
  // In byte order everything below a folder lies between "folder/" and "folder0".
  const folder = root?.replace(/\/$/, '') ?? '';
  const under = root === null ? sql`true` : sql`(f.path = ${root} or (f.path >= ${`${folder}/`} and f.path < ${`${folder}0`}))`;
  const { rows } = await db().execute<{ id: string; vulnerability_id: string; path: string }>(sql`
    select f.id, f.vulnerability_id, f.path from vulnerabilities.finding f
    where f.source = ${source} and f.gone_at is null and f.run_id <> ${runId} and f.last_seen < ${startedAt.toISOString()}::timestamptz
      and ${under} and f.id > ${after}::uuid
    order by f.id limit ${most}`);
  return rows.map(({ id, vulnerability_id, path }) => ({ id, vulnerabilityId: vulnerability_id, path }));
}

export async function markGone(findingIds: readonly string[], at: Date): Promise<void> {
  await db().execute(sql`
    update vulnerabilities.finding set gone_at = ${at.toISOString()}::timestamptz where id = any(${sql.param([...findingIds])}::uuid[]) and gone_at is null`);
}

/** Ids of findings of a scan by the fingerprint at the end of their location, gone or not gone, locked. */
export async function lockByFingerprint(
  fingerprint: string,
  { gone }: { gone: boolean },
): Promise<{ id: string; vulnerabilityId: string }[]> {
  const { rows } = await db().execute<{ id: string; vulnerability_id: string }>(sql`
    select id, vulnerability_id from vulnerabilities.finding
    where source = 'model-scanner' and right(location, 65) = ${`!${fingerprint}`} and (gone_at is not null) = ${gone} order by id for update`);
  return rows.map(({ id, vulnerability_id }) => ({ id, vulnerabilityId: vulnerability_id }));
}

/** Findings that count again. */
export async function markBack(findingIds: readonly string[]): Promise<void> {
  await db().execute(sql`update vulnerabilities.finding set gone_at = null where id = any(${sql.param([...findingIds])}::uuid[])`);
}

export async function markVerified(vulnerabilityIds: readonly string[], at: Date): Promise<void> {
  await db().execute(sql`
    update vulnerabilities.vulnerability set last_verified = greatest(last_verified, ${at.toISOString()}::timestamptz) where id = any(${sql.param([...vulnerabilityIds])}::uuid[])`);
}
