create schema vulnerabilities;

-- A weakness is our own stable id for a cluster of names: a key made from it never changes when names are joined.
create table vulnerabilities.weakness (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  name text not null check (length(name) between 1 and 400),
  created_at timestamptz not null default now()
);
select platform.protect('vulnerabilities.weakness');

create table vulnerabilities.alias (
  workspace_id uuid not null default platform.current_workspace(),
  alias text not null check (length(alias) between 1 and 400),
  weakness_id uuid not null references vulnerabilities.weakness (id),
  source text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, alias)
);
select platform.protect('vulnerabilities.alias');

-- What the text index knows of a row: words people search for, and facets (f/<field>/<value>) that filters combine.
-- The workspace is a facet too, so that a small tenant never reads through a large one.
create function vulnerabilities.search_of(
  workspace_id uuid, words text, severity text, status text, environment text, asset_type text, owner text,
  assignee_id uuid, source text, kev boolean, malicious boolean, dated boolean
) returns tsvector
  language sql immutable parallel safe
  as $$
  select to_tsvector('simple', translate(left(words, 4000), '/\.-_:@!#()[]{}<>"''=,;+&|*', '                            '))
    || array_to_tsvector(array[
      'w/' || workspace_id::text,
      'f/severity/' || severity,
      'f/status/' || status,
      'f/live/' || (status in ('open', 'in_progress'))::text,
      'f/environment/' || coalesce(environment, 'unknown'),
      'f/asset_type/' || asset_type,
      'f/owner/' || coalesce('=' || left(owner, 200), 'unowned'),
      'f/assignee/' || coalesce(assignee_id::text, 'none'),
      'f/source/' || source,
      'f/kev/' || coalesce(kev::text, 'unknown'),
      'f/malicious/' || malicious::text,
      'f/dated/' || dated::text
    ])
  $$;
grant usage on schema vulnerabilities to aispm_app;
grant execute on function vulnerabilities.search_of to aispm_app;

create table vulnerabilities.vulnerability (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  number bigint generated always as identity,
  key bytea not null check (length(key) = 32),
  asset_id uuid not null,
  -- Facts of the asset as of the last news about it: lists filter and sort by them without a join.
  asset_name text not null,
  asset_type text not null,
  environment text,
  criticality text,
  data_classes text[] not null default '{}',
  exposure text not null default 'unknown',
  owner text,
  title text not null check (length(title) between 1 and 300),
  description text not null default '' check (length(description) <= 8000),
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  severity_rank smallint not null generated always as (
    case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end) stored,
  source_severity text,
  -- A person's or a score's severity stays when the source says something else.
  severity_fixed boolean not null default false,
  -- A person's words stay too.
  words_fixed boolean not null default false,
  status text not null default 'open' check (status in ('open', 'in_progress', 'resolved', 'false_positive', 'risk_accepted')),
  live boolean not null generated always as (status in ('open', 'in_progress')) stored,
  verification text check (verification in ('claimed', 'verified')),
  reason text,
  -- Millionths of a point.
  priority integer not null check (priority between 0 and 100000000),
  priority_low integer not null,
  priority_high integer not null,
  unknown_factors text[] not null default '{}',
  assignee_id uuid,
  assignee_name text,
  due_at timestamptz,
  -- Closed ones and those without a date stand at the end: one index serves all lists by due date.
  due_order timestamptz not null generated always as (
    case when status in ('open', 'in_progress') then coalesce(due_at, 'infinity'::timestamptz) else 'infinity'::timestamptz end) stored,
  due_fixed boolean not null default false,
  clock_started_at timestamptz not null,
  paused_ms bigint not null default 0,
  paused_at timestamptz,
  hold jsonb,
  acceptance jsonb,
  review_at timestamptz,
  -- Weaknesses and vulnerabilities are never deleted: rows that come by the hundred thousand do not ask for them one by one.
  weakness_id uuid not null,
  weakness text not null,
  component text not null,
  location text not null,
  source text not null,
  mark text not null,
  cve_id text,
  cvss_score double precision,
  cvss_vector text,
  kev boolean,
  epss double precision,
  malicious boolean not null default false,
  remedy text not null default '',
  fix_key text check (length(fix_key) = 64),
  finding_count integer not null default 0,
  reopened_count integer not null default 0,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  last_verified timestamptz not null,
  resolved_at timestamptz,
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  search tsvector not null generated always as (vulnerabilities.search_of(
    workspace_id, title || ' ' || weakness || ' ' || coalesce(cve_id, '') || ' ' || component || ' ' || location || ' ' || asset_name,
    severity, status, environment, asset_type, owner, assignee_id, source, kev, malicious, due_at is not null)) stored
) with (fillfactor = 85);
create unique index vulnerability_key on vulnerabilities.vulnerability (workspace_id, key);
create unique index vulnerability_number on vulnerabilities.vulnerability (workspace_id, number);
create index vulnerability_live_priority on vulnerabilities.vulnerability (workspace_id, priority desc, id desc) where live;
create index vulnerability_due on vulnerabilities.vulnerability (workspace_id, due_order, id);
create index vulnerability_severity on vulnerabilities.vulnerability (workspace_id, severity_rank, priority desc, id desc);
create index vulnerability_severity_due on vulnerabilities.vulnerability (workspace_id, severity_rank, due_order, id);
create index vulnerability_updated on vulnerabilities.vulnerability (workspace_id, updated_at desc, id desc);
create index vulnerability_priority on vulnerabilities.vulnerability (workspace_id, priority desc, id desc);
create index vulnerability_created on vulnerabilities.vulnerability (workspace_id, created_at desc);
create index vulnerability_asset on vulnerabilities.vulnerability (workspace_id, asset_id, live, priority desc, id desc);
create index vulnerability_fix on vulnerabilities.vulnerability (workspace_id, fix_key, priority desc, id desc) where live;
create index vulnerability_weakness on vulnerabilities.vulnerability (workspace_id, weakness, priority desc, id desc);
create index vulnerability_resolved on vulnerabilities.vulnerability (workspace_id, resolved_at) where resolved_at is not null;
-- Clocks that a job looks at: acceptances and holds that end, false positives to ask about again.
create index vulnerability_review on vulnerabilities.vulnerability (workspace_id, review_at) where review_at is not null;
create index vulnerability_search on vulnerabilities.vulnerability using gin (search) with (fastupdate = on);
select platform.protect('vulnerabilities.vulnerability');

