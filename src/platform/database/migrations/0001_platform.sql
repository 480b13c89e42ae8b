-- The ground every slice stands on. The roles aispm_app, aispm_system and aispm_jobs exist already (roles.ts).

create schema if not exists platform;
grant usage on schema platform to aispm_app, aispm_system;
create schema if not exists pgboss authorization aispm_jobs;

-- Nobody creates objects by the way.
revoke create on schema public from public;

-- uuidv7() is built in from PostgreSQL 18. Before that: 48 bits of milliseconds, version, random rest (RFC 9562, 5.7).
do $$
begin
  if to_regprocedure('pg_catalog.uuidv7()') is null and to_regprocedure('public.uuidv7()') is null then
    create function public.uuidv7() returns uuid language sql volatile parallel safe as $body$
      select encode(
        set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
          placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1),
        'hex')::uuid
    $body$;
  end if;
end
$$;

-- The workspace of the running transaction; null outside one. Plain SQL, so that the planner puts it into the query and
-- knows its value: a workspace of 980,000 rows and one of 20 get the plans they need. Wrapped in (select ...), as is often
-- advised, the planner assumes the average workspace instead: measured 2 times slower on the large one.
create function platform.current_workspace() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.workspace', true), '')::uuid;

-- Who acts in the running transaction; null when nobody said.
create function platform.current_actor() returns text
  language sql stable parallel safe
  return nullif(current_setting('app.actor', true), '');

