/** Another e-mail address for one's own account: asked for, confirmed from the new mailbox, stopped from the old one. */
import { hash } from 'node:crypto';
import type { Context } from '../../../contract/actor.ts';
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Problem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit, systemTransaction, transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { enqueue } from '../../../platform/jobs/jobs.ts';
import { mailSender } from '../../notifications/contract.ts';
import { ownSession } from '../account/own-account.ts';
import { identityProblems } from '../contract.ts';
import { tellOwner } from '../notices/notice.ts';
import { countRequest, dropStaleCounts } from '../password-reset/reset-store.ts';
import { asNobody } from '../people/person.ts';
import { emailKey } from '../sign-in/email-key.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { newSessionToken } from '../sign-in/session-token.ts';
import { sendSession, tokenHashOf } from '../sign-in/start-session.ts';
import {
  type Account,
  endSessions,
  findAccount,
  findSession,
  hasPassword,
  lockAccount,
  replaceSessionToken,
  voidBegunSignIns,
} from '../store.ts';
import { forgetBearers } from '../tokens/bearer.ts';
import { endFamilies } from '../tokens/token-store.ts';
import {
  type confirmEmailChange,
  emailProblems,
  type emailState,
  type requestEmailChange,
  type stopEmailChange,
} from './email-contract.ts';
import {
  type EmailChange,
  findStopLinkAcrossWorkspaces,
  findWaitingChange,
  insertEmailChange,
  lockStoppableChange,
  readChangesSince,
  saveAddress,
  stopChangesFrom,
  useEmailChange,
} from './email-store.ts';
import { emailChangeJob, linkMinutes } from './letters.ts';

/** Changes an hour, of an account and to an address: nobody's mailbox is filled by it. */
const mostInAnHour = 3;

export async function ownEmailState(context: RequestContext): Promise<OutputOf<typeof emailState>> {
  const person = await presentPerson(context);
  const waiting = await findWaitingChange(person.id);
  const isOpen = waiting !== undefined && waiting.credentialVersion === person.credentialVersion;
  return {
    changeable: await changeableBy(person),
    pending: isOpen ? { email: waiting.newEmail, expiresAt: waiting.expiresAt.toISOString() } : null,
  };
}

async function presentPerson(context: RequestContext): Promise<Account> {
  ownSession(context);
  const person = await findAccount(context.actor.id);
  if (!person?.active) throw identityProblems.needsSession();
  return person;
}

async function changeableBy({ id }: Account): Promise<OutputOf<typeof emailState>['changeable']> {
  if (!(await hasPassword(id))) return 'by-provider';
  return (await call(mailSender, {})).available ? 'yes' : 'without-mail';
}

/**
 * The same statements and answer whether or not somebody has the address: that is looked up when the mail is made.
 * @throws identity.sameEmail, identity.emailByProvider, identity.emailWithoutMail, identity.emailChangeLimit
 */
export async function askForEmailChange(
  { email }: ParsedInputOf<typeof requestEmailChange>,
  context: RequestContext,
): Promise<Record<string, never>> {
  ownSession(context);
  const refusal = await transaction(context, async () => {
    const person = await lockAccount(context.actor.id);
    if (!person?.active) throw identityProblems.needsSession();
    const wanted = { email, key: emailKey(email) };
    const refused = await refusalOf(person, wanted.key);
    if (refused === null) await beginChange(person, wanted);
    await audit.record({
      action: 'identity.request-email-change',
      resource: { type: 'users', id: person.id },
      ...(refused === null ? { outcome: 'done' } : { outcome: 'denied', reason: refused.code }),
      change: { after: { email } },
    });
    return refused;
  });
  if (refusal !== null) throw refusal;
  return {};
}

async function refusalOf(person: Account, key: string): Promise<Problem | null> {
  if (key === person.emailKey)
    return emailProblems.sameEmail({}, { issues: [{ path: 'email', message: 'This is your address already.' }] });
  const changeable = await changeableBy(person);
  if (changeable === 'by-provider') return emailProblems.emailByProvider();
  if (changeable === 'without-mail') return emailProblems.emailWithoutMail();
  await dropStaleCounts();
  const ofAccount = await countRequest(hash('sha256', `email-change.${person.id}`, 'buffer'));
  const toAddress = await countRequest(hash('sha256', `email-change-to.${key}`, 'buffer'));
  return ofAccount > mostInAnHour || toAddress > mostInAnHour ? emailProblems.emailChangeLimit() : null;
}

async function beginChange(person: Account, { email, key }: { email: string; key: string }): Promise<void> {
  const change = await insertEmailChange(
    {
      accountId: person.id,
      oldEmail: person.email,
      newEmail: email,
      newKey: key,
      credentialVersion: person.credentialVersion,
      madeBy: null,
    },
    { minutes: linkMinutes, isDone: false },
  );
  if (change === undefined) return;
  const subject = { type: 'users', id: person.id };
  for (const letter of ['warning', 'confirm'] as const) await enqueue(emailChangeJob, { changeId: change.id, letter }, { subject });
}

