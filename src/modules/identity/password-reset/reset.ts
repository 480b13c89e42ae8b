/** A forgotten password: a link by mail, or from an admin; one new password by it, and nothing else. */
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Context } from '../../../contract/actor.ts';
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit, systemTransaction, transaction } from '../../../platform/database/database.ts';
import { call } from '../../../platform/http/call.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { defineJob, enqueue } from '../../../platform/jobs/jobs.ts';
import { mailPerson, mailSender } from '../../notifications/contract.ts';
import { hashPassword } from '../account/password-hash.ts';
import { passwordIssue } from '../account/password-rules.ts';
import { identityProblems } from '../contract.ts';
import { tellOwner } from '../notices/notice.ts';
import { demandReach } from '../people/people.ts';
import { asNobody } from '../people/person.ts';
import { emailKey, failureSubject } from '../sign-in/email-key.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { newSessionToken } from '../sign-in/session-token.ts';
import { addressOf } from '../sign-in/sign-in-failure.ts';
import { tokenHashOf } from '../sign-in/start-session.ts';
import { ownAddress } from '../single-sign-on/addresses.ts';
import {
  type Account,
  endSessions,
  findSignInAcrossWorkspaces,
  firstWorkspaceAcrossWorkspaces,
  forgetFailures,
  hasPassword,
  lockAccount,
  replacePasswordHash,
  voidBegunSignIns,
} from '../store.ts';
import { forgetBearers } from '../tokens/bearer.ts';
import { endFamilies } from '../tokens/token-store.ts';
import { type finishReset, type makeResetLink, type requestReset, resetProblems } from './reset-contract.ts';
import { countRequest, dropStaleCounts, findResetAcrossWorkspaces, insertReset, lockOpenReset, spendReset } from './reset-store.ts';

/** Minutes a link works. */
const resetMinutes = 30;
/** Links an hour. */
const mostForAddress = 3;
const mostFromNetworkAddress = 20;

export async function resetWay(context: RequestContext): Promise<{ byMail: boolean }> {
  const home = await systemTransaction(firstWorkspaceAcrossWorkspaces, { readOnly: true });
  return { byMail: home !== undefined && (await sendsMail(asNobody(context, home.id))) };
}

async function sendsMail(context: Context): Promise<boolean> {
  return transaction(context, async () => (await call(mailSender, {})).available, { readOnly: true });
}

/**
 * The same statements for every address: looked up, counted, recorded, and a job put in that alone knows whether there is somebody to
 * write to. Nobody learns from answer or time who is registered.
 */
export async function askForLink({ email }: ParsedInputOf<typeof requestReset>, context: RequestContext): Promise<Record<string, never>> {
  if (!(await resetWay(context)).byMail) throw resetProblems.resetWithoutMail();
  const key = emailKey(email);
  const { found, home } = await systemTransaction(
    async () => ({ found: await findSignInAcrossWorkspaces(key), home: await firstWorkspaceAcrossWorkspaces() }),
    { readOnly: true },
  );
  const workspaceId = found?.account.workspaceId ?? home?.id;
  if (workspaceId === undefined) return {};
  await transaction(asNobody(context, workspaceId), async () => {
    const isWithin = await isWithinLimits(key, context);
    if (isWithin) await enqueue(resetMailJob, { accountId: found?.account.id ?? null });
    await audit.record({
      action: 'identity.request-password-reset',
      resource: { type: 'users', id: found?.account.id ?? null },
      outcome: isWithin ? 'done' : 'denied',
      ...(isWithin ? {} : { reason: 'identity.resetLimit' }),
    });
  });
  return {};
}

/** Counted whoever the address is of, so that the limit says nothing either. */
async function isWithinLimits(key: string, context: RequestContext): Promise<boolean> {
  await dropStaleCounts();
  const forAddress = await countRequest(hash('sha256', `password-reset.${key}`, 'buffer'));
  const fromNetworkAddress = await countRequest(hash('sha256', `password-reset-from.${addressOf(context)}`, 'buffer'));
  return forAddress <= mostForAddress && fromNetworkAddress <= mostFromNetworkAddress;
}

/** Makes the token only when it is sent, so that it lies in no queue; a second try makes another one. */
export const resetMailJob = defineJob({
  kind: 'identity.password-reset',
  title: 'Answer a request for a password link',
  input: z.strictObject({ accountId: z.uuid().nullable() }),
  retryLimit: 3,
  timeoutMs: 120_000,
  concurrency: 2,
  transient: true,
  run: async ({ accountId }, { context }) => {
    if (accountId !== null) await mailLink(accountId, context);
    return {};
  },
});

