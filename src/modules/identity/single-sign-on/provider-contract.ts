/** What may be asked about sign-in providers: OpenID Connect, OAuth 2.0 and SAML 2.0. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { Role } from '../../../contract/permission.ts';
import { problems } from '../../../contract/problem.ts';

export const singleSignOnProblems = problems('identity', {
  providerNotFound: [404, 'There is no sign-in provider {id}.'],
  providerSlugTaken: [409, 'Another provider has the short name {slug} already.'],
  providerFromEnvironment: [409, 'This provider is set by the environment of this installation (SIGN_IN_PROVIDERS) and is changed there.'],
  providerKindFixed: [422, 'The kind of a provider cannot be changed: make another one.'],
  identityNotFound: [404, 'You have no connected sign-in with the id {id}.'],
  identityInUse: [409, 'Another account is connected to this sign-in already.'],
  onlyWayIn: [409, 'This is the only way you can sign in: set another one up first.'],
  // What a person reads who could not sign in. None tells whether an address is known here.
  signInExpired: [422, 'This sign-in took too long, was used already, or began in another browser. Begin again.'],
  signInCancelled: [403, 'The provider did not sign you in: it was cancelled there, or you may not use this application.'],
  providerUnavailable: [503, 'The sign-in provider cannot be reached, or its settings here do not fit. Try again, or ask your admin.'],
  providerAnswer: [422, 'The answer of the sign-in provider was refused. Ask your admin: the audit log and a test sign-in say why.'],
  providerEmail: [
    403,
    'The sign-in provider named no e-mail address it has verified for you, or one that belongs to another account. Sign in the way you did before and connect this provider on your account page, or ask your admin.',
  ],
  providerNoAccount: [403, 'Nobody has given you access yet. Ask your admin.'],
  providerTenants: [
    503,
    'The issuer of the provider serves many tenants and its settings here do not fit: list the ids of the tenants that may sign in, or enter the issuer of one tenant.',
  ],
  logoutToken: [400, 'This logout token was refused: {reason}.'],
  // What a person reads whom signing out led through the provider.
  logoutRefused: [
    400,
    'The provider asked to sign you out here, and its request could not be trusted: you are still signed in. Sign out here, and tell your admin that the audit log says why.',
  ],
  signedOutHere: [
    502,
    'You are signed out here. The provider did not confirm that you are signed out there too: close the browser, or sign out there.',
  ],
});

const Line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'Control characters are not allowed.');
const Address = z.url({ protocol: /^https?$/ }).max(2048);
const ClaimName = z.string().trim().min(1).max(200);
const Scope = z
  .string()
  .max(100)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'A scope has no spaces and no quotes.');
const Scopes = z.array(Scope).max(20);
export const maxRoleRules = 100;

export const providerKinds = ['openid-connect', 'oauth2', 'saml'] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** As tokens write it: small letters. */
const Tenant = z.string().trim().toLowerCase().pipe(z.guid('A tenant id is 36 characters: 8-4-4-4-12.'));

export const OpenidSettings = z.strictObject({
  kind: z.literal('openid-connect'),
  issuer: Address.describe('Where discovery begins: /.well-known/openid-configuration is added.'),
  clientId: Line(300),
  scopes: Scopes.default(['openid', 'profile', 'email']),
  emailClaim: ClaimName.default('email'),
  nameClaim: ClaimName.default('name'),
  userinfo: z.boolean().default(false).describe('Ask the userinfo endpoint too, for claims that are not in the ID token.'),
  tenants: z
    .array(Tenant)
    .min(1)
    .max(50)
    .optional()
    .describe('For issuers that serve many tenants (Entra ID: common, organizations): the ids of those that may sign in, and nobody else.'),
});
export const OauthSettings = z.strictObject({
  kind: z.literal('oauth2'),
  authorizationUrl: Address,
  tokenUrl: Address,
  userUrl: Address.describe('Answers JSON about the person.'),
  emailsUrl: Address.nullable().default(null).describe('Answers a list of {email, primary, verified}, as GitHub does.'),
  clientId: Line(300),
  scopes: Scopes.default([]),
  subjectField: ClaimName.default('id').describe('Never changes and is never given to somebody else.'),
  emailClaim: ClaimName.default('email'),
  nameClaim: ClaimName.default('name'),
});
const Certificate = z
  .string()
  .trim()
  .max(8192)
  .regex(/^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----$/, 'A certificate in PEM form is needed.');
