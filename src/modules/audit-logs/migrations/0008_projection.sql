-- The sequencer writes entries to a table with one index. What readers look in stands beside it and is filled in bulk when the sequencer
-- has time; entries that are not in it yet are read from the entries themselves, so a list is never behind.

-- Words of an entry: its texts in small letters, divided at everything in ASCII that is no letter and no digit.
create function audit_logs.words_of(action text, actor_id text, resource_type text, resource_id text, outcome text, reason text, endpoint text)
  returns tsvector language sql immutable parallel safe
  as $$
  select array_to_tsvector(array_remove(regexp_split_to_array(lower(
    action || ' ' || actor_id || ' ' || resource_type || ' ' || coalesce(resource_id, '') || ' ' || outcome || ' ' || coalesce(reason, '') || ' ' || coalesce(endpoint, '')),
    '[\x01-\x2f\x3a-\x60\x7b-\x7f]+'), ''))
  $$;

create table audit_logs.projection (
  workspace_id uuid not null default platform.current_workspace(),
  index bigint not null,
  time timestamptz not null,
  id uuid not null,
  actor_id text not null,
  action text not null,
  resource_type text not null,
  resource_id text,
  outcome text not null,
  trace_id text not null,
  words tsvector not null
);
select platform.protect('audit_logs.projection');
revoke all on audit_logs.projection from aispm_app;

-- Entries from `size` on, none of which is older than `time`, are not in the projection yet.
create table audit_logs.projected (
  workspace_id uuid primary key default platform.current_workspace() references platform.workspace (id),
  size bigint not null check (size >= 0),
  time timestamptz not null
);
select platform.protect('audit_logs.projected');
revoke all on audit_logs.projected from aispm_app;

-- Takes up to so many entries of a workspace into the projection; answers how many. One process at a time.
create function audit_logs.project(workspace uuid, most integer) returns bigint
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  from_size bigint;
  from_time timestamptz;
  to_size bigint;
  newest timestamptz;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('audit_logs.projection.' || workspace, 0)) then
    return 0;
  end if;
  insert into audit_logs.projected (workspace_id, size, time) values (workspace, 0, '-infinity') on conflict do nothing;
  select p.size, p.time into strict from_size, from_time from audit_logs.projected p where p.workspace_id = workspace;
  -- A log that lost its newest entries goes on with others under their places.
  if exists (select from audit_logs.head h where h.workspace_id = workspace and h.size < from_size) then
    select h.size into from_size from audit_logs.head h where h.workspace_id = workspace;
    delete from audit_logs.projection p where p.workspace_id = workspace and p.index >= from_size;
    update audit_logs.projected p set size = from_size, time = '-infinity' where p.workspace_id = workspace;
    return 1;
  end if;
  select least(h.size, from_size + most) into to_size from audit_logs.head h where h.workspace_id = workspace;
  if to_size is null or to_size <= from_size then
    return 0;
  end if;
  with fresh as (
    insert into audit_logs.projection (workspace_id, index, time, id, actor_id, action, resource_type, resource_id, outcome, trace_id, words)
    select e.workspace_id, e.index, e.time, e.id, e.actor_id, e.action, e.resource_type, e.resource_id, e.outcome, e.trace_id,
      audit_logs.words_of(e.action, e.actor_id, e.resource_type, e.resource_id, e.outcome, e.reason, e.endpoint)
    from audit_logs.entry e
    where e.workspace_id = workspace and e.index >= from_size and e.index < to_size and e.time >= from_time
    order by e.index
    returning time
  )
  select max(f.time) into newest from fresh f;
  update audit_logs.projected p set size = to_size, time = coalesce(newest, from_time) where p.workspace_id = workspace;
  return to_size - from_size;
end
$$;

-- Workspaces with entries that are not in the projection.
create function audit_logs.unprojected() returns table (workspace_id uuid, waiting bigint)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select h.workspace_id, abs(h.size - coalesce(p.size, 0)) from audit_logs.head h
  left join audit_logs.projected p on p.workspace_id = h.workspace_id
  where h.size <> coalesce(p.size, 0)
  $$;

-- What is there already, before there are indexes to keep up with.
do $$
declare
  workspace uuid;
begin
  for workspace in select h.workspace_id from audit_logs.head h
  loop
    while audit_logs.project(workspace, 1000000) > 0 loop
    end loop;
  end loop;
