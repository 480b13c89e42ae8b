/** What may be asked about another e-mail address for an account. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { problems } from '../../../contract/problem.ts';
import { User } from '../people/person-contract.ts';

export const emailProblems = problems('identity', {
  sameEmail: [422, 'This is the address the account has already.'],
  emailByProvider: [409, 'This account has no password here: its address came from the sign-in provider. An admin can change it.'],
  emailWithoutMail: [409, 'This installation sends no mail, so no address can be confirmed. An admin changes it on the page of people.'],
  emailChangeLimit: [429, 'Three changes an hour may be asked for, of one account and to one address. Try again later.'],
  emailChangeInvalid: [
    422,
    'This link was not made for this account, was used or stopped, is older than 60 minutes, or was made void. Begin again on your account page.',
  ],
  noEmailChange: [404, 'No change of your address is waiting.'],
  ownEmail: [409, 'Change your own address on your account page, where the new one is confirmed.'],
});

const tag = 'identity';
/** Compared in lower case; kept as it was typed. */
const Email = z.string().trim().max(254).pipe(z.email('This is not an e-mail address.'));
/** 256 random bits. */
const Token = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'This is no token of ours.');

export const emailState = endpoint({
  method: 'GET',
  path: '/api/user/email',
  tag,
  operation: 'email-state',
  access: 'signed-in',
  summary: 'Can I change my e-mail address, and is a change waiting to be confirmed?',
  input: z.object({}),
  output: z.object({
    changeable: z
      .enum(['yes', 'by-provider', 'without-mail'])
      .describe(
        'by-provider: no password here, the address came from the sign-in provider. without-mail: nothing could confirm the new address.',
      ),
    pending: z.object({ email: z.string(), expiresAt: z.iso.datetime() }).nullable(),
  }),
});

/** Records itself: the limit must count although it refuses. */
export const requestEmailChange = endpoint({
  method: 'POST',
  path: '/api/user/email',
  tag,
  operation: 'request-email-change',
  access: 'signed-in',
  stepUp: true,
  status: 202,
  audit: false,
  summary: 'Ask for another e-mail address: a link goes to it, and a warning with a link that stops it to the present one',
  description:
    'The present address counts until the link is opened in a session of the same person, within 60 minutes. Answers alike when somebody else has the address: then no link goes out.',
  input: z.strictObject({ email: Email }),
  output: z.object({}),
  ratePerMinute: 10,
  maxBodyBytes: 4096,
});

export const withdrawEmailChange = endpoint({
  method: 'DELETE',
  path: '/api/user/email',
  tag,
  operation: 'withdraw-email-change',
  access: 'signed-in',
  summary: 'Take back a change of your address that waits to be confirmed',
  input: z.object({}),
  output: z.object({}),
});

export const confirmEmailChange = endpoint({
  method: 'POST',
  path: '/api/user/email/confirm',
  tag,
  operation: 'confirm-email-change',
  access: 'signed-in',
  summary: 'Confirm your new address with the token of its link; ends your other sessions and tokens',
  input: z.strictObject({ token: Token }),
  output: z.object({ email: z.string(), ended: z.int().describe('Other sessions that were ended.') }),
  ratePerMinute: 20,
  maxBodyBytes: 4096,
});

/** Records itself, with the person it is about. */
export const stopEmailChange = endpoint({
  method: 'POST',
  path: '/api/user/email/stop',
  tag,
  operation: 'stop-email-change',
  access: 'public',
  audit: false,
  summary: 'Stop a change of address, or undo it within the hour, with the token sent to the old one; ends all sessions and tokens',
  input: z.strictObject({ token: Token }),
  output: z.object({
    state: z.enum(['stopped', 'undone', 'kept']).describe('kept: the new address counts already, and the old one cannot be put back.'),
    ended: z.int().describe('Sessions that were ended.'),
  }),
  ratePerMinute: 20,
  maxBodyBytes: 4096,
});

export const changeEmailOf = endpoint({
  method: 'POST',
  path: '/api/users/:id/email',
  tag,
  operation: 'change-email-of',
  access: 'users:update',
  stepUp: true,
  summary: 'Give somebody another e-mail address, at once; both addresses are told, all their sessions and tokens end',
  description: 'For who lost the old mailbox, or comes by a provider. Nobody confirms the new address: be sure that it is theirs.',
  input: z.strictObject({ id: z.uuid(), email: Email }),
  output: User,
  ratePerMinute: 20,
  maxBodyBytes: 4096,
});
