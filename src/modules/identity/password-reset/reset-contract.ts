/** What may be asked about a forgotten password. */
import { z } from 'zod';
import { endpoint } from '../../../contract/endpoint.ts';
import { problems } from '../../../contract/problem.ts';

export const resetProblems = problems('identity', {
  resetWithoutMail: [409, 'This installation sends no mail. An admin makes you a link on the page of people.'],
  resetInvalid: [422, 'This link was not made here, was used, is older than 30 minutes, or was made void. Ask for a new one.'],
  noPassword: [409, 'This person signs in by a provider and has no password here.'],
});

const tag = 'identity';
/** 256 random bits. */
const Token = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'This is no token of ours.');

export const resetState = endpoint({
  method: 'GET',
  path: '/api/password-reset',
  tag,
  operation: 'password-reset-way',
  access: 'public',
  summary: 'Can a forgotten password be replaced by a link that comes by mail?',
  input: z.object({}),
  output: z.object({ byMail: z.boolean() }),
});

/** Records itself, in the workspace that is known once the address was looked up. */
export const requestReset = endpoint({
  method: 'POST',
  path: '/api/password-reset',
  tag,
  operation: 'request-password-reset',
  access: 'public',
  status: 202,
  audit: false,
  summary: 'Ask for a link by mail to set a new password; answers alike whether or not the address is known',
  description:
    'The link works once, for 30 minutes. Three an hour for an address, twenty for a network address; more are answered alike and send nothing. People who come by a provider only get none.',
  input: z.strictObject({ email: z.string().trim().max(254).pipe(z.email('This is not an e-mail address.')) }),
  output: z.object({}),
  ratePerMinute: 10,
  maxBodyBytes: 4096,
});

/** Records itself, with the person it is about. */
export const finishReset = endpoint({
  method: 'POST',
  path: '/api/password-reset/finish',
  tag,
  operation: 'finish-password-reset',
  access: 'public',
  audit: false,
  summary: 'Set a new password with the token of a link; ends all sessions, signs nobody in',
  input: z.strictObject({ token: Token, password: z.string().min(1, 'A password is needed.').max(512) }),
  output: z.object({ ended: z.int().describe('Sessions that were ended.') }),
  ratePerMinute: 20,
  maxBodyBytes: 16_384,
  timeoutMs: 60_000,
});

export const makeResetLink = endpoint({
  method: 'POST',
  path: '/api/users/:id/password-reset',
  tag,
  operation: 'make-reset-link',
  access: 'users:update',
  stepUp: true,
  status: 201,
  summary: 'Help somebody who forgot their password: sends the link by mail, or answers it once where no mail is sent',
  input: z.strictObject({ id: z.uuid() }),
  output: z.object({
    sentTo: z.string().nullable().describe('The address it goes to; null: pass the link on yourself.'),
    path: z.string().nullable().describe('Path of the link in this web app; shown this once.'),
    expiresAt: z.iso.datetime().nullable(),
  }),
});
