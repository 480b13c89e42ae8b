-- As before; the arrays are read side by side in one pass. FROM unnest(a, b, …) keeps each of them in a store of its own first, which costs a
-- tenth more. Their order is that of their elements.
create or replace function audit_logs.append_lines(
  workspace uuid, first_index bigint, places bigint[], ids uuid[], times text[], body bytea, starts integer[], lengths integer[],
  actor_kinds text[], actor_ids text[], actions text[], resource_types text[], resource_ids text[],
  outcomes text[], reasons text[], endpoints text[], trace_ids text[]
) returns void
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  known bigint;
  known_leaf bytea;
  known_time timestamptz;
  last_leaf bytea;
  taken bigint;
  moment timestamptz;
begin
  select h.size, h.leaf, coalesce(h.time, '-infinity') into strict known, known_leaf, known_time from audit_logs.head h where h.workspace_id = workspace for update;
  if known <> first_index then
    raise exception 'audit_logs.append_lines: the next index is %, not %', known, first_index using errcode = 'integrity_constraint_violation';
  end if;
  -- Its time leaves one month to look into, however many there are.
  select e.leaf into last_leaf from audit_logs.entry e where e.workspace_id = workspace and e.time >= known_time order by e.index desc limit 1;
  if known > 0 and last_leaf is distinct from known_leaf then
    raise exception 'audit_logs.append_lines: the newest entry is not the one that was written last' using errcode = 'data_corrupted';
  end if;

  delete from audit_logs.pending p where p.workspace_id = workspace and p.place = any (places);
  get diagnostics taken = row_count;
  if taken <> cardinality(starts) or taken = 0 then
    raise exception 'audit_logs.append_lines: % lines for % pending records', cardinality(starts), taken using errcode = 'integrity_constraint_violation';
  end if;
  -- Read side by side, a shorter array would end in nulls and a longer one be entries of nobody.
  if taken <> all (array[cardinality(ids), cardinality(times), cardinality(lengths), cardinality(actor_kinds), cardinality(actor_ids),
      cardinality(actions), cardinality(resource_types), cardinality(resource_ids), cardinality(outcomes), cardinality(reasons),
      cardinality(endpoints), cardinality(trace_ids)]) then
    raise exception 'audit_logs.append_lines: not every column has % values', taken using errcode = 'integrity_constraint_violation';
  end if;

  -- Times of a chain never fall, and are UTC: the month is what their text begins with, mostly one for all.
  if left(times[1], 7) = left(times[taken], 7) then
    perform audit_logs.ensure_month(times[1]::timestamptz);
  else
    for moment in select distinct (left(t, 7) || '-01T00:00:00Z')::timestamptz from unnest(times) as t
    loop
      perform audit_logs.ensure_month(moment);
    end loop;
  end if;

  insert into audit_logs.entry (workspace_id, index, id, time, line, leaf, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason, endpoint, trace_id)
  select workspace, first_index + g.place, g.id, g.time, g.line, sha256('\x00'::bytea || g.line),
    g.actor_kind, g.actor_id, g.action, g.resource_type, g.resource_id, g.outcome, g.reason, g.endpoint, g.trace_id
  from (
    select generate_series(0, taken - 1) as place, unnest(ids) as id, unnest(times)::timestamptz as time,
      substring(body from unnest(starts) for unnest(lengths)) as line, unnest(actor_kinds) as actor_kind, unnest(actor_ids) as actor_id,
      unnest(actions) as action, unnest(resource_types) as resource_type, unnest(resource_ids) as resource_id, unnest(outcomes) as outcome,
      unnest(reasons) as reason, unnest(endpoints) as endpoint, unnest(trace_ids) as trace_id
  ) g;

  update audit_logs.head h
  set size = first_index + taken, leaf = sha256('\x00'::bytea || substring(body from starts[taken] for lengths[taken])), time = times[taken]::timestamptz
  where h.workspace_id = workspace;
end
$$;
