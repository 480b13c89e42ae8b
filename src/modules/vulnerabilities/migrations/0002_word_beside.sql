-- The last word of a search may still be typed: it matches the beginnings of words. The index reads all of them, a million
-- for a short one, where the other words leave few rows. `beside` is looked at in those rows only.
drop function vulnerabilities.matching(tsquery, integer);
create function vulnerabilities.matching(query tsquery, beside tsquery, most integer)
  returns table (id uuid, priority integer, severity_rank smallint, due_order timestamptz, updated_at timestamptz, created_at timestamptz)
  language sql stable security definer parallel safe
  set search_path = pg_catalog
  rows 1000
  as $$
  select v.id, v.priority, v.severity_rank, v.due_order, v.updated_at, v.created_at from vulnerabilities.vulnerability v
  where v.search @@ (quote_literal('w/' || platform.current_workspace()::text)::tsquery && query)
    and v.workspace_id = platform.current_workspace()
    -- The function behind @@: no index knows it by this name.
    and (beside is null or ts_match_vq(v.search, beside))
  limit most
  $$;
revoke all on function vulnerabilities.matching from public;
grant execute on function vulnerabilities.matching to aispm_app;
