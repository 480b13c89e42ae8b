create schema advisories;

create table advisories.import (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  kind text not null check (kind in ('osv', 'kev', 'epss')),
  name text not null check (length(name) between 1 and 200),
  state text not null default 'running' check (state in ('running', 'done', 'failed')),
  data_date date,
  sha256 text not null check (length(sha256) = 64),
  bytes bigint not null,
  records integer not null default 0,
  changed integer not null default 0,
  rejected integer not null default 0,
  refused text[] not null default '{}',
  ecosystems text[] not null default '{}',
  imported_by text not null,
  imported_at timestamptz not null default now()
);
create index import_by_time on advisories.import (workspace_id, id desc);
select platform.protect('advisories.import');

create table advisories.advisory (
  workspace_id uuid not null default platform.current_workspace(),
  id text not null check (length(id) between 3 and 120),
  shown_id text not null,
  aliases text[] not null default '{}',
  summary text not null default '',
  severity text check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  cvss_score double precision,
  cvss_vector text,
  cwes text[] not null default '{}',
  malicious boolean not null default false,
  modified timestamptz not null,
  withdrawn boolean not null default false,
  -- Ecosystem and name, for people.
  packages text[] not null default '{}',
  import_id uuid not null,
  -- Words of the summary, ids as i/<id>, and the workspace as w/<id>: written by the importer, which knows them cheaper than a parser here.
  search tsvector not null,
  primary key (workspace_id, id)
);
create index advisory_by_time on advisories.advisory (workspace_id, modified desc, id desc);
create index advisory_search on advisories.advisory using gin (search) with (fastupdate = on, gin_pending_list_limit = 16384);
select platform.protect('advisories.advisory');

-- One row for each package an advisory speaks about; `spec` holds ranges and listed versions as the engine reads them.
create table advisories.affected (
  workspace_id uuid not null default platform.current_workspace(),
  ecosystem text not null,
  name text not null,
  advisory_id text not null,
  spec jsonb not null,
  primary key (workspace_id, ecosystem, name, advisory_id)
);
create index affected_by_advisory on advisories.affected (workspace_id, advisory_id);
select platform.protect('advisories.affected');

create table advisories.kev (
  workspace_id uuid not null default platform.current_workspace(),
  cve text not null,
  name text not null,
  added date,
  due date,
  ransomware boolean not null,
  import_id uuid not null,
  primary key (workspace_id, cve)
);
select platform.protect('advisories.kev');

create table advisories.epss (
  workspace_id uuid not null default platform.current_workspace(),
  cve text not null,
  probability double precision not null check (probability between 0 and 1),
  percentile double precision not null check (percentile between 0 and 1),
  score_date date,
  import_id uuid not null,
  primary key (workspace_id, cve)
);
select platform.protect('advisories.epss');

-- What the latest scan of each file said it asks for or fixes: compared again whenever advisories arrive.
create table advisories.component (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  asset_id uuid,
  scan_id uuid not null,
  path text collate "C" not null,
  ecosystem text not null,
  name text not null,
  version text,
  requirement text,
  origin text,
  relation text not null,
  purl text not null,
  place text not null
);
create index component_by_path on advisories.component (workspace_id, path);
create index component_by_package on advisories.component (workspace_id, ecosystem, name);
select platform.protect('advisories.component');

create table advisories.match (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  component_id uuid not null references advisories.component (id) on delete cascade,
  asset_id uuid,
  path text collate "C" not null,
  advisory_id text not null,
  ids text[] not null,
  records text[] not null,
  state text not null check (state in ('affected', 'possible', 'open', 'unknown')),
  fixed text,
  matched_at timestamptz not null default now()
);
create index match_by_component on advisories.match (component_id);
create index match_by_path on advisories.match (workspace_id, path, id);
create index match_by_asset on advisories.match (workspace_id, asset_id, id);
select platform.protect('advisories.match');

-- By any of its names: advisory records and their aliases.
create table advisories.match_name (
  workspace_id uuid not null default platform.current_workspace(),
  name text not null,
  match_id uuid not null references advisories.match (id) on delete cascade,
  primary key (workspace_id, name, match_id)
);
create index match_name_by_match on advisories.match_name (match_id);
select platform.protect('advisories.match_name');

-- Row-level security keeps PostgreSQL from using the text index before the policy: this function filters by the workspace itself.
create function advisories.matching(query tsquery, most integer) returns table (id text)
  language sql stable security definer parallel safe
  set search_path = pg_catalog
  rows 1000
  as $$
  select a.id from advisories.advisory a
  where a.search @@ (quote_literal('w/' || platform.current_workspace()::text)::tsquery && query)
    and a.workspace_id = platform.current_workspace()
  limit most
  $$;
revoke all on function advisories.matching from public;
grant usage on schema advisories to aispm_app;
grant execute on function advisories.matching to aispm_app;
