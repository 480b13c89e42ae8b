/** The one way in: whatever proved who somebody is, their session begins here. */
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import type { CurrentUser } from '../contract.ts';
import { noteHistory } from '../factors/sign-in-history.ts';
import { tellOfNewDevice } from '../notices/notice.ts';
import { asPerson, currentUserAnswer } from '../people/person.ts';
import { type Account, endSessions, readWorkspace } from '../store.ts';
import { forgetRemembered } from './identify.ts';
import { type SignInWay, type StartedSession, sendSession, startSession } from './start-session.ts';

export type Admission = { readonly started: StartedSession; readonly user: CurrentUser };

/**
 * Begins the session of somebody whose proof was accepted, and records the sign-in as theirs.
 * In a transaction of their workspace, with the account locked and known to be active; {@link complete} follows once it is committed.
 */
export async function admit(person: Account, way: SignInWay, context: RequestContext): Promise<Admission> {
  const started = await startSession(person, way, context);
  await tellOfNewDevice(person.id, context);
  await noteHistory({ accountId: person.id, outcome: 'done', way }, context);
  await transaction(asPerson(context, person, started.session.id), () =>
    audit.record({
      action: 'identity.login',
      resource: { type: 'users', id: person.id },
      outcome: 'done',
      change: { after: { method: way.method, proofs: [...way.proofs] } },
    }),
  );
  const home = await readWorkspace();
  return { started, user: await currentUserAnswer(person, home ?? { id: person.workspaceId, name: '' }, started.session) };
}

/** Hands over the cookies and ends the session the browser had before. */
export async function complete({ started, user }: Admission, context: RequestContext): Promise<CurrentUser> {
  sendSession(started, context);
  await endFormerSession(context);
  return user;
}

/** The browser had a session already: signing in again replaces it. */
export async function endFormerSession(context: RequestContext): Promise<void> {
  const { id, sessionId } = context.actor;
  if (sessionId === undefined) return;
  await transaction(context, () => endSessions(id, 'signed-out', { only: sessionId }));
  forgetRemembered();
}
