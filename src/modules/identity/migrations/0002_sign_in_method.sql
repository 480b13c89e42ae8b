-- How a session began, with which proofs, and when its person last proved who they are (step-up).

alter table identity.session
  add column method text not null default 'password' check (method in ('password', 'passkey', 'openid-connect', 'oauth2', 'saml')),
  -- Names of RFC 8176 where it has one.
  add column proofs text[] not null default '{pwd}' check (proofs <@ array['pwd', 'otp', 'recovery', 'hwk', 'user', 'provider-mfa']),
  add column verified_at timestamptz not null default now();
-- Sessions from before this column proved nothing lately.
update identity.session set verified_at = started_at;

alter table identity.session drop constraint session_ended_because_check;
alter table identity.session add constraint session_ended_because_check check (ended_because in (
  'signed-out', 'ended-by-owner', 'password-changed', 'locked-by-admin', 'too-many', 'factors-changed', 'role-changed', 'ended-by-provider', 'ended-by-admin'));
