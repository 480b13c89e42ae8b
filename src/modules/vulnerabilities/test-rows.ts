/** Many vulnerabilities at once, for benches and for tests that read query plans. */
import type pg from 'pg';

export type SeedPlan = { readonly workspaceId: string; readonly rows: number; readonly people: readonly string[] };
type Owner = Pick<pg.Pool, 'query'>;

/**
 * Fills `vulnerability` by one statement for each workspace, with the secondary indexes made afterwards.
 * Spread: 5 % critical, 15 % high, 40 % medium, 30 % low, 10 % informational; three quarters open; 2,000 assets of uneven
 * size, 40 owners, one row in a thousand known exploited.
 */
export async function seedVulnerabilities(owner: Owner, ...plans: readonly SeedPlan[]): Promise<void> {
  const { rows: indexes } = await owner.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid = 'vulnerabilities.vulnerability'::regclass and not indisprimary`,
  );
  for (const { name } of indexes) await owner.query(`drop index ${name}`);
  for (const plan of plans) await insertVulnerabilities(owner, plan);
  for (const { definition } of indexes) await owner.query(definition);
  await owner.query('vacuum analyze vulnerabilities.vulnerability');
}

async function insertVulnerabilities(owner: Owner, { workspaceId, rows, people }: SeedPlan): Promise<void> {
  await owner.query(`insert into vulnerabilities.weakness (workspace_id, name) select $1, 'rule-' || n from generate_series(1, 200) n`, [
    workspaceId,
  ]);
  await owner.query(
    `with kinds as (select array_agg(id order by name) as ids, array_agg(name order by name) as names from vulnerabilities.weakness where workspace_id = $1)
     insert into vulnerabilities.vulnerability (workspace_id, key, asset_id, asset_name, asset_type, environment, criticality, owner, title, severity, status,
       verification, priority, priority_low, priority_high, assignee_id, assignee_name, due_at, clock_started_at, weakness_id, weakness, component, location,
       source, mark, kev, malicious, fix_key, finding_count, first_seen, last_seen, last_verified, resolved_at, closed_at, created_at, updated_at)
     select $1, sha256(n::text::bytea), md5('asset' || asset)::uuid, 'asset-' || asset, (array['model','dataset','pipeline','agent'])[1 + asset % 4],
       (array['development','research','staging','production',null])[1 + asset % 5], (array['high','medium','low',null])[1 + asset % 4],
       case when asset % 41 = 40 then null else 'team-' || asset % 41 end,
       'Loading file ' || n || ' of asset-' || asset || ' runs ' || (array['a shell command','native code','a download','a template'])[1 + n % 4],
       severity, status, case when status = 'resolved' then 'verified' end, priority, greatest(0, priority - 8000000), least(100000000, priority + 9000000),
       case when n % 3 = 0 then ($2::uuid[])[1 + n % cardinality($2::uuid[])] end, case when n % 3 = 0 then 'Somebody' end,
       case when severity = 'informational' then null else now() + ((n % 130) - 10) * interval '1 day' - (5 - rank) * interval '6 hours' end,
       now() - (n % 200) * interval '1 day', kinds.ids[1 + n % 200], kinds.names[1 + n % 200], 'rule:' || kinds.names[1 + n % 200],
       '/models/asset-' || asset || '/file-' || n || '.pkl', (array['model-scanner','model-scanner','manual','import'])[1 + (n / 7) % 4], 'static',
       case when n % 1000 = 0 then true when n % 4 = 0 then false end, n % 500 = 0 and severity = 'critical', encode(sha256(('fix' || n % 50000)::bytea), 'hex'), 1,
       now() - (n % 200) * interval '1 day', now(), now(), case when status = 'resolved' then now() - (n % 90) * interval '1 day' end,
       case when status not in ('open','in_progress') then now() - (n % 90) * interval '1 day' end, now() - (n % 200) * interval '1 day', now() - ((n::bigint * 40503) % 65536) * interval '1 minute'
     from (
       select n, (power(hash, 2) * 2000)::int as asset, severity, rank, status,
         (greatest(0, 82 - rank * 18 + (n::bigint * 7919 % 1700) / 100.0) * 1000000)::int as priority
       from (
         select n, (n::bigint * 2654435761 % 4294967296) / 4294967296.0 as hash,
           case when n % 100 < 5 then 'critical' when n % 100 < 20 then 'high' when n % 100 < 60 then 'medium' when n % 100 < 90 then 'low' else 'informational' end as severity,
           case when n % 100 < 5 then 0 when n % 100 < 20 then 1 when n % 100 < 60 then 2 when n % 100 < 90 then 3 else 4 end as rank,
           case when (n / 100) % 100 < 65 then 'open' when (n / 100) % 100 < 75 then 'in_progress' when (n / 100) % 100 < 97 then 'resolved' when (n / 100) % 100 < 99 then 'false_positive' else 'risk_accepted' end as status
         from generate_series(1, $3::int) n
       ) as drawn
     ) as made, kinds`,
    [workspaceId, people, rows],
  );
}
