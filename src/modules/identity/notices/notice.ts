/**
 * Tells people by mail what changed about their account, and of sign-ins from a new kind of device (OWASP ASVS 5, 6.3.5 and 6.3.7). The
 * change does not wait for the mail: it leaves an event, whose consumer puts in a job. No secret, no address of a network, no words of others.
 */
import { hash } from 'node:crypto';
import type { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { call } from '../../../platform/http/call.ts';
import { defineJob, enqueue } from '../../../platform/jobs/jobs.ts';
import { mailPerson, mailSender } from '../../notifications/contract.ts';
import { readDevicesOf } from '../factors/sign-in-store.ts';
import { countRequest, dropStaleCounts } from '../password-reset/reset-store.ts';
import { deviceKind } from '../sign-in/browser-name.ts';
import { ownAddress } from '../single-sign-on/addresses.ts';
import { findAccount } from '../store.ts';
import { type AccountNews, accountChanged } from './notice-contract.ts';

/** Mails an hour and person: who changes a password in a loop must not fill somebody's mailbox. */
const mostInAnHour = 10;

type Device = Pick<Context, 'userAgent'>;
/** In the transaction of the change. */
export async function tellOwner(accountId: string, news: AccountNews, { userAgent }: Device): Promise<void> {
  await publish(accountChanged, { accountId, news, device: deviceKind(userAgent ?? null), at: new Date().toISOString() });
}

/** Before the sign-in itself is noted, in its transaction. The first one of all is of no device that could be told from others. */
export async function tellOfNewDevice(accountId: string, { userAgent }: Device): Promise<void> {
  const seen = await readDevicesOf(accountId);
  if (seen.length > 0 && !seen.some((one) => deviceKind(one) === deviceKind(userAgent ?? null)))
    await tellOwner(accountId, 'new-device', { userAgent });
}

type Changed = z.output<typeof accountChanged.payload>;
/** In a transaction of the event's workspace. Nothing is put in where no mail server takes mail to people. */
export async function askForMail(changed: Changed): Promise<void> {
  if (!(await call(mailSender, {})).available) return;
  await dropStaleCounts();
  if ((await countRequest(hash('sha256', `account-notice.${changed.accountId}`, 'buffer'))) > mostInAnHour) {
    await recordMail(changed, { outcome: 'denied', reason: 'identity.noticeLimit' });
    return;
  }
  await enqueue(noticeJob, changed, { subject: { type: 'users', id: changed.accountId } });
}

export const noticeJob = defineJob({
  kind: 'identity.account-notice',
  title: 'Tell a person that their account changed',
  input: accountChanged.payload,
  retryLimit: 3,
  timeoutMs: 120_000,
  concurrency: 2,
  transient: true,
  run: async (changed, { context }) => {
    const person = await transaction(context, () => findAccount(changed.accountId), { readOnly: true });
    if (!person?.active) return {};
    const letter = letterOf(changed, person.name);
    // No transaction waits for the mail server.
    const { outcome } = await call(mailPerson, { to: person.email, ...letter });
    if (outcome === 'retry') throw commonProblems.unavailable({ what: 'mail server' });
    if (outcome !== 'no-sender') await transaction(context, () => recordMail(changed, { outcome: outcome === 'sent' ? 'done' : 'failed' }));
    return {};
  },
});

type Ending = { readonly outcome: 'done' | 'failed' | 'denied'; readonly reason?: string };
function recordMail({ accountId, news }: Changed, ending: Ending): Promise<void> {
  return audit.record({
    action: 'identity.send-notice',
    resource: { type: 'users', id: accountId },
    change: { after: { news } },
    ...ending,
  });
}

const sentences: Readonly<Record<AccountNews, { readonly subject: string; readonly happened: string }>> = {
  'password-changed': { subject: 'Your password was changed', happened: 'The password of your account was changed' },
  'password-reset': { subject: 'Your password was set anew', happened: 'A new password was set for your account with a link' },
  'factor-added': { subject: 'An authenticator app was added', happened: 'An authenticator app was added to your account' },
  'passkey-added': { subject: 'A passkey or security key was added', happened: 'A passkey or security key was added to your account' },
  'factor-removed': { subject: 'A second factor was removed', happened: 'A second factor was removed from your account' },
  'factors-removed': { subject: 'Your second factors were removed', happened: 'An admin removed all second factors of your account' },
  'codes-renewed': {
    subject: 'New recovery codes were made',
    happened: 'New recovery codes were made for your account; the old ones are void',
  },
  'provider-connected': { subject: 'A way to sign in was added', happened: 'A sign-in provider was connected to your account' },
  'email-changed': {
    subject: 'Your e-mail address was changed',
    happened: 'The new e-mail address of your account, which is this one, was confirmed',
  },
  'email-changed-by-admin': {
    subject: 'An admin changed your e-mail address',
    happened: 'An admin made this the e-mail address of your account',
  },
  'email-change-stopped': {
    subject: 'A change of your address was stopped',
    happened: 'A change of the e-mail address of your account was stopped with a link, and all sessions ended',
  },
  'new-device': { subject: 'Sign-in from a new device', happened: 'Somebody, probably you, signed in to your account' },
};

/** Plain sentences; what a person can do if it was not they comes last and is always the same. Pure. */
export function letterOf({ news, device, at }: Changed, name: string): { subject: string; paragraphs: string[] } {
  const { subject, happened } = sentences[news];
  const moment = `${at.slice(0, 10)} at ${at.slice(11, 16)} UTC`;
  return {
    subject: `${subject} (AI-SPM)`,
    paragraphs: [
      `Hello ${name},`,
      `${happened} at ${ownAddress('/')} on ${moment}, with ${device}.`,
      'Was it you, or did you ask for it? Then there is nothing to do.',
      'Was it not you? Set a new password from the sign-in page now, end all sessions on your account page, and tell your admin.',
    ],
  };
}