async function mailLink(accountId: string, context: Context): Promise<void> {
  const made = await transaction(context, () => makeLink(accountId, null));
  if (made === null) return;
  const { outcome } = await call(mailPerson, { to: made.person.email, subject: 'A new password for AI-SPM', paragraphs: letter(made) });
  if (outcome === 'retry') throw commonProblems.unavailable({ what: 'mail server' });
  await transaction(context, () =>
    audit.record({
      action: 'identity.send-password-reset',
      resource: { type: 'users', id: accountId },
      outcome: outcome === 'sent' ? 'done' : 'failed',
    }),
  );
}

type Link = { readonly person: Account; readonly path: string; readonly expiresAt: Date };
const letter = ({ person, path }: Link): string[] => [
  `Hello ${person.name},`,
  `somebody, probably you, asked for a new password for your account at ${ownAddress('/')}. Set it here within ${resetMinutes} minutes; the link works once:`,
  ownAddress(path),
  person.factors.length > 0 ? 'Your second factor stays as it is and is asked for when you sign in.' : 'Then sign in with it.',
  'Was it not you? Then do nothing: your password stays as it is. If this comes again, tell your admin.',
];

/** Null when there is nobody to make one for: gone, locked by an admin, or without a password because they come by a provider. */
async function makeLink(accountId: string, madeBy: string | null): Promise<Link | null> {
  const person = await lockAccount(accountId);
  if (!person?.active || !(await hasPassword(accountId))) return null;
  const token = newSessionToken();
  const { credentialVersion } = person;
  const row = await insertReset({ accountId, credentialVersion, madeBy, tokenHash: tokenHashOf(token), minutes: resetMinutes });
  // In the fragment: browsers send it to no server, so it stands in no log.
  return row === undefined ? null : { person, path: `/reset-password#${token}`, expiresAt: row.expiresAt };
}

/** Where mail is sent the helper never sees the link, and so cannot choose the password. */
export async function helpToReset(
  { id }: ParsedInputOf<typeof makeResetLink>,
  { actor }: RequestContext,
): Promise<OutputOf<typeof makeResetLink>> {
  const person = await lockAccount(id);
  if (!person) throw identityProblems.userNotFound({ id });
  demandReach(actor.permissions, person.role);
  if (!(await hasPassword(id))) throw resetProblems.noPassword();
  audit.subject({ type: 'users', id });
  if ((await call(mailSender, {})).available) {
    await enqueue(resetMailJob, { accountId: id }, { subject: { type: 'users', id } });
    audit.change({ after: { by: 'mail' } });
    return { sentTo: person.email, path: null, expiresAt: null };
  }
  const made = await makeLink(id, actor.id);
  if (made === null) throw identityProblems.userNotFound({ id });
  audit.change({ after: { by: 'link', expiresAt: made.expiresAt } });
  return { sentTo: null, path: made.path, expiresAt: made.expiresAt.toISOString() };
}

/** Opens its own transactions: hashing must not hold a connection. What is wrong with a link has one answer. */
export async function setNewPassword(
  { token, password }: ParsedInputOf<typeof finishReset>,
  context: RequestContext,
): Promise<{ ended: number }> {
  const found = await systemTransaction(() => findResetAcrossWorkspaces(tokenHashOf(token)), { readOnly: true });
  if (found === undefined) throw resetProblems.resetInvalid();
  const there = asNobody(context, found.workspaceId);
  // Judged before the hashing, so that a dead link costs nothing, and again under lock after it.
  const person = await transaction(there, () => openFor(found));
  const reason = passwordIssue(password, person);
  if (reason !== null) throw identityProblems.weakPassword({}, { issues: [{ path: 'password', message: reason }] });
  const passwordHash = await hashPassword(password);
  return transaction(there, () => replaceOnce(found, passwordHash, context));
}

type Found = { readonly id: string; readonly accountId: string };
/** @throws identity.resetInvalid */
async function openFor({ id, accountId }: Found): Promise<Account> {
  const person = await lockAccount(accountId);
  const row = await lockOpenReset(id);
  if (!person?.active || row === undefined || row.credentialVersion !== person.credentialVersion) throw resetProblems.resetInvalid();
  return person;
}

async function replaceOnce(found: Found, passwordHash: string, context: Context): Promise<{ ended: number }> {
  const person = await openFor(found);
  await spendReset(found.id);
  await replacePasswordHash(person.id, passwordHash);
  await voidBegunSignIns(person.id);
  // Who reads somebody's mail must not get new guesses at their second factor by it.
  if (person.factors.length === 0) await forgetFailures(failureSubject(person.emailKey));
  const { length: ended } = await endSessions(person.id, 'password-changed');
  const endedTokens = await endFamilies(person.id, 'password-changed');
  await tellOwner(person.id, 'password-reset', context);
  await audit.record({
    action: 'identity.finish-password-reset',
    resource: { type: 'users', id: person.id },
    outcome: 'done',
    change: { after: { endedSessions: ended, endedTokens } },
  });
  afterCommit(forgetRemembered);
  afterCommit(forgetBearers);
  return { ended };
}
