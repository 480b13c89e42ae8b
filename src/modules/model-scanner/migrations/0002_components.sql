-- Packages that the files of a scan ask for or fix.
create table model_scanner.component (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace(),
  scan_id uuid not null references model_scanner.scan (id) on delete cascade,
  path text not null,
  asset_id uuid,
  ecosystem text not null,
  name text not null,
  version text,
  requirement text,
  relation text not null,
  scope text not null,
  digest text,
  origin text,
  purl text not null,
  place text not null
);
create index component_of_scan on model_scanner.component (workspace_id, scan_id, id);
create index component_of_asset on model_scanner.component (workspace_id, asset_id, scan_id, id) where asset_id is not null;
select platform.protect('model_scanner.component');