export const SamlSettings = z.strictObject({
  kind: z.literal('saml'),
  entityId: Line(1024).describe('Issuer of its answers.'),
  signOnUrl: Address.describe('Takes sign-in requests by redirect.'),
  signOutUrl: Address.nullable().default(null),
  certificates: z.array(Certificate).min(1).max(5).describe('Public certificates of its signatures; two while it changes them.'),
  emailAttribute: ClaimName.default('email'),
  nameAttribute: ClaimName.default('displayName'),
});
export const ProviderSettings = z.discriminatedUnion('kind', [OpenidSettings, OauthSettings, SamlSettings]);
export type ProviderSettings = z.output<typeof ProviderSettings>;
export type OpenidSettings = z.output<typeof OpenidSettings>;
export type OauthSettings = z.output<typeof OauthSettings>;
export type SamlSettings = z.output<typeof SamlSettings>;

export const RoleRule = z.strictObject({
  claim: ClaimName.describe('Name of the claim, or a path with dots: realm_access.roles.'),
  operator: z.enum(['is', 'starts-with', 'ends-with']).default('is'),
  value: z.string().min(1).max(500),
  role: Role,
});
export type RoleRule = z.output<typeof RoleRule>;

export const Reach = z
  .enum(['public', 'internal', 'loopback'])
  .describe('public: the internet. internal: private networks too. loopback: this machine alone, for trials, HTTP too.');

export const ProviderPolicy = z.strictObject({
  reach: Reach.default('public'),
  emailCounts: z
    .enum(['when-verified', 'always'])
    .default('when-verified')
    .describe('always: every address it names counts as verified. Only where your organisation gives out all of them.'),
  linkByEmail: z
    .boolean()
    .default(false)
    .describe(
      'Somebody with a verified address of an existing account lands in that account. Whoever runs the provider can then be anybody.',
    ),
  createPeople: z.boolean().default(true).describe('Somebody who comes for the first time gets an account.'),
  managesRoles: z.boolean().default(false).describe('The rules decide the role at each sign-in, not only at the first.'),
  roleRules: z.array(RoleRule).max(maxRoleRules).default([]).describe('The first that fits decides.'),
  defaultRole: Role.nullable().default(null).describe('When no rule fits. null refuses.'),
  secondFactorValues: z
    .array(Line(300))
    .max(20)
    .default([])
    .describe('Values of amr or acr (SAML: the authentication context) that count as a second factor.'),
});
export type ProviderPolicy = z.output<typeof ProviderPolicy>;

export const Slug = z
  .string()
  .max(40)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'Small letters, digits and hyphens.');
const Name = Line(80);
/** Never answered again. */
const Secret = z.string().min(1).max(2000);

export const SignInProvider = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  managedBy: z.enum(['page', 'environment']),
  settings: ProviderSettings,
  policy: ProviderPolicy,
  hasSecret: z.boolean(),
  version: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  people: z.int().min(0).describe('Accounts connected to it.'),
  addresses: z
    .object({
      callback: z.string().describe('Where it sends people back: redirect URI, or assertion consumer service.'),
      signOut: z.string().describe('Back-channel logout, or single logout service.'),
      afterSignOut: z.string().nullable().describe('Post-logout redirect URI; SAML has none.'),
      metadata: z.string().nullable().describe('SAML: what the provider reads about us, and our entity id.'),
    })
    .describe('What has to be entered at the provider.'),
});
export type SignInProvider = z.output<typeof SignInProvider>;

const tag = 'identity';
const shape = { tag, maxBodyBytes: 131_072 } as const;

