/** Counts over vulnerabilities: one pass over the rows of a filter, and one over what opened and closed. */
import { sql } from 'drizzle-orm';
import { type Severity, severities } from '../../contract/severity.ts';
import { db } from '../../platform/database/database.ts';
import type { VulnerabilityStatistics } from './answer.ts';
import { whereOf } from './list/list-store.ts';
import type { VulnerabilityFilter } from './vulnerability.ts';

type Asked = { readonly filter: VulnerabilityFilter; readonly userId: string | null; readonly now: Date; readonly days: number };
type Bucket = { readonly value: string; readonly count: number; readonly filter: string };
const statusOpen = 'status=open,in_progress';

/** The query string that lists the rows behind a number. */
function linkOf(filter: VulnerabilityFilter, extra: string): string {
  const said = Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const query = new URLSearchParams(said);
  for (const [name, value] of new URLSearchParams(extra)) query.set(name, value);
  // Commas are readable in a query and need no escape there.
  return query.toString().replaceAll('%2C', ',');
}

type Grouped = { readonly field: string; readonly value: string | null; readonly count: number };

export async function readStatistics({ filter, userId, now, days }: Asked): Promise<VulnerabilityStatistics> {
  const where = await whereOf(filter, { now, userId });
  const at = sql`${now.toISOString()}::timestamptz`;
  const { rows: groups } = await db().execute<Grouped>(sql`
    select case grouping(severity, environment, asset_type, source, owner, status, age)
        when 63 then 'severity' when 95 then 'environment' when 111 then 'asset_type' when 119 then 'source' when 123 then 'owner' when 125 then 'status' when 126 then 'age' end as field,
      coalesce(severity, environment, asset_type, source, owner, status, age) as value,
      (case when grouping(status) = 0 then count(*) else count(*) filter (where live) end)::int as count
    from (
      select severity, environment, asset_type, source, owner, status, live,
        case when created_at > ${at} - interval '7 days' then 'week' when created_at > ${at} - interval '30 days' then 'month' when created_at > ${at} - interval '90 days' then 'quarter' else 'older' end as age
      from vulnerabilities.vulnerability where ${where}
    ) as v group by grouping sets ((severity), (environment), (asset_type), (source), (owner), (status), (age))`);
  const totals = await readTotals(where, at);
  const kept = await readKept(where, at);
  const field = (name: string): Grouped[] => groups.filter((row) => row.field === name && row.count > 0);
  const buckets = (name: string, link: (value: string | null) => string): Bucket[] =>
    field(name)
      .toSorted((left, right) => right.count - left.count)
      .map(({ value, count }) => ({ value: value ?? 'unknown', count, filter: linkOf(filter, link(value)) }));
  const inOrder = <T extends string>(order: readonly T[], list: Bucket[]): Bucket[] =>
    list.toSorted((left, right) => order.indexOf(left.value as T) - order.indexOf(right.value as T));
  return {
    ...totals,
    bySeverity: inOrder(
      severities,
      buckets('severity', (value) => `severity=${value}&${statusOpen}`),
    ),
    byStatus: buckets('status', (value) => `status=${value}`),
    byEnvironment: buckets('environment', (value) => `environment=${value ?? 'unknown'}&${statusOpen}`),
    byAssetType: buckets('asset_type', (value) => `asset_type=${value}&${statusOpen}`),
    bySource: buckets('source', (value) => `source=${encodeURIComponent(value ?? '')}&${statusOpen}`),
    byOwner: buckets('owner', (value) => `owner=${encodeURIComponent(value ?? 'unowned')}&${statusOpen}`)
      .map((bucket) => (bucket.value === 'unknown' ? { ...bucket, value: 'unowned' } : bucket))
      .slice(0, 20),
    byAge: inOrder(
      ['week', 'month', 'quarter', 'older'],
      buckets('age', (value) => `${value === 'week' ? 'created_since=7d&' : ''}${statusOpen}`),
    ),
    perDay: await readPerDay(where, at, days),
    sla: { ...totals.sla, bySeverity: kept, fellDue: sumOf(kept.map(({ fellDue }) => fellDue)), kept: sumOf(kept.map((row) => row.kept)) },
  };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

type Grouping = 'bySeverity' | 'byStatus' | 'byEnvironment' | 'byAssetType' | 'bySource' | 'byOwner' | 'byAge' | 'perDay';
type Totals = Omit<VulnerabilityStatistics, Grouping | 'sla'> & {
  sla: Pick<VulnerabilityStatistics['sla'], 'breached' | 'dueInWeek' | 'withoutDate'>;
};
type Sql = ReturnType<typeof sql>;

async function readTotals(where: Sql, at: Sql): Promise<Totals> {
  const { rows } = await db().execute<Record<string, number | string | null>>(sql`
    select count(*)::int as total, (count(*) filter (where live))::int as open,
      (count(*) filter (where live and due_order < ${at}))::int as breached,
      (count(*) filter (where live and due_order between ${at} and ${at} + interval '7 days'))::int as due_in_week,
      (count(*) filter (where live and due_at is null))::int as without_date,
      (count(*) filter (where status = 'resolved' and resolved_at > ${at} - interval '90 days'))::int as fixed,
      percentile_cont(0.5) within group (order by extract(epoch from resolved_at - first_seen) * 1000) filter (where status = 'resolved' and resolved_at > ${at} - interval '90 days') as median,
      (count(*) filter (where reopened_count > 0))::int as reopened,
      (count(*) filter (where live and kev))::int as kev_yes, (count(*) filter (where live and not kev))::int as kev_no, (count(*) filter (where live and kev is null))::int as kev_unknown,
      (count(*) filter (where live and epss > 0.1))::int as epss_yes, (count(*) filter (where live and epss <= 0.1))::int as epss_no, (count(*) filter (where live and epss is null))::int as epss_unknown,
      (count(*) filter (where live and owner is null))::int as unowned, (count(*) filter (where live and assignee_id is null))::int as unassigned,
      (count(*) filter (where live and malicious))::int as malicious
    from vulnerabilities.vulnerability where ${where}`);
  const row = rows[0] ?? {};
  const number = (name: string): number => Number(row[name] ?? 0);
  return {
    total: number('total'),
    open: number('open'),
    sla: { breached: number('breached'), dueInWeek: number('due_in_week'), withoutDate: number('without_date') },
    timeToFix: { medianMs: row['median'] == null ? null : Number(row['median']), fixed: number('fixed'), stillOpen: number('open') },
    reopened: number('reopened'),
    kev: { yes: number('kev_yes'), no: number('kev_no'), unknown: number('kev_unknown') },
    epssAboveTenth: { yes: number('epss_yes'), no: number('epss_no'), unknown: number('epss_unknown') },
    unowned: number('unowned'),
    unassigned: number('unassigned'),
    malicious: number('malicious'),
  };
}

/** Fell due in the last 90 days, and of those: closed by then. */
async function readKept(where: Sql, at: Sql): Promise<{ severity: Severity; fellDue: number; kept: number }[]> {
  const { rows } = await db().execute<{ severity: Severity; fell_due: number; kept: number }>(sql`
    select severity, count(*)::int as fell_due, (count(*) filter (where closed_at is not null and closed_at <= due_at))::int as kept
    from vulnerabilities.vulnerability where ${where} and due_at between ${at} - interval '90 days' and ${at} and (closed_at is null or closed_at > due_at or status = 'resolved')
    group by severity, severity_rank order by severity_rank`);
  return rows.map(({ severity, fell_due, kept }) => ({ severity, fellDue: fell_due, kept }));
}

async function readPerDay(where: Sql, at: Sql, days: number): Promise<VulnerabilityStatistics['perDay']> {
  const first = sql`(date_trunc('day', ${at}, 'UTC') - make_interval(days => ${days - 1}))`;
  const { rows } = await db().execute<{ day: string; opened: number; resolved: number; verified: number }>(sql`
    with days as (select generate_series(${first}, date_trunc('day', ${at}, 'UTC'), interval '1 day') as day),
      opened as (select date_trunc('day', created_at, 'UTC') as day, count(*)::int as n from vulnerabilities.vulnerability where ${where} and created_at >= ${first} group by 1),
      resolved as (
        select date_trunc('day', resolved_at, 'UTC') as day, count(*)::int as n, (count(*) filter (where verification = 'verified'))::int as verified
        from vulnerabilities.vulnerability where ${where} and resolved_at >= ${first} group by 1)
    select to_char(days.day at time zone 'UTC', 'YYYY-MM-DD') as day, coalesce(opened.n, 0) as opened, coalesce(resolved.n, 0) as resolved, coalesce(resolved.verified, 0) as verified
    from days left join opened on opened.day = days.day left join resolved on resolved.day = days.day order by days.day`);
  return rows;
}

/** What stands open behind each of these fixes. */
export async function readFixes(keys: readonly string[]) {
  const { rows } = await db().execute<{
    fix_key: string;
    vulnerabilities: number;
    worst: number;
    due: string | null;
    owners: string[];
    assignees: string[];
    assets: string[];
    top_id: string;
    top_title: string;
    top_mark: string;
    top_unknown: string[];
  }>(sql`
    with wanted as (select distinct k from unnest(${sql.param([...keys])}::text[]) as k)
    select w.k as fix_key, g.*, t.id as top_id, t.title as top_title, t.mark as top_mark, t.unknown_factors as top_unknown
    from wanted w
    cross join lateral (
      select count(*)::int as vulnerabilities, min(severity_rank) as worst, min(due_at) as due,
        (array_agg(distinct owner) filter (where owner is not null))[1:3] as owners, (array_agg(distinct assignee_name) filter (where assignee_name is not null))[1:3] as assignees,
        (array_agg(distinct asset_name))[1:3] as assets
      from vulnerabilities.vulnerability v where v.fix_key = w.k and v.live
    ) as g
    cross join lateral (select id, title, mark, unknown_factors from vulnerabilities.vulnerability v where v.fix_key = w.k and v.live order by priority desc, id desc limit 1) as t`);
  return rows;
}
