/** What a person does with their own account: who am I, sign out, sessions, password. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { config } from '../../../platform/config.ts';
import { afterCommit, transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { derivedKey } from '../../../platform/secret.ts';
import { type CurrentUser, type changePassword, identityProblems, type Session } from '../contract.ts';
import { demandPassword } from '../factors/demand-password.ts';
import { tellOwner } from '../notices/notice.ts';
import { currentUserAnswer } from '../people/person.ts';
import { checkCsrf, csrfCookie } from '../sign-in/csrf.ts';
import { failureSubject } from '../sign-in/email-key.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { newSessionToken } from '../sign-in/session-token.ts';
import { addressOf } from '../sign-in/sign-in-failure.ts';
import { clearSession, sendCsrf, sendSession, tokenHashOf } from '../sign-in/start-session.ts';
import {
  endSessions,
  findAccount,
  findSession,
  forgetFailures,
  listRunningSessions,
  lockAccount,
  readWorkspace,
  replacePasswordHash,
  replaceSessionToken,
  voidBegunSignIns,
} from '../store.ts';
import { forgetBearers } from '../tokens/bearer.ts';
import { endFamilies } from '../tokens/token-store.ts';
import { hashPassword } from './password-hash.ts';
import { passwordIssue } from './password-rules.ts';

export async function whoAmI(context: RequestContext): Promise<CurrentUser> {
  const sessionId = ownSession(context);
  const person = await findAccount(context.actor.id);
  const session = await findSession(sessionId);
  const home = await readWorkspace();
  if (!person || !session || !home) throw identityProblems.needsSession();
  const cookie = context.cookies.get(csrfCookie);
  if (!checkCsrf({ cookie, header: cookie, sessionId, secret: derivedKey('csrf') })) sendCsrf(sessionId, context);
  return currentUserAnswer(person, home, session);
}

export async function signOut(context: RequestContext): Promise<{ ended: number }> {
  const sessionId = ownSession(context);
  const ended = await endSessions(context.actor.id, 'signed-out', { only: sessionId });
  audit.subject({ type: 'sessions', id: sessionId });
  afterCommit(forgetRemembered);
  clearSession(context);
  return { ended: ended.length };
}

export async function ownSessions(context: RequestContext): Promise<{ items: Session[] }> {
  const current = ownSession(context);
  const rows = await listRunningSessions(context.actor.id, config().SESSION_IDLE_MINUTES);
  return {
    items: rows.map((row) => ({
      id: row.id,
      current: row.id === current,
      startedAt: row.startedAt.toISOString(),
      lastSeenAt: row.lastSeenAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      address: row.address,
      userAgent: row.userAgent,
      method: row.method,
      proofs: row.proofs,
    })),
  };
}

export async function endOwnSession(id: string, context: RequestContext): Promise<{ ended: number }> {
  const current = ownSession(context);
  const ended = await endSessions(context.actor.id, 'ended-by-owner', { only: id });
  // Somebody else's session does not exist for this person.
  if (ended.length === 0) throw identityProblems.sessionNotFound({ id });
  audit.subject({ type: 'sessions', id });
  afterCommit(forgetRemembered);
  if (id === current) clearSession(context);
  return { ended: ended.length };
}

export async function endOwnOtherSessions(context: RequestContext): Promise<{ ended: number }> {
  const ended = await endSessions(context.actor.id, 'ended-by-owner', { except: ownSession(context) });
  audit.subject({ type: 'users', id: context.actor.id });
  audit.change({ after: { endedSessions: ended.length } });
  afterCommit(forgetRemembered);
  return { ended: ended.length };
}

/** Opens its own transactions: a wrong current password must count although the request fails, and hashing must not hold a connection. */
export async function changeOwnPassword(input: ParsedInputOf<typeof changePassword>, context: RequestContext): Promise<{ ended: number }> {
  const sessionId = ownSession(context);
  const person = await transaction(context, () => findAccount(context.actor.id), { readOnly: true });
  if (!person) throw identityProblems.needsSession();
  const reason = passwordIssue(input.newPassword, person);
  if (reason !== null) throw identityProblems.weakPassword({}, { issues: [{ path: 'newPassword', message: reason }] });
  await demandPassword({ person, password: input.currentPassword, action: 'identity.change-password', field: 'currentPassword' }, context);
  const subject = { type: 'users', id: person.id };
  const passwordHash = await hashPassword(input.newPassword);
  const token = newSessionToken();
  const done = await transaction(context, async () => {
    if (!(await lockAccount(person.id))?.active) throw identityProblems.needsSession();
    await replacePasswordHash(person.id, passwordHash);
    await voidBegunSignIns(person.id);
    await forgetFailures(failureSubject(person.emailKey), ['', addressOf(context)]);
    await replaceSessionToken(sessionId, tokenHashOf(token));
    const ended = await endSessions(person.id, 'password-changed', { except: sessionId });
    await endFamilies(person.id, 'password-changed');
    const session = await findSession(sessionId);
    await tellOwner(person.id, 'password-changed', context);
    await audit.record({
      action: 'identity.change-password',
      resource: subject,
      outcome: 'done',
      change: { after: { endedSessions: ended.length } },
    });
    afterCommit(forgetRemembered);
    afterCommit(forgetBearers);
    return { ended: ended.length, session };
  });
  if (done.session) sendSession({ session: done.session, token }, context);
  return { ended: done.ended };
}

/** The session of the one who asks. API keys and jobs have none. */
export function ownSession({ actor }: RequestContext): string {
  if (actor.kind !== 'user' || actor.sessionId === undefined) throw identityProblems.needsSession();
  return actor.sessionId;
}
