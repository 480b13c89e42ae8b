-- Personal parts of entries, sealed under a key of their own for each subject, purpose and month: destroying the key erases them,
-- and the line, which holds the hash of the ciphertext only, stays as it is.

create table audit_logs.subject_key (
  id uuid primary key,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  -- Id of the person (or other actor) whose data it seals. There may be several keys of one subject, purpose and month.
  subject text not null check (length(subject) between 1 and 200),
  purpose text not null check (purpose in ('request', 'values')),
  month date not null check (extract(day from month) = 1),
  -- Nonce, key and tag under the key of the workspace; gone when it was destroyed.
  wrapped bytea check (length(wrapped) = 60),
  wrapped_by text not null check (length(wrapped_by) between 1 and 64),
  made_at timestamptz not null default now(),
  destroyed_at timestamptz,
  ground text check (length(ground) between 1 and 60),
  check ((wrapped is null) = (destroyed_at is not null))
);
create index subject_key_by_subject on audit_logs.subject_key (workspace_id, subject, purpose, month);
create index subject_key_destroyed on audit_logs.subject_key (workspace_id, destroyed_at desc, id desc) where destroyed_at is not null;
select platform.protect('audit_logs.subject_key');
revoke insert, update, delete on audit_logs.subject_key from aispm_app;

-- The workspace is that of the record beside it, which is checked there: once a change is enough.
create table audit_logs.sealed (
  workspace_id uuid not null default platform.current_workspace(),
  entry_id uuid not null,
  purpose text not null check (purpose in ('request', 'values')),
  key_id uuid not null,
  nonce bytea not null check (length(nonce) = 12),
  -- With its 16-byte tag at the end.
  ciphertext bytea not null check (length(ciphertext) between 16 and 65536),
  primary key (workspace_id, entry_id, purpose)
);
create index sealed_by_key on audit_logs.sealed (key_id);
alter table audit_logs.sealed alter column ciphertext set storage external;
select platform.protect('audit_logs.sealed');
revoke insert, update, delete on audit_logs.sealed from aispm_app;

-- The workspace of what happens now; before anybody has signed in, the first one.
create function audit_logs.home() returns uuid
  language plpgsql stable security definer set search_path = pg_catalog
  as $$
declare
  home uuid := nullif(platform.current_workspace(), '00000000-0000-0000-0000-000000000000');
begin
  if home is null then
    select w.id into strict home from platform.workspace w order by w.created_at, w.id limit 1;
  end if;
  return home;
end
$$;

-- Keys that seal what is recorded now. One row for each purpose; without an id when there is no key yet.
create function audit_logs.live_keys(whose text, purposes text[], in_month date)
  returns table (workspace uuid, purpose text, id uuid, wrapped bytea)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select h.home, p.purpose, k.id, k.wrapped
  from (select audit_logs.home() as home) h
  cross join unnest(live_keys.purposes) as p (purpose)
  left join lateral (
    select s.id, s.wrapped from audit_logs.subject_key s
    where s.workspace_id = h.home and s.subject = live_keys.whose and s.purpose = p.purpose and s.month = live_keys.in_month and s.destroyed_at is null
    order by s.id limit 1
  ) k on true
  $$;

-- Records what happens in the running transaction, with its sealed parts. `fresh` keys are made with it.
-- False, and nothing written, when a key was destroyed meanwhile: the caller takes another one.
create function audit_logs.submit_sealed(
  entry_id uuid, payload bytea,
  fresh uuid[], fresh_subjects text[], fresh_purposes text[], fresh_months date[], fresh_wrapped bytea[], wrapped_by text,
  purposes text[], keys uuid[], nonces bytea[], ciphertexts bytea[]
) returns boolean
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  home uuid := audit_logs.home();
begin
  if cardinality(submit_sealed.fresh) > 0 then
    insert into audit_logs.subject_key (id, workspace_id, subject, purpose, month, wrapped, wrapped_by)
    select f.id, home, f.subject, f.purpose, f.month, f.wrapped, submit_sealed.wrapped_by
    from unnest(submit_sealed.fresh, fresh_subjects, fresh_purposes, fresh_months, fresh_wrapped) as f (id, subject, purpose, month, wrapped);
  end if;
  if cardinality(keys) > 0 then
    if (select count(*) from audit_logs.subject_key k where k.id = any (keys) and k.workspace_id = home and k.destroyed_at is null) <> cardinality(keys) then
      return false;
    end if;
    insert into audit_logs.sealed (workspace_id, entry_id, purpose, key_id, nonce, ciphertext)
    select home, submit_sealed.entry_id, s.purpose, s.key, s.nonce, s.ciphertext
    from unnest(purposes, keys, nonces, ciphertexts) as s (purpose, key, nonce, ciphertext);
  end if;
  insert into audit_logs.pending (id, workspace_id, payload) values (submit_sealed.entry_id, home, submit_sealed.payload);
  return true;
end
$$;

