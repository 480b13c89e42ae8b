/** What may be asked about passkeys and security keys (WebAuthn Level 3). */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { CurrentUser } from '../people/person-contract.ts';

const tag = 'identity';
/** Base64url of at most so many characters. */
const bytes = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/, 'This is not base64url.');
const Transport = z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']);
const Described = z.object({ id: z.string(), type: z.literal('public-key'), transports: z.array(Transport).optional() });
const Verification = z.enum(['required', 'preferred', 'discouraged']);
/** What a browser adds, of which nothing is used. */
const Extensions = z.object({}).default({});

/** What navigator.credentials.get takes, as JSON. */
export const AssertionOptions = z.object({
  challenge: z.string(),
  timeout: z.number().optional(),
  rpId: z.string().optional(),
  allowCredentials: z.array(Described).optional(),
  userVerification: Verification.optional(),
});
/** What it gives. */
export const Assertion = z.object({
  id: bytes(1364),
  rawId: bytes(1364),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: bytes(8192),
    authenticatorData: bytes(8192),
    signature: bytes(8192),
    userHandle: bytes(128).optional(),
  }),
  clientExtensionResults: Extensions,
});
export type Assertion = z.output<typeof Assertion>;

/** What navigator.credentials.create takes, as JSON. */
export const CreationOptions = z.object({
  rp: z.object({ id: z.string().optional(), name: z.string() }),
  user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
  challenge: z.string(),
  pubKeyCredParams: z.array(z.object({ alg: z.number(), type: z.literal('public-key') })),
  timeout: z.number().optional(),
  excludeCredentials: z.array(Described).optional(),
  authenticatorSelection: z
    .object({
      residentKey: Verification.optional(),
      requireResidentKey: z.boolean().optional(),
      userVerification: Verification.optional(),
    })
    .optional(),
  attestation: z.enum(['none']).optional(),
});
/** What it gives. */
export const Attestation = z.object({
  id: bytes(1364),
  rawId: bytes(1364),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: bytes(8192),
    attestationObject: bytes(65_536),
    transports: z.array(z.string().max(32)).max(10).optional(),
  }),
  clientExtensionResults: Extensions,
});
export type Attestation = z.output<typeof Attestation>;

export const PasskeyKind = z.enum(['passkey', 'security-key']).describe('passkey: signs in alone; security-key: only as a second factor.');
export const PasskeyName = z
  .string()
  .trim()
  .min(1, 'A name is needed.')
  .max(80)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'A name has no control characters.');
export const Passkey = z.object({
  id: z.uuid(),
  name: z.string(),
  kind: PasskeyKind,
  backedUp: z.boolean().describe('true: its keeper copies it to other devices; false: bound to one.'),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type Passkey = z.infer<typeof Passkey>;

export const passkeyOptions = endpoint({
  method: 'POST',
  path: '/api/user/passkeys/options',
  summary: 'Begin to add a passkey or security key',
  access: 'signed-in',
  enrolment: true,
  stepUp: true,
  input: z.strictObject({ kind: PasskeyKind }),
  output: CreationOptions,
  tag,
  operation: 'passkey-options',
  audit: false,
  ratePerMinute: 60,
});

/** Leaves its own entry in the audit log, in the transaction that keeps it. */
export const addPasskey = endpoint({
  method: 'POST',
  path: '/api/user/passkeys',
  summary: 'Add the passkey or security key the browser made',
  description: 'The first second factor comes with recovery codes, shown this once.',
  access: 'signed-in',
  enrolment: true,
  stepUp: true,
  input: z.strictObject({ name: PasskeyName, kind: PasskeyKind, response: Attestation }),
  output: z.object({ passkey: Passkey, recoveryCodes: z.array(z.string()).nullable() }),
  status: 201,
  maxBodyBytes: 131_072,
  tag,
  operation: 'add-passkey',
  audit: false,
  ratePerMinute: 60,
});

export const renamePasskey = endpoint({
  method: 'PATCH',
  path: '/api/user/passkeys/:id',
  summary: 'Name one of your passkeys',
  access: 'signed-in',
  input: z.strictObject({ id: z.uuid(), name: PasskeyName }),
  output: Passkey,
  tag,
  operation: 'rename-passkey',
});

export const removePasskey = endpoint({
  method: 'DELETE',
  path: '/api/user/passkeys/:id',
  summary: 'Remove one of your passkeys; ends your other sessions',
  access: 'signed-in',
  stepUp: true,
  input: z.object({ id: z.uuid() }),
  output: z.object({ ended: z.int().describe('Other sessions that were ended.') }),
  tag,
  operation: 'remove-passkey',
  audit: 'identity.remove-factor',
});

export const passkeySignInOptions = endpoint({
  method: 'POST',
  path: '/api/login/passkey/options',
  summary: 'A challenge to sign in with a passkey; the same for everybody',
  access: 'public',
  input: z.strictObject({}),
  output: AssertionOptions,
  tag,
  operation: 'passkey-sign-in-options',
  audit: false,
  ratePerMinute: 60,
  maxBodyBytes: 1024,
});

/** Leaves its own entry in the audit log, in the workspace that is known once the passkey was looked up. */
export const passkeySignIn = endpoint({
  method: 'POST',
  path: '/api/login/passkey',
  summary: 'Sign in with a passkey alone; answers with a session cookie',
  access: 'public',
  input: z.strictObject({ response: Assertion }),
  output: CurrentUser,
  tag,
  operation: 'passkey-sign-in',
  audit: false,
  ratePerMinute: 60,
  maxBodyBytes: 65_536,
});
