/** What may be asked about API keys and tokens. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { Permission } from '../../../contract/permission.ts';
import { problems } from '../../../contract/problem.ts';

export const tokenProblems = problems('identity', {
  bearer: [401, 'This key or token is not known, has expired, was revoked, or may not be used from your address.'],
  reasonNeeded: [422, 'Say why: the owner of the key reads it.'],
  keyNotFound: [404, 'No API key has the id {id}.'],
  tokenNotFound: [404, 'No tokens have the id {id}.'],
  beyondYourScopes: [422, 'A key or token can only do what you may do yourself: {scopes} is beyond that.'],
  network: [422, '{network} is no address and no network: write 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.'],
  tooManyKeys: [409, 'You have {most} keys that work. Revoke one first.'],
  refresh: [401, 'This refresh token is not known, has expired, or its tokens were ended. Sign in again.'],
  refreshReused: [401, 'This refresh token was used before. Somebody else may have it: all tokens of this sign-in were ended.'],
  nothingToExchange: [401, 'Send a session, an API key, or e-mail and password.'],
  keyRate: [429, 'This key may send {limit} requests a minute. Try again in {seconds} s.'],
});

const tag = 'identity';
const Scopes = z
  .array(Permission)
  .min(1, 'Choose at least one permission.')
  .max(200)
  .refine((list) => new Set(list).size === list.length, 'Each permission once.');

export const RevocationReason = z
  .string()
  .trim()
  .min(3, 'A reason is needed.')
  .max(300)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'A reason is one line.');

export const ApiKey = z.object({
  id: z.uuid(),
  name: z.string(),
  publicId: z.string().describe('The readable part: aispm_<public id>_….'),
  owner: z.object({ id: z.uuid(), name: z.string() }),
  scopes: z.array(Permission),
  addresses: z.array(z.string()).describe('Networks it may be used from; empty: from anywhere.'),
  requestsPerMinute: z.int().nullable().describe('In each process of the gateway.'),
  state: z.enum(['works', 'expired', 'revoked']),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable().describe('To the minute.'),
  lastUsedAddress: z.string().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  revokedBecause: z.enum(['by-owner', 'by-admin', 'incident']).nullable(),
  revokedReason: z.string().nullable().describe('In the words of whoever revoked it.'),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const listApiKeys = endpoint({
  method: 'GET',
  path: '/api/keys',
  summary: 'List API keys, newest first: your own, or those of everybody',
  description: 'Keys of others need audit-logs:read. Reading is itself recorded, once a minute for a reader and what they ask.',
  access: 'signed-in',
  input: z.object({
    ...paging,
    of: z.enum(['me', 'everybody']).default('me'),
    state: ApiKey.shape.state.optional(),
    expires: z.boolean().optional().describe('false: only keys that never do.'),
    q: z.string().max(200).optional().describe('Part of its name, its public id, or its owner.'),
  }),
  output: pageOf(ApiKey),
  tag,
  operation: 'list-keys',
  reading: { repeats: ['of', 'state', 'expires'], resource: 'keys' },
});

export const createApiKey = endpoint({
  method: 'POST',
  path: '/api/keys',
  summary: 'Make an API key; its text is answered this once',
  access: 'signed-in',
  stepUp: true,
  input: z.strictObject({
    name: z.string().trim().min(1, 'A name is needed.').max(120),
    scopes: Scopes,
    expiresInDays: z.int().min(1).max(3650).nullable().default(90).describe('null: it does not expire.'),
    addresses: z.array(z.string().trim().max(50)).max(50).default([]),
    requestsPerMinute: z.int().min(1).max(100_000).nullable().default(null),
  }),
  output: ApiKey.extend({ key: z.string().describe('Shown this once; only its hash is kept.') }),
  status: 201,
  tag,
  operation: 'create-key',
});

export const revokeApiKey = endpoint({
  method: 'DELETE',
  path: '/api/keys/:id',
  summary: 'Revoke an API key and every token that came from it, at once',
  description: 'Keys of others need users:update and a reason, which their owner reads.',
  access: 'signed-in',
  input: z.object({ id: z.uuid(), because: z.enum(['incident']).optional(), reason: RevocationReason.optional() }),
  output: ApiKey,
  tag,
  operation: 'revoke-key',
});

export const TokenAnswer = z.object({
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().describe('Seconds the access token is good for.'),
  refreshToken: z.string().describe('Works once: each refresh answers the next.'),
  refreshExpiresAt: z.iso.datetime(),
  scopes: z.array(Permission),
});
export type TokenAnswer = z.infer<typeof TokenAnswer>;

export const exchangeToken = {
  ...endpoint({
    method: 'POST',
    path: '/api/auth/token',
    summary: 'Exchange a session, an API key, or e-mail and password for an access token and a refresh token',
    description:
      'The access token is a JWT (EdDSA) for 10 minutes; its keys are at /.well-known/jwks.json. Scopes default to all that the exchanged proof may do.',
    access: 'public',
    input: z.strictObject({
      email: z.string().trim().max(254).optional(),
      password: z.string().min(1).max(512).optional(),
      mfa_code: z.string().max(64).optional(),
      scopes: Scopes.optional(),
    }),
    output: TokenAnswer,
    tag,
    operation: 'exchange-token',
    ratePerMinute: 60,
    maxBodyBytes: 16_384,
    timeoutMs: 60_000,
  }),
  // Records itself, with the person as actor.
  audit: false as const,
};

export const refreshAccess = {
  ...endpoint({
    method: 'POST',
    path: '/api/auth/refresh',
    summary: 'The next access token and the next refresh token',
    description: 'A refresh token that is shown a second time ends all tokens of its sign-in and raises an alert.',
    access: 'public',
    input: z.strictObject({ refreshToken: z.string().max(200) }),
    output: TokenAnswer,
    tag,
    operation: 'refresh-token',
    ratePerMinute: 120,
    maxBodyBytes: 4096,
  }),
  audit: false as const,
};

export const revokeByBearer = {
  ...endpoint({
    method: 'POST',
    path: '/api/auth/revoke',
    summary: 'End the tokens of a refresh token (RFC 7009)',
    description: 'Answers alike whether or not the token is known.',
    access: 'public',
    input: z.strictObject({ refreshToken: z.string().max(200) }),
    output: z.object({}),
    tag,
    operation: 'revoke-token',
    ratePerMinute: 60,
    maxBodyBytes: 4096,
  }),
  audit: false as const,
};

export const TokenFamily = z.object({
  id: z.uuid(),
  from: z.enum(['sign-in', 'api-key']),
  scopes: z.array(Permission),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  lastRefreshedAt: z.iso.datetime().nullable(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
});
export type TokenFamily = z.infer<typeof TokenFamily>;

export const listTokens = endpoint({
  method: 'GET',
  path: '/api/tokens',
  summary: 'List your running token sign-ins, newest first',
  access: 'signed-in',
  input: z.object({}),
  output: z.object({ items: z.array(TokenFamily) }),
  tag,
  operation: 'list-tokens',
});

export const revokeTokens = endpoint({
  method: 'DELETE',
  path: '/api/tokens/:id',
  summary: 'End the tokens of one sign-in',
  access: 'signed-in',
  input: z.object({ id: z.uuid() }),
  output: z.object({ ended: z.int() }),
  tag,
  operation: 'end-tokens',
});

export const endSessionsOf = endpoint({
  method: 'DELETE',
  path: '/api/users/:id/sessions',
  summary: 'End all sessions and tokens of somebody, who stays able to sign in; API keys stay',
  access: 'users:update',
  stepUp: true,
  input: z.object({ id: z.uuid() }),
  output: z.object({ sessions: z.int(), tokens: z.int() }),
  tag,
  operation: 'end-sessions-of',
});

export const jwks = endpoint({
  method: 'GET',
  path: '/.well-known/jwks.json',
  summary: 'The public keys that access tokens are signed with (RFC 7517)',
  access: 'public',
  input: z.object({}),
  output: z.object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.literal('EdDSA'),
      }),
    ),
  }),
  tag,
  operation: 'token-keys',
});

/** Somebody showed a refresh token that was used before. */
export const refreshReused = eventKind('identity.refresh-reused', z.object({ accountId: z.uuid(), familyId: z.uuid() }), 'users:read');
