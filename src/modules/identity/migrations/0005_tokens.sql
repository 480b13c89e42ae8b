-- API keys, refresh tokens and the keys that sign access tokens.

create table identity.api_key (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  account_id uuid not null references identity.account (id),
  name text not null check (length(name) between 1 and 120),
  -- The readable part of the key: says in logs and lists which key it was.
  public_id text not null check (public_id ~ '^[a-z0-9]{12}$'),
  -- SHA-256 of the secret part: 256 random bits, so nothing has to be slow.
  secret_hash bytea not null check (length(secret_hash) = 32),
  -- Permissions; what the owner's role does not have (any more) gives nothing.
  scopes text[] not null check (cardinality(scopes) between 1 and 200),
  -- Networks it may be used from; empty: from anywhere.
  addresses cidr[] not null default '{}' check (cardinality(addresses) <= 50),
  requests_per_minute integer check (requests_per_minute between 1 and 100000),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  first_used_at timestamptz,
  last_used_at timestamptz,
  last_used_address text check (length(last_used_address) <= 64),
  revoked_at timestamptz,
  revoked_because text check (revoked_because in ('by-owner', 'by-admin', 'incident')),
  check ((revoked_at is null) = (revoked_because is null))
);
create unique index api_key_public_id on identity.api_key (public_id);
create index api_key_by_time on identity.api_key (workspace_id, created_at desc, id desc);
create index api_key_by_account on identity.api_key (account_id, created_at desc);
select platform.protect('identity.api_key');
revoke delete on identity.api_key from aispm_app;
select platform.open_to_system('identity.api_key', 'select, update');

-- All tokens that came from one exchange: they end together.
create table identity.token_family (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  account_id uuid not null references identity.account (id),
  -- Ends with the key it was exchanged for.
  api_key_id uuid references identity.api_key (id),
  scopes text[] not null check (cardinality(scopes) between 1 and 200),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_refreshed_at timestamptz,
  address text check (length(address) <= 64),
  user_agent text check (length(user_agent) <= 400),
  revoked_at timestamptz,
  revoked_because text check (revoked_because in ('by-owner', 'by-admin', 'by-bearer', 'reuse', 'incident', 'password-changed')),
  check ((revoked_at is null) = (revoked_because is null))
);
create index token_family_by_account on identity.token_family (account_id, created_at desc);
create index token_family_by_key on identity.token_family (api_key_id) where revoked_at is null;
select platform.protect('identity.token_family');
select platform.open_to_system('identity.token_family', 'select');

create table identity.refresh_token (
  -- SHA-256 of the token.
  token_hash bytea primary key check (length(token_hash) = 32),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  family_id uuid not null references identity.token_family (id) on delete cascade,
  issued_at timestamptz not null default now(),
  -- Used once: whoever shows it again has a copy, or somebody else does.
  used_at timestamptz
);
create index refresh_token_by_family on identity.refresh_token (family_id);
select platform.protect('identity.refresh_token');
select platform.open_to_system('identity.refresh_token', 'select');

-- Keys that sign access tokens. Of the installation, not of a workspace; the private part is sealed with a key that is not in the database.
create table identity.signing_key (
  id text primary key check (id ~ '^[A-Za-z0-9_-]{43}$'),
  public_key jsonb not null,
  sealed_private_key bytea not null check (length(sealed_private_key) < 1000),
  created_at timestamptz not null default now()
);
create index signing_key_by_time on identity.signing_key (created_at desc);
revoke all on identity.signing_key from aispm_app;
grant select, insert, delete on identity.signing_key to aispm_system;
