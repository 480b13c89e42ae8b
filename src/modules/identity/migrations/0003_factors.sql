-- Second factors, passkeys, what a role demands of its people, and how they signed in.

alter table identity.account
  -- Grows with each change of password or factors: a sign-in that was begun under an older one cannot be finished.
  add column credential_version integer not null default 1 check (credential_version > 0),
  -- From when on the days count within which the policy of the role demands a second factor.
  add column factor_term_from timestamptz not null default now();

alter table identity.session
  -- Begun after that term was over, without a second factor: gives no permission until one is enrolled.
  add column enrolment_only boolean not null default false;

-- Time-based codes (RFC 6238). The secret lies sealed in platform.sealed_secret.
create table identity.totp_factor (
  account_id uuid primary key references identity.account (id),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  -- An enrolment waits for its first correct code; the factor before it, if any, goes on to work.
  pending_since timestamptz,
  confirmed_at timestamptz,
  -- The newest time step whose code was used: it and all before it are spent.
  last_step bigint not null default 0 check (last_step >= 0),
  last_used_at timestamptz
);
select platform.protect('identity.totp_factor');

create table identity.recovery_code (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  account_id uuid not null references identity.account (id),
  -- SHA-256 of 120 random bits, bound to the account.
  code_hash bytea not null check (length(code_hash) = 32),
  made_at timestamptz not null default now(),
  used_at timestamptz
);
create unique index recovery_code_once on identity.recovery_code (account_id, code_hash);
select platform.protect('identity.recovery_code');

-- Public keys of WebAuthn credentials.
create table identity.passkey (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  account_id uuid not null references identity.account (id),
  -- base64url; at most 1023 bytes (WebAuthn Level 3, 4).
  credential_id text not null check (length(credential_id) between 1 and 1364),
  public_key bytea not null check (length(public_key) between 1 and 4096),
  counter bigint not null check (counter >= 0),
  transports text[] not null default '{}',
  name text not null check (length(name) between 1 and 80),
  kind text not null check (kind in ('passkey', 'security-key')),
  backed_up boolean not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create unique index passkey_credential on identity.passkey (credential_id);
create index passkey_by_account on identity.passkey (account_id, created_at);
select platform.protect('identity.passkey');
-- A passkey says by itself whose it is: sign-in looks it up before any workspace is known.
select platform.open_to_system('identity.passkey', 'select');

-- Challenges that were handed out. Belongs to the installation: whoever signs in with a passkey has no workspace yet.
create table identity.passkey_challenge (
  challenge text primary key check (length(challenge) between 22 and 100),
  purpose text not null check (purpose in ('register', 'sign-in', 'second-factor', 'verify')),
  -- The account that may answer; null lets any passkey.
  account_id uuid references identity.account (id),
  expires_at timestamptz not null
);
create index passkey_challenge_age on identity.passkey_challenge (expires_at);
-- Update: rows are locked before they go.
grant select, insert, update, delete on identity.passkey_challenge to aispm_system;

-- A sign-in whose first proof was accepted and whose second is awaited.
create table identity.sign_in_ticket (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  account_id uuid not null references identity.account (id),
  credential_version integer not null,
  method text not null check (method in ('password', 'passkey', 'openid-connect', 'oauth2', 'saml')),
  proofs text[] not null,
  tries integer not null default 0,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index sign_in_ticket_by_account on identity.sign_in_ticket (account_id, expires_at);
select platform.protect('identity.sign_in_ticket');

-- What a role demands of its people. A role without a row has the default.
create table identity.factor_policy (
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  role text not null check (role in ('admin', 'ciso', 'compliance_officer', 'analyst', 'engineer', 'auditor')),
  demanded boolean not null,
  days integer not null check (days between 0 and 90),
  changed_at timestamptz not null default now(),
  primary key (workspace_id, role)
);
select platform.protect('identity.factor_policy');

-- How each person signed in, or somebody tried to as them. Kept for 90 days, at most 500 a person.
create table identity.sign_in (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  account_id uuid not null references identity.account (id),
  at timestamptz not null default now(),
  outcome text not null check (outcome in ('done', 'second-factor', 'failed', 'locked')),
  method text not null check (method in ('password', 'passkey', 'openid-connect', 'oauth2', 'saml')),
  proofs text[] not null default '{}',
  address text check (length(address) <= 64),
  user_agent text check (length(user_agent) <= 400)
);
create index sign_in_by_time on identity.sign_in (workspace_id, account_id, at desc, id desc);
select platform.protect('identity.sign_in');
