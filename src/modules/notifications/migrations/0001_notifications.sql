create schema notifications;

-- Where messages go. What opens it is in platform.sealed_secret, under 'notifications.destination/<id>'.
create table notifications.destination (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  name text not null check (length(name) between 1 and 100),
  channel text not null check (channel in ('slack', 'email', 'pagerduty', 'sms', 'webhook')),
  settings jsonb not null,
  secrets text[] not null default '{}',
  place text not null check (length(place) <= 400),
  rotating_until timestamptz,
  enabled boolean not null default true,
  off_reason text check (length(off_reason) <= 500),
  quiet jsonb,
  coalesce_repeats boolean not null,
  per_minute integer not null check (per_minute between 1 and 6000),
  burst integer not null check (burst between 1 and 1000),
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- The ledger outlives its destination.
  removed_at timestamptz,
  version integer not null default 1
);
create unique index destination_by_name on notifications.destination (workspace_id, lower(name)) where removed_at is null;
create index destination_in_order on notifications.destination (workspace_id, name, id) where removed_at is null;
select platform.protect('notifications.destination');
-- A callback from outside knows no workspace.
select platform.open_to_system('notifications.destination', 'select');

-- How a destination is doing: breaker and token bucket. Apart from the destination, which people change.
create table notifications.destination_state (
  destination_id uuid primary key references notifications.destination (id),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  failures integer not null default 0 check (failures >= 0),
  -- No attempt before it: the breaker is open, or the receiver asked for a pause.
  open_until timestamptz,
  -- No ordinary message before it: the bucket is empty.
  next_token_at timestamptz,
  tokens double precision not null,
  tokens_at timestamptz not null default now(),
  last_success_at timestamptz,
  last_failure_at timestamptz
);
create index destination_state_by_workspace on notifications.destination_state (workspace_id, destination_id);
select platform.protect('notifications.destination_state');
select platform.open_to_system('notifications.destination_state', 'select');

create table notifications.rule (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  name text not null check (length(name) between 1 and 100),
  enabled boolean not null default true,
  events text[] not null default '{}',
  severities text[] not null default '{}',
  categories text[] not null default '{}',
  asset_tags text[] not null default '{}',
  hours jsonb,
  quiet jsonb,
  destination_ids uuid[] not null check (cardinality(destination_ids) between 1 and 20),
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1
);
create unique index rule_by_name on notifications.rule (workspace_id, lower(name));
create index rule_in_order on notifications.rule (workspace_id, name, id);
select platform.protect('notifications.rule');

-- One row for each event and destination, written in the transaction of the event. The id is the idempotency key in every channel.
create table notifications.outbox (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  event_id uuid not null,
  destination_id uuid not null references notifications.destination (id),
  position bigint generated always as identity,
  ordering_key text not null check (length(ordering_key) between 1 and 200),
  event text not null check (length(event) between 1 and 60),
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  -- 0 is critical.
  rank smallint not null check (rank between 0 and 4),
  title text not null check (length(title) between 1 and 300),
  message jsonb not null,
  incident_id uuid,
  alert_id uuid,
  -- May go when the bucket is empty.
  urgent boolean not null,
  state text not null default 'queued' check (state in ('queued', 'sent', 'acknowledged', 'dead')),
  held text check (held in ('repeat', 'quiet')),
  digest_id uuid references notifications.outbox (id),
  digest_size integer not null default 0 check (digest_size >= 0),
  next_at timestamptz not null default now(),
  expires_at timestamptz not null,
  lease_until timestamptz,
  attempts integer not null default 0 check (attempts >= 0),
  -- Its token is spent: later attempts are free.
  charged boolean not null default false,
  reason text check (length(reason) <= 500),
  remote_id text check (length(remote_id) <= 300),
  replays integer not null default 0 check (replays >= 0),
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  check ((state = 'queued') = (finished_at is null)),
  check (held is null or state = 'queued' or digest_id is not null)
);
create unique index outbox_once on notifications.outbox (event_id, destination_id);
create index outbox_latest on notifications.outbox (workspace_id, created_at desc, id desc);
create index outbox_by_destination on notifications.outbox (workspace_id, destination_id, created_at desc, id desc);
create index outbox_by_incident on notifications.outbox (workspace_id, incident_id, created_at desc) where incident_id is not null;
create index outbox_by_alert on notifications.outbox (workspace_id, alert_id, created_at desc) where alert_id is not null;
create index outbox_of_digest on notifications.outbox (digest_id, rank, position) where digest_id is not null;
create index outbox_due on notifications.outbox (destination_id, next_at) where state = 'queued' and digest_id is null;
create index outbox_expiring on notifications.outbox (destination_id, expires_at) where state = 'queued' and digest_id is null;
create index outbox_to_send on notifications.outbox (destination_id, rank, position) where state = 'queued' and digest_id is null and held is null;
create index outbox_in_order on notifications.outbox (destination_id, ordering_key, position) where state = 'queued' and digest_id is null and held is null;
create index outbox_old on notifications.outbox (workspace_id, finished_at) where finished_at is not null;
select platform.protect('notifications.outbox');
select platform.open_to_system('notifications.outbox', 'select');

-- Every attempt, written when it starts: one without an end was cut off.
create table notifications.attempt (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  outbox_id uuid not null references notifications.outbox (id) on delete cascade,
  number integer not null check (number >= 1),
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  outcome text not null default 'unfinished' check (outcome in ('acknowledged', 'sent', 'retry', 'dead', 'unfinished')),
  http_status integer,
  answer text not null default '' check (length(answer) <= 2048),
  reason text check (length(reason) <= 500),
  remote_id text check (length(remote_id) <= 300),
  next_at timestamptz
);
create unique index attempt_of_outbox on notifications.attempt (outbox_id, number);
select platform.protect('notifications.attempt');

-- What a destination has heard of a fingerprint lately: decides between news and a repeat.
create table notifications.heard (
  destination_id uuid not null references notifications.destination (id),
  fingerprint text not null check (length(fingerprint) between 1 and 64),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  since timestamptz not null,
  worst_rank smallint not null check (worst_rank between 0 and 4),
  techniques text[] not null default '{}',
  asset_ids uuid[] not null default '{}',
  count integer not null default 1 check (count >= 1),
  primary key (destination_id, fingerprint)
);
create index heard_old on notifications.heard (workspace_id, since);
select platform.protect('notifications.heard');
