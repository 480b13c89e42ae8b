-- Databases whose tables are checked. What opens them is in platform.sealed_secret, under 'data-quality.connection/<id>'.
create table data_integrity.connection (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  name text not null check (length(name) between 1 and 80),
  kind text not null default 'postgresql' check (kind in ('postgresql')),
  host text not null check (length(host) between 1 and 300),
  port integer not null check (port between 0 and 65535),
  database text not null check (length(database) between 1 and 1000),
  user_name text not null check (length(user_name) between 1 and 1000),
  encryption text not null check (encryption in ('verified', 'unverified', 'none')),
  statement_timeout_ms integer not null check (statement_timeout_ms between 1000 and 600000),
  created_by text not null check (length(created_by) <= 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1
);
create unique index connection_by_name on data_integrity.connection (workspace_id, lower(name));
create index connection_by_time on data_integrity.connection (workspace_id, created_at desc, id desc);
select platform.protect('data_integrity.connection');

-- What moved out of its season is an alert of its own.
alter table data_integrity.alert drop constraint alert_kind_check;
alter table data_integrity.alert add constraint alert_kind_check
  check (kind in ('quality', 'rule', 'drift', 'anomalies', 'poisoning', 'series', 'run-failed', 'storm'));
