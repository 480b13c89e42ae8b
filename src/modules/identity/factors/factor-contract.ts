/** What may be asked about second factors: proving one, having one, and which role must have one. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { eventKind } from '../../../contract/event.ts';
import { pageOf, paging } from '../../../contract/page.ts';
import { Role } from '../../../contract/permission.ts';
import { Assertion, AssertionOptions, Passkey } from '../passkeys/passkey-contract.ts';
import { CurrentUser } from '../people/person-contract.ts';

const tag = 'identity';
const noInput = z.strictObject({});

/** Digits of an authenticator app; spaces between them are how people type. */
const Code = z
  .string()
  .max(12)
  .transform((text) => text.replace(/ /g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'A code has 6 digits.'));
const RecoveryCode = z.string().min(8).max(64);
const SecondProof = z.strictObject({
  code: Code.optional(),
  recoveryCode: RecoveryCode.optional(),
  assertion: Assertion.optional(),
});
export type SecondProof = z.output<typeof SecondProof>;
const onlyOne = 'Give one proof, and only one.';

export const FactorKind = z.enum(['totp', 'webauthn', 'recovery']);
export type FactorKind = z.infer<typeof FactorKind>;

/* ——— the second step of a sign-in ——— */
const Ticket = z.string().min(1).max(2000).describe('From the answer identity.secondFactorNeeded; 5 minutes, once.');

/** Leaves its own entries in the audit log, refused attempts included. */
export const finishLogin = endpoint({
  method: 'POST',
  path: '/api/login/factor',
  summary: 'Finish a sign-in with a second factor; answers with a session cookie',
  description:
    'Wrong proofs count with wrong passwords, across sign-ins: after 5 the account waits 1 minute, doubling to 1 hour. Give one of code, recoveryCode and assertion.',
  access: 'public',
  input: SecondProof.extend({ ticket: Ticket }).refine(
    ({ code, recoveryCode, assertion }) => [code, recoveryCode, assertion].filter((one) => one !== undefined).length === 1,
    onlyOne,
  ),
  output: CurrentUser.extend({
    recoveryCodesLeft: z.int().min(0).nullable().describe('After one was used.'),
  }),
  tag,
  operation: 'finish-login',
  audit: false,
  ratePerMinute: 60,
  maxBodyBytes: 65_536,
});

export const loginFactorOptions = endpoint({
  method: 'POST',
  path: '/api/login/factor/options',
  summary: 'A challenge to finish a sign-in with a passkey or security key',
  access: 'public',
  input: z.strictObject({ ticket: Ticket }),
  output: AssertionOptions,
  tag,
  operation: 'login-factor-options',
  audit: false,
  ratePerMinute: 60,
  maxBodyBytes: 16_384,
});

/* ——— step-up ——— */

/** Leaves its own entries in the audit log, refused attempts included. */
export const verifySession = endpoint({
  method: 'POST',
  path: '/api/session/verify',
  summary: 'Prove again that it is you: opens sensitive changes for 5 minutes',
  description: 'Who has a second factor proves by it; a password alone is taken only from those who have none.',
  access: 'signed-in',
  enrolment: true,
  input: SecondProof.extend({ password: z.string().min(1).max(512).optional() }).refine(
    ({ code, recoveryCode, assertion, password }) =>
      [code, recoveryCode, assertion, password].filter((one) => one !== undefined).length === 1,
    onlyOne,
  ),
  output: z.object({ verifiedUntil: z.iso.datetime(), recoveryCodesLeft: z.int().min(0).nullable() }),
  tag,
  operation: 'verify-session',
  audit: false,
  ratePerMinute: 60,
  maxBodyBytes: 65_536,
  timeoutMs: 60_000,
});

export const verifySessionOptions = endpoint({
  method: 'POST',
  path: '/api/session/verify/options',
  summary: 'A challenge for one of your own passkeys or security keys',
  access: 'signed-in',
  enrolment: true,
  input: noInput,
  output: AssertionOptions,
  tag,
  operation: 'verify-session-options',
  audit: false,
  ratePerMinute: 60,
});

export const readVerification = endpoint({
  method: 'GET',
  path: '/api/session/verify',
  summary: 'Until when sensitive changes are open to you, and which proofs open them',
  access: 'signed-in',
  enrolment: true,
  input: z.object({}),
  output: z.object({
    verifiedUntil: z.iso.datetime(),
    factors: z.array(z.enum(['password', ...FactorKind.options])).describe('Empty: only signing in again does.'),
  }),
  tag,
  operation: 'read-verification',
});

/* ——— one's own factors ——— */
export const OwnFactors = z.object({
  totp: z.object({ since: z.iso.datetime(), lastUsedAt: z.iso.datetime().nullable() }).nullable(),
  passkeys: z.array(Passkey),
  recovery: z.object({
    left: z.int().min(0),
    madeAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable(),
  }),
  demanded: z.boolean().describe('The role must have a second factor: the last one cannot be removed.'),
  passkeysPossible: z.boolean().describe('false: PUBLIC_URL is no https address with a name.'),
});
export type OwnFactors = z.infer<typeof OwnFactors>;
export const listOwnFactors = endpoint({
  method: 'GET',
  path: '/api/user/factors',
  summary: 'Your second factors, passkeys and how many recovery codes are left',
  access: 'signed-in',
  enrolment: true,
  input: z.object({}),
  output: OwnFactors,
  tag,
  operation: 'list-factors',
});