export async function withdrawOwnChange(context: RequestContext): Promise<Record<string, never>> {
  ownSession(context);
  const person = await lockAccount(context.actor.id);
  const waiting = person && (await findWaitingChange(person.id));
  if (waiting === undefined) throw emailProblems.noEmailChange();
  await stopChangesFrom(waiting);
  audit.subject({ type: 'users', id: waiting.accountId });
  return {};
}

/**
 * Only in a session of the person who asked: a link that reached a stranger, or was sent to one on purpose, opens nothing.
 * @throws identity.emailChangeInvalid, whatever is wrong with the link
 */
export async function confirmOwnEmail(
  { token }: ParsedInputOf<typeof confirmEmailChange>,
  context: RequestContext,
): Promise<OutputOf<typeof confirmEmailChange>> {
  const sessionId = ownSession(context);
  const person = await lockAccount(context.actor.id);
  if (!person?.active) throw identityProblems.needsSession();
  const change = await findWaitingChange(person.id);
  if (!change?.confirmHash?.equals(tokenHashOf(token)) || change.credentialVersion !== person.credentialVersion)
    throw emailProblems.emailChangeInvalid();
  // Somebody else confirmed it first: who reads that mailbox may know, but the sentence is the one for any dead link.
  if (!(await saveAddress(person.id, { email: change.newEmail, emailKey: change.newKey }))) throw emailProblems.emailChangeInvalid();
  await useEmailChange(change.id);
  const { ended } = await endWhatWasOpen(person.id, sessionId);
  await renewSession(sessionId, context);
  await enqueue(emailChangeJob, { changeId: change.id, letter: 'farewell' }, { subject: { type: 'users', id: person.id } });
  await tellOwner(person.id, 'email-changed', context);
  audit.subject({ type: 'users', id: person.id });
  audit.change({ before: { email: person.email }, after: { email: change.newEmail, endedSessions: ended } });
  return { email: change.newEmail, ended };
}

/** Sessions but this one, tokens, links to a new password that went to the old address, and sign-ins that were begun. */
export async function endWhatWasOpen(accountId: string, except?: string): Promise<{ ended: number; endedTokens: number }> {
  await voidBegunSignIns(accountId);
  const { length: ended } = await endSessions(accountId, 'email-changed', except === undefined ? {} : { except });
  const endedTokens = await endFamilies(accountId, 'email-changed');
  afterCommit(forgetRemembered);
  afterCommit(forgetBearers);
  return { ended, endedTokens };
}

async function renewSession(sessionId: string, context: RequestContext): Promise<void> {
  const session = await findSession(sessionId);
  if (session === undefined) return;
  const token = newSessionToken();
  await replaceSessionToken(sessionId, tokenHashOf(token));
  afterCommit(() => sendSession({ session, token }, context));
}

type Stopped = OutputOf<typeof stopEmailChange>;
/** Opens its own transactions: whoever follows the link has no workspace yet. @throws identity.emailChangeInvalid */
export async function stopChange({ token }: ParsedInputOf<typeof stopEmailChange>, context: RequestContext): Promise<Stopped> {
  const found = await systemTransaction(() => findStopLinkAcrossWorkspaces(tokenHashOf(token)), { readOnly: true });
  if (found === undefined) throw emailProblems.emailChangeInvalid();
  return transaction(asNobody(context, found.workspaceId), () => stopOnce(found, context));
}

async function stopOnce({ id, accountId }: Pick<EmailChange, 'id' | 'accountId'>, context: Context): Promise<Stopped> {
  const person = await lockAccount(accountId);
  const change = await lockStoppableChange(id);
  if (person === undefined || change === undefined) throw emailProblems.emailChangeInvalid();
  const state = await undo(change);
  await stopChangesFrom(change);
  const { ended, endedTokens } = await endWhatWasOpen(accountId);
  await tellOwner(accountId, 'email-change-stopped', context);
  await audit.record({
    action: 'identity.stop-email-change',
    resource: { type: 'users', id: accountId },
    outcome: 'done',
    change: {
      before: { email: person.email },
      after: { ...(state === 'undone' ? { email: change.oldEmail } : {}), state, endedSessions: ended, endedTokens },
    },
  });
  return { state, ended };
}

/** Whatever was confirmed from this change on is undone, but not what somebody who manages people decided since. */
async function undo(change: EmailChange): Promise<Stopped['state']> {
  const { anyUsed, anyByOthers } = await readChangesSince(change);
  if (!anyUsed) return 'stopped';
  if (anyByOthers) return 'kept';
  const isBack = await saveAddress(change.accountId, { email: change.oldEmail, emailKey: emailKey(change.oldEmail) });
  return isBack ? 'undone' : 'kept';
}
