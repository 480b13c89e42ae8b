-- Sources besides paths, uploads in quarantine, scans that come back by themselves, findings somebody decided to live with.

-- null: `path` is the source. Else `path` holds the source in words.
alter table model_scanner.scan add column source jsonb;
alter table model_scanner.scan add column profile text not null default 'standard' check (profile in ('quick', 'standard', 'deep'));
alter table model_scanner.scan_file add column licences jsonb not null default '[]';
create index scan_by_path on model_scanner.scan (workspace_id, path, id desc);
create index scan_finding_by_print on model_scanner.scan_finding (workspace_id, fingerprint, scan_id);

create table model_scanner.upload (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  label text not null check (length(label) between 1 and 1200),
  -- [{name, size, received}], in the order they were declared.
  files jsonb not null check (jsonb_typeof(files) = 'array'),
  size bigint not null check (size >= 0),
  state text not null default 'receiving' check (state in ('receiving', 'ready', 'removed')),
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  touched_at timestamptz not null default now(),
  removed_at timestamptz
);
create index upload_by_time on model_scanner.upload (workspace_id, state, touched_at, id);
select platform.protect('model_scanner.upload');

create table model_scanner.schedule (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  source jsonb not null,
  target text not null check (length(target) between 1 and 5000),
  asset_id uuid,
  every text not null check (every in ('off', 'daily', 'weekly')),
  weekday smallint not null check (weekday between 0 and 6),
  time text not null check (time ~ '^[0-2][0-9]:[0-5][0-9]$'),
  time_zone text not null check (length(time_zone) <= 60),
  next_run_at timestamptz,
  last_run_at timestamptz,
  last_scan_id uuid,
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((every = 'off') = (next_run_at is null))
);
-- A target may be as long as a path: the index holds a hash of it.
create unique index schedule_by_target on model_scanner.schedule (workspace_id, hashtextextended(target, 0));
create index schedule_by_next on model_scanner.schedule (workspace_id, next_run_at nulls last, id);
select platform.protect('model_scanner.schedule');

create table model_scanner.suppression (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  fingerprint text not null check (length(fingerprint) = 64),
  rule_id text not null,
  title text not null,
  severity text not null,
  place text not null,
  scan_id uuid,
  reason text not null check (length(reason) between 10 and 2000),
  owner text not null check (length(owner) between 1 and 120),
  -- Holds to the end of this day, UTC.
  expires date not null,
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  -- Lifted by somebody, or noticed to be past its last day (ended_by is null then).
  ended_by text check (length(ended_by) <= 200),
  ended_at timestamptz
);
create unique index suppression_in_force on model_scanner.suppression (workspace_id, fingerprint) where ended_at is null;
create index suppression_by_time on model_scanner.suppression (workspace_id, id desc);
select platform.protect('model_scanner.suppression');
