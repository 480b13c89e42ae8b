/** After the first proof, whichever it was: admitted, asked for a second one, or admitted only to enrol one. */
import type { Problem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { type CurrentUser, type FactorKind, identityProblems } from '../contract.ts';
import { asNobody } from '../people/person.ts';
import { type Admission, admit, complete } from '../sign-in/admission.ts';
import type { SignInWay } from '../sign-in/start-session.ts';
import { type Account, lockAccount } from '../store.ts';
import type { Proof } from '../table.ts';
import { readRecovery } from './factor-store.ts';
import { dueNow } from './policy.ts';
import { noteHistory } from './sign-in-history.ts';
import { insertTicket } from './sign-in-store.ts';
import { issueTicket, ticketMinutes } from './ticket.ts';

/** Admitted, or the problem that hands over the ticket for the second step. */
export type Decision = { readonly admission: Admission } | { readonly needed: Problem };

/** A passkey that signed in alone asked for finger, face or PIN: two factors in one. A provider says so itself. */
const secondProofs: ReadonlySet<Proof> = new Set(['otp', 'recovery', 'hwk', 'provider-mfa']);

/**
 * The end of every way of signing in. Opens its own transaction; call it outside of one, after the first proof was accepted.
 *
 * @param person by id, or the row; read anew and locked here.
 * @param way what proved who they are; `proofs` with 'provider-mfa' when a provider asserted a second factor that its setting accepts.
 * @returns who they are; the session's cookies are set.
 * @throws identity.secondFactorNeeded (401) with params { ticket, factors }: `factors` joined by commas, of totp, webauthn and recovery.
 *   The web app takes it up at `/sign-in#ticket=…&factors=…`, both encoded; POST /api/login/factor finishes.
 * @throws identity.credentials when the person is locked by an admin or gone.
 */
export async function finishSignIn(
  person: Pick<Account, 'id' | 'workspaceId'>,
  way: SignInWay,
  context: RequestContext,
): Promise<CurrentUser> {
  const decision = await transaction(asNobody(context, person.workspaceId), async () => {
    const present = await lockAccount(person.id);
    return present?.active ? decideSignIn(present, way, context) : null;
  });
  if (decision === null) throw identityProblems.credentials();
  if ('needed' in decision) throw decision.needed;
  return complete(decision.admission, context);
}

/**
 * In a transaction of the person's workspace, with the account locked and known to be active. Returns the problem instead of throwing it,
 * because the ticket must be committed; {@link complete} follows an admission.
 */
export async function decideSignIn(person: Account, way: SignInWay, context: RequestContext): Promise<Decision> {
  const isProvedTwice = way.proofs.some((proof) => secondProofs.has(proof));
  if (!isProvedTwice && person.factors.length > 0) return { needed: await askForSecond(person, way, context) };
  const due = isProvedTwice ? null : await dueNow(person);
  const enrolmentOnly = due !== null && due.getTime() <= Date.now();
  return { admission: await admit(person, { ...way, enrolmentOnly }, context) };
}

async function askForSecond(person: Account, way: SignInWay, context: RequestContext): Promise<Problem> {
  const { id: accountId, workspaceId, credentialVersion } = person;
  const row = await insertTicket({
    accountId,
    credentialVersion,
    method: way.method,
    proofs: [...way.proofs],
    minutes: ticketMinutes,
  });
  await noteHistory({ accountId, outcome: 'second-factor', way }, context);
  await audit.record({
    action: 'identity.login',
    resource: { type: 'users', id: accountId },
    outcome: 'allowed',
    reason: 'identity.secondFactorNeeded',
  });
  const ticket = issueTicket({ id: row.id, workspaceId, accountId });
  return identityProblems.secondFactorNeeded({ ticket, factors: (await factorKindsOf(person)).join(',') });
}

/** By what this person may give a second proof. In a transaction of their workspace. */
export async function factorKindsOf({ id, factors }: Pick<Account, 'id' | 'factors'>): Promise<FactorKind[]> {
  if (factors.length === 0) return [];
  const { left } = await readRecovery(id);
  return [
    ...(factors.includes('totp') ? (['totp'] as const) : []),
    ...(factors.includes('passkey') || factors.includes('security-key') ? (['webauthn'] as const) : []),
    ...(left > 0 ? (['recovery'] as const) : []),
  ];
}
