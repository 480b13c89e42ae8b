-- The department of a person, and whether a workspace holds its engineers to the assets of their own.

alter table identity.account add column department text check (length(department) between 1 and 120);
-- Given by the one who invites.
alter table identity.invitation add column department text check (length(department) between 1 and 120);

-- A workspace without a row holds nobody to anything.
create table identity.department_rule (
  workspace_id uuid primary key default platform.current_workspace() references platform.workspace (id),
  own_only boolean not null,
  changed_at timestamptz not null default now()
);
select platform.protect('identity.department_rule');
-- Part of who sends a request, which is looked up before any workspace is known.
select platform.open_to_system('identity.department_rule', 'select');
