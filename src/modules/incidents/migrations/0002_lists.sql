-- Each act that comes before its incident looks for it by the detection that it answers.
create index incident_alert_of_detection on incidents.incident_alert (workspace_id, detection_id) where detection_id is not null;

-- What is over is never removed, so the lists of one state, one owner and one asset have an order of their own.
create index incident_by_state on incidents.incident (workspace_id, state, opened_at desc, id desc);
create index incident_by_assignee on incidents.incident (workspace_id, assignee_id, opened_at desc, id desc) where assignee_id is not null;
create index incident_by_asset on incidents.incident (workspace_id, asset_id, opened_at desc, id desc) where asset_id is not null;

-- Text search reaches its index only outside the workspace policy (the operator is not leak-proof), so it filters by itself.
create index incident_search on incidents.incident
  using gin (to_tsvector('simple', regexp_replace(search, '[^[:alnum:]]+', ' ', 'g')));
create function incidents.matching(words text) returns setof uuid
  language sql stable security definer parallel safe set search_path = pg_catalog
  as $$
    select id from incidents.incident
    where workspace_id = platform.current_workspace()
      and to_tsvector('simple', regexp_replace(search, '[^[:alnum:]]+', ' ', 'g')) @@ to_tsquery('simple', words)
    limit 20000
  $$;
revoke all on function incidents.matching(text) from public;
grant execute on function incidents.matching(text) to aispm_app;