create table platform.workspace (
  id uuid primary key default uuidv7(),
  name text not null check (length(name) between 1 and 200),
  unit text check (length(unit) between 1 and 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
insert into platform.workspace (name) values ('Default');

create function platform.refuse_change() returns trigger
  language plpgsql
  as $$
begin
  raise exception '% on %.% is refused: its rows are never changed', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end
$$;

-- Puts a table under the rule of workspaces. Modes:
--   'full'         the application reads, inserts, updates and deletes the rows of its workspace
--   'insert-only'  it reads and inserts; UPDATE, DELETE and TRUNCATE are refused to everybody, by grant and by trigger
-- The owner (migrations, SECURITY DEFINER functions) sees all rows, on our own server and on one where it is no superuser.
create function platform.protect(target regclass, mode text default 'full') returns void
  language plpgsql
  as $$
declare
  owner_name name := (select r.rolname from pg_class c join pg_roles r on r.oid = c.relowner where c.oid = target);
  has_column boolean := exists (select from pg_attribute where attrelid = target and attname = 'workspace_id' and attnum > 0 and not attisdropped);
begin
  if mode not in ('full', 'insert-only') then
    raise exception 'platform.protect: unknown mode %', mode;
  end if;
  if not has_column then
    raise exception 'platform.protect: % has no column workspace_id', target;
  end if;

  execute format('alter table %s alter column workspace_id set not null, alter column workspace_id set default platform.current_workspace()', target);
  execute format('alter table %s enable row level security, force row level security', target);
  execute format('drop policy if exists workspace on %s', target);
  execute format(
    'create policy workspace on %s to aispm_app using (workspace_id = platform.current_workspace()) with check (workspace_id = platform.current_workspace())',
    target);
  execute format('drop policy if exists owner on %s', target);
  execute format('create policy owner on %s to %I using (true) with check (true)', target, owner_name);

  execute format('revoke all on %s from public, aispm_app', target);
  execute format('grant %s on %s to aispm_app', case mode when 'full' then 'select, insert, update, delete' else 'select, insert' end, target);
  execute format('grant usage on schema %I to aispm_app', (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = target));
  if mode = 'insert-only' then
    execute format('create or replace trigger never_changed before update or delete on %s for each row execute function platform.refuse_change()', target);
    execute format('create or replace trigger never_emptied before truncate on %s for each statement execute function platform.refuse_change()', target);
  end if;
end
$$;

-- Opens a protected table to system transactions, across workspaces, for the named privileges only:
--   select platform.open_to_system('identity.user', 'select');
create function platform.open_to_system(target regclass, privileges text) returns void
  language plpgsql
  as $$
begin
  if privileges !~ '^(select|insert|update|delete)(, *(select|insert|update|delete))*$' then
    raise exception 'platform.open_to_system: % is no list of select, insert, update, delete', privileges;
  end if;
  execute format('drop policy if exists system on %s', target);
  execute format('create policy system on %s to aispm_system using (true) with check (true)', target);
  execute format('revoke all on %s from aispm_system', target);
  execute format('grant %s on %s to aispm_system', privileges, target);
  execute format('grant usage on schema %I to aispm_system', (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = target));
end
$$;
revoke all on function platform.protect(regclass, text), platform.open_to_system(regclass, text) from public;

-- A workspace sees itself.
alter table platform.workspace enable row level security, force row level security;
create policy workspace on platform.workspace to aispm_app using (id = platform.current_workspace()) with check (id = platform.current_workspace());
grant select, update on platform.workspace to aispm_app;
do $$
begin
  execute format('create policy owner on platform.workspace to %I using (true) with check (true)', current_user);
end
$$;
select platform.open_to_system('platform.workspace', 'select, insert, update');

-- Events leave a transaction here, in commit order nobody knows yet. The sequencer moves them to platform.event.
create table platform.outbox (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  type text not null check (length(type) between 1 and 120),
  payload jsonb not null,
  at timestamptz not null default clock_timestamp(),
  trace_id text check (length(trace_id) <= 64),
  actor_id text check (length(actor_id) <= 200)
);
select platform.protect('platform.outbox');
revoke update, delete on platform.outbox from aispm_app;
select platform.open_to_system('platform.outbox', 'select, delete');

-- seq has no gaps: given by the one sequencer, in the order of commits. It is the Last-Event-ID of a browser.
create table platform.event (
  seq bigint primary key,
  id uuid not null unique,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  type text not null,
  payload jsonb not null,
  at timestamptz not null,
  trace_id text,
  actor_id text
);
create index event_by_workspace on platform.event (workspace_id, seq);
select platform.protect('platform.event');
revoke insert, update, delete on platform.event from aispm_app;
select platform.open_to_system('platform.event', 'select, insert, delete');

-- How far each subscriber has come. Belongs to the installation, not to a workspace.
create table platform.consumer (
  name text primary key check (length(name) between 1 and 200),
  seq bigint not null default 0 check (seq >= 0),
  updated_at timestamptz not null default now()
);
grant select, insert, update on platform.consumer to aispm_app, aispm_system;

create table platform.job (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  kind text not null check (length(kind) between 1 and 120),
  title text not null check (length(title) between 1 and 300),
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  progress jsonb,
  attempts integer not null default 0 check (attempts >= 0),
  requested_by text not null check (length(requested_by) between 1 and 200),
  trace_id text check (length(trace_id) <= 64),
  subject_type text,
  subject_id text,
  input jsonb not null,
  result jsonb,
  problem jsonb,
  cancel_requested boolean not null default false,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  -- Set by the worker while it runs: a job whose worker died is found by its age.
  heartbeat_at timestamptz,
  check ((subject_type is null) = (subject_id is null)),
  check ((state in ('done', 'failed', 'cancelled')) = (finished_at is not null))
);
create index job_by_time on platform.job (workspace_id, created_at desc, id desc);
create index job_by_subject on platform.job (workspace_id, subject_type, subject_id, created_at desc) where subject_id is not null;
create index job_unfinished on platform.job (state, created_at) where state in ('queued', 'running');
select platform.protect('platform.job');
select platform.open_to_system('platform.job', 'select, update');

create table platform.setting (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  key text not null check (length(key) between 1 and 200),
  value jsonb not null,
  changed_by text not null check (length(changed_by) between 1 and 200),
  changed_at timestamptz not null default now(),
  primary key (workspace_id, key)
);
select platform.protect('platform.setting');

-- Secrets of connectors and channels: AES-256-GCM under the installation's key, which is not in the database.
create table platform.sealed_secret (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  purpose text not null check (length(purpose) between 1 and 200),
  key_id text not null check (length(key_id) between 1 and 64),
  nonce bytea not null check (length(nonce) = 12),
  -- Ciphertext with its 16-byte tag at the end.
  sealed bytea not null check (length(sealed) between 16 and 65536),
  created_by text not null check (length(created_by) between 1 and 200),
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);
create unique index sealed_secret_by_purpose on platform.sealed_secret (workspace_id, purpose);
select platform.protect('platform.sealed_secret');

-- The queue: requests put work in and look at it, its own role does the rest. Granted by its owner, whom we may act as.
set local role aispm_jobs;
grant usage on schema pgboss to aispm_app;
reset role;
