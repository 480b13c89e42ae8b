/** What may be asked of identity: registration, sign-in, people, invitations, sessions and the permission matrix. */
import { z } from 'zod';
import { type Endpoint, endpoint } from '../../contract/endpoint.ts';
import { eventKind } from '../../contract/event.ts';
import { pageOf, paging } from '../../contract/page.ts';
import { acts, Role, resources, specialRights } from '../../contract/permission.ts';
import { problems } from '../../contract/problem.ts';
import { Department } from './departments/department-contract.ts';
import { CurrentUser, User } from './people/person-contract.ts';

export * from './departments/department-contract.ts';
export * from './email-change/email-contract.ts';
export * from './factors/factor-contract.ts';
export * from './notices/notice-contract.ts';
export * from './passkeys/passkey-contract.ts';
export * from './password-reset/reset-contract.ts';
export { CurrentUser, FactorDemand, User } from './people/person-contract.ts';
export * from './posture/posture-contract.ts';
export * from './sign-in/browser-name.ts';
export * from './single-sign-on/provider-contract.ts';
export * from './single-sign-on/sign-in-contract.ts';
export * from './tokens/token-contract.ts';

export const identityProblems = problems('identity', {
  credentials: [401, 'E-mail or password is wrong.'],
  locked: [423, 'Too many failed sign-ins. Try again in {seconds} s.'],
  noSecondFactor: [422, 'No second factor is enrolled for this sign-in: leave mfa_code out.'],
  busy: [429, 'Too many people are signing in at this moment. Try again in {seconds} s.'],
  weakPassword: [422, 'This password cannot be used.'],
  currentPassword: [422, 'The current password is wrong.'],
  registrationClosed: [403, 'Registration is closed here: ask an admin for an invitation.'],
  invitationInvalid: [422, 'This invitation link was not made here, was used or revoked, or has expired. Ask for a new one.'],
  emailTaken: [409, 'Somebody with this e-mail address is registered already.'],
  userNotFound: [404, 'Nobody has the id {id}.'],
  sessionNotFound: [404, 'You have no session with the id {id}.'],
  invitationNotFound: [404, 'No open invitation has the id {id}.'],
  lastAdmin: [409, 'This is the last active admin. Make somebody else admin first.'],
  beyondYourRole: [403, 'You may only manage people, and give roles, whose permissions you have yourself.'],
  needsSession: [403, 'Only a person who is signed in with a session has these.'],
  secondFactorNeeded: [401, 'The first proof was right. Now the second factor: {factors}.'],
  ticketInvalid: [401, 'This sign-in took too long, was finished already or was made void. Begin again.'],
  code: [401, 'This code is wrong, was used already or is too old.'],
  passkeyRefused: [401, 'This passkey or security key was not accepted.'],
  enrolmentCode: [422, 'The app shows another code. Check that its clock is right, and try the next one.'],
  noEnrolment: [409, 'No enrolment is waiting for a code: it was finished, or took longer than 15 minutes. Begin again.'],
  noFactor: [404, 'There is nothing like that to remove.'],
  factorDemanded: [409, 'Your role must have a second factor. Enrol another one before you remove the last.'],
  proofNotTaken: [422, 'This account does not prove itself by that, but by {factors}.'],
  passkeyNotFound: [404, 'You have no passkey with the id {id}.'],
  passkeyTaken: [409, 'This passkey or security key is registered already.'],
  tooManyPasskeys: [409, 'You have {most} passkeys already. Remove one first.'],
  passkeysImpossible: [409, 'Passkeys need an address with a name and https: PUBLIC_URL is none.'],
});

/** Compared in lower case; kept as it was typed. */
const Email = z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'));
const Name = z
  .string()
  .trim()
  .min(1, 'A name is needed.')
  .max(120)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'A name has no control characters.');
/** Sent in full to the rules in password-rules.ts; here only the bound that protects the server. */
const Password = z.string().min(1, 'A password is needed.').max(512);

const tag = 'identity';

/**
 * Leaves its own entries in the audit log, refused attempts included: with the person as actor, in the transaction of the change,
 * and in a workspace that is known only once the address was looked up. The door adds none.
 */
function selfAudited<E extends Endpoint>(declared: E): E {
  return { ...declared, audit: false };
}

