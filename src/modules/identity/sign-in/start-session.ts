/** Begins a session: always with a new token, so that one planted before sign-in is worth nothing. */

import { config } from '../../../platform/config.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { derivedKey } from '../../../platform/secret.ts';
import { type Account, insertSession, noteSignIn, type SessionRow, trimSessions } from '../store.ts';
import type { Proof, SignInMethod } from '../table.ts';
import { csrfCookie, issueCsrf } from './csrf.ts';
import { hashSessionToken, newSessionToken, sessionCookieName } from './session-token.ts';

/** Running sessions a person may have; the oldest ends when there is one more. */
export const mostSessions = 50;

/** What proved who somebody is. */
export type SignInWay = {
  readonly method: SignInMethod;
  readonly proofs: readonly Proof[];
  /** The role demands a second factor that is overdue: the session gives no permission until one is enrolled. */
  readonly enrolmentOnly?: boolean;
};
export const byPassword: SignInWay = { method: 'password', proofs: ['pwd'] };
export type StartedSession = { readonly session: SessionRow; readonly token: string };

/** In a transaction of the person's workspace. The cookies are set by {@link sendSession} once that is committed. */
export async function startSession(
  person: Account,
  way: SignInWay,
  context: Pick<RequestContext, 'address' | 'userAgent'>,
): Promise<StartedSession> {
  const token = newSessionToken();
  const session = await insertSession({
    accountId: person.id,
    tokenHash: tokenHashOf(token),
    hours: config().SESSION_HOURS,
    address: context.address?.slice(0, 64) ?? null,
    userAgent: context.userAgent?.slice(0, 400) ?? null,
    method: way.method,
    proofs: [...way.proofs],
    enrolmentOnly: way.enrolmentOnly ?? false,
  });
  await noteSignIn(person.id);
  await trimSessions(person.id, mostSessions);
  return { session, token };
}

export function sendSession({ session, token }: StartedSession, { reply }: Pick<RequestContext, 'reply'>): void {
  const { SESSION_HOURS, secureCookies } = config();
  reply.setCookie(sessionCookieName(secureCookies), token, { httpOnly: true, maxAgeSeconds: SESSION_HOURS * 3600 });
  sendCsrf(session.id, { reply });
}

export function sendCsrf(sessionId: string, { reply }: Pick<RequestContext, 'reply'>): void {
  reply.setCookie(csrfCookie, issueCsrf(sessionId, derivedKey('csrf')), { httpOnly: false, maxAgeSeconds: config().SESSION_HOURS * 3600 });
}

export function clearSession({ reply }: Pick<RequestContext, 'reply'>): void {
  reply.clearCookie(sessionCookieName(config().secureCookies));
  reply.clearCookie(csrfCookie);
}

/** A token we just made has a hash. */
export function tokenHashOf(token: string): Buffer {
  const tokenHash = hashSessionToken(token);
  if (tokenHash === null) throw new TypeError('a session token of our own making has the wrong form');
  return tokenHash;
}
