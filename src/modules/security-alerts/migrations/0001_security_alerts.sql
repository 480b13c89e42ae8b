create schema security_alerts;

create table security_alerts.alert (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  -- SHA-256 over what makes two alerts the same.
  fingerprint bytea not null check (length(fingerprint) = 32),
  title text not null check (length(title) between 1 and 300),
  description text not null default '' check (length(description) <= 8000),
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'informational')),
  state text not null default 'new' check (state in ('new', 'acknowledged', 'closed')),
  source text not null,
  asset_id uuid,
  asset_name text,
  vulnerability_id uuid,
  vulnerability_number text,
  count integer not null default 1 check (count >= 1),
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  acknowledged_by text,
  acknowledged_by_name text,
  acknowledged_at timestamptz,
  closed_by text,
  closed_by_name text,
  closed_at timestamptz,
  close_cause text,
  note text not null default '' check (length(note) <= 4000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  version integer not null default 1,
  search text not null generated always as (lower(title || ' ' || coalesce(asset_name, '') || ' ' || coalesce(vulnerability_number, ''))) stored,
  check ((state = 'closed') = (closed_at is not null))
);
create index alert_latest on security_alerts.alert (workspace_id, last_at desc, id desc);
create index alert_open on security_alerts.alert (workspace_id, last_at desc, id desc) where state <> 'closed';
create index alert_same on security_alerts.alert (workspace_id, fingerprint, last_at desc);
create index alert_by_asset on security_alerts.alert (workspace_id, asset_id, last_at desc) where asset_id is not null;
create index alert_by_vulnerability on security_alerts.alert (workspace_id, vulnerability_id, last_at desc) where vulnerability_id is not null;
select platform.protect('security_alerts.alert');
