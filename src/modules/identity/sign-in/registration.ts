/** Registration: the first person becomes admin; later ones by invitation, or freely when the setting says so. */
import type { Context } from '../../../contract/actor.ts';
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import type { Role } from '../../../contract/permission.ts';
import { audit } from '../../../platform/audit.ts';
import { config } from '../../../platform/config.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import { isUniqueViolation } from '../../../platform/database/database-problem.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { derivedKey } from '../../../platform/secret.ts';
import { hashPassword } from '../account/password-hash.ts';
import { passwordIssue } from '../account/password-rules.ts';
import { type CurrentUser, identityProblems, type register, type registrationState } from '../contract.ts';
import { findInvitationHomeAcrossWorkspaces, lockOpenInvitation, takeInvitation } from '../people/invitation-store.ts';
import { readInvitationToken } from '../people/invitation-token.ts';
import { asNobody, asPerson, currentUserAnswer } from '../people/person.ts';
import {
  type Account,
  firstWorkspaceAcrossWorkspaces,
  insertAccount,
  isSomebodyRegistered,
  oneRegistrationAtATime,
  readWorkspace,
} from '../store.ts';
import { endFormerSession } from './admission.ts';
import { emailKey } from './email-key.ts';
import { byPassword, sendSession, startSession } from './start-session.ts';

type Draft = ParsedInputOf<typeof register>;
type Way = OutputOf<typeof registrationState>['open'];
/** What a person gets who registers freely: works with assets, sees neither the audit log nor settings. */
const roleOfStrangers: Role = 'engineer';

export async function registrationWay(): Promise<Way> {
  if (await systemTransaction(isSomebodyRegistered, { readOnly: true })) return config().REGISTRATION;
  return config().FIRST_ADMIN === 'provider' ? 'first-by-provider' : 'first-admin';
}

export async function registerPerson(draft: Draft, context: RequestContext): Promise<CurrentUser> {
  const way = await registrationWay();
  const home = await homeOf(draft, way, context);
  const reason = passwordIssue(draft.password, draft);
  if (reason !== null) throw identityProblems.weakPassword({}, { issues: [{ path: 'password', message: reason }] });
  const passwordHash = await hashPassword(draft.password);
  const done = await transaction(asNobody(context, home.workspaceId), () => registerOnce({ draft, passwordHash, ...home, context }));
  sendSession(done.started, context);
  await endFormerSession(context);
  return done.user;
}

/** Where the new person will belong. Refused before any hashing, so that a closed door costs nothing. */
async function homeOf(draft: Draft, way: Way, context: Context): Promise<{ workspaceId: string; invitationId: string | null }> {
  const first = await systemTransaction(firstWorkspaceAcrossWorkspaces, { readOnly: true });
  if (first === undefined) throw identityProblems.registrationClosed();
  if (way === 'first-admin') return { workspaceId: first.id, invitationId: null };
  if (draft.invitation !== undefined) return invitedTo(draft.invitation);
  if (way === 'open') return { workspaceId: first.id, invitationId: null };
  await recordClosed(asNobody(context, first.id));
  throw identityProblems.registrationClosed();
}

async function invitedTo(token: string): Promise<{ workspaceId: string; invitationId: string }> {
  const said = readInvitationToken(token, derivedKey('invitation'));
  if (said === null) throw identityProblems.invitationInvalid();
  const workspaceId = await systemTransaction(() => findInvitationHomeAcrossWorkspaces(said.id), { readOnly: true });
  if (workspaceId === undefined) throw identityProblems.invitationInvalid();
  return { workspaceId, invitationId: said.id };
}

type Work = { draft: Draft; passwordHash: string; workspaceId: string; invitationId: string | null; context: RequestContext };

async function registerOnce(work: Work) {
  const { draft, passwordHash, context, invitationId } = work;
  await oneRegistrationAtATime();
  const { role, department } = await placeFor(work);
  const person = await insertPerson({
    email: draft.email,
    name: draft.name,
    emailKey: emailKey(draft.email),
    role,
    department,
    passwordHash,
  });
  if (invitationId !== null) await takeInvitation(invitationId, person.id);
  const started = await startSession(person, byPassword, context);
  // Joins this transaction; only the actor is another: the person who now exists.
  await transaction(asPerson(context, person, started.session.id), () =>
    audit.record({ action: 'identity.register', resource: { type: 'users', id: person.id }, outcome: 'done', change: { after: { role } } }),
  );
  const home = await readWorkspace();
  return { started, user: await currentUserAnswer(person, home ?? { id: person.workspaceId, name: '' }, started.session) };
}

/** Decided under the lock: of two who both found nobody registered, the second is an ordinary newcomer. */
async function placeFor({ draft, invitationId }: Work): Promise<{ role: Role; department: string | null }> {
  if (invitationId !== null) {
    const invitation = await lockOpenInvitation(invitationId);
    if (!invitation || emailKey(invitation.email) !== emailKey(draft.email)) throw identityProblems.invitationInvalid();
    return { role: invitation.role, department: invitation.department };
  }
  if (!(await isSomebodyRegistered())) {
    if (config().FIRST_ADMIN === 'provider') throw identityProblems.registrationClosed();
    return { role: 'admin', department: null };
  }
  if (config().REGISTRATION !== 'open') throw identityProblems.registrationClosed();
  return { role: roleOfStrangers, department: null };
}

async function insertPerson(draft: Parameters<typeof insertAccount>[0]): Promise<Account> {
  try {
    return await insertAccount(draft);
  } catch (error) {
    if (isUniqueViolation(error, 'account_email')) throw identityProblems.emailTaken();
    throw error;
  }
}

async function recordClosed(context: Context): Promise<void> {
  await transaction(context, () =>
    audit.record({
      action: 'identity.register',
      resource: { type: 'users', id: null },
      outcome: 'denied',
      reason: 'identity.registrationClosed',
    }),
  );
}
