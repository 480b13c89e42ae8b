-- Data integrity on the product side: what was found about tables, what they must hold, who watches them.
create schema data_integrity;

create table data_integrity.upload (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  name text not null check (length(name) between 1 and 200),
  size bigint not null check (size > 0),
  received bigint not null default 0 check (received between 0 and size),
  state text not null default 'receiving' check (state in ('receiving', 'ready', 'removed')),
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  touched_at timestamptz not null default now(),
  removed_at timestamptz
);
create index upload_by_time on data_integrity.upload (workspace_id, state, touched_at, id);
select platform.protect('data_integrity.upload');

-- Every change of the configuration is a row of its own.
create table data_integrity.config (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  version integer not null check (version >= 1),
  body jsonb not null,
  changed_by text not null check (length(changed_by) <= 200),
  changed_at timestamptz not null default now(),
  primary key (workspace_id, version)
);
select platform.protect('data_integrity.config', 'insert-only');

create table data_integrity.baseline (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  version integer not null check (version >= 1),
  environment text not null check (environment in ('training', 'inference', 'validation')),
  state text not null default 'candidate' check (state in ('candidate', 'promoted', 'superseded', 'expired')),
  source jsonb not null,
  data_sha256 text not null check (length(data_sha256) = 64),
  rows bigint not null check (rows >= 0),
  columns integer not null check (columns >= 0),
  seen_window jsonb,
  bytes bigint not null check (bytes >= 0),
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  promoted_by text check (length(promoted_by) <= 200),
  promoted_at timestamptz,
  expired_at timestamptz,
  unique (workspace_id, asset_id, environment, version)
);
create unique index baseline_promoted on data_integrity.baseline (workspace_id, asset_id, environment) where state = 'promoted';
create index baseline_by_asset on data_integrity.baseline (workspace_id, asset_id, created_at desc, id desc);
select platform.protect('data_integrity.baseline');

-- The artefact goes when its baseline expires; the record stays.
create table data_integrity.baseline_artefact (
  baseline_id uuid primary key references data_integrity.baseline (id) on delete cascade,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  -- What later tables are compared with: JSON, deflated (gzip). No row of the table is in it.
  artefact bytea not null,
  profile jsonb not null,
  columns_left_out integer not null default 0
);
select platform.protect('data_integrity.baseline_artefact');

create table data_integrity.rule_set (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null,
  version integer not null check (version >= 1),
  at timestamptz not null default now(),
  by text not null check (length(by) <= 200),
  added integer not null,
  removed integer not null,
  note text not null check (length(note) <= 500),
  primary key (workspace_id, asset_id, version)
);
select platform.protect('data_integrity.rule_set', 'insert-only');

-- A row is one rule as it was from a version on; a change ends it and begins the next, under the same rule_id.
create table data_integrity.rule (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  rule_id uuid not null,
  asset_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  rule jsonb not null,
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  tolerance jsonb not null,
  owner text check (length(owner) <= 120),
  enabled boolean not null,
  -- The further table that some kinds name.
  further_table jsonb,
  origin text not null check (origin in ('person', 'suggested')),
  evidence text check (length(evidence) <= 500),
  from_version integer not null check (from_version >= 1),
  to_version integer check (to_version > from_version),
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now()
);
create unique index rule_in_force on data_integrity.rule (workspace_id, rule_id) where to_version is null;
create index rule_by_asset on data_integrity.rule (workspace_id, asset_id, from_version, id);
select platform.protect('data_integrity.rule');

create table data_integrity.monitor (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  environment text not null check (environment in ('training', 'inference', 'validation')),
  source jsonb not null,
  checks jsonb not null,
  every_minutes integer check (every_minutes between 1 and 1440),
  cooldown_minutes integer not null check (cooldown_minutes between 0 and 10080),
  options jsonb not null,
  thresholds jsonb not null,
  -- A baseline's id, 'promoted', or null.
  baseline text check (length(baseline) <= 40),
  enabled boolean not null,
  health text not null default 'unknown' check (health in ('good', 'bad', 'failing', 'unknown')),
  next_run_at timestamptz,
  last_run_at timestamptz,
  last_assessment_id uuid,
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  removed_at timestamptz,
  version integer not null default 1,
  check (next_run_at is null or (enabled and removed_at is null))
);
create unique index monitor_by_name on data_integrity.monitor (workspace_id, asset_id, lower(name)) where removed_at is null;
create index monitor_by_time on data_integrity.monitor (workspace_id, created_at desc, id desc) where removed_at is null;
create index monitor_due on data_integrity.monitor (workspace_id, next_run_at) where next_run_at is not null;
select platform.protect('data_integrity.monitor');

create table data_integrity.assessment (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null,
  asset_name text not null,
  dataset_name text not null check (length(dataset_name) between 1 and 200),
  monitor_id uuid references data_integrity.monitor (id),
  environment text not null check (environment in ('training', 'inference', 'validation')),
  checks jsonb not null,
  trigger text not null check (trigger in ('person', 'monitor', 'baseline')),
  source jsonb not null,
  reference jsonb,
  options jsonb not null,
  state text not null check (state in ('queued', 'running', 'done', 'failed', 'cancelled')),
  job_id uuid,
  rows bigint,
  columns integer,
  bad_rows bigint,
  data_sha256 text,
  score double precision,
  drift_verdict text,
  drift_share double precision,
  anomaly_rate double precision,
  poisoning_verdict text,
  broken_rules integer,
  outcome text check (outcome in ('good', 'bad', 'unknown')),
  alerts_raised integer,
  baseline_id uuid,
  rule_set_version integer,
  problem jsonb,
  requested_by text not null check (length(requested_by) <= 200),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  -- Written again and again while somebody works on it: silence means its worker is gone.
  heartbeat_at timestamptz,
  finished_at timestamptz
);
-- The lease of a monitor: one run at a time, however many ask at once.
create unique index assessment_lease on data_integrity.assessment (workspace_id, monitor_id) where monitor_id is not null and state in ('queued', 'running');
create index assessment_by_time on data_integrity.assessment (workspace_id, created_at desc, id desc);
create index assessment_by_asset on data_integrity.assessment (workspace_id, asset_id, created_at desc, id desc);
create index assessment_unfinished on data_integrity.assessment (workspace_id, created_at) where state in ('queued', 'running');
create index assessment_by_job on data_integrity.assessment (workspace_id, job_id) where job_id is not null;
select platform.protect('data_integrity.assessment');