end
$$;
alter table audit_logs.projection add primary key (workspace_id, index);
create index projection_by_id on audit_logs.projection (workspace_id, id);
create index projection_by_actor on audit_logs.projection (workspace_id, actor_id, index);
create index projection_by_action on audit_logs.projection (workspace_id, action, index);
create index projection_by_resource on audit_logs.projection (workspace_id, resource_type, resource_id, index);
create index projection_by_trace on audit_logs.projection (workspace_id, trace_id, index);
create index projection_by_time on audit_logs.projection (workspace_id, time, index);
create index projection_not_done on audit_logs.projection (workspace_id, outcome, index) where outcome <> 'done';
create index projection_words on audit_logs.projection using gin (words);

drop index audit_logs.entry_by_id, audit_logs.entry_by_actor, audit_logs.entry_by_action, audit_logs.entry_by_resource,
  audit_logs.entry_by_trace, audit_logs.entry_by_time, audit_logs.entry_not_done, audit_logs.entry_words;
alter table audit_logs.entry drop column words;

-- A record waits under its place alone.
alter table audit_logs.pending drop constraint pending_pkey, drop constraint pending_id_key;
drop index audit_logs.pending_by_workspace;
alter table audit_logs.pending add primary key (workspace_id, place);

-- What every question asks of a row `e`; a parameter that is null asks for nothing.
create function audit_logs.conditions() returns text
  language sql immutable set search_path = pg_catalog
  as $$
  select 'e.workspace_id = $1 and ($3 is null or e.index < $3) and ($5 is null or e.index > $5) and ($6 is null or e.actor_id = $6)
    and ($7 is null or e.action = $7) and ($8 is null or e.resource_type = $8) and ($9 is null or e.resource_id = $9)
    and ($10 is null or e.outcome = any ($10)) and ($11 is null or e.trace_id = $11) and ($12 is null or e.time >= $12)
    and ($13 is null or e.time < $13) and ($14 is null or e.id = $14)'
  $$;

-- Entries that are not in the projection, and those that are.
create function audit_logs.question(direction text) returns text
  language sql immutable set search_path = pg_catalog
  as $$
  select format('select f.index, f.time from (
      (select e.index, e.time from audit_logs.entry e
        where %1$s and e.index >= $15 and e.time >= $16
          and ($2 is null or audit_logs.words_of(e.action, e.actor_id, e.resource_type, e.resource_id, e.outcome, e.reason, e.endpoint) @@ $2::tsquery)
        order by e.index %2$s limit $4)
      union all
      (select e.index, e.time from audit_logs.projection e
        where %1$s and ($2 is null or e.words @@ $2::tsquery)
        order by e.index %2$s limit $4)
    ) f order by f.index %2$s limit $4', audit_logs.conditions(), direction)
  $$;

-- Places of the running workspace's entries that match. SECURITY DEFINER, because row-level security keeps the planner from using a text
-- index before the policy; it keeps to the workspace itself. EXECUTE lets each question be planned for its own values: common ones are
-- found by walking from the end, rare ones by their index. `wanted` is a tsquery of words as words_of makes them.
create function audit_logs.find(
  wanted text, before bigint, after bigint, ascending boolean, most integer,
  actor text, act text, kind text, object text, results text[], trace text, since timestamptz, until timestamptz, entry_id uuid
) returns table (index bigint, moment timestamptz)
  language plpgsql stable security definer set search_path = pg_catalog
  as $$
declare
  done audit_logs.projected;
begin
  select * into done from audit_logs.projected p where p.workspace_id = platform.current_workspace();
  return query execute audit_logs.question(case when ascending then 'asc' else 'desc' end)
    using platform.current_workspace(), wanted, before, most, after, actor, act, kind, object, results, trace, since, until, entry_id,
      coalesce(done.size, 0), coalesce(done.time, '-infinity');
end
$$;

