/** What browsers and providers ask while somebody signs in by a provider, and what a person asks about their own connections. */
import { z } from 'zod';
import { type Endpoint, endpoint } from '../../../contract/endpoint.ts';
import { providerKinds, Slug } from './provider-contract.ts';

const tag = 'identity';
const Nothing = z.object({});
/** Opaque texts of our own making. */
const Token = z.string().min(20).max(200);

/** Sign-in leaves its own entries in the audit log, refused attempts included, in the workspace of the provider. */
function selfAudited<E extends Endpoint>(declared: E): E {
  return { ...declared, audit: false };
}

export const listSignInChoices = endpoint({
  method: 'GET',
  path: '/api/auth/providers',
  tag,
  operation: 'sign-in-choices',
  access: 'public',
  summary: 'Providers one can sign in with: name and kind, nothing else',
  input: Nothing,
  output: z.object({ items: z.array(z.object({ slug: z.string(), name: z.string(), kind: z.enum(providerKinds) })) }),
});

export const beginProviderSignIn = endpoint({
  method: 'GET',
  path: '/api/auth/providers/:slug/start',
  tag,
  operation: 'begin-provider-sign-in',
  access: 'public',
  kind: 'redirect',
  summary: 'Send the browser to the provider; its answer is taken in this browser alone, once, within 10 minutes',
  input: z.object({
    slug: Slug,
    next: z.string().max(2000).optional().describe('Path of ours to go to afterwards.'),
    fresh: z.boolean().optional().describe('The provider must ask the person anew, whatever session they have there.'),
  }),
  output: Nothing,
  ratePerMinute: 60,
});

export const openidCallback = endpoint({
  method: 'GET',
  path: '/api/auth/oidc/:slug/callback',
  tag,
  operation: 'openid-callback',
  access: 'public',
  kind: 'redirect',
  summary: 'Where OpenID Connect and OAuth 2.0 providers send people back',
  input: z.object({
    slug: Slug,
    state: z.string().max(500).optional(),
    code: z.string().max(4096).optional(),
    iss: z.string().max(2048).optional(),
    error: z.string().max(200).optional(),
    error_description: z.string().max(2000).optional(),
    session_state: z.string().max(500).optional(),
  }),
  output: Nothing,
  ratePerMinute: 120,
  timeoutMs: 60_000,
});

export const backChannelLogout = selfAudited(
  endpoint({
    method: 'POST',
    path: '/api/auth/oidc/:slug/back-channel-logout',
    tag,
    operation: 'back-channel-logout',
    access: 'public',
    body: 'form',
    summary: 'A provider says that a person signed out there (OpenID Connect Back-Channel Logout 1.0)',
    input: z.object({ slug: Slug, logout_token: z.string().max(16_384) }),
    output: z.object({ ended: z.int() }),
    maxBodyBytes: 32_768,
    ratePerMinute: 600,
  }),
);

export const samlMetadata = endpoint({
  method: 'GET',
  path: '/api/auth/saml/:slug/metadata',
  tag,
  operation: 'saml-metadata',
  access: 'public',
  kind: 'file',
  summary: 'What a SAML provider reads about us',
  input: z.object({ slug: Slug }),
  output: Nothing,
});

const RelayState = z.string().max(500).optional();
export const maxSamlBytes = 262_144;
export const samlAnswer = selfAudited(
  endpoint({
    method: 'POST',
    path: '/api/auth/saml/:slug/acs',
    tag,
    operation: 'saml-answer',
    access: 'public',
    kind: 'redirect',
    body: 'form',
    crossSite: true,
    summary: 'Assertion consumer service: takes a signed answer and sends the browser on to the place that knows it',
    input: z.object({
      slug: Slug,
      SAMLResponse: z
        .string()
        .min(1)
        .max(maxSamlBytes * 1.4),
      RelayState,
    }),
    output: Nothing,
    maxBodyBytes: maxSamlBytes * 2,
    ratePerMinute: 120,
    timeoutMs: 60_000,
  }),
);
export const samlFinish = endpoint({
  method: 'GET',
  path: '/api/auth/saml/:slug/finish',
  tag,
  operation: 'saml-finish',
  access: 'public',
  kind: 'redirect',
  summary: 'Second half of a SAML sign-in, in the browser that began it',
  input: z.object({ slug: Slug, ticket: Token }),
  output: Nothing,
  ratePerMinute: 120,
});
const Logout = {
  slug: Slug,
  SAMLRequest: z.string().max(maxSamlBytes).optional(),
  SAMLResponse: z.string().max(maxSamlBytes).optional(),
  RelayState,
  SigAlg: z.string().max(200).optional(),
  Signature: z.string().max(4096).optional(),
};
export const samlLogout = endpoint({
  method: 'GET',
  path: '/api/auth/saml/:slug/slo',
  tag,
  operation: 'saml-logout',
  access: 'public',
  kind: 'redirect',
  summary: 'Single logout service, by redirect: signed requests end sessions, answers lead back to the sign-in page',
  input: z.object(Logout),
  output: Nothing,
  ratePerMinute: 120,
});
export const samlLogoutPost = selfAudited(
  endpoint({
    method: 'POST',
    path: '/api/auth/saml/:slug/slo',
    tag,
    operation: 'saml-logout-post',
    access: 'public',
    kind: 'redirect',
    body: 'form',
    crossSite: true,
    summary: 'Single logout service, by form',
    input: z.object(Logout),
    output: Nothing,
    maxBodyBytes: maxSamlBytes * 2,
    ratePerMinute: 120,
  }),
);

export const ConnectedSignIn = z.object({
  id: z.uuid(),
  provider: z.object({ slug: z.string(), name: z.string(), kind: z.enum(providerKinds), enabled: z.boolean() }),
  email: z.string().nullable(),
  connectedAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  current: z.boolean().describe('This session came from it.'),
});
export const listConnectedSignIns = endpoint({
  method: 'GET',
  path: '/api/user/sign-ins',
  tag,
  operation: 'list-connected',
  access: 'signed-in',
  summary: 'Providers your account is connected to',
  input: Nothing,
  output: z.object({ items: z.array(ConnectedSignIn) }),
});
export const connectSignIn = endpoint({
  method: 'POST',
  path: '/api/user/sign-ins',
  tag,
  operation: 'connect-sign-in',
  access: 'signed-in',
  stepUp: true,
  summary: 'Begin to connect a provider to your account: sign in there once',
  input: z.strictObject({ slug: Slug }),
  output: z.object({ location: z.string() }),
  ratePerMinute: 30,
});
export const disconnectSignIn = endpoint({
  method: 'DELETE',
  path: '/api/user/sign-ins/:id',
  tag,
  operation: 'disconnect-sign-in',
  access: 'signed-in',
  stepUp: true,
  summary: 'Disconnect a provider from your account',
  input: z.object({ id: z.uuid() }),
  output: z.object({ id: z.uuid() }),
});
/** Signing out here and at the provider this session came from. */
export const leaveProvider = endpoint({
  method: 'POST',
  path: '/api/user/provider-sign-out',
  tag,
  operation: 'provider-sign-out',
  access: 'signed-in',
  summary: 'End this session and say where the browser goes to end it at the provider too; null: nowhere',
  input: Nothing,
  output: z.object({ location: z.string().nullable() }),
});
