create schema risk;

-- The stored factors of each vulnerability: what was known, from whom, when, and the priority they gave. Millionths of a point.
create table risk.assessment (
  vulnerability_id uuid primary key,
  workspace_id uuid not null default platform.current_workspace(),
  asset_id uuid not null,
  title text not null,
  severity text not null,
  mark text not null,
  fix_key text check (length(fix_key) = 64),
  fix_action text,
  fix_target text,
  factors jsonb not null,
  control jsonb,
  priority integer not null check (priority between 0 and 100000000),
  low integer not null,
  high integer not null,
  weights_version text not null,
  computed_at timestamptz not null,
  check ((fix_key is null) = (fix_action is null))
);
create index assessment_by_fix on risk.assessment (workspace_id, fix_key) where fix_key is not null;
create index assessment_by_asset on risk.assessment (workspace_id, asset_id);
select platform.protect('risk.assessment');

-- The ledger's view of what is open, as of the last event it applied.
create table risk.open_vulnerability (
  vulnerability_id uuid primary key,
  workspace_id uuid not null default platform.current_workspace(),
  asset_id uuid not null,
  priority integer not null check (priority between 0 and 100000000),
  fix_key text
);
create index open_by_asset on risk.open_vulnerability (workspace_id, asset_id, priority desc, vulnerability_id);
create index open_by_fix on risk.open_vulnerability (workspace_id, fix_key) where fix_key is not null;
select platform.protect('risk.open_vulnerability');

create table risk.asset (
  asset_id uuid primary key,
  workspace_id uuid not null default platform.current_workspace(),
  name text not null,
  environment text,
  owner text,
  weight smallint not null check (weight >= 1),
  retired boolean not null default false,
  assessed_at timestamptz,
  assessment_aged boolean not null default false,
  -- Sums over the open vulnerabilities; risk follows from them.
  worst integer not null default 0,
  sum bigint not null default 0,
  open_count integer not null default 0,
  risk integer not null default 0
);
create index asset_by_risk on risk.asset (workspace_id, risk desc, asset_id);
create index asset_by_age on risk.asset (workspace_id, assessed_at) where assessed_at is not null and not assessment_aged and not retired;
select platform.protect('risk.asset');

-- Running sums of a workspace: one row, written by one writer at a time.
create table risk.posture (
  workspace_id uuid primary key default platform.current_workspace(),
  weight bigint not null default 0,
  weighted_risk bigint not null default 0,
  all_weight bigint not null default 0,
  covered_weight bigint not null default 0,
  assets integer not null default 0,
  assessed integer not null default 0,
  scored integer not null default 0,
  seq bigint not null default 0,
  updated_at timestamptz not null default now()
);
select platform.protect('risk.posture');

-- What moved the posture. Scores after each movement are whole millionths: differences telescope.
create table risk.movement (
  workspace_id uuid not null default platform.current_workspace(),
  seq bigint not null,
  at timestamptz not null,
  cause text not null,
  cause_id text,
  title text not null,
  asset_id uuid not null,
  asset_name text not null,
  risk_before integer,
  risk_after integer,
  weight_before smallint not null,
  weight_after smallint not null,
  score_before integer,
  score_after integer,
  coverage_after integer,
  change integer not null,
  primary key (workspace_id, seq)
);
create index movement_by_time on risk.movement (workspace_id, at, seq);
create index movement_by_asset on risk.movement (workspace_id, asset_id, seq desc);
create index movement_that_moved on risk.movement (workspace_id, seq desc) where change <> 0;
select platform.protect('risk.movement', 'insert-only');

-- Last state of every hour in which something moved: trends read these, not the movements.
create table risk.checkpoint (
  workspace_id uuid not null default platform.current_workspace(),
  hour timestamptz not null,
  at timestamptz not null,
  seq bigint not null,
  score integer,
  coverage integer,
  primary key (workspace_id, hour)
);
select platform.protect('risk.checkpoint');