create table data_integrity.assessment_result (
  assessment_id uuid primary key references data_integrity.assessment (id) on delete cascade,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  engine_version text not null,
  ingest jsonb,
  quality jsonb,
  profile jsonb,
  rules jsonb,
  drift jsonb,
  anomalies jsonb,
  poisoning jsonb,
  counted jsonb not null,
  not_run jsonb not null,
  columns_left_out integer not null
);
select platform.protect('data_integrity.assessment_result');

create table data_integrity.failing_row (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  assessment_id uuid not null references data_integrity.assessment (id) on delete cascade,
  row_number bigint not null check (row_number >= 0),
  kind text not null check (kind in ('quality', 'drift', 'anomalies', 'poisoning')),
  check_name text not null,
  columns jsonb not null,
  score double precision,
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'informational'))
);
create index failing_row_of_assessment on data_integrity.failing_row (workspace_id, assessment_id, row_number, id);
select platform.protect('data_integrity.failing_row');

create table data_integrity.drift_finding (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null,
  assessment_id uuid not null references data_integrity.assessment (id) on delete cascade,
  monitor_id uuid,
  baseline_id uuid,
  environment text not null,
  at timestamptz not null,
  column_name text not null,
  effect text not null,
  value double precision,
  floor double precision,
  adjusted_p double precision,
  strength double precision,
  severity text not null
);
create index drift_finding_by_asset on data_integrity.drift_finding (workspace_id, asset_id, at desc, id desc);
create index drift_finding_of_assessment on data_integrity.drift_finding (assessment_id);
select platform.protect('data_integrity.drift_finding');

create table data_integrity.anomaly_finding (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null,
  assessment_id uuid not null references data_integrity.assessment (id) on delete cascade,
  monitor_id uuid,
  environment text not null,
  at timestamptz not null,
  detector text not null,
  column_name text,
  flagged bigint not null,
  looked_at bigint not null,
  severity text not null,
  rows jsonb not null
);
create index anomaly_finding_by_asset on data_integrity.anomaly_finding (workspace_id, asset_id, at desc, id desc);
create index anomaly_finding_of_assessment on data_integrity.anomaly_finding (assessment_id);
select platform.protect('data_integrity.anomaly_finding');

-- One measurement of one run. `scope` is the monitor, or the asset when nobody watches it; '' is the whole table.
create table data_integrity.metric_point (
  assessment_id uuid not null references data_integrity.assessment (id) on delete cascade,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null,
  scope uuid not null,
  environment text not null,
  metric text not null,
  column_name text not null default '',
  at timestamptz not null,
  value double precision,
  primary key (assessment_id, metric, column_name)
);
create index metric_point_by_time on data_integrity.metric_point (workspace_id, asset_id, metric, column_name, at desc);
select platform.protect('data_integrity.metric_point');

-- The same by day (UTC), kept longer than the single measurements.
create table data_integrity.metric_day (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null,
  scope uuid not null,
  environment text not null,
  metric text not null,
  column_name text not null default '',
  day date not null,
  count integer not null check (count >= 1),
  sum double precision not null,
  low double precision not null,
  high double precision not null,
  primary key (workspace_id, asset_id, scope, environment, metric, column_name, day)
);
create index metric_day_by_time on data_integrity.metric_day (workspace_id, asset_id, metric, column_name, day desc);
select platform.protect('data_integrity.metric_day');

create table data_integrity.alert (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  -- SHA-256 over scope, kind, column and subject.
  fingerprint bytea not null check (length(fingerprint) = 32),
  scope text not null check (length(scope) <= 120),
  asset_id uuid not null,
  monitor_id uuid,
  environment text not null,
  kind text not null check (kind in ('quality', 'rule', 'drift', 'anomalies', 'poisoning', 'run-failed', 'storm')),
  column_name text,
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  state text not null default 'open' check (state in ('open', 'acknowledged', 'muted', 'resolved')),
  title text not null check (length(title) between 1 and 300),
  detail text not null check (length(detail) <= 4000),
  value double precision,
  threshold double precision,
  count integer not null default 1 check (count >= 1),
  good_runs integer not null default 0 check (good_runs >= 0),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  told_at timestamptz,
  assessment_id uuid,
  muted_until timestamptz,
  acknowledged_by text check (length(acknowledged_by) <= 200),
  acknowledged_at timestamptz,
  resolved_by text check (length(resolved_by) <= 200),
  resolved_at timestamptz,
  note text not null default '' check (length(note) <= 2000),
  version integer not null default 1,
  check ((state = 'resolved') = (resolved_at is not null)),
  check ((state = 'muted') = (muted_until is not null))
);
create unique index alert_in_force on data_integrity.alert (workspace_id, fingerprint) where state <> 'resolved';
create index alert_by_time on data_integrity.alert (workspace_id, last_seen_at desc, id desc);
create index alert_by_asset on data_integrity.alert (workspace_id, asset_id, last_seen_at desc, id desc);
create index alert_of_scope on data_integrity.alert (workspace_id, scope) where state <> 'resolved';
select platform.protect('data_integrity.alert');
