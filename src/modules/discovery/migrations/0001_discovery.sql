-- Discovery runs and what they found. A hit row belongs to one run; the run before of the same place is what it is compared with.

create schema discovery;

create table discovery.run (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  job_id uuid,
  path text not null check (length(path) between 1 and 4096),
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  -- Id of the walk on the compute door, while it runs.
  walk_id uuid,
  progress jsonb,
  summary jsonb,
  counts jsonb,
  scan boolean not null default true,
  scan_id uuid,
  problem jsonb,
  requested_by text not null check (length(requested_by) between 1 and 200),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  check ((state in ('done', 'failed', 'cancelled')) = (finished_at is not null))
);
create index run_by_time on discovery.run (workspace_id, created_at desc, id desc);
-- One unfinished run of a folder at a time.
create unique index run_unfinished on discovery.run (workspace_id, md5(path)) where state in ('queued', 'running');
select platform.protect('discovery.run');

create table discovery.hit (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  run_id uuid not null references discovery.run (id),
  position integer not null check (position >= 0),
  kind text not null check (length(kind) between 1 and 40),
  state text not null check (state in ('new', 'changed', 'unchanged', 'gone')),
  name text not null check (length(name) between 1 and 200),
  -- SHA-256 of the strongest key, and of everything the hit says: what is compared with the run before.
  key_hash bytea not null check (length(key_hash) = 32),
  content_hash bytea not null check (length(content_hash) = 32),
  asset_id uuid,
  hit jsonb not null
);
create unique index hit_in_order on discovery.hit (run_id, position);
create index hit_by_kind on discovery.hit (run_id, kind, position);
create index hit_by_state on discovery.hit (run_id, state, position);
create index hit_by_key on discovery.hit (run_id, key_hash);
select platform.protect('discovery.hit');
