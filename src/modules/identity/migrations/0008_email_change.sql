-- Another e-mail address for an account: asked for with a link to the new address, stopped with a link to the old one.

create table identity.email_change (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  account_id uuid not null references identity.account (id),
  old_email text not null check (length(old_email) between 3 and 254),
  new_email text not null check (length(new_email) between 3 and 254),
  new_key text not null check (length(new_key) between 3 and 254),
  -- SHA-256 of 256 random bits each; null until its mail was made. A copy of this table opens nothing.
  confirm_hash bytea check (length(confirm_hash) = 32),
  stop_hash bytea check (length(stop_hash) = 32),
  -- A change that was asked for under an older password or older factors cannot be confirmed.
  credential_version integer not null,
  -- Who manages people and made it for somebody, at once; null: its owner asked for it.
  made_by uuid references identity.account (id),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  stopped_at timestamptz
);
create unique index email_change_confirm on identity.email_change (confirm_hash);
create unique index email_change_stop on identity.email_change (stop_hash);
create index email_change_by_account on identity.email_change (account_id, created_at desc);
create index email_change_age on identity.email_change (workspace_id, created_at);
select platform.protect('identity.email_change');
-- Whoever follows the link to the old address has no workspace yet.
select platform.open_to_system('identity.email_change', 'select');

alter table identity.session drop constraint session_ended_because_check;
alter table identity.session add constraint session_ended_because_check check (ended_because in (
  'signed-out', 'ended-by-owner', 'password-changed', 'locked-by-admin', 'too-many', 'factors-changed', 'role-changed', 'ended-by-provider', 'ended-by-admin',
  'email-changed'));
alter table identity.token_family drop constraint token_family_revoked_because_check;
alter table identity.token_family add constraint token_family_revoked_because_check check (revoked_because in (
  'by-owner', 'by-admin', 'by-bearer', 'reuse', 'incident', 'password-changed', 'email-changed'));
