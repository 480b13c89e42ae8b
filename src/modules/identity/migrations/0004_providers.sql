-- Sign-in providers (OpenID Connect, OAuth 2.0, SAML), who came by them, and what is under way.

create table identity.provider (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  -- Part of addresses that are entered at the provider. Unique in the installation: a callback comes without a workspace.
  slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'),
  kind text not null check (kind in ('openid-connect', 'oauth2', 'saml')),
  name text not null check (length(name) between 1 and 80),
  enabled boolean not null default false,
  managed_by text not null default 'page' check (managed_by in ('page', 'environment')),
  version integer not null default 1,
  settings jsonb not null,
  policy jsonb not null,
  -- Secrets lie in platform.sealed_secret; this only says that there is one.
  has_secret boolean not null default false,
  -- SAML: the public half of our own key, PEM.
  certificate text check (length(certificate) <= 8192),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (settings ->> 'kind' = kind)
);
create unique index provider_slug on identity.provider (slug);
create index provider_by_name on identity.provider (workspace_id, name, id);
select platform.protect('identity.provider');
select platform.open_to_system('identity.provider', 'select');

-- Who somebody is at a provider, and here. The provider's own word for a person never changes; an e-mail address may.
create table identity.provider_link (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  provider_id uuid not null references identity.provider (id) on delete cascade,
  subject text not null check (length(subject) between 1 and 1024),
  account_id uuid not null references identity.account (id),
  email text check (length(email) <= 254),
  made_by text not null check (made_by in ('first-sign-in', 'verified-email', 'owner')),
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create unique index provider_link_subject on identity.provider_link (provider_id, subject);
create index provider_link_by_account on identity.provider_link (workspace_id, account_id, created_at);
select platform.protect('identity.provider_link');

-- One sign-in on its way to a provider and back: usable once, in one browser, for minutes.
create table identity.provider_request (
  id uuid primary key default uuidv7(),
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  provider_id uuid not null references identity.provider (id) on delete cascade,
  purpose text not null check (purpose in ('sign-in', 'connect', 'test')),
  -- Who tests or connects.
  account_id uuid references identity.account (id),
  -- SHA-256 of what the provider sends back unchanged (state, RelayState), and of the browser's cookie.
  state_hash bytea not null check (length(state_hash) = 32),
  browser_hash bytea not null check (length(browser_hash) = 32),
  nonce text check (length(nonce) <= 100),
  code_verifier text check (length(code_verifier) <= 200),
  saml_request_id text check (length(saml_request_id) <= 100),
  next text not null check (length(next) <= 2000),
  -- Asked for because a change wants a fresh proof: a session the person has at the provider does not do.
  fresh boolean not null default false,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  -- SAML: a verified answer waits for the browser that began.
  ticket_hash bytea check (length(ticket_hash) = 32),
  ticket_used_at timestamptz,
  arrival jsonb,
  -- Of a test: each check with its outcome.
  report jsonb
);
create unique index provider_request_state on identity.provider_request (state_hash);
create unique index provider_request_ticket on identity.provider_request (ticket_hash) where ticket_hash is not null;
create index provider_request_age on identity.provider_request (workspace_id, expires_at);
select platform.protect('identity.provider_request');

-- Assertions and logout tokens that were seen: none counts twice.
create table identity.provider_message (
  provider_id uuid not null references identity.provider (id) on delete cascade,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  digest bytea not null check (length(digest) = 32),
  expires_at timestamptz not null,
  primary key (provider_id, digest)
);
create index provider_message_age on identity.provider_message (workspace_id, expires_at);
select platform.protect('identity.provider_message');

-- Which sign-in at a provider a session came from: so that signing out there ends it here.
create table identity.provider_session (
  session_id uuid primary key references identity.session (id) on delete cascade,
  workspace_id uuid not null default platform.current_workspace() references platform.workspace (id),
  provider_id uuid not null references identity.provider (id) on delete cascade,
  subject text not null check (length(subject) between 1 and 1024),
  -- OpenID Connect: sid. SAML: SessionIndex.
  provider_session text check (length(provider_session) <= 500)
);
create index provider_session_by_subject on identity.provider_session (provider_id, subject);
select platform.protect('identity.provider_session');
