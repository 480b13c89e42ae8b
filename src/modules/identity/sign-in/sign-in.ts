/** Sign-in with a password: one answer and one duration whether or not the address is known. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { hashPassword, verifyPassword } from '../account/password-hash.ts';
import { type CurrentUser, identityProblems, type login } from '../contract.ts';
import { type Decision, decideSignIn, factorKindsOf } from '../factors/finish-sign-in.ts';
import { provedBy } from '../factors/prove.ts';
import { noteHistory } from '../factors/sign-in-history.ts';
import { asNobody } from '../people/person.ts';
import {
  type Account,
  type Failures,
  findSignInAcrossWorkspaces,
  firstWorkspaceAcrossWorkspaces,
  forgetFailures,
  lockAccount,
  lockFailures,
  readFailures,
  replacePasswordHash,
} from '../store.ts';
import { complete } from './admission.ts';
import { emailKey, failureSubject } from './email-key.ts';
import { addressOf, countFailure, waitOf } from './sign-in-failure.ts';
import { byPassword } from './start-session.ts';

type Attempt = {
  readonly subject: Buffer;
  readonly address: string;
  readonly person: Account | null;
  readonly workspaceId: string;
  readonly context: RequestContext;
};

export async function signIn(input: ParsedInputOf<typeof login>, context: RequestContext): Promise<CurrentUser> {
  const subject = failureSubject(emailKey(input.email));
  const address = addressOf(context);
  const { found, failures, home } = await systemTransaction(async () => ({
    failures: await readFailures(subject, address),
    found: await findSignInAcrossWorkspaces(emailKey(input.email)),
    home: await firstWorkspaceAcrossWorkspaces(),
  }));
  const workspaceId = found?.account.workspaceId ?? home?.id;
  if (workspaceId === undefined) throw identityProblems.credentials();
  const attempt: Attempt = { subject, address, person: found?.account ?? null, workspaceId, context };

  if (waitOf(failures) > 0) return refuseLocked(attempt, failures);
  const { matches, outdated } = await verifyPassword(input.password, found?.passwordHash ?? null);
  if (!matches || !found?.account.active) return refuseFailed(attempt);
  const newHash = outdated ? await hashPassword(input.password) : null;
  return admitAfterPassword(attempt, { newHash, code: input.mfa_code });
}

type Entering = { readonly newHash: string | null /** Of a second factor, given at once. */; readonly code: string | undefined };
type Outcome = Decision | { readonly locked: Failures } | { readonly refused: 'identity.credentials' | 'identity.code' };

async function admitAfterPassword(attempt: Attempt, entering: Entering): Promise<CurrentUser> {
  const { person, context } = attempt;
  if (person === null) throw identityProblems.credentials();
  const outcome = await transaction(asNobody(context, person.workspaceId), () => enterOnce(attempt, person, entering));
  if ('locked' in outcome) return refuseLocked(attempt, outcome.locked);
  if ('refused' in outcome) return refuseFailed(attempt, outcome.refused);
  if ('needed' in outcome) throw outcome.needed;
  return complete(outcome.admission, context);
}

async function enterOnce({ subject, address, context }: Attempt, { id }: Account, { newHash, code }: Entering): Promise<Outcome> {
  // Guesses that ran while this one was hashed may have locked the account: then even the right one is refused.
  const failures = await lockFailures(subject, address);
  if (waitOf(failures) > 0) return { locked: failures };
  const present = await lockAccount(id);
  if (!present?.active) return { refused: 'identity.credentials' };
  if (newHash !== null) await replacePasswordHash(present.id, newHash);
  const decision = await (code === undefined ? decideSignIn(present, byPassword, context) : enterWithCode(present, code, context));
  // Only a whole sign-in forgets: else a known password would give any number of guesses at the second factor.
  if ('admission' in decision) await forgetFailures(subject, ['', address]);
  return decision;
}

async function enterWithCode(person: Account, given: string, context: RequestContext): Promise<Decision | { refused: 'identity.code' }> {
  if ((await factorKindsOf(person)).length === 0) throw identityProblems.noSecondFactor();
  const code = given.replace(/ /g, '');
  const proof = /^\d{6}$/.test(code) ? { code } : { recoveryCode: given };
  const accepted = await provedBy(person, { ...proof, challenge: null }, context);
  if (accepted === null) return { refused: 'identity.code' };
  return decideSignIn(person, { ...byPassword, proofs: [...byPassword.proofs, ...accepted.proofs] }, context);
}

async function refuseFailed(attempt: Attempt, reason: 'identity.credentials' | 'identity.code' = 'identity.credentials'): Promise<never> {
  const { subject, address, person, context, workspaceId } = attempt;
  await transaction(asNobody(context, workspaceId), async () => {
    await countFailure({ subject, address }, person?.id ?? null);
    await recordRefused(attempt, 'failed', reason);
  });
  throw reason === 'identity.code' ? identityProblems.code() : identityProblems.credentials();
}

async function refuseLocked(attempt: Attempt, failures: Failures): Promise<never> {
  const seconds = Math.ceil(waitOf(failures) / 1000);
  await transaction(asNobody(attempt.context, attempt.workspaceId), () => recordRefused(attempt, 'denied', 'identity.locked'));
  throw identityProblems.locked({ seconds }, { retryAfterSeconds: seconds });
}

async function recordRefused({ person, context }: Attempt, outcome: 'failed' | 'denied', reason: string): Promise<void> {
  await audit.record({ action: 'identity.login', resource: { type: 'users', id: person?.id ?? null }, outcome, reason });
  if (person === null) return;
  // What was proved before it was refused.
  const proofs = reason === 'identity.code' ? byPassword.proofs : [];
  await noteHistory(
    { accountId: person.id, outcome: outcome === 'denied' ? 'locked' : 'failed', way: { method: 'password', proofs } },
    context,
  );
}