-- How many match: exact up to `most`, else estimated from how densely the newest ones lie. When counting so far would cost more than
-- `dearest` (in the planner's units), what the planner thinks: a question that no index answers would have everything read for one number.
create function audit_logs.count_found(
  most integer, dearest double precision,
  wanted text, actor text, act text, kind text, object text, results text[], trace text, since timestamptz, until timestamptz,
  out total bigint, out is_estimate boolean
)
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  workspace constant uuid := platform.current_workspace();
  none constant bigint := null;
  nothing constant uuid := null;
  done audit_logs.projected;
  plan json;
  spread numeric;
begin
  select * into done from audit_logs.projected p where p.workspace_id = workspace;
  done.size := coalesce(done.size, 0);
  done.time := coalesce(done.time, '-infinity');
  execute 'explain (format json) ' || audit_logs.question('desc') into plan
    using workspace, wanted, none, most + 1, none, actor, act, kind, object, results, trace, since, until, nothing, done.size, done.time;
  is_estimate := (plan -> 0 -> 'Plan' ->> 'Total Cost')::double precision > dearest;
  if is_estimate then
    execute 'explain (format json) select from audit_logs.projection e where ($4 is null or $4 > 0) and ($2 is null or e.words @@ $2::tsquery) and '
      || audit_logs.conditions() into plan
      using workspace, wanted, none, most, none, actor, act, kind, object, results, trace, since, until, nothing;
    total := (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric::bigint;
    return;
  end if;
  execute 'select count(*), max(q.index) - min(q.index) + 1 from (' || audit_logs.question('desc') || ') q' into total, spread
    using workspace, wanted, none, most + 1, none, actor, act, kind, object, results, trace, since, until, nothing, done.size, done.time;
  is_estimate := total > most;
  if is_estimate then
    total := greatest(total, (total * done.size / spread)::bigint);
  end if;
end
$$;

-- The release before asks by words in this way.
create or replace function audit_logs.search(
  wanted text, before bigint, most integer, actor text, act text, kind text, object text, results text[], trace text, since timestamptz, until timestamptz
) returns table (index bigint)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select f.index from audit_logs.find(wanted, before, null, false, most, actor, act, kind, object, results, trace, since, until, null) f
  $$;

-- Entries of the running workspace, of a range, that the projection has otherwise or not at all. Their times leave few months to look into.
create function audit_logs.misprojected(first bigint, before bigint, since timestamptz, until timestamptz) returns table (index bigint)
  language plpgsql stable security definer set search_path = pg_catalog
  as $$
#variable_conflict use_column
begin
  return query
  select e.index from audit_logs.entry e
  join audit_logs.projected d on d.workspace_id = e.workspace_id and e.index < d.size
  left join audit_logs.projection p on p.workspace_id = e.workspace_id and p.index = e.index
  where e.workspace_id = platform.current_workspace() and e.index >= misprojected.first and e.index < misprojected.before
    and e.time >= misprojected.since and e.time <= misprojected.until
    and (p.index is null
      or (e.time, e.id, e.actor_id, e.action, e.resource_type, e.resource_id, e.outcome, e.trace_id)
        is distinct from (p.time, p.id, p.actor_id, p.action, p.resource_type, p.resource_id, p.outcome, p.trace_id)
      or p.words <> audit_logs.words_of(e.action, e.actor_id, e.resource_type, e.resource_id, e.outcome, e.reason, e.endpoint))
  order by e.index limit 100;
end
$$;

-- As `append`, but lines come as one body, line n from starts[n] on (counted from 1), lengths[n] bytes of it.
create function audit_logs.append_lines(
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
  select workspace, first_index + g.place - 1, g.id, g.time::timestamptz, substring(body from g.start for g.length),
    sha256('\x00'::bytea || substring(body from g.start for g.length)),
    g.actor_kind, g.actor_id, g.action, g.resource_type, g.resource_id, g.outcome, g.reason, g.endpoint, g.trace_id
  from unnest(ids, times, starts, lengths, actor_kinds, actor_ids, actions, resource_types, resource_ids, outcomes, reasons, endpoints, trace_ids)
    with ordinality as g (id, time, start, length, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason, endpoint, trace_id, place)
  order by g.place;

  update audit_logs.head h
  set size = first_index + taken, leaf = sha256('\x00'::bytea || substring(body from starts[taken] for lengths[taken])), time = times[taken]::timestamptz
  where h.workspace_id = workspace;
end
$$;

-- No leaf of the newest tile, which is open, is older: one month to look into, however many there are.
alter table audit_logs.head add column open_time timestamptz not null default '-infinity';

create or replace function audit_logs.grow(
  workspace uuid, from_size bigint, to_size bigint, new_edge bytea, new_root bytea,
  levels integer[], indexes bigint[], hashes bytea[], roots bytea[]
) returns void
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  known timestamptz;
  opened timestamptz;
begin
  update audit_logs.head h set tree_size = to_size, edge = new_edge, root = new_root
  where h.workspace_id = workspace and h.tree_size = from_size and to_size > from_size and to_size <= h.size
  returning h.open_time into known;
  if not found then
    raise exception 'audit_logs.grow: the tree does not go from % to %', from_size, to_size using errcode = 'integrity_constraint_violation';
  end if;
  if to_size / 256 > from_size / 256 then
    -- Of its first leaf, or of the one before when the tile has none yet.
    select e.time into opened from audit_logs.entry e
    where e.workspace_id = workspace and e.time >= known and e.index in (to_size / 256 * 256 - 1, to_size / 256 * 256)
    order by e.index desc limit 1;
    update audit_logs.head h set open_time = coalesce(opened, known) where h.workspace_id = workspace;
  end if;
  insert into audit_logs.tile (workspace_id, level, index, hashes, root)
  select workspace, t.level, t.index, t.hashes, t.root from unnest(levels, indexes, hashes, roots) as t (level, index, hashes, root);
end
$$;

-- As before, and looks for leaves in the months they can be in.
create or replace function audit_logs.open_tiles(workspace uuid, tree_size bigint) returns table (level integer, hash bytea)
  language plpgsql stable security definer set search_path = pg_catalog
  as $$
#variable_conflict use_column
declare
  opened timestamptz;
begin
  -- A smaller tree than the present one has another open tile.
  select case when h.tree_size = open_tiles.tree_size then h.open_time else '-infinity' end into opened from audit_logs.head h where h.workspace_id = workspace;
  opened := coalesce(opened, '-infinity');
  return query
  select o.level, o.hash from (
    select 0 as level, e.index, e.leaf as hash from audit_logs.entry e
    where e.workspace_id = workspace and e.time >= opened and e.index >= open_tiles.tree_size / 256 * 256 and e.index < open_tiles.tree_size
    union all
    select 0, k.index, k.leaf from audit_logs.kept_leaf k
    where k.workspace_id = workspace and k.index >= open_tiles.tree_size / 256 * 256 and k.index < open_tiles.tree_size
    union all
    select l.level + 1, t.index, t.root from generate_series(0, 5) as l (level)
    cross join lateral (
      select t.index, t.root from audit_logs.tile t
      where t.workspace_id = workspace and t.level = l.level and t.index >= (open_tiles.tree_size >> (8 * (l.level + 1))) / 256 * 256
    ) t
  ) o
  order by o.level, o.index;
end
$$;

-- The running workspace's tiles that are open, each as one value.
create function audit_logs.my_open_tiles() returns table (level integer, hashes bytea)
  language plpgsql stable security definer set search_path = pg_catalog
  as $$
#variable_conflict use_column
declare
  known audit_logs.head;
begin
  select * into known from audit_logs.head h where h.workspace_id = platform.current_workspace();
  if known.tree_size % 256 > 0 then
    return query
    select 0, string_agg(o.leaf, ''::bytea order by o.index) from (
      select e.index, e.leaf from audit_logs.entry e
      where e.workspace_id = known.workspace_id and e.time >= known.open_time and e.index >= known.tree_size / 256 * 256 and e.index < known.tree_size
      union all
      select k.index, k.leaf from audit_logs.kept_leaf k
      where k.workspace_id = known.workspace_id and k.index >= known.tree_size / 256 * 256 and k.index < known.tree_size
    ) o;
  end if;
  for height in 1 .. 6 loop
    exit when known.tree_size >> (8 * height) = 0;
    return query
    select height, string_agg(t.root, ''::bytea order by t.index) from audit_logs.tile t
    where t.workspace_id = known.workspace_id and t.level = height - 1 and t.index >= (known.tree_size >> (8 * height)) / 256 * 256;
  end loop;
end
$$;

create or replace function audit_logs.traces_without_entry(workspaces uuid[], traces text[], requests integer[], since timestamptz)
  returns table (trace text, lacking integer)
  language sql stable security definer set search_path = pg_catalog
  as $$
  with asked as (
    select t.trace, t.requests, coalesce(nullif(t.workspace, '00000000-0000-0000-0000-000000000000'),
      (select w.id from platform.workspace w order by w.created_at, w.id limit 1)) as workspace
    from unnest(workspaces, traces, traces_without_entry.requests) as t (workspace, trace, requests)
  ), found as (
    select a.workspace, a.trace, e.time from (select distinct workspace, trace from asked) a
    join audit_logs.projection e on e.workspace_id = a.workspace and e.trace_id = a.trace and e.time >= traces_without_entry.since
    union all
    select e.workspace_id, e.trace_id, e.time from audit_logs.entry e
    left join audit_logs.projected p on p.workspace_id = e.workspace_id
    where e.workspace_id in (select workspace from asked) and e.index >= coalesce(p.size, 0) and e.trace_id = any (traces)
      and e.time >= traces_without_entry.since
  ), counted as (
    select f.workspace, f.trace, count(*)::integer as entries from found f group by f.workspace, f.trace
  )
  select a.trace, a.requests - coalesce(c.entries, 0) from asked a
  left join counted c on c.workspace = a.workspace and c.trace = a.trace
  where coalesce(c.entries, 0) < a.requests
  $$;

-- As before; entries that old are all in the projection.
create or replace function audit_logs.erase_private(whose text, before_day date) returns bigint
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  erased bigint;
begin
  delete from audit_logs.private p using audit_logs.projection e
  where e.workspace_id = platform.current_workspace() and e.actor_id = whose and e.time < before_day and p.entry_id = e.id
    and not exists (
      select from audit_logs.legal_hold h
      where h.workspace_id = e.workspace_id and h.released_at is null and (h.subject is null or h.subject = whose)
        and (h.since is null or h.since <= e.time) and (h.until is null or h.until > e.time));
  get diagnostics erased = row_count;
  return erased;
end
$$;

-- Actions of the running workspace's entries that have a part sealed under a key.
create function audit_logs.actions_under(key uuid, since timestamptz, until timestamptz) returns table (action text)
  language plpgsql stable security definer set search_path = pg_catalog
  as $$
#variable_conflict use_column
declare
  workspace constant uuid := platform.current_workspace();
begin
  return query
  select p.action from audit_logs.sealed s
  join audit_logs.projection p on p.workspace_id = s.workspace_id and p.id = s.entry_id
  where s.workspace_id = workspace and s.key_id = key and p.time >= since and p.time < until
  union
  select e.action from audit_logs.entry e
  where e.workspace_id = workspace and e.time >= since and e.time < until
    and e.index >= coalesce((select d.size from audit_logs.projected d where d.workspace_id = workspace), 0)
    and e.id in (select s.entry_id from audit_logs.sealed s where s.workspace_id = workspace and s.key_id = key);
end
$$;

create or replace function audit_logs.drop_month(of_month date) returns text
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  part name := 'entry_' || to_char(of_month, 'YYYY_MM');
  why text;
begin
  set local lock_timeout = '2s';
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.holds', 0));
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.months', 0));
  why := audit_logs.keeps_month(of_month);
  if why is not null then
    return why;
  end if;
  execute format($query$
    insert into audit_logs.kept_leaf (workspace_id, index, leaf)
    select e.workspace_id, e.index, e.leaf from audit_logs.%I e join audit_logs.head h on h.workspace_id = e.workspace_id
    where e.index >= h.tree_size / 256 * 256
    on conflict do nothing$query$, part);
  delete from audit_logs.projection p using audit_logs.cold_month c
  where c.month = of_month and c.dropped_at is null and p.workspace_id = c.workspace_id and p.index >= c.first_index and p.index < c.end_index;
  update audit_logs.cold_month c set dropped_at = now() where c.month = of_month and c.dropped_at is null;
  execute format('alter table audit_logs.entry detach partition audit_logs.%I', part);
  execute format('drop table audit_logs.%I', part);
  return null;
end
$$;

revoke all on function
  audit_logs.words_of(text, text, text, text, text, text, text), audit_logs.project(uuid, integer), audit_logs.unprojected(),
  audit_logs.conditions(), audit_logs.question(text), audit_logs.my_open_tiles(), audit_logs.actions_under(uuid, timestamptz, timestamptz),
  audit_logs.find(text, bigint, bigint, boolean, integer, text, text, text, text, text[], text, timestamptz, timestamptz, uuid),
  audit_logs.count_found(integer, double precision, text, text, text, text, text, text[], text, timestamptz, timestamptz),
  audit_logs.misprojected(bigint, bigint, timestamptz, timestamptz),
  audit_logs.append_lines(uuid, bigint, bigint[], uuid[], text[], bytea, integer[], integer[], text[], text[], text[], text[], text[], text[], text[], text[], text[])
from public;
grant execute on function
  audit_logs.project(uuid, integer), audit_logs.unprojected(),
  audit_logs.append_lines(uuid, bigint, bigint[], uuid[], text[], bytea, integer[], integer[], text[], text[], text[], text[], text[], text[], text[], text[], text[])
to aispm_system;
grant execute on function
  audit_logs.find(text, bigint, bigint, boolean, integer, text, text, text, text, text[], text, timestamptz, timestamptz, uuid),
  audit_logs.count_found(integer, double precision, text, text, text, text, text, text[], text, timestamptz, timestamptz),
  audit_logs.misprojected(bigint, bigint, timestamptz, timestamptz), audit_logs.my_open_tiles(),
  audit_logs.actions_under(uuid, timestamptz, timestamptz)
to aispm_app;
