create schema incidents;

-- Numbers people say aloud. One row a workspace; taken under its lock.
create table incidents.counter (
  workspace_id uuid primary key default platform.current_workspace(),
  last integer not null default 0
);
select platform.protect('incidents.counter');

create table incidents.incident (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  number integer not null,
  title text not null check (length(title) between 1 and 300),
  summary text not null default '' check (length(summary) <= 8000),
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  detected_severity text not null check (detected_severity in ('critical', 'high', 'medium', 'low', 'informational')),
  state text not null default 'open' check (state in ('open', 'investigating', 'contained', 'resolved', 'closed', 'false_positive')),
  category text not null check (length(category) between 1 and 80),
  source text not null check (length(source) between 1 and 80),
  asset_id uuid,
  asset_name text,
  assignee_id uuid,
  assignee_name text,
  opened_by_kind text not null,
  opened_by_id text not null,
  opened_by_name text not null,
  reason text not null default '' check (length(reason) <= 4000),
  root_cause text not null default '' check (length(root_cause) <= 8000),
  alert_count integer not null default 0 check (alert_count >= 0),
  reopen_count integer not null default 0,
  merged_into uuid references incidents.incident (id),
  false_positive_by text,
  false_positive_by_name text,
  escalation_level integer not null default 0,
  escalation_policy_id uuid,
  opened_at timestamptz not null default clock_timestamp(),
  acknowledged_at timestamptz,
  acknowledged_by_name text,
  contained_at timestamptz,
  resolved_at timestamptz,
  closed_at timestamptz,
  digest text,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  search text not null generated always as (lower(title || ' ' || coalesce(asset_name, '') || ' inc-' || number::text)) stored,
  unique (workspace_id, number)
);
create index incident_latest on incidents.incident (workspace_id, opened_at desc, id desc);
create index incident_active on incidents.incident (workspace_id, opened_at desc, id desc) where state not in ('closed', 'false_positive');
create index incident_by_matter on incidents.incident (workspace_id, category, asset_id, opened_at desc);
select platform.protect('incidents.incident');

-- Which alerts are of which incident. An alert is of one at a time; merged_from says where it came from, for the way back.
create table incidents.incident_alert (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  incident_id uuid not null references incidents.incident (id),
  alert_id uuid not null,
  fingerprint text not null,
  detection_id uuid,
  last_at timestamptz not null,
  joined_at timestamptz not null default clock_timestamp(),
  merged_from uuid,
  unique (workspace_id, alert_id)
);
create index incident_alert_of on incidents.incident_alert (workspace_id, incident_id);
create index incident_alert_same on incidents.incident_alert (workspace_id, fingerprint, joined_at desc);
select platform.protect('incidents.incident_alert');

create table incidents.timeline (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  incident_id uuid not null references incidents.incident (id),
  at timestamptz not null default clock_timestamp(),
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  kind text not null,
  text text not null check (length(text) <= 4200),
  subject_type text,
  subject_id text,
  late_by_ms double precision
);
create index timeline_of on incidents.timeline (workspace_id, incident_id, at desc, id desc);
select platform.protect('incidents.timeline', 'insert-only');

create table incidents.act (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  incident_id uuid references incidents.incident (id),
  detection_id uuid,
  action text not null,
  title text not null,
  parameters jsonb not null default '{}',
  state text not null default 'planned' check (state in
    ('planned', 'awaiting_approval', 'executing', 'in_force', 'partial', 'failed', 'reverting', 'reverted', 'expired', 'skipped')),
  containing boolean not null,
  revertible boolean not null,
  simulated boolean not null default false,
  reason text not null check (length(reason) <= 4000),
  requested_by_kind text not null,
  requested_by_id text not null,
  requested_by_name text not null,
  approved_by_id text,
  approved_by_name text,
  approved_at timestamptz,
  waived text,
  outcome jsonb not null default '{}',
  failure text,
  run_id uuid,
  step integer,
  idempotency_key text not null check (length(idempotency_key) <= 200),
  requested_at timestamptz not null default clock_timestamp(),
  due_at timestamptz not null,
  in_force_at timestamptz,
  ended_at timestamptz,
  version integer not null default 1,
  unique (workspace_id, idempotency_key)
);
create index act_latest on incidents.act (workspace_id, requested_at desc, id desc);
create index act_of_incident on incidents.act (workspace_id, incident_id, requested_at desc) where incident_id is not null;
create index act_of_detection on incidents.act (workspace_id, detection_id) where detection_id is not null;
create index act_of_quarantine on incidents.act (workspace_id, (outcome->>'quarantineId')) where action = 'quarantine-asset';
select platform.protect('incidents.act');

