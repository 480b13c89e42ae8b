-- Why an asset may not be used (quarantine) or promoted (review) until somebody lets it go. Several may hold at once.
create table ai_assets.hold (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  asset_id uuid not null references ai_assets.asset (id),
  -- The quarantine or act that holds it.
  holder uuid not null,
  kind text not null check (kind in ('quarantine', 'review')),
  reason text not null check (length(reason) <= 4000),
  -- Where it goes back to when the last quarantine ends.
  lifecycle_before text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, asset_id, holder)
);
select platform.protect('ai_assets.hold');
