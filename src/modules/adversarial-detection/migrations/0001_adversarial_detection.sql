-- Attacks on models and their data: what is normal for a model, what was decided, what is refused.
create schema adversarial_detection;

-- A profile is written once: its numbers never change, only its standing does.
create table adversarial_detection.profile (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  model_id text not null check (length(model_id) between 1 and 200),
  asset_id uuid,
  version integer not null check (version >= 1),
  state text not null default 'building' check (state in ('building', 'ready', 'failed', 'superseded')),
  stale boolean not null default false,
  stale_reason text check (length(stale_reason) <= 1000),
  target_rate double precision not null check (target_rate > 0 and target_rate < 1),
  rows_given integer not null check (rows_given > 0),
  dimensions integer not null check (dimensions > 0),
  seed bigint not null,
  non_member_losses integer not null default 0,
  -- What the page shows: split, detectors, fusion, columns left out.
  report jsonb,
  content_sha256 text check (length(content_sha256) = 64),
  problem text check (length(problem) <= 2000),
  job_id uuid,
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  ready_at timestamptz,
  unique (workspace_id, model_id, version)
);
create index profile_newest on adversarial_detection.profile (workspace_id, created_at desc, id desc);
create index profile_of_model on adversarial_detection.profile (workspace_id, model_id, state, version desc);
select platform.protect('adversarial_detection.profile');

-- The matrices, apart from what lists read.
create table adversarial_detection.profile_body (
  profile_id uuid primary key references adversarial_detection.profile (id) on delete cascade,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  -- Rows as given: header in JSON, then single-precision cells.
  source bytea not null,
  -- What detectors ask: header in JSON, then numbers. Null until it is built.
  built bytea
);
select platform.protect('adversarial_detection.profile_body');

create table adversarial_detection.detection (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  kind text not null check (
    kind in ('data-poisoning', 'model-evasion', 'membership-inference', 'attribute-inference', 'extraction', 'federated-update')
  ),
  decision text not null check (decision in ('threat', 'no-threat', 'insufficient-evidence')),
  severity text check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  detected_severity text check (detected_severity in ('critical', 'high', 'medium', 'low', 'informational')),
  p_value double precision check (p_value between 0 and 1),
  summary text not null check (length(summary) <= 4000),
  technique text[] not null default '{}',
  signatures text[] not null default '{}',
  dataset_id text check (length(dataset_id) <= 200),
  model_id text check (length(model_id) <= 200),
  query_id text check (length(query_id) <= 200),
  input_id text check (length(input_id) <= 200),
  client_id text check (length(client_id) <= 200),
  asset_id uuid,
  profile_id uuid references adversarial_detection.profile (id),
  input_sha256 text not null check (length(input_sha256) = 64),
  families jsonb not null default '[]',
  missing_evidence jsonb not null default '[]',
  calibration jsonb,
  engine jsonb not null,
  duration_ms double precision not null check (duration_ms >= 0),
  flagged_total integer not null default 0 check (flagged_total >= 0),
  acts jsonb not null default '[]',
  alert_id uuid,
  incident_id uuid,
  verdict text check (verdict in ('confirmed', 'false-positive')),
  verdict_reason text not null default '' check (length(verdict_reason) <= 2000),
  verdict_by text check (length(verdict_by) <= 200),
  verdict_at timestamptz,
  dry_run boolean not null default false,
  source text not null check (source in ('analysis', 'screening', 'stream', 'test')),
  created_at timestamptz not null default now(),
  version integer not null default 1
);
create index detection_latest on adversarial_detection.detection (workspace_id, created_at desc, id desc);
create index detection_of_kind on adversarial_detection.detection (workspace_id, kind, created_at desc, id desc);
create index detection_of_asset on adversarial_detection.detection (workspace_id, asset_id, created_at desc, id desc) where asset_id is not null;
create index detection_of_client on adversarial_detection.detection (workspace_id, client_id, created_at desc) where client_id is not null;
select platform.protect('adversarial_detection.detection');

create table adversarial_detection.detection_row (
  detection_id uuid not null references adversarial_detection.detection (id) on delete cascade,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  -- 0 is the least likely.
  place integer not null check (place >= 0),
  row_id text not null check (length(row_id) <= 200),
  families text[] not null,
  p_value double precision not null,
  adjusted_p_value double precision not null,
  evidence jsonb not null,
  primary key (detection_id, place)
);
select platform.protect('adversarial_detection.detection_row');

create table adversarial_detection.block (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  kind text not null check (kind in ('input', 'client')),
  model_id text check (length(model_id) <= 200),
  input_sha256 text check (length(input_sha256) = 64),
  client_id text check (length(client_id) <= 200),
  reason text not null check (length(reason) between 1 and 1000),
  state text not null default 'in_force' check (state in ('in_force', 'expired', 'lifted')),
  detection_id uuid,
  incident_id uuid,
  decided_at timestamptz not null,
  in_force_at timestamptz not null,
  in_force_after_ms double precision not null check (in_force_after_ms >= 0),
  expires_at timestamptz not null,
  lifted_at timestamptz,
  lifted_by text check (length(lifted_by) <= 200),
  lift_reason text check (length(lift_reason) <= 1000),
  created_by text not null check (length(created_by) <= 200),
  refused bigint not null default 0,
  check ((kind = 'input') = (input_sha256 is not null)),
  check (kind = 'input' or client_id is not null)
);
create index block_newest on adversarial_detection.block (workspace_id, decided_at desc, id desc);
create index block_of_input on adversarial_detection.block (workspace_id, input_sha256) where state = 'in_force';
create index block_of_client on adversarial_detection.block (workspace_id, client_id) where state = 'in_force';
create index block_in_force on adversarial_detection.block (workspace_id, expires_at) where state = 'in_force';
select platform.protect('adversarial_detection.block');

-- Every change of the configuration is a row of its own.
create table adversarial_detection.config (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  version integer not null check (version >= 1),
  body jsonb not null,
  changed_by text not null check (length(changed_by) <= 200),
  changed_at timestamptz not null default now(),
  primary key (workspace_id, version)
);
select platform.protect('adversarial_detection.config', 'insert-only');

-- What screening did, by profile and hour.
create table adversarial_detection.screening (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  profile_id uuid not null references adversarial_detection.profile (id) on delete cascade,
  hour timestamptz not null,
  screened bigint not null default 0,
  flagged bigint not null default 0,
  blocked bigint not null default 0,
  unscreened bigint not null default 0,
  -- Questions of clients that were already graded as attackers: they say nothing about calibration.
  contested bigint not null default 0,
  primary key (workspace_id, profile_id, hour)
);
create index screening_by_hour on adversarial_detection.screening (workspace_id, hour);
select platform.protect('adversarial_detection.screening');

-- Scores of live inputs that some rule could block: a rule above a rate of 0.1 is no rule. Kept for eight days.
create table adversarial_detection.screening_score (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  profile_id uuid not null references adversarial_detection.profile (id) on delete cascade,
  at timestamptz not null,
  client_id text not null check (length(client_id) <= 200),
  input_sha256 text not null check (length(input_sha256) = 64),
  p_value double precision not null,
  blocked boolean not null
);
create index screening_score_by_time on adversarial_detection.screening_score (workspace_id, at desc, id);
select platform.protect('adversarial_detection.screening_score');
