create schema model_scanner;

create table model_scanner.scan (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  job_id uuid,
  path text not null check (length(path) between 1 and 4096),
  asset_id uuid,
  trigger text not null check (trigger in ('person', 'discovery', 'schedule', 'rescan')),
  state text not null default 'queued' check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  verdict text,
  counts jsonb,
  files_read integer,
  files_total integer,
  unread_count integer,
  bytes_read bigint,
  duration_ms double precision,
  engine_version text,
  rules_version text,
  progress jsonb,
  problem jsonb,
  requested_by text not null,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz
);
create index scan_by_time on model_scanner.scan (workspace_id, id desc);
create index scan_by_asset on model_scanner.scan (workspace_id, asset_id, id desc) where asset_id is not null;
select platform.protect('model_scanner.scan');

create table model_scanner.scan_file (
  scan_id uuid not null references model_scanner.scan (id) on delete cascade,
  path text not null,
  workspace_id uuid not null default platform.current_workspace(),
  size bigint not null,
  format text not null,
  role text,
  verdict text,
  counts jsonb not null,
  metadata jsonb not null,
  unread jsonb not null,
  asset_id uuid,
  primary key (scan_id, path)
);
create index scan_file_by_asset on model_scanner.scan_file (workspace_id, asset_id, scan_id desc) where asset_id is not null;
select platform.protect('model_scanner.scan_file');

create table model_scanner.scan_finding (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  scan_id uuid not null references model_scanner.scan (id) on delete cascade,
  path text not null,
  asset_id uuid,
  -- 0 critical … 4 informational: sorts worst first.
  severity_rank smallint not null check (severity_rank between 0 and 4),
  rule_id text not null,
  fingerprint text not null check (length(fingerprint) = 64),
  body jsonb not null
);
create index scan_finding_worst_first on model_scanner.scan_finding (scan_id, severity_rank, id);
select platform.protect('model_scanner.scan_finding');
