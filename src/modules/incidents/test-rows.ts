/** Many incidents at once, for benches and for tests that watch what a list reads. */
import type pg from 'pg';

/**
 * One in ten is live, one in a hundred was merged, the rest is over; 500 assets, six categories, twelve people; each has one alert
 * with a detection of its own.
 */
export async function seedIncidents(owner: Pick<pg.Pool, 'query'>, workspaceId: string, rows: number): Promise<void> {
  await owner.query(
    `insert into incidents.incident (workspace_id, number, title, severity, detected_severity, state, category, source, asset_id, asset_name,
       assignee_id, assignee_name, opened_by_kind, opened_by_id, opened_by_name, alert_count, opened_at, closed_at)
     select $1, 1000000 + n, 'Crafted input against model-' || n % 500, severity, severity, state,
       (array['model-evasion','data-poisoning','extraction','membership-inference','federated-update','integrity'])[1 + n % 6],
       (array['adversarial-detection','data-integrity'])[1 + n % 2], md5('asset' || n % 500)::uuid, 'model-' || n % 500,
       case when n % 3 = 0 then md5('person' || n % 12)::uuid end, case when n % 3 = 0 then 'Person ' || n % 12 end,
       'system', 'platform', 'The platform', 1, now() - n * interval '1 minute', case when state in ('closed', 'false_positive') then now() end
     from (select n, (array['critical','high','medium','low','informational'])[1 + n % 5] as severity,
       case when n % 10 = 0 then (array['open','investigating','contained','resolved'])[1 + n / 10 % 4] when n % 7 = 0 then 'false_positive' else 'closed' end as state
       from generate_series(1, $2::int) as n) as made`,
    [workspaceId, rows],
  );
  await owner.query(
    `update incidents.incident i set merged_into = (select id from incidents.incident where workspace_id = $1 order by number limit 1)
     where workspace_id = $1 and number % 100 = 0 and number > 1000100`,
    [workspaceId],
  );
  await owner.query(
    `insert into incidents.incident_alert (workspace_id, incident_id, alert_id, fingerprint, detection_id, last_at)
     select workspace_id, id, md5('alert' || number)::uuid, md5(number::text), md5('detection' || number)::uuid, opened_at
     from incidents.incident where workspace_id = $1 and number > 1000000`,
    [workspaceId],
  );
  await owner.query('analyze incidents.incident, incidents.incident_alert');
}

/** The asset of the nth, as `seedIncidents` names it. */
export async function seededId(owner: Pick<pg.Pool, 'query'>, what: string): Promise<string> {
  const { rows } = await owner.query<{ id: string }>('select md5($1)::uuid as id', [what]);
  return rows[0]?.id ?? '';
}
