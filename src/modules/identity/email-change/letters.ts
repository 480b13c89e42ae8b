/** The mails of a change of address: the link to the new one, the warning to the old one, and that it happened. Tokens are made when they are sent. */
import { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import { defineJob } from '../../../platform/jobs/jobs.ts';
import { mailPerson } from '../../notifications/contract.ts';
import { newSessionToken } from '../sign-in/session-token.ts';
import { tokenHashOf } from '../sign-in/start-session.ts';
import { ownAddress } from '../single-sign-on/addresses.ts';
import { type Account, findAccount } from '../store.ts';
import { type EmailChange, findEmailChange, findWaitingChange, isAddressTakenAcrossWorkspaces, saveLinkHash } from './email-store.ts';

/** Minutes both links work. */
export const linkMinutes = 60;

export type Letter = { readonly to: string; readonly subject: string; readonly paragraphs: string[] };
type Person = Pick<Account, 'name'>;

/** Pure. */
export function confirmLetter({ newEmail }: Pick<EmailChange, 'newEmail'>, { name }: Person, token: string): Letter {
  return {
    to: newEmail,
    subject: 'Confirm your new address (AI-SPM)',
    paragraphs: [
      `Hello ${name},`,
      `this is to become the address of your account at ${ownAddress('/')}. Open this link within ${linkMinutes} minutes, in a browser where you are signed in there:`,
      // In the fragment: browsers send it to no server, so it stands in no log.
      ownAddress(`/email-change#confirm.${token}`),
      'Until then your account keeps the address it has.',
      'Did you not ask for this? Then do nothing: the link works for nobody but the person who is signed in to that account.',
    ],
  };
}

/** To who has the address already, in place of a link. Pure. */
export function takenLetter({ newEmail }: Pick<EmailChange, 'newEmail'>): Letter {
  return {
    to: newEmail,
    subject: 'Your address was named for another account (AI-SPM)',
    paragraphs: [
      'Hello,',
      `somebody wanted to give another account at ${ownAddress('/')} this address. It is the address of yours already, so nothing was changed.`,
      'Was it you? Sign in to that account and name another address. Was it not you? There is nothing to do; if this comes again, tell your admin.',
    ],
  };
}

/** Does not say which the new address is: whoever reads the old mailbox need not be the person any more. Pure. */
export function warningLetter({ oldEmail }: Pick<EmailChange, 'oldEmail'>, { name }: Person, token: string): Letter {
  return {
    to: oldEmail,
    subject: 'Your account is to get another address (AI-SPM)',
    paragraphs: [
      `Hello ${name},`,
      `somebody who is signed in to your account at ${ownAddress('/')}, probably you, asked for another e-mail address for it. It counts once a link in a mail to the new address was opened.`,
      `Was it you? Then there is nothing to do. Was it not you? Open this link within ${linkMinutes} minutes, whether or not it was done by then. It puts things back and ends all sessions:`,
      ownAddress(`/email-change#stop.${token}`),
      'Then set a new password from the sign-in page, and tell your admin.',
    ],
  };
}

/** To the old address, once another one counts. Pure. */
export function farewellLetter({ oldEmail, madeBy }: Pick<EmailChange, 'oldEmail' | 'madeBy'>, { name }: Person): Letter {
  return {
    to: oldEmail,
    subject: 'Your account has another address (AI-SPM)',
    paragraphs: [
      `Hello ${name},`,
      `${madeBy === null ? 'the new address was confirmed' : 'an admin changed the e-mail address'} of your account at ${ownAddress('/')}. Mail about it no longer goes to this one, and you sign in with the new one.`,
      madeBy === null
        ? 'Was it not you? The link in the mail before this one undoes it, within an hour of that mail. Afterwards only your admin can.'
        : 'Did you not agree to that? Tell your admin.',
    ],
  };
}

const letterKinds = ['confirm', 'warning', 'farewell'] as const;
type LetterKind = (typeof letterKinds)[number];

export const emailChangeJob = defineJob({
  kind: 'identity.email-change',
  title: 'Send a mail about a change of address',
  input: z.strictObject({ changeId: z.uuid(), letter: z.enum(letterKinds) }),
  retryLimit: 3,
  timeoutMs: 120_000,
  concurrency: 2,
  transient: true,
  run: async ({ changeId, letter }, { context }) => {
    await sendLetter(changeId, letter, context);
    return {};
  },
});

async function sendLetter(changeId: string, kind: LetterKind, context: Context): Promise<void> {
  const change = await transaction(context, () => findEmailChange(changeId), { readOnly: true });
  if (change === undefined) return;
  const letter = kind === 'confirm' ? await letterToNew(change, context) : await transaction(context, () => letterToOld(change, kind));
  if (letter === null) return;
  // No transaction waits for the mail server.
  const { outcome } = await call(mailPerson, { ...letter });
  if (outcome === 'retry') throw commonProblems.unavailable({ what: 'mail server' });
  await transaction(context, () =>
    audit.record({
      action: 'identity.send-email-change',
      resource: { type: 'users', id: change.accountId },
      outcome: outcome === 'sent' ? 'done' : 'failed',
      // Alike whether or not somebody has the address: who reads the log must not learn that of other workspaces.
      change: { after: { letter: kind } },
    }),
  );
}

/** Null: the change was stopped, replaced, or made void meanwhile. A second try of the job makes another token. */
async function letterToNew(change: EmailChange, context: Context): Promise<Letter | null> {
  const isTaken = await systemTransaction(() => isAddressTakenAcrossWorkspaces(change.newKey), { readOnly: true });
  return transaction(context, async () => {
    const person = await findAccount(change.accountId);
    const waiting = await findWaitingChange(change.accountId);
    if (!person?.active || waiting?.id !== change.id || waiting.credentialVersion !== person.credentialVersion) return null;
    if (isTaken) return takenLetter(change);
    const token = newSessionToken();
    await saveLinkHash(change.id, { confirmHash: tokenHashOf(token) });
    return confirmLetter(change, person, token);
  });
}

async function letterToOld(change: EmailChange, kind: 'warning' | 'farewell'): Promise<Letter | null> {
  const person = await findAccount(change.accountId);
  if (person === undefined) return null;
  if (kind === 'farewell') return farewellLetter(change, person);
  const token = newSessionToken();
  await saveLinkHash(change.id, { stopHash: tokenHashOf(token) });
  return warningLetter(change, person, token);
}