export const listSignInProviders = endpoint({
  ...shape,
  method: 'GET',
  path: '/api/sign-in-providers',
  operation: 'list-providers',
  access: 'settings:read',
  summary: 'List sign-in providers with their settings; secrets are never answered',
  input: z.object({}),
  output: z.object({
    items: z.array(SignInProvider),
    origin: z.string().describe('Under which people come back from a provider: PUBLIC_URL, else this machine.'),
  }),
});
export const getSignInProvider = endpoint({
  ...shape,
  method: 'GET',
  path: '/api/sign-in-providers/:id',
  operation: 'read-provider',
  access: 'settings:read',
  summary: 'Read one sign-in provider',
  input: z.object({ id: z.uuid() }),
  output: SignInProvider,
});
export const ProviderDraft = z.strictObject({
  name: Name,
  slug: Slug.describe('Part of the addresses to enter at the provider: it never changes.'),
  settings: ProviderSettings,
  policy: ProviderPolicy.prefault({}),
  secret: Secret.optional().describe('Client secret; SAML has none. Sealed, never answered again.'),
});
export const createSignInProvider = endpoint({
  ...shape,
  method: 'POST',
  path: '/api/sign-in-providers',
  operation: 'create-provider',
  access: 'settings:create',
  stepUp: true,
  summary: 'Add a sign-in provider; it is off until it is enabled',
  input: ProviderDraft,
  output: SignInProvider,
  status: 201,
});
export const changeSignInProvider = endpoint({
  ...shape,
  method: 'PATCH',
  path: '/api/sign-in-providers/:id',
  operation: 'change-provider',
  access: 'settings:update',
  stepUp: true,
  summary: 'Change, enable or disable a sign-in provider; disabling ends the sessions it began',
  input: z.strictObject({
    id: z.uuid(),
    version: z.int().min(1).describe('The one that was read: a change in between is answered 409.'),
    name: Name.optional(),
    enabled: z.boolean().optional(),
    settings: ProviderSettings.optional(),
    policy: ProviderPolicy.optional(),
    secret: Secret.optional(),
  }),
  output: SignInProvider,
});
export const deleteSignInProvider = endpoint({
  ...shape,
  method: 'DELETE',
  path: '/api/sign-in-providers/:id',
  operation: 'delete-provider',
  access: 'settings:delete',
  stepUp: true,
  summary: 'Remove a sign-in provider and its connections; the accounts stay',
  input: z.object({ id: z.uuid() }),
  output: z.object({ id: z.uuid() }),
});

/** Where the page sends the browser next. */
const Next = z.object({ location: z.string() });

export const testSignInProvider = endpoint({
  ...shape,
  method: 'POST',
  path: '/api/sign-in-providers/:id/test',
  operation: 'test-provider',
  access: 'settings:update',
  summary: 'Begin a test sign-in: nobody is signed in and nothing is made; each check is reported',
  input: z.strictObject({ id: z.uuid() }),
  output: Next.extend({ test: z.uuid() }),
  ratePerMinute: 30,
});

export const CheckOutcome = z.enum(['passed', 'failed', 'not-reached']);
export const TestReport = z.object({
  id: z.uuid(),
  finished: z.boolean(),
  startedAt: z.iso.datetime(),
  checks: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      outcome: CheckOutcome,
      detail: z.string().nullable(),
      remedy: z.string().nullable().describe('What to do when it failed.'),
    }),
  ),
  claims: z.record(z.string(), z.unknown()).nullable().describe('What the provider said about you.'),
});
export type TestReport = z.output<typeof TestReport>;
export const readProviderTest = endpoint({
  ...shape,
  method: 'GET',
  path: '/api/sign-in-providers/:id/tests/:test',
  operation: 'read-provider-test',
  access: 'settings:read',
  summary: 'Read your own test sign-in: each check with its outcome',
  input: z.object({ id: z.uuid(), test: z.uuid() }),
  output: TestReport,
});

/** Claims as a provider says them: an object, whatever stands in it. Its size is bound by the body's. */
export const Claims = z.record(z.string().max(500), z.unknown());
export type Claims = z.output<typeof Claims>;
export const RoleDecision = z.object({
  role: Role.nullable(),
  why: z.string(),
  rules: z.array(z.object({ fits: z.boolean(), decides: z.boolean(), why: z.string() })),
});
export type RoleDecision = z.output<typeof RoleDecision>;
export const previewRole = endpoint({
  ...shape,
  method: 'POST',
  path: '/api/sign-in-providers/role-preview',
  operation: 'preview-role',
  access: 'settings:read',
  audit: false,
  summary: 'Which role claims would get, and why: nothing is changed',
  input: z.strictObject({
    roleRules: ProviderPolicy.shape.roleRules,
    defaultRole: ProviderPolicy.shape.defaultRole,
    claims: Claims,
  }),
  output: RoleDecision,
});
