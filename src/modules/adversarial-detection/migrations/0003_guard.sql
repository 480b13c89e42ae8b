-- Model endpoints that callers reach through screening.
create table adversarial_detection.guard (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  name text not null check (name ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  asset_id uuid,
  profile_id uuid not null references adversarial_detection.profile (id),
  upstream text not null check (length(upstream) between 1 and 2048),
  -- A token for the upstream is kept sealed, outside of this table.
  has_token boolean not null default false,
  form text not null check (form in ('kserve-v2', 'openai', 'custom-json')),
  mapping jsonb not null,
  mode text not null default 'shadow' check (mode in ('shadow', 'enforce')),
  fail_mode text not null default 'open' check (fail_mode in ('open', 'closed')),
  timeout_ms integer not null default 10000 check (timeout_ms between 100 and 30000),
  enabled boolean not null default true,
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  version integer not null default 1,
  unique (workspace_id, name)
);
create index guard_of_profile on adversarial_detection.guard (workspace_id, profile_id);
select platform.protect('adversarial_detection.guard');

-- What each guard did, by hour.
create table adversarial_detection.guard_traffic (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  guard_id uuid not null references adversarial_detection.guard (id) on delete cascade,
  hour timestamptz not null,
  requests bigint not null default 0,
  screened bigint not null default 0,
  flagged bigint not null default 0,
  would_block bigint not null default 0,
  blocked bigint not null default 0,
  -- Refused before the upstream was asked; part of blocked.
  refused_before bigint not null default 0,
  unscreened bigint not null default 0,
  -- Bodies that could not be read, and were refused for it.
  invalid bigint not null default 0,
  upstream_failed bigint not null default 0,
  added_ms double precision not null default 0,
  upstream_ms double precision not null default 0,
  upstream_asked bigint not null default 0,
  -- Requests by the time they spent here and not at the upstream; the edges stand in guard/traffic-count.ts.
  added_buckets bigint[] not null,
  primary key (workspace_id, guard_id, hour)
);
select platform.protect('adversarial_detection.guard_traffic');