export const register = selfAudited(
  endpoint({
    method: 'POST',
    path: '/api/register',
    aliases: ['/auth/register'],
    summary: 'Register: the first person becomes admin, later ones need an invitation unless registration is open',
    access: 'public',
    input: z.strictObject({
      email: Email,
      name: Name,
      password: Password,
      invitation: z.string().max(2000).optional().describe('The token of an invitation link.'),
    }),
    output: CurrentUser,
    status: 201,
    tag,
    operation: 'register',
    ratePerMinute: 20,
    maxBodyBytes: 16_384,
    timeoutMs: 60_000,
  }),
);

export const login = selfAudited(
  endpoint({
    method: 'POST',
    path: '/api/login',
    aliases: ['/auth/login'],
    summary: 'Sign in with e-mail and password; answers with a session cookie',
    description:
      'Unknown address and wrong password answer alike. After 5 failures the account, and the account from this address, wait 1 minute, doubling to 1 hour. Who has a second factor gets 401 identity.secondFactorNeeded with a ticket for /api/login/factor, or gives its code at once as mfa_code.',
    access: 'public',
    input: z.strictObject({
      email: Email,
      password: Password,
      mfa_code: z.string().max(64).optional().describe('6 digits, or a recovery code.'),
    }),
    output: CurrentUser,
    tag,
    operation: 'login',
    ratePerMinute: 60,
    maxBodyBytes: 16_384,
    timeoutMs: 60_000,
  }),
);

export const logout = endpoint({
  method: 'POST',
  path: '/api/logout',
  aliases: ['/auth/logout'],
  summary: 'End this session',
  access: 'signed-in',
  enrolment: true,
  input: z.object({}),
  output: z.object({ ended: z.int() }),
  tag,
  operation: 'logout',
});

export const currentUser = endpoint({
  method: 'GET',
  path: '/api/user',
  aliases: ['/auth/user'],
  summary: 'Who am I: name, role, permissions, workspace',
  access: 'signed-in',
  enrolment: true,
  input: z.object({}),
  output: CurrentUser,
  tag,
  operation: 'whoami',
});

export const Registration = z.object({
  open: z
    .enum(['first-admin', 'first-by-provider', 'open', 'invite', 'closed'])
    .describe('Nobody is registered yet: first-admin, the first becomes admin; first-by-provider, an admin comes by a sign-in provider.'),
});
export const registrationState = endpoint({
  method: 'GET',
  path: '/api/registration',
  summary: 'Who may register here',
  access: 'public',
  input: z.object({}),
  output: Registration,
  tag,
  operation: 'registration',
});

export const listUsers = endpoint({
  method: 'GET',
  path: '/api/users',
  summary: 'List people',
  description: 'Reading is itself recorded, once a minute for a reader and what they ask.',
  access: 'users:read',
  input: z.object({
    ...paging,
    q: z.string().max(200).optional().describe('Part of name or e-mail.'),
    role: z.array(Role).min(1).max(6).optional().describe('One or more, joined by commas.'),
    active: z.boolean().optional(),
  }),
  output: pageOf(User),
  tag,
  operation: 'list-users',
  reading: { repeats: ['role', 'active'], resource: 'users' },
});

export const getUser = endpoint({
  method: 'GET',
  path: '/api/users/:id',
  summary: 'Read one person',
  access: 'users:read',
  audit: `${tag}.read-user`,
  input: z.object({ id: z.uuid() }),
  output: User,
  tag,
  operation: 'read-user',
});

export const changeUser = endpoint({
  method: 'PATCH',
  path: '/api/users/:id',
  summary: 'Change role or department, lock or unlock',
  description:
    'Takes effect on the next request of that person. Locking ends all their sessions, and so does a role that may do more than the one before.',
  access: 'users:update',
  stepUp: true,
  input: z
    .strictObject({
      id: z.uuid(),
      role: Role.optional(),
      active: z.boolean().optional(),
      department: Department.nullable().optional(),
      unlock: z.literal(true).optional().describe('Forget failed sign-ins.'),
    })
    .refine(
      ({ role, active, department, unlock }) => [role, active, department, unlock].some((given) => given !== undefined),
      'Nothing to change was given.',
    ),
  output: User,
  tag,
  operation: 'change-user',
});

export const Invitation = z.object({
  id: z.uuid(),
  email: z.string(),
  role: Role,
  department: z.string().nullable(),
  invitedBy: z.object({ id: z.uuid(), name: z.string() }),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  state: z.enum(['open', 'used', 'revoked', 'expired']),
});
export type Invitation = z.infer<typeof Invitation>;

