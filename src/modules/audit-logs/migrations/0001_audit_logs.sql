-- The audit log. Nobody but the two functions below writes here, and what is written is never changed.

create schema audit_logs;

-- What happened, not yet in its place. Written in the transaction of the change; taken by the sequencer.
create table audit_logs.pending (
  place bigint generated always as identity primary key,
  id uuid not null unique,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  payload bytea not null check (octet_length(payload) between 2 and 32000)
);
create index pending_by_workspace on audit_logs.pending (workspace_id, place);
select platform.protect('audit_logs.pending');
revoke all on audit_logs.pending from aispm_app;
select platform.open_to_system('audit_logs.pending', 'select');

-- `line` is the authority; every other column is a projection of it for filters, and verification compares them.
create table audit_logs.entry (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
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
    '.-_/:@', '      '))) stored,
  primary key (workspace_id, index),
  unique (workspace_id, id)
);
create index entry_by_actor on audit_logs.entry (workspace_id, actor_id, index);
create index entry_by_action on audit_logs.entry (workspace_id, action, index);
create index entry_by_resource on audit_logs.entry (workspace_id, resource_type, resource_id, index);
create index entry_by_trace on audit_logs.entry (workspace_id, trace_id, index);
create index entry_by_time on audit_logs.entry (workspace_id, time, index);
create index entry_not_done on audit_logs.entry (workspace_id, outcome, index) where outcome <> 'done';
create index entry_words on audit_logs.entry using gin (words);
select platform.protect('audit_logs.entry', 'insert-only');
revoke insert on audit_logs.entry from aispm_app;

-- Size and newest leaf of each workspace's chain: lets one sequencer at a time append, and shows a tail that was cut off.
create table audit_logs.head (
  workspace_id uuid primary key default platform.current_workspace() references platform.workspace (id),
  size bigint not null default 0 check (size >= 0),
  leaf bytea not null default decode(repeat('00', 32), 'hex') check (length(leaf) = 32),
  time timestamptz
);
select platform.protect('audit_logs.head');
revoke insert, update, delete on audit_logs.head from aispm_app;

-- Address and program of the caller: personal data, kept out of the line so that it can be erased without breaking the chain.
create table audit_logs.private (
  entry_id uuid primary key,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  address text check (length(address) <= 64),
  user_agent text check (length(user_agent) <= 400)
);
select platform.protect('audit_logs.private');
revoke insert, update, delete on audit_logs.private from aispm_app;

-- Records what happens in the running transaction. Without a workspace (nobody has signed in) it belongs to the first one.
create function audit_logs.submit(entry_id uuid, payload bytea, address text, user_agent text) returns void
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  home uuid := nullif(platform.current_workspace(), '00000000-0000-0000-0000-000000000000');
begin
  if home is null then
    select w.id into strict home from platform.workspace w order by w.created_at, w.id limit 1;
  end if;
  insert into audit_logs.pending (id, workspace_id, payload) values (submit.entry_id, home, submit.payload);
  if submit.address is not null or submit.user_agent is not null then
    insert into audit_logs.private (entry_id, workspace_id, address, user_agent) values (submit.entry_id, home, submit.address, submit.user_agent);
  end if;
end
$$;

-- The end of a workspace's chain, locked for one sequencer; no row when another one holds it.
create function audit_logs.open_head(workspace uuid) returns table (size bigint, leaf bytea, micros text)
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  -- Before the row is touched: the first insert of a head would make another sequencer wait instead of turning away.
  if not pg_try_advisory_xact_lock(hashtextextended('audit_logs.' || workspace, 0)) then
    return;
  end if;
  insert into audit_logs.head (workspace_id) values (workspace) on conflict do nothing;
  return query
    select h.size, h.leaf, to_char(h.time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    from audit_logs.head h where h.workspace_id = workspace for update;
end
$$;

-- Puts lines at the end of the chain and takes their pending rows away, both or neither. Refuses a gap, a repetition, and a
-- chain whose end is not where the head says. Arrays run side by side.
create function audit_logs.append(
  workspace uuid, first_index bigint, places bigint[], ids uuid[], times text[], lines bytea[],
  actor_kinds text[], actor_ids text[], actions text[], resource_types text[], resource_ids text[],
  outcomes text[], reasons text[], endpoints text[], trace_ids text[]
) returns void
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  known bigint;
  known_leaf bytea;
  last_leaf bytea;
  taken bigint;
begin
  select h.size, h.leaf into strict known, known_leaf from audit_logs.head h where h.workspace_id = workspace for update;
  if known <> first_index then
    raise exception 'audit_logs.append: the next index is %, not %', known, first_index using errcode = 'integrity_constraint_violation';
  end if;
  select e.leaf into last_leaf from audit_logs.entry e where e.workspace_id = workspace order by e.index desc limit 1;
  if known > 0 and last_leaf is distinct from known_leaf then
    raise exception 'audit_logs.append: the newest entry is not the one that was written last' using errcode = 'data_corrupted';
  end if;

  delete from audit_logs.pending p where p.workspace_id = workspace and p.place = any (places);
  get diagnostics taken = row_count;
  if taken <> cardinality(lines) or taken = 0 then
    raise exception 'audit_logs.append: % lines for % pending records', cardinality(lines), taken using errcode = 'integrity_constraint_violation';
  end if;

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

-- Free words. A SECURITY DEFINER function, because row-level security keeps the planner from using a text index before the policy;
-- it keeps to the workspace itself. Newest first. EXECUTE lets each question be planned for its own words: common ones are found
-- by walking back from the newest entry, rare ones by the text index.
create function audit_logs.search(
  wanted text, before bigint, most integer, actor text, act text, kind text, object text, results text[], trace text, since timestamptz, until timestamptz
) returns table (index bigint)
  language plpgsql stable security definer set search_path = pg_catalog
  as $$
begin
  return query execute
    'select e.index from audit_logs.entry e
    where e.workspace_id = $1
      and e.words @@ to_tsquery(''simple'', $2)
      and ($3 is null or e.index < $3)
      and ($5 is null or e.actor_id = $5)
      and ($6 is null or e.action = $6)
      and ($7 is null or e.resource_type = $7)
      and ($8 is null or e.resource_id = $8)
      and ($9 is null or e.outcome = any ($9))
      and ($10 is null or e.trace_id = $10)
      and ($11 is null or e.time >= $11)
      and ($12 is null or e.time < $12)
    order by e.index desc
    limit $4'
    using platform.current_workspace(), wanted, before, most, actor, act, kind, object, results, trace, since, until;
end
$$;

revoke all on function
  audit_logs.submit(uuid, bytea, text, text),
  audit_logs.open_head(uuid),
  audit_logs.append(uuid, bigint, bigint[], uuid[], text[], bytea[], text[], text[], text[], text[], text[], text[], text[], text[], text[]),
  audit_logs.search(text, bigint, integer, text, text, text, text, text[], text, timestamptz, timestamptz)
from public;
grant usage on schema audit_logs to aispm_app, aispm_system;
grant execute on function audit_logs.submit(uuid, bytea, text, text) to aispm_app, aispm_system;
grant execute on function audit_logs.search(text, bigint, integer, text, text, text, text, text[], text, timestamptz, timestamptz) to aispm_app;
grant execute on function
  audit_logs.open_head(uuid),
  audit_logs.append(uuid, bigint, bigint[], uuid[], text[], bytea[], text[], text[], text[], text[], text[], text[], text[], text[], text[])
to aispm_system;
