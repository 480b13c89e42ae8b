/** Many deliveries at once, for benches and for tests that watch what a list reads. */
import type pg from 'pg';

/** Ten destinations; most of it is over, one in a hundred is dead, one in fifty is queued; 200 incidents, 1,000 alerts. */
export async function seedDeliveries(owner: Pick<pg.Pool, 'query'>, workspaceId: string, rows: number): Promise<void> {
  await owner.query(
    `insert into notifications.destination (id, workspace_id, name, channel, settings, place, coalesce_repeats, per_minute, burst, created_by)
     select md5('destination' || n)::uuid, $1, 'Destination ' || n, (array['slack','email','pagerduty','sms','webhook'])[1 + n % 5], '{}', 'here', true, 6, 8, 'test'
     from generate_series(0, 9) as n`,
    [workspaceId],
  );
  await owner.query(
    `insert into notifications.outbox (workspace_id, event_id, destination_id, ordering_key, event, severity, rank, title, message, incident_id, alert_id,
       urgent, state, expires_at, created_at, finished_at)
     select $1, uuidv7(), md5('destination' || n % 10)::uuid, 'key ' || n, (array['alert.raised','incident.opened','incident.changed','incident.escalated'])[1 + n % 4],
       (array['critical','high','medium','low','informational'])[1 + n % 5], n % 5, 'Message ' || n, '{}', md5('incident' || n % 200)::uuid,
       md5('alert' || n % 1000)::uuid, false, state, now() + interval '1 day', now() - n * interval '1 second', case when state <> 'queued' then now() end
     from (select n, case when n % 100 = 0 then 'dead' when n % 50 = 1 then 'queued' when n % 2 = 0 then 'sent' else 'acknowledged' end as state
       from generate_series(1, $2::int) as n) as made`,
    [workspaceId, rows],
  );
  await owner.query('analyze notifications.outbox, notifications.destination');
}

export async function seededId(owner: Pick<pg.Pool, 'query'>, what: string): Promise<string> {
  const { rows } = await owner.query<{ id: string }>('select md5($1)::uuid as id', [what]);
  return rows[0]?.id ?? '';
}
