-- Monitors that run when their table changes, and whom their alerts go to by name.
alter table data_integrity.monitor
  add column on_change boolean not null default false,
  add column destinations jsonb not null default '[]',
  -- When the table changed and no run has begun since; and what came, when it is not what the monitor reads anyway.
  add column changed_at timestamptz,
  add column changed_source jsonb,
  add constraint monitor_changed check (changed_at is not null or changed_source is null);
create index monitor_changed on data_integrity.monitor (workspace_id, changed_at) where changed_at is not null;

-- An upload may be a new version of an asset's table.
alter table data_integrity.upload add column asset_id uuid;