export const startTotp = endpoint({
  method: 'POST',
  path: '/api/user/factors/totp',
  summary: 'Begin to enrol an authenticator app (RFC 6238): answers with the secret, shown this once',
  access: 'signed-in',
  enrolment: true,
  stepUp: true,
  input: noInput,
  output: z.object({
    secret: z.string().describe('Base32, to be typed where no picture can be read.'),
    uri: z.string().describe('otpauth: address.'),
    picture: z.object({
      size: z.int().describe('Modules a side, quiet zone included.'),
      path: z.string().describe('Dark modules as an SVG path in units of one module.'),
    }),
  }),
  tag,
  operation: 'start-totp',
  ratePerMinute: 30,
});

const Enrolled = z.object({
  recoveryCodes: z.array(z.string()).nullable().describe('Shown this once; null: you have some already.'),
  ended: z.int().describe('Other sessions that were ended.'),
});
export const confirmTotp = endpoint({
  method: 'POST',
  path: '/api/user/factors/totp/confirm',
  summary: 'Finish the enrolment with a code of the app',
  access: 'signed-in',
  enrolment: true,
  stepUp: true,
  input: z.strictObject({ code: Code }),
  output: Enrolled,
  tag,
  operation: 'confirm-totp',
  audit: 'identity.add-factor',
  ratePerMinute: 20,
});

export const removeTotp = endpoint({
  method: 'DELETE',
  path: '/api/user/factors/totp',
  summary: 'Remove the authenticator app; ends your other sessions',
  access: 'signed-in',
  stepUp: true,
  input: z.object({}),
  output: z.object({ ended: z.int() }),
  tag,
  operation: 'remove-totp',
  audit: 'identity.remove-factor',
});

export const renewRecoveryCodes = endpoint({
  method: 'POST',
  path: '/api/user/factors/recovery-codes',
  summary: 'Ten new recovery codes, shown this once; the old ones stop working',
  access: 'signed-in',
  enrolment: true,
  stepUp: true,
  input: noInput,
  output: z.object({ codes: z.array(z.string()) }),
  tag,
  operation: 'renew-recovery-codes',
});

/* ——— policy ——— */
export const RolePolicy = z.object({
  role: Role,
  demanded: z.boolean(),
  days: z.int().min(0).max(90).describe('Within which people of the role must have enrolled one.'),
  people: z.int().min(0).describe('Active people of the role.'),
  without: z.int().min(0).describe('Of them, without a second factor.'),
  overdue: z.int().min(0).describe('Of those, whose days are over.'),
});
export type RolePolicy = z.infer<typeof RolePolicy>;
export const readFactorPolicy = endpoint({
  method: 'GET',
  path: '/api/settings/second-factors',
  summary: 'Which role must have a second factor, and how many people have none yet',
  access: 'settings:read',
  input: z.object({}),
  output: z.object({ roles: z.array(RolePolicy) }),
  tag,
  operation: 'read-factor-policy',
});
export const changeFactorPolicy = endpoint({
  method: 'PATCH',
  path: '/api/settings/second-factors/:role',
  summary: 'Demand a second factor of a role, or no longer',
  description: 'When it is newly demanded, or fewer days are given, the days begin now.',
  access: 'settings:update',
  stepUp: true,
  input: z.strictObject({ role: Role, demanded: z.boolean(), days: z.int().min(0).max(90) }),
  output: RolePolicy,
  tag,
  operation: 'change-factor-policy',
});

/* ——— other people ——— */
export const SignIn = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  outcome: z
    .enum(['done', 'second-factor', 'failed', 'locked'])
    .describe('second-factor: the first proof was right, the second was asked for.'),
  method: z.enum(['password', 'passkey', 'openid-connect', 'oauth2', 'saml']),
  proofs: z.array(z.string()).describe('What was proved, also when it was refused then.'),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
});
export type SignIn = z.infer<typeof SignIn>;
export const listSignIns = endpoint({
  method: 'GET',
  path: '/api/users/:id/sign-ins',
  summary: 'How somebody signed in, or others tried to as them: 90 days, newest first',
  audit: `${tag}.list-sign-ins`,
  access: 'audit-logs:read',
  input: z.object({ id: z.uuid(), ...paging }),
  output: pageOf(SignIn),
  tag,
  operation: 'list-sign-ins',
});
export const removeFactorsOf = endpoint({
  method: 'DELETE',
  path: '/api/users/:id/factors',
  summary: 'Remove all second factors of somebody who lost them; ends their sessions',
  access: 'users:update',
  stepUp: true,
  input: z.object({ id: z.uuid() }),
  output: z.object({ removed: z.array(z.string()), ended: z.int() }),
  tag,
  operation: 'remove-factors-of',
});

/* ——— news ——— */

/** A recovery code was spent: its owner should know, whoever it was. */
export const recoveryCodeUsed = eventKind('recovery-code.used', z.object({ accountId: z.uuid(), left: z.int() }), 'audit-logs:read');
/** A signature counter went back: somebody has a copy of the key. */
export const passkeyCopied = eventKind('passkey.copied', z.object({ accountId: z.uuid(), passkeyId: z.uuid() }), 'audit-logs:read');