export const inviteUser = endpoint({
  method: 'POST',
  path: '/api/users/invitations',
  summary: 'Invite somebody: answers with a signed link that works once, for 7 days',
  access: 'users:create',
  stepUp: true,
  input: z.strictObject({ email: Email, role: Role, department: Department.nullable().optional() }),
  output: Invitation.extend({
    token: z.string().describe('Shown this once; whoever has it registers as this address and role.'),
    path: z.string().describe('Path of the link in this web app.'),
  }),
  status: 201,
  tag,
  operation: 'invite',
});

export const listInvitations = endpoint({
  method: 'GET',
  path: '/api/users/invitations',
  summary: 'List invitations, newest first',
  description: 'Reading is itself recorded, once a minute for a reader and what they ask.',
  access: 'users:read',
  input: z.object({ ...paging, state: Invitation.shape.state.optional() }),
  output: pageOf(Invitation),
  tag,
  operation: 'list-invitations',
  reading: { repeats: ['state'], resource: 'invitations' },
});

export const revokeInvitation = endpoint({
  method: 'DELETE',
  path: '/api/users/invitations/:id',
  summary: 'Revoke an open invitation',
  access: 'users:delete',
  input: z.object({ id: z.uuid() }),
  output: Invitation,
  tag,
  operation: 'revoke-invitation',
});

export const Session = z.object({
  id: z.uuid(),
  current: z.boolean(),
  startedAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().describe('At the latest; earlier when it stays idle.'),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  method: z.enum(['password', 'passkey', 'openid-connect', 'oauth2', 'saml']),
  proofs: z.array(z.string()).describe('Names of RFC 8176 where it has one: pwd, otp, hwk, user; recovery, provider-mfa.'),
});
export type Session = z.infer<typeof Session>;

export const listSessions = endpoint({
  method: 'GET',
  path: '/api/sessions',
  summary: 'List your own running sessions, newest first',
  access: 'signed-in',
  enrolment: true,
  input: z.object({}),
  output: z.object({ items: z.array(Session) }),
  tag,
  operation: 'list-sessions',
});

export const endSession = endpoint({
  method: 'DELETE',
  path: '/api/sessions/:id',
  summary: 'End one of your sessions',
  access: 'signed-in',
  enrolment: true,
  input: z.object({ id: z.uuid() }),
  output: z.object({ ended: z.int() }),
  tag,
  operation: 'end-session',
});

export const endOtherSessions = endpoint({
  method: 'DELETE',
  path: '/api/sessions',
  summary: 'End all your other sessions',
  access: 'signed-in',
  enrolment: true,
  input: z.object({}),
  output: z.object({ ended: z.int() }),
  tag,
  operation: 'end-other-sessions',
});

export const changePassword = selfAudited(
  endpoint({
    method: 'POST',
    path: '/api/user/password',
    summary: 'Change your password; ends your other sessions',
    access: 'signed-in',
    enrolment: true,
    input: z.strictObject({ currentPassword: Password, newPassword: Password }),
    output: z.object({ ended: z.int().describe('Other sessions that were ended.') }),
    tag,
    operation: 'change-password',
    ratePerMinute: 20,
    maxBodyBytes: 16_384,
    timeoutMs: 60_000,
  }),
);

export const PermissionMatrix = z.object({
  roles: z.array(z.object({ role: Role, title: z.string(), worksWith: z.string() })),
  resources: z.array(
    z.object({
      resource: z.enum(resources),
      title: z.string(),
      grants: z.record(Role, z.array(z.enum(acts))),
    }),
  ),
  rights: z
    .array(z.object({ right: z.enum(specialRights), title: z.string(), roles: z.array(Role) }))
    .describe('Rights beside the four acts.'),
});
export type PermissionMatrix = z.infer<typeof PermissionMatrix>;

export const readPermissions = endpoint({
  method: 'GET',
  path: '/api/permissions',
  summary: 'Who may do what: the permission matrix',
  access: 'signed-in',
  input: z.object({}),
  output: PermissionMatrix,
  tag,
  operation: 'permissions',
});

/** Somebody keeps guessing the password of an account: 10 failures and each 10 more. */
export const signInAttacked = eventKind('sign-in.attacked', z.object({ accountId: z.uuid(), failures: z.int() }), 'users:read');
