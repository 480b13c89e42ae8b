-- Keys that follow one another by a statement both signed, epochs after a rollback, second places that were read, scheduled verifications.

alter table audit_logs.signing_key
  -- Key it took over from; null: the first one.
  add column replaces text,
  -- Statement signed by both. Null although it replaces one: that key was lost, and its epoch ends here.
  add column rotation text check (length(rotation) between 50 and 16384);

drop function audit_logs.use_signing_key(text, text, bytea);
-- A key that is new here ends the one before it, which must be the expected one; the record of that is written with it, in the first
-- workspace. A key that has ended never signs again.
create function audit_logs.use_signing_key(
  signer text, signer_name text, key bytea, expected text, statement text, entry_id uuid, payload bytea
) returns table (fresh boolean, ended boolean)
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  before text;
begin
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.signing_key', 0));
  if exists (select from audit_logs.signing_key k where k.key_id = signer) then
    return query select false, k.valid_to is not null from audit_logs.signing_key k where k.key_id = signer;
    return;
  end if;
  update audit_logs.signing_key k set valid_to = now() where k.valid_to is null returning k.key_id into before;
  if before is distinct from expected then
    raise exception 'audit_logs.use_signing_key: the key before is %, not %', before, expected using errcode = 'serialization_failure';
  end if;
  insert into audit_logs.signing_key (key_id, name, public_key, replaces, rotation) values (signer, signer_name, key, before, statement);
  if before is not null then
    insert into audit_logs.pending (id, workspace_id, payload)
    select use_signing_key.entry_id, w.id, use_signing_key.payload from platform.workspace w order by w.created_at, w.id limit 1;
  end if;
  return query select true, false;
end
$$;

-- As before, and a key that has ended makes no new note.
create or replace function audit_logs.keep_checkpoint(workspace uuid, tree_size bigint, tree_root bytea, signed_note text, signer text) returns text
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  kept audit_logs.checkpoint;
begin
  if not exists (select from audit_logs.checkpoint c where c.workspace_id = workspace and c.size = tree_size)
    and exists (select from audit_logs.signing_key k where k.key_id = signer and k.valid_to is not null) then
    raise exception 'audit_logs.keep_checkpoint: the key % has ended', signer using errcode = 'invalid_authorization_specification';
  end if;
  insert into audit_logs.checkpoint (workspace_id, size, root, note, key_id) values (workspace, tree_size, tree_root, signed_note, signer)
  on conflict do nothing;
  select * into strict kept from audit_logs.checkpoint c where c.workspace_id = workspace and c.size = tree_size;
  if kept.root <> tree_root then
    raise exception 'audit_logs.keep_checkpoint: the log of size % had another root before', tree_size using errcode = 'data_corrupted';
  end if;
  return kept.note;
end
$$;

-- The log of a workspace that was found smaller than what had been signed of it: it goes on under another origin, and the loss stays.
create table audit_logs.epoch (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  number integer not null check (number > 0),
  -- Entries from here on belong to it; those from here up to lost_to were signed before, and are gone.
  first_index bigint not null check (first_index >= 0),
  lost_to bigint not null,
  -- The newest checkpoint of what was lost, and where it was found.
  note text not null check (length(note) between 50 and 16384),
  place text not null check (length(place) between 1 and 200),
  began_at timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by text check (length(acknowledged_by) between 1 and 200),
  acknowledgement text check (length(acknowledgement) between 1 and 2000),
  primary key (workspace_id, number),
  check (lost_to > first_index),
  check ((acknowledged_at is null) = (acknowledged_by is null) and (acknowledged_at is null) = (acknowledgement is null))
);
select platform.protect('audit_logs.epoch');
revoke insert, update, delete on audit_logs.epoch from aispm_app;

-- Begins an epoch; its record is sequenced before everything that waits. False: the log is not as large as the caller saw it.
create function audit_logs.begin_epoch(
  workspace uuid, seen_size bigint, lost bigint, old_note text, found_in text, entry_id uuid, payload bytea
) returns boolean
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.' || workspace, 0));
  if coalesce((select h.size from audit_logs.head h where h.workspace_id = workspace for update), 0) <> seen_size then
    return false;
  end if;
  insert into audit_logs.epoch (workspace_id, number, first_index, lost_to, note, place)
  select workspace, coalesce(max(e.number), 0) + 1, seen_size, lost, old_note, found_in from audit_logs.epoch e where e.workspace_id = workspace;
  insert into audit_logs.pending (place, id, workspace_id, payload) overriding system value
  select least(coalesce(min(p.place), 0), 0) - 1, begin_epoch.entry_id, workspace, begin_epoch.payload from audit_logs.pending p;
  return true;
end
$$;

create function audit_logs.acknowledge_epoch(which integer, words text) returns boolean
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  update audit_logs.epoch e set acknowledged_at = now(), acknowledged_by = coalesce(platform.current_actor(), 'unknown'), acknowledgement = words
  where e.workspace_id = platform.current_workspace() and e.number = which and e.acknowledged_at is null;
  return found;
end
$$;

-- Size, root and epoch of every log.
create function audit_logs.sizes() returns table (workspace_id uuid, size bigint, tree_size bigint, epoch integer)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select h.workspace_id, h.size, h.tree_size, coalesce((select max(e.number) from audit_logs.epoch e where e.workspace_id = h.workspace_id), 0)
  from audit_logs.head h
  $$;

-- What the hourly and the weekly verification last saw. One row for each kind.
create table audit_logs.verification_run (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  kind text not null check (kind in ('new', 'whole')),
  at timestamptz not null default now(),
  began_at timestamptz not null,
  checked_from bigint not null,
  checked_to bigint not null,
  defects jsonb not null,
  defect_count bigint not null check (defect_count >= 0),
  -- From where the next one of kind 'new' goes on: hash, time and edge after the last entry.
  state jsonb,
  primary key (workspace_id, kind)
);
select platform.protect('audit_logs.verification_run');

revoke all on function
  audit_logs.use_signing_key(text, text, bytea, text, text, uuid, bytea),
  audit_logs.begin_epoch(uuid, bigint, bigint, text, text, uuid, bytea), audit_logs.acknowledge_epoch(integer, text), audit_logs.sizes()
from public;
grant execute on function
  audit_logs.use_signing_key(text, text, bytea, text, text, uuid, bytea), audit_logs.begin_epoch(uuid, bigint, bigint, text, text, uuid, bytea), audit_logs.sizes()
to aispm_system;
grant execute on function audit_logs.acknowledge_epoch(integer, text) to aispm_app;