create table incidents.quarantine (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  act_id uuid not null references incidents.act (id),
  incident_id uuid references incidents.incident (id),
  asset_id uuid not null,
  asset_name text not null,
  state text not null check (state in
    ('planned', 'awaiting_approval', 'executing', 'in_force', 'partial', 'failed', 'reverting', 'reverted', 'expired', 'skipped', 'advised')),
  reason text not null,
  severity text not null,
  detection_ids uuid[] not null default '{}',
  policy text not null check (policy in ('manual', 'after', 'when-clean')),
  after_ms double precision not null,
  release_due_at timestamptz,
  approvals_needed integer not null,
  requested_by_id text not null,
  requested_by_name text not null,
  release_requested_by text,
  release_requested_by_name text,
  release_reason text,
  kept_reason text,
  requested_at timestamptz not null default clock_timestamp(),
  deadline_at timestamptz not null,
  in_force_at timestamptz,
  released_at timestamptz,
  version integer not null default 1
);
create index quarantine_latest on incidents.quarantine (workspace_id, requested_at desc, id desc);
-- One at a time: the second request for the same asset joins the first.
create unique index quarantine_standing on incidents.quarantine (workspace_id, asset_id)
  where state in ('planned', 'executing', 'in_force', 'partial', 'advised', 'reverting');
create index quarantine_of_incident on incidents.quarantine (workspace_id, incident_id) where incident_id is not null;
select platform.protect('incidents.quarantine');

create table incidents.quarantine_point (
  workspace_id uuid not null default platform.current_workspace(),
  quarantine_id uuid not null references incidents.quarantine (id),
  point text not null check (length(point) between 1 and 120),
  title text not null,
  state text not null check (state in ('pending', 'confirmed', 'failed', 'advised', 'released')),
  at timestamptz,
  detail text not null default '' check (length(detail) <= 1000),
  primary key (workspace_id, quarantine_id, point)
);
select platform.protect('incidents.quarantine_point');

create table incidents.release_approval (
  workspace_id uuid not null default platform.current_workspace(),
  quarantine_id uuid not null references incidents.quarantine (id),
  actor_id text not null,
  actor_name text not null,
  at timestamptz not null default clock_timestamp(),
  primary key (workspace_id, quarantine_id, actor_id)
);
select platform.protect('incidents.release_approval');

create table incidents.enforcement_point (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  name text not null check (length(name) between 1 and 120),
  destination_id uuid not null,
  asset_types text[] not null default '{}',
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  unique (workspace_id, name)
);
select platform.protect('incidents.enforcement_point');

-- Promises with a time. Only the clock of the database decides; a timer fires in the transaction of its effects.
create table incidents.timer (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  due_at timestamptz not null,
  kind text not null check (length(kind) between 1 and 60),
  subject_id uuid not null,
  level integer not null default 0,
  payload jsonb not null default '{}',
  state text not null default 'pending' check (state in ('pending', 'fired', 'cancelled', 'failed')),
  lease_until timestamptz,
  attempts integer not null default 0,
  fired_at timestamptz,
  late_by_ms double precision,
  failure text,
  created_at timestamptz not null default clock_timestamp(),
  unique (workspace_id, kind, subject_id, level)
);
create index timer_due on incidents.timer (due_at, workspace_id) where state = 'pending';
create index timer_of_subject on incidents.timer (workspace_id, subject_id) where state = 'pending';
select platform.protect('incidents.timer');
-- The loop that wakes must see what is due in every workspace; it fires each inside its own.
select platform.open_to_system('incidents.timer', 'select');

create table incidents.playbook (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  key text not null check (length(key) between 1 and 60),
  -- null: as shipped, only switched.
  text text check (length(text) <= 16384),
  enabled boolean not null default true,
  version integer not null default 1,
  updated_by text,
  updated_at timestamptz not null default now(),
  unique (workspace_id, key)
);
select platform.protect('incidents.playbook');

create table incidents.playbook_run (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  incident_id uuid not null references incidents.incident (id),
  key text not null,
  -- As it was when the run began: a later edit does not change what runs.
  definition jsonb not null,
  state text not null default 'running' check (state in ('running', 'waiting', 'done', 'stopped')),
  step integer not null default 0,
  stopped_because text,
  started_by_kind text not null,
  started_by_id text not null,
  started_by_name text not null,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  version integer not null default 1
);
create index playbook_run_of on incidents.playbook_run (workspace_id, incident_id, started_at desc);
create unique index playbook_run_once on incidents.playbook_run (workspace_id, incident_id, key) where state in ('running', 'waiting');
select platform.protect('incidents.playbook_run');

create table incidents.escalation_policy (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  name text not null check (length(name) between 1 and 120),
  is_default boolean not null default false,
  severity_at_least text,
  levels jsonb not null,
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
create unique index escalation_policy_default on incidents.escalation_policy (workspace_id) where is_default;
select platform.protect('incidents.escalation_policy');

create table incidents.on_call_schedule (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  name text not null check (length(name) between 1 and 120),
  time_zone text not null,
  rotation text not null check (rotation in ('daily', 'weekly')),
  handoff text not null,
  starts_on date not null,
  members jsonb not null,
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
select platform.protect('incidents.on_call_schedule');

create table incidents.on_call_override (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  schedule_id uuid not null references incidents.on_call_schedule (id) on delete cascade,
  user_id uuid not null,
  name text not null,
  destination_ids uuid[] not null default '{}',
  from_at timestamptz not null,
  until_at timestamptz not null check (until_at > from_at)
);
create index on_call_override_of on incidents.on_call_override (workspace_id, schedule_id, until_at);
select platform.protect('incidents.on_call_override');
