-- The number of the newest event, kept apart from the events so that old ones can be dropped. One row.
create table platform.event_counter (
  singleton boolean primary key default true check (singleton),
  last bigint not null default 0 check (last >= 0)
);
insert into platform.event_counter default values;
grant select on platform.event_counter to aispm_app;
grant select, update on platform.event_counter to aispm_system;

-- Events a consumer could not handle after several tries: kept for a person, not retried for ever.
create table platform.dead_event (
  consumer text not null,
  seq bigint not null,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  reason text not null check (length(reason) <= 2000),
  at timestamptz not null default now(),
  primary key (consumer, seq)
);
select platform.protect('platform.dead_event');
