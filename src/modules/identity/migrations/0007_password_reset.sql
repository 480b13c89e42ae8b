-- Links with which somebody who forgot their password sets a new one.

create table identity.password_reset (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  account_id uuid not null references identity.account (id),
  -- SHA-256 of 256 random bits: a copy of this table opens nothing.
  token_hash bytea not null check (length(token_hash) = 32),
  -- A link made under an older password or older factors is void.
  credential_version integer not null,
  -- The admin who hands the link over; null: it went out by mail.
  made_by uuid references identity.account (id),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create unique index password_reset_token on identity.password_reset (token_hash);
create index password_reset_by_account on identity.password_reset (account_id, created_at desc);
select platform.protect('identity.password_reset');
-- Whoever follows a link has no workspace yet.
select platform.open_to_system('identity.password_reset', 'select');

-- How often a link was asked for. Belongs to the installation, as failed sign-ins do: an address a stranger types has no workspace.
-- subject is SHA-256 of the e-mail key, known or not, or of the network address that asks.
create table identity.password_reset_count (
  subject bytea primary key check (length(subject) = 32),
  begun_at timestamptz not null default now(),
  requests integer not null check (requests > 0)
);
create index password_reset_count_age on identity.password_reset_count (begun_at);
grant select, insert, update, delete on identity.password_reset_count to aispm_app, aispm_system;
