-- The entries, cut into months: a month that is old enough, in cold storage and anchored can be dropped without touching another one.
-- The key holds the time because PostgreSQL asks for it; that no index is used twice is kept by the head of the chain, which
-- hands out each index once, and seen by the verification.

alter table audit_logs.entry rename to entry_whole;

create table audit_logs.entry (
  workspace_id uuid not null default platform.current_workspace(),
  index bigint not null check (index >= 0),
  id uuid not null,
  time timestamptz not null,
  line bytea not null check (octet_length(line) between 2 and 32768),
  -- SHA-256(0x00 || line), RFC 6962.
  leaf bytea not null check (length(leaf) = 32),
  actor_kind text not null,
  actor_id text not null,
  action text not null,
  resource_type text not null,
  resource_id text,
  outcome text not null,
  reason text,
  endpoint text,
  trace_id text not null,
  -- Signs become spaces, so that parts of an id or an action are words of their own.
  words tsvector generated always as (to_tsvector('simple'::regconfig, translate(
    action || ' ' || actor_id || ' ' || resource_type || ' ' || coalesce(resource_id, '') || ' ' || outcome || ' ' || coalesce(reason, '') || ' ' || coalesce(endpoint, ''),
    '.-_/:@', '      '))) stored
) partition by range (time);

-- Months of entries that are part of the log now, and tables of months that once were.
create view audit_logs.month with (security_invoker = true) as
  select c.oid::regclass as partition, c.relname as name, to_date(substr(c.relname, 7), 'YYYY_MM') as first,
    exists (select from pg_inherits i where i.inhrelid = c.oid and i.inhparent = 'audit_logs.entry'::regclass and not i.inhdetachpending) as attached
  from pg_class c
  where c.relnamespace = 'audit_logs'::regnamespace and c.relkind = 'r' and c.relname ~ '^entry_\d{4}_\d{2}$';

-- Makes the month of a moment when it is not there. ATTACH does not hold up readers and writers, as CREATE … PARTITION OF would.
create function audit_logs.ensure_month(moment timestamptz) returns boolean
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  first timestamp := date_trunc('month', moment at time zone 'UTC');
  made name := 'entry_' || to_char(first, 'YYYY_MM');
begin
  if to_regclass('audit_logs.' || made) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.months', 0));
  if to_regclass('audit_logs.' || made) is not null then
    return false;
  end if;
  execute format('create table audit_logs.%I (like audit_logs.entry including defaults including generated including constraints including storage)', made);
  execute format('select platform.protect(%L)', 'audit_logs.' || made);
  -- Reached through the whole table only.
  execute format('revoke all on audit_logs.%I from public, aispm_app, aispm_system', made);
  -- The trigger against changes comes from the whole table; one against emptying is not handed down.
  execute format('create trigger never_emptied before truncate on audit_logs.%I for each statement execute function platform.refuse_change()', made);
  execute format('alter table audit_logs.entry attach partition audit_logs.%I for values from (%L) to (%L)', made,
    first at time zone 'UTC', (first + interval '1 month') at time zone 'UTC');
  return true;
end
$$;

do $$
declare
  moment timestamptz;
  before bigint;
  copied bigint;
begin
  for moment in select distinct date_trunc('month', e.time at time zone 'UTC') at time zone 'UTC' from audit_logs.entry_whole e
  loop
    perform audit_logs.ensure_month(moment);
  end loop;
  perform audit_logs.ensure_month(now());
  perform audit_logs.ensure_month(now() + interval '1 month');
  select count(*) into before from audit_logs.entry_whole;
  insert into audit_logs.entry (workspace_id, index, id, time, line, leaf, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason, endpoint, trace_id)
  select workspace_id, index, id, time, line, leaf, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason, endpoint, trace_id
  from audit_logs.entry_whole order by workspace_id, index;
  select count(*) into copied from audit_logs.entry;
  if copied <> before then
    raise exception 'audit_logs: % of % entries were taken into their months', copied, before;
  end if;
end
$$;
drop table audit_logs.entry_whole;

alter table audit_logs.entry add primary key (workspace_id, index, time);
create index entry_by_id on audit_logs.entry (workspace_id, id);
create index entry_by_actor on audit_logs.entry (workspace_id, actor_id, index);
create index entry_by_action on audit_logs.entry (workspace_id, action, index);
create index entry_by_resource on audit_logs.entry (workspace_id, resource_type, resource_id, index);
create index entry_by_trace on audit_logs.entry (workspace_id, trace_id, index);
create index entry_by_time on audit_logs.entry (workspace_id, time, index);
create index entry_not_done on audit_logs.entry (workspace_id, outcome, index) where outcome <> 'done';
create index entry_words on audit_logs.entry using gin (words);
select platform.protect('audit_logs.entry', 'insert-only');
revoke insert on audit_logs.entry from aispm_app;
grant select on audit_logs.month to aispm_app;

-- As before, and the months that the lines need are there.
create or replace function audit_logs.append(
  workspace uuid, first_index bigint, places bigint[], ids uuid[], times text[], lines bytea[],
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
    raise exception 'audit_logs.append: the next index is %, not %', known, first_index using errcode = 'integrity_constraint_violation';
  end if;
  -- Its time leaves one month to look into, however many there are.
  select e.leaf into last_leaf from audit_logs.entry e where e.workspace_id = workspace and e.time >= known_time order by e.index desc limit 1;
  if known > 0 and last_leaf is distinct from known_leaf then
    raise exception 'audit_logs.append: the newest entry is not the one that was written last' using errcode = 'data_corrupted';
  end if;

  delete from audit_logs.pending p where p.workspace_id = workspace and p.place = any (places);
  get diagnostics taken = row_count;
  if taken <> cardinality(lines) or taken = 0 then
    raise exception 'audit_logs.append: % lines for % pending records', cardinality(lines), taken using errcode = 'integrity_constraint_violation';
  end if;

  -- Times of a chain never fall, and are UTC: the month is what their text begins with.
  for moment in select distinct (left(t, 7) || '-01T00:00:00Z')::timestamptz from unnest(times) as t
  loop
    perform audit_logs.ensure_month(moment);
  end loop;

  insert into audit_logs.entry (workspace_id, index, id, time, line, leaf, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason, endpoint, trace_id)
  select workspace, first_index + g.place - 1, g.id, g.time::timestamptz, g.line, sha256('\x00'::bytea || g.line),
    g.actor_kind, g.actor_id, g.action, g.resource_type, g.resource_id, g.outcome, g.reason, g.endpoint, g.trace_id
  from unnest(ids, times, lines, actor_kinds, actor_ids, actions, resource_types, resource_ids, outcomes, reasons, endpoints, trace_ids)
    with ordinality as g (id, time, line, actor_kind, actor_id, action, resource_type, resource_id, outcome, reason, endpoint, trace_id, place)
  order by g.place;

  update audit_logs.head h
  set size = first_index + taken, leaf = sha256('\x00'::bytea || lines[taken]), time = times[taken]::timestamptz
  where h.workspace_id = workspace;
end
$$;

revoke all on function audit_logs.ensure_month(timestamptz) from public;
grant execute on function audit_logs.ensure_month(timestamptz) to aispm_system;
