-- Second places that refuse, and when they are asked again; notes that sign another log of the same size under one name.

-- Where a place has not kept what it was to keep. A row goes when it does.
create table audit_logs.anchor_failure (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  place text not null check (length(place) between 1 and 200),
  since timestamptz not null default now(),
  failures integer not null default 1 check (failures > 0),
  retry_at timestamptz not null,
  code text not null check (length(code) between 1 and 100),
  problem text not null check (length(problem) between 1 and 1000),
  primary key (workspace_id, place)
);
select platform.protect('audit_logs.anchor_failure');
revoke insert, update, delete on audit_logs.anchor_failure from aispm_app;

-- Who sends to a place that is told now and then, so that two processes do not tell it twice.
create table audit_logs.anchor_turn (
  place text primary key check (length(place) between 1 and 200),
  until timestamptz not null
);
revoke all on audit_logs.anchor_turn from public, aispm_app, aispm_system;

-- The largest of a place is asked for at each checkpoint.
create index anchor_of_place on audit_logs.anchor (workspace_id, place, size);

drop function audit_logs.not_anchored(text);
-- Newest checkpoints that a place does not have; how long to wait for the next try, and how long ago anything was put there.
create function audit_logs.not_anchored(kept_in text)
  returns table (workspace_id uuid, size bigint, note text, wait_ms double precision, last_ms double precision)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select c.workspace_id, c.size, c.note,
    coalesce((select extract(epoch from f.retry_at - now()) * 1000 from audit_logs.anchor_failure f where f.workspace_id = c.workspace_id and f.place = kept_in), 0),
    (select extract(epoch from now() - max(a.at)) * 1000 from audit_logs.head o
      cross join lateral (select a.at from audit_logs.anchor a where a.workspace_id = o.workspace_id and a.place = kept_in order by a.size desc limit 1) a)
  from audit_logs.head h
  cross join lateral (
    select c.workspace_id, c.size, c.note from audit_logs.checkpoint c where c.workspace_id = h.workspace_id order by c.size desc limit 1
  ) c
  where not exists (
    select from audit_logs.anchor a where a.workspace_id = c.workspace_id and a.size = c.size and a.place = kept_in
  )
  order by c.workspace_id
  $$;

-- The largest size of every log that is known to lie in a place.
create function audit_logs.anchored_to(kept_in text) returns table (workspace_id uuid, size bigint)
  language sql stable security definer set search_path = pg_catalog
  as $$
  select h.workspace_id, a.size from audit_logs.head h
  cross join lateral (
    select a.size from audit_logs.anchor a where a.workspace_id = h.workspace_id and a.place = kept_in order by a.size desc limit 1
  ) a
  $$;

create or replace function audit_logs.note_anchor(workspace uuid, tree_size bigint, kept_in text) returns void
  language sql security definer set search_path = pg_catalog
  as $$
  delete from audit_logs.anchor_failure f where f.workspace_id = workspace and f.place = kept_in;
  insert into audit_logs.anchor (workspace_id, size, place) values (workspace, tree_size, kept_in) on conflict do nothing
  $$;

-- Twice as long after each failure in a row, up to the longest. Answers how many in a row.
create function audit_logs.note_anchor_failure(
  workspace uuid, kept_in text, failure text, words text, first_wait_ms integer, longest_wait_ms integer
) returns integer
  language sql security definer set search_path = pg_catalog
  as $$
  insert into audit_logs.anchor_failure as f (workspace_id, place, retry_at, code, problem)
  values (workspace, kept_in, now() + make_interval(secs => first_wait_ms / 1000.0), failure, words)
  on conflict (workspace_id, place) do update set
    failures = f.failures + 1, code = excluded.code, problem = excluded.problem,
    retry_at = now() + make_interval(secs => least(first_wait_ms * 2.0 ^ least(f.failures, 20), longest_wait_ms) / 1000.0)
  returning f.failures
  $$;

-- True for one process at a time, until the time is up or the turn is ended.
create function audit_logs.take_turn(kept_in text, lease_ms integer) returns boolean
  language sql security definer set search_path = pg_catalog
  as $$
  with taken as (
    insert into audit_logs.anchor_turn as t (place, until) values (kept_in, now() + make_interval(secs => lease_ms / 1000.0))
    on conflict (place) do update set until = excluded.until where t.until <= now()
    returning 1
  )
  select exists (select from taken)
  $$;

create function audit_logs.end_turn(kept_in text) returns void
  language sql security definer set search_path = pg_catalog
  as $$
  delete from audit_logs.anchor_turn t where t.place = kept_in
  $$;

-- A place may hold more than is there (lost_to above first_index), or a signed note of another log of a size that is there.
alter table audit_logs.epoch drop constraint epoch_check, add constraint lost_something check (lost_to > 0);

revoke all on function
  audit_logs.not_anchored(text), audit_logs.anchored_to(text), audit_logs.note_anchor_failure(uuid, text, text, text, integer, integer),
  audit_logs.take_turn(text, integer), audit_logs.end_turn(text)
from public;
grant execute on function
  audit_logs.not_anchored(text), audit_logs.anchored_to(text), audit_logs.note_anchor_failure(uuid, text, text, text, integer, integer),
  audit_logs.take_turn(text, integer), audit_logs.end_turn(text)
to aispm_system;
