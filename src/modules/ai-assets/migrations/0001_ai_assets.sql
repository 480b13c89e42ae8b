-- The inventory of AI assets: what exists, how each field is known, where it was seen, how assets hang together, what happened.

create schema ai_assets;

create table ai_assets.asset (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  name text not null check (length(name) between 1 and 200),
  description text not null default '' check (length(description) <= 4000),
  type text not null check (type in ('model', 'dataset', 'pipeline', 'api', 'endpoint', 'infrastructure', 'agent', 'mcp_server', 'tool')),
  environment text check (environment in ('development', 'research', 'staging', 'production')),
  owner text check (length(owner) between 1 and 120),
  department text check (length(department) between 1 and 120),
  cloud_provider text check (length(cloud_provider) between 1 and 120),
  region text check (length(region) between 1 and 120),
  criticality text check (criticality in ('high', 'medium', 'low')),
  data_classes text[] not null default '{}',
  risk double precision check (risk between 0 and 100),
  risk_level text not null default 'unknown' check (risk_level in ('critical', 'high', 'medium', 'low', 'unknown')),
  -- Not assessed sorts behind every assessed asset; a plain descending index serves the list.
  risk_order double precision not null generated always as (coalesce(risk, -1)) stored,
  compliance_status text not null default 'unknown' check (compliance_status in ('compliant', 'partly', 'not_compliant', 'unknown')),
  lifecycle text not null default 'active' check (lifecycle in ('proposed', 'approved', 'active', 'deprecated', 'retired', 'quarantined')),
  -- Why it is retired: a person said so, or every source that proposed it no longer sees it. The second comes back by itself.
  retired_by text check (retired_by in ('person', 'source')),
  -- 1 for what someone must decide about.
  attention smallint not null generated always as (case lifecycle when 'proposed' then 1 else 0 end) stored,
  tags text[] not null default '{}',
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  sources text[] not null default '{}',
  -- field → {mark, source, at}: how the value in force is known.
  marks jsonb not null default '{}',
  -- field → {value, source}: what a machine last said, kept beside a person's value.
  observed jsonb not null default '{}',
  first_seen timestamptz,
  last_seen timestamptz,
  missing_since timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1 check (version >= 1),
  -- Name, description, tags, owner and keys as words; kept by the store.
  search_words text not null default '' check (length(search_words) <= 20000),
  search tsvector not null generated always as (to_tsvector('simple', search_words)) stored,
  check ((lifecycle = 'retired') = (retired_by is not null))
);
create index asset_by_attention on ai_assets.asset (workspace_id, attention desc, risk_order desc, id desc);
create index asset_by_risk on ai_assets.asset (workspace_id, risk_order desc, id desc);
create index asset_by_name on ai_assets.asset (workspace_id, name, id);
create index asset_by_last_seen on ai_assets.asset (workspace_id, last_seen desc nulls last, id desc);
create index asset_by_created on ai_assets.asset (workspace_id, created_at desc, id desc);
create index asset_by_updated on ai_assets.asset (workspace_id, updated_at desc, id desc);
create index asset_by_lifecycle on ai_assets.asset (workspace_id, lifecycle, risk_order desc, id desc);
create index asset_by_owner on ai_assets.asset (workspace_id, owner, risk_order desc, id desc) where owner is not null;
create index asset_by_search on ai_assets.asset using gin (search);
select platform.protect('ai_assets.asset');

-- What an asset is recognised by. A key belongs to one asset; keys may be as long as paths, so the index holds their hash.
create table ai_assets.natural_key (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  key_hash bytea not null check (length(key_hash) = 32),
  key text not null check (length(key) between 3 and 4200),
  asset_id uuid not null references ai_assets.asset (id),
  source text not null check (length(source) between 1 and 60),
  created_at timestamptz not null default now(),
  primary key (workspace_id, key_hash)
);
create index natural_key_by_asset on ai_assets.natural_key (asset_id);
select platform.protect('ai_assets.natural_key');

-- Where a source sees an asset. `run` is the walk that saw it last: what a later walk of the same place does not see, is gone.
create table ai_assets.sighting (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null references ai_assets.asset (id),
  source text not null check (length(source) between 1 and 60),
  place text not null check (length(place) between 1 and 4096),
  place_hash bytea not null check (length(place_hash) = 32),
  line integer check (line >= 1),
  evidence text not null check (length(evidence) <= 300),
  -- Hash of the key that names the observation: two observations of one walk never share an asset.
  named_by bytea not null check (length(named_by) = 32),
  run text check (length(run) between 1 and 80),
  first_seen timestamptz not null default now(),
  last_seen timestamptz not null default now(),
  gone_at timestamptz
);
create unique index sighting_of_place on ai_assets.sighting (workspace_id, source, asset_id, place_hash);
create index sighting_by_asset on ai_assets.sighting (asset_id, last_seen desc);
create index sighting_by_run on ai_assets.sighting (workspace_id, source, run) where gone_at is null;
select platform.protect('ai_assets.sighting');

create table ai_assets.dependency (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  from_asset uuid not null references ai_assets.asset (id),
  to_asset uuid not null references ai_assets.asset (id),
  kind text not null check (length(kind) between 1 and 40),
  mark text not null check (mark in ('static', 'observed', 'imported', 'declared', 'inferred')),
  source text not null check (length(source) between 1 and 60),
  run text check (length(run) between 1 and 80),
  valid_from timestamptz not null default now(),
  valid_to timestamptz,
  check (from_asset <> to_asset),
  check (valid_to is null or valid_to >= valid_from)
);
create unique index dependency_open on ai_assets.dependency (workspace_id, from_asset, to_asset, kind, source) where valid_to is null;
create index dependency_from on ai_assets.dependency (from_asset, kind) where valid_to is null;
create index dependency_to on ai_assets.dependency (to_asset, kind) where valid_to is null;
select platform.protect('ai_assets.dependency');

create table ai_assets.change (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null references ai_assets.asset (id),
  at timestamptz not null default now(),
  actor_kind text not null check (actor_kind in ('user', 'service', 'job', 'system')),
  actor_id text not null check (length(actor_id) between 1 and 200),
  action text not null check (length(action) between 1 and 40),
  fields text[] not null default '{}',
  before jsonb not null default '{}',
  after jsonb not null default '{}'
);
create index change_by_asset on ai_assets.change (workspace_id, asset_id, at desc, id desc);
select platform.protect('ai_assets.change', 'insert-only');

-- Text search reaches its index only outside the workspace policy (the operator is not leak-proof), so it filters by itself.
create function ai_assets.search(words text) returns setof uuid
  language sql stable security definer parallel safe set search_path = pg_catalog
  as $$
    select id from ai_assets.asset
    where workspace_id = platform.current_workspace() and search @@ to_tsquery('simple', words)
    limit 20000
  $$;
revoke all on function ai_assets.search(text) from public;
grant execute on function ai_assets.search(text) to aispm_app;
