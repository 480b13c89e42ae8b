create schema federated_learning;

create table federated_learning.round (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  model_id text not null check (length(model_id) between 1 and 200),
  asset_id uuid,
  asset_name text,
  round integer not null check (round >= 0),
  assumed_malicious integer not null check (assumed_malicious >= 0),
  rule text not null check (rule in ('median', 'trimmed-mean', 'krum', 'multi-krum', 'bulyan', 'norm-clip', 'fltrust')),
  beta double precision check (beta >= 0 and beta < 0.5),
  clip_norm double precision check (clip_norm > 0),
  keep integer check (keep >= 1),
  state text not null default 'open' check (state in ('open', 'undecided', 'closed')),
  decision text check (decision in ('threat', 'no-threat', 'insufficient-evidence')),
  severity text check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  reason text,
  updates integer not null default 0,
  excluded integer not null default 0,
  suspects integer not null default 0,
  -- Ids of files in the workspace's folder.
  root_file_id uuid,
  aggregate_file_id uuid,
  checks jsonb not null default '[]',
  groups jsonb not null default '[]',
  aggregated jsonb not null default '[]',
  aggregate jsonb,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  version integer not null default 1,
  unique (workspace_id, model_id, round),
  check ((state = 'open') = (decision is null))
);
create index round_latest on federated_learning.round (workspace_id, created_at desc, id desc);
select platform.protect('federated_learning.round');

create table federated_learning.client_update (
  -- Also the name of its file.
  id uuid primary key,
  workspace_id uuid not null default platform.current_workspace(),
  round_id uuid not null references federated_learning.round (id) on delete cascade,
  client_id text not null check (length(client_id) between 1 and 200),
  samples bigint check (samples >= 1),
  format text not null check (format in ('safetensors', 'npz')),
  tensors integer not null,
  parameters integer not null,
  bytes bigint not null,
  sha256 text not null,
  received_at timestamptz not null default now(),
  verdict text check (verdict in ('accepted', 'suspect', 'excluded')),
  reasons jsonb not null default '[]',
  figures jsonb,
  unique (round_id, client_id)
);
create index client_update_by_client on federated_learning.client_update (workspace_id, client_id, round_id);
select platform.protect('federated_learning.client_update');
