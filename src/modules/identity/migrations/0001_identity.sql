-- People, their sessions, invitations and failed sign-ins.

create schema identity;

create table identity.account (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  email text not null check (length(email) between 3 and 254),
  -- What two spellings of one address have in common: NFKC, lower case. Unique in the installation: people sign in without naming a workspace.
  email_key text not null check (length(email_key) between 3 and 254),
  name text not null check (length(name) between 1 and 120),
  role text not null check (role in ('admin', 'ciso', 'compliance_officer', 'analyst', 'engineer', 'auditor')),
  active boolean not null default true,
  -- Kinds of second factors enrolled. Empty until there are any.
  factors text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_sign_in_at timestamptz
);
create unique index account_email on identity.account (email_key);
create index account_by_name on identity.account (workspace_id, lower(name), id);
select platform.protect('identity.account');
revoke delete on identity.account from aispm_app;
select platform.open_to_system('identity.account', 'select');

-- Apart from the account, so that the application role can replace a hash but not read one: only system transactions can.
create table identity.credential (
  account_id uuid primary key references identity.account (id),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  password_hash text not null check (password_hash like '$scrypt$%' and length(password_hash) < 200),
  changed_at timestamptz not null default now()
);
select platform.protect('identity.credential');
revoke all on identity.credential from aispm_app;
grant insert, update on identity.credential to aispm_app;
grant select (account_id, workspace_id) on identity.credential to aispm_app;
select platform.open_to_system('identity.credential', 'select');

create table identity.session (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  account_id uuid not null references identity.account (id),
  -- SHA-256 of the cookie's value: a copy of this table signs nobody in.
  token_hash bytea not null check (length(token_hash) = 32),
  started_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_because text check (ended_because in ('signed-out', 'ended-by-owner', 'password-changed', 'locked-by-admin', 'too-many')),
  address text check (length(address) <= 64),
  user_agent text check (length(user_agent) <= 400),
  check ((ended_at is null) = (ended_because is null))
);
create unique index session_token on identity.session (token_hash);
create index session_running on identity.session (account_id, started_at desc) where ended_at is null;
create index session_by_account on identity.session (account_id, started_at);
select platform.protect('identity.session');
select platform.open_to_system('identity.session', 'select, update');

create table identity.invitation (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  email text not null check (length(email) between 3 and 254),
  role text not null check (role in ('admin', 'ciso', 'compliance_officer', 'analyst', 'engineer', 'auditor')),
  invited_by uuid not null references identity.account (id),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by uuid references identity.account (id),
  revoked_at timestamptz,
  check ((used_at is null) = (used_by is null)),
  check (used_at is null or revoked_at is null)
);
create index invitation_by_time on identity.invitation (workspace_id, created_at desc, id desc);
select platform.protect('identity.invitation');
revoke delete on identity.invitation from aispm_app;
select platform.open_to_system('identity.invitation', 'select');

-- Failed sign-ins. Belongs to the installation: an address typed by a stranger has no workspace.
-- subject is SHA-256 of the e-mail key, known or not, so that unknown addresses lock like known ones; address '' counts from everywhere.
create table identity.sign_in_failure (
  subject bytea not null check (length(subject) = 32),
  address text not null check (length(address) <= 64),
  failures integer not null default 0 check (failures >= 0),
  locked_until timestamptz,
  last_at timestamptz not null default now(),
  primary key (subject, address)
);
create index sign_in_failure_age on identity.sign_in_failure (last_at);
grant select, insert, update, delete on identity.sign_in_failure to aispm_app;
grant select on identity.sign_in_failure to aispm_system;

-- The one question about all workspaces that registration asks.
create function identity.somebody_is_registered() returns boolean
  language sql stable security definer set search_path = pg_catalog
  return exists (select from identity.account);
revoke all on function identity.somebody_is_registered() from public;
grant execute on function identity.somebody_is_registered() to aispm_app, aispm_system;
