-- What came in, what was decided and what stands in the log, counted each minute by each process.
create table audit_logs.coverage (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  at timestamptz not null default now(),
  process text not null check (length(process) between 1 and 60),
  came_in integer not null check (came_in >= 0),
  decided integer not null check (decided >= 0),
  logged integer not null check (logged >= 0),
  -- Trace ids without an entry, at most 100.
  missing text[] not null default '{}' check (cardinality(missing) <= 100)
);
create index coverage_by_time on audit_logs.coverage (workspace_id, at desc, id desc);
select platform.protect('audit_logs.coverage');
revoke update, delete on audit_logs.coverage from aispm_app;

-- Traces with fewer entries than requests. Arrays run side by side; nobody's workspace is the first one.
create function audit_logs.traces_without_entry(workspaces uuid[], traces text[], requests integer[], since timestamptz)
  returns table (trace text, lacking integer)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select t.trace, t.requests - e.found from unnest(workspaces, traces, traces_without_entry.requests) as t (workspace, trace, requests)
  cross join lateral (
    select count(*)::integer as found from audit_logs.entry e
    where e.workspace_id = coalesce(nullif(t.workspace, '00000000-0000-0000-0000-000000000000'),
        (select w.id from platform.workspace w order by w.created_at, w.id limit 1))
      and e.trace_id = t.trace and e.time >= traces_without_entry.since
  ) e
  where e.found < t.requests
  $$;

-- Counts that agreed are not kept for ever.
create function audit_logs.prune_coverage() returns void
  language sql security definer set search_path = pg_catalog
  as $$
  delete from audit_logs.coverage c
  where c.workspace_id = platform.current_workspace() and c.missing = '{}' and c.at < now() - interval '90 days'
  $$;

-- Records that wait for their place, and since when the oldest does.
create function audit_logs.backlog() returns table (waiting bigint, oldest_ms double precision)
  language sql stable security definer set search_path = pg_catalog
  as $$
  -- The id is a uuid v7: its first 48 bits are the moment of the record.
  select count(*), extract(epoch from clock_timestamp()) * 1000
    - min(('x' || lpad(left(replace(p.id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint) from audit_logs.pending p
  $$;

-- Bytes on disk of everything the log keeps.
create function audit_logs.bytes_on_disk() returns bigint
  language sql stable security definer set search_path = pg_catalog
  as $$
  select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c
  where c.relnamespace = 'audit_logs'::regnamespace and c.relkind = 'r'
  $$;

-- Migrations that stand in the log. Of the installation; nobody reaches it but the function.
create table audit_logs.noted_migration (
  slice text not null,
  name text not null,
  primary key (slice, name)
);
revoke all on audit_logs.noted_migration from public, aispm_app, aispm_system;

-- Migrations that were applied and are not in the log yet; from now on they are taken to be.
create function audit_logs.note_migrations() returns table (migration text)
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.migrations', 0));
  return query
    with fresh as (
      insert into audit_logs.noted_migration (slice, name) select m.slice, m.name from platform.migration m
      on conflict do nothing returning slice, name
    )
    select f.slice || '/' || f.name from fresh f order by 1;
end
$$;

revoke all on function
  audit_logs.traces_without_entry(uuid[], text[], integer[], timestamptz), audit_logs.backlog(), audit_logs.bytes_on_disk(), audit_logs.note_migrations(), audit_logs.prune_coverage()
from public;
grant execute on function audit_logs.traces_without_entry(uuid[], text[], integer[], timestamptz), audit_logs.backlog(), audit_logs.bytes_on_disk() to aispm_system;
grant execute on function audit_logs.note_migrations(), audit_logs.prune_coverage() to aispm_app;