-- What must be kept: nothing that lies in it is dropped or erased until it is released.
create table audit_logs.legal_hold (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  reason text not null check (length(reason) between 1 and 1000),
  -- Null: everybody.
  subject text check (length(subject) between 1 and 200),
  -- Of entries, until before; null: open.
  since date,
  until date,
  placed_by text not null check (length(placed_by) between 1 and 200),
  placed_at timestamptz not null default now(),
  released_by text check (length(released_by) between 1 and 200),
  released_at timestamptz,
  release_reason text check (length(release_reason) between 1 and 1000),
  check (since is null or until is null or since < until),
  check ((released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null))
);
create index legal_hold_by_time on audit_logs.legal_hold (workspace_id, placed_at desc, id desc);
select platform.protect('audit_logs.legal_hold');
revoke insert, update, delete on audit_logs.legal_hold from aispm_app;

-- Holds, erasures and drops of one workspace, one after the other.
create function audit_logs.place_hold(because text, whose text, from_day date, before_day date) returns uuid
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  made uuid;
begin
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.holds', 0));
  insert into audit_logs.legal_hold (reason, subject, since, until, placed_by)
  values (because, whose, from_day, before_day, coalesce(platform.current_actor(), 'unknown')) returning id into made;
  return made;
end
$$;

create function audit_logs.release_hold(which uuid, because text) returns boolean
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  update audit_logs.legal_hold h set released_at = now(), released_by = coalesce(platform.current_actor(), 'unknown'), release_reason = because
  where h.workspace_id = platform.current_workspace() and h.id = which and h.released_at is null;
  return found;
end
$$;

-- Destroys keys of the running workspace and what was sealed under them. A key under a legal hold is left alone; the caller sees which were destroyed.
create function audit_logs.destroy_keys(wanted uuid[], why text) returns setof uuid
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  gone uuid[];
begin
  perform pg_advisory_xact_lock(hashtextextended('audit_logs.holds', 0));
  with destroyed as (
    update audit_logs.subject_key k set wrapped = null, destroyed_at = now(), ground = why
    where k.workspace_id = platform.current_workspace() and k.id = any (wanted) and k.destroyed_at is null
      and not exists (
        select from audit_logs.legal_hold h
        where h.workspace_id = k.workspace_id and h.released_at is null and (h.subject is null or h.subject = k.subject)
          and (h.since is null or h.since < k.month + interval '1 month') and (h.until is null or h.until > k.month))
    returning k.id
  )
  select coalesce(array_agg(d.id), '{}') into gone from destroyed d;
  delete from audit_logs.sealed s where s.key_id = any (gone);
  return query select unnest(gone);
end
$$;

-- After a restore: keys that were destroyed before are destroyed again, whatever is held now.
create function audit_logs.destroy_again(listed uuid[]) returns table (workspace_id uuid, id uuid)
  language plpgsql security definer set search_path = pg_catalog
  as $$
begin
  return query
    update audit_logs.subject_key k set wrapped = null, destroyed_at = now(), ground = 'restored'
    where k.id = any (listed) and k.destroyed_at is null
    returning k.workspace_id, k.id;
  delete from audit_logs.sealed s where s.key_id = any (listed);
end
$$;

-- Address and program of callers from before there were sealed parts.
create function audit_logs.erase_private(whose text, before_day date) returns bigint
  language plpgsql security definer set search_path = pg_catalog
  as $$
declare
  erased bigint;
begin
  delete from audit_logs.private p using audit_logs.entry e
  where e.workspace_id = platform.current_workspace() and e.actor_id = whose and e.time < before_day and p.entry_id = e.id
    and not exists (
      select from audit_logs.legal_hold h
      where h.workspace_id = e.workspace_id and h.released_at is null and (h.subject is null or h.subject = whose)
        and (h.since is null or h.since <= e.time) and (h.until is null or h.until > e.time));
  get diagnostics erased = row_count;
  return erased;
end
$$;

revoke all on function
  audit_logs.home(), audit_logs.live_keys(text, text[], date),
  audit_logs.submit_sealed(uuid, bytea, uuid[], text[], text[], date[], bytea[], text, text[], uuid[], bytea[], bytea[]),
  audit_logs.place_hold(text, text, date, date), audit_logs.release_hold(uuid, text),
  audit_logs.destroy_keys(uuid[], text), audit_logs.destroy_again(uuid[]), audit_logs.erase_private(text, date)
from public;
grant execute on function
  audit_logs.live_keys(text, text[], date),
  audit_logs.submit_sealed(uuid, bytea, uuid[], text[], text[], date[], bytea[], text, text[], uuid[], bytea[], bytea[])
to aispm_app, aispm_system;
grant execute on function
  audit_logs.place_hold(text, text, date, date), audit_logs.release_hold(uuid, text),
  audit_logs.destroy_keys(uuid[], text), audit_logs.erase_private(text, date)
to aispm_app;
grant execute on function audit_logs.destroy_again(uuid[]) to aispm_system;