-- Row-level security keeps PostgreSQL from using a text index before the policy, because @@ is not known to be leakproof.
-- This function filters by the workspace itself and gives out ids and what lists are sorted by, so that a list sorts its
-- matches without reading them a second time.
create function vulnerabilities.matching(query tsquery, most integer)
  returns table (id uuid, priority integer, severity_rank smallint, due_order timestamptz, updated_at timestamptz, created_at timestamptz)
  language sql stable security definer parallel safe
  set search_path = pg_catalog
  rows 1000
  as $$
  select v.id, v.priority, v.severity_rank, v.due_order, v.updated_at, v.created_at from vulnerabilities.vulnerability v
  where v.search @@ (quote_literal('w/' || platform.current_workspace()::text)::tsquery && query)
    and v.workspace_id = platform.current_workspace()
  limit most
  $$;
revoke all on function vulnerabilities.matching from public;
grant execute on function vulnerabilities.matching to aispm_app;

create table vulnerabilities.finding (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  key bytea not null check (length(key) = 32),
  vulnerability_id uuid not null references vulnerabilities.vulnerability (id),
  asset_id uuid not null,
  source text not null,
  rule_id text not null,
  title text not null,
  severity text not null,
  severity_rank smallint not null generated always as (
    case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end) stored,
  axis text not null,
  effect text,
  certainty text not null,
  why text not null,
  component text not null,
  location text not null,
  -- The file that was looked at, absolute; byte order, so that a folder is one range.
  path text collate "C",
  place text not null,
  evidence text not null,
  refs text[] not null default '{}',
  remedy text not null,
  mark text not null,
  malicious boolean not null default false,
  run_id text,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  gone_at timestamptz
) with (fillfactor = 85);
create unique index finding_key on vulnerabilities.finding (workspace_id, key);
create index finding_by_vulnerability on vulnerabilities.finding (workspace_id, vulnerability_id, last_seen desc, id desc);
create index finding_by_path on vulnerabilities.finding (workspace_id, source, path) where gone_at is null;
select platform.protect('vulnerabilities.finding');

-- Why a finding belongs to a vulnerability. Kept apart from the finding, so that joining can be taken back.
create table vulnerabilities.membership (
  workspace_id uuid not null default platform.current_workspace(),
  finding_id uuid not null,
  vulnerability_id uuid not null,
  reason text not null,
  joined_by text not null,
  at timestamptz not null default now(),
  undone_at timestamptz,
  primary key (finding_id, vulnerability_id)
);
create index membership_by_vulnerability on vulnerabilities.membership (workspace_id, vulnerability_id, at);
select platform.protect('vulnerabilities.membership');

create table vulnerabilities.history (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  vulnerability_id uuid not null,
  at timestamptz not null default now(),
  kind text not null,
  actor_kind text not null,
  actor_id text not null,
  actor_name text not null,
  before jsonb not null default '{}',
  after jsonb not null default '{}',
  why text not null default '' check (length(why) <= 8000),
  batch_id uuid
);
create index history_by_vulnerability on vulnerabilities.history (workspace_id, vulnerability_id, id desc);
select platform.protect('vulnerabilities.history', 'insert-only');

create table vulnerabilities.batch (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  job_id uuid,
  action jsonb not null,
  actor jsonb not null,
  state text not null default 'running' check (state in ('running', 'done', 'undone')),
  matched integer not null default 0,
  changed integer not null default 0,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index batch_by_time on vulnerabilities.batch (workspace_id, id desc);
select platform.protect('vulnerabilities.batch');

create table vulnerabilities.batch_row (
  workspace_id uuid not null default platform.current_workspace(),
  batch_id uuid not null references vulnerabilities.batch (id),
  vulnerability_id uuid not null references vulnerabilities.vulnerability (id),
  outcome text not null check (outcome in ('waiting', 'changed', 'refused', 'undone', 'kept')),
  code text,
  reason text,
  before jsonb,
  version_after integer,
  primary key (batch_id, vulnerability_id)
);
create index batch_row_waiting on vulnerabilities.batch_row (batch_id, vulnerability_id) where outcome = 'waiting';
select platform.protect('vulnerabilities.batch_row');
