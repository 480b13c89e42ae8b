-- What a client asked a model, as sketches: the inputs themselves are not kept.
create table adversarial_detection.stream (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  model_id text not null check (length(model_id) between 1 and 200),
  client_id text not null check (length(client_id) between 1 and 200),
  -- Features of an input; 0 while only sketches came.
  dimensions integer not null default 0 check (dimensions between 0 and 4096),
  -- At most 512 sketches of 72 bytes, the oldest first.
  ring bytea not null default '' check (length(ring) <= 65536),
  seen bigint not null default 0,
  dropped bigint not null default 0,
  -- Queries of each hour: [hour since 1970, count], the last 21 days.
  hours jsonb not null default '[]',
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  -- What each detector said last: the history that thresholds are learnt from.
  readings jsonb not null default '{}',
  looked_at_seen bigint not null default 0,
  detected_at timestamptz,
  detected text[] not null default '{}',
  unique (workspace_id, model_id, client_id)
);
create index stream_idle on adversarial_detection.stream (workspace_id, last_at, id);
select platform.protect('adversarial_detection.stream');

create table adversarial_detection.stream_eviction (
  workspace_id uuid not null default platform.current_workspace(),
  id uuid primary key default uuidv7(),
  model_id text not null,
  streams integer not null check (streams > 0),
  queries bigint not null,
  at timestamptz not null default now()
);
create index stream_eviction_by_model on adversarial_detection.stream_eviction (workspace_id, model_id, id);
select platform.protect('adversarial_detection.stream_eviction', 'insert-only');
