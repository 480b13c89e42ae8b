/** Sign-in with a password: one answer and one duration whether or not the address is known. */
import type { ParsedInputOf } from '../../contract/endpoint.ts';
import { audit } from '../../platform/audit.ts';
import { systemTransaction, transaction } from '../../platform/database/database.ts';
import { publish } from '../../platform/events/publish.ts';
import type { RequestContext } from '../../platform/http/handle.ts';
import { admit, complete } from './admission.ts';
import { type CurrentUser, identityProblems, type login, signInAttacked } from './contract.ts';
import { emailKey, failureSubject } from './email-key.ts';
import { afterFailure, type FailureCount, isAttack, waitLeft } from './lockout.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';
import { asNobody } from './person.ts';
import { byPassword } from './start-session.ts';
import {
  type Account,
  dropStaleFailures,
  type FailurePlace,
  type Failures,
  findSignInAcrossWorkspaces,
  firstWorkspaceAcrossWorkspaces,
  forgetFailures,
  lockAccount,
  lockFailures,
  readFailures,
  replacePasswordHash,
  saveFailure,
} from './store.ts';

type Attempt = {
  readonly subject: Buffer;
  readonly address: string;
  readonly person: Account | null;
  readonly workspaceId: string;
  readonly context: RequestContext;
};

export async function signIn(input: ParsedInputOf<typeof login>, context: RequestContext): Promise<CurrentUser> {
  if (input.mfa_code !== undefined) throw identityProblems.noSecondFactor();
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
  return admitAfterPassword(attempt, outdated ? await hashPassword(input.password) : null);
}

/** The address that failures are counted under; callers without one share a count. */
export function addressOf({ address }: Pick<RequestContext, 'address'>): string {
  return address?.slice(0, 64) || 'unknown';
}

async function admitAfterPassword(attempt: Attempt, newHash: string | null): Promise<CurrentUser> {
  const { person, context, subject, address } = attempt;
  if (person === null) throw identityProblems.credentials();
  const answer = await transaction(asNobody(context, person.workspaceId), async () => {
    // Guesses that ran while this one was hashed may have locked the account: then even the right one is refused.
    const failures = await lockFailures(subject, address);
    if (waitOf(failures) > 0) return { failures };
    const present = await lockAccount(person.id);
    if (!present?.active) return { failures: null };
    await forgetFailures(subject, ['', address]);
    if (newHash !== null) await replacePasswordHash(present.id, newHash);
    return admit(present, byPassword, context);
  });
  if ('failures' in answer) return answer.failures ? refuseLocked(attempt, answer.failures) : refuseFailed(attempt);
  return complete(answer, context);
}

async function refuseFailed(attempt: Attempt): Promise<never> {
  const { subject, address, person, context, workspaceId } = attempt;
  await transaction(asNobody(context, workspaceId), async () => {
    await countFailure({ subject, address }, person?.id ?? null);
    await recordRefused(attempt, 'failed', 'identity.credentials');
  });
  throw identityProblems.credentials();
}

/** One more failure, from everywhere and from this address; news at each tenth of a known account. */
export async function countFailure({ subject, address }: FailurePlace, accountId: string | null): Promise<void> {
  const { counts, now } = await lockFailures(subject, address);
  const everywhere = afterFailure(counts.get('') ?? unseen(now), now);
  await saveFailure({ subject, address: '' }, everywhere);
  await saveFailure({ subject, address }, afterFailure(counts.get(address) ?? unseen(now), now));
  await dropStaleFailures();
  if (accountId !== null && isAttack(everywhere.failures)) await publish(signInAttacked, { accountId, failures: everywhere.failures });
}

async function refuseLocked(attempt: Attempt, failures: Failures): Promise<never> {
  const seconds = Math.ceil(waitOf(failures) / 1000);
  await transaction(asNobody(attempt.context, attempt.workspaceId), () => recordRefused(attempt, 'denied', 'identity.locked'));
  throw identityProblems.locked({ seconds }, { retryAfterSeconds: seconds });
}

function recordRefused({ person }: Attempt, outcome: 'failed' | 'denied', reason: string): Promise<void> {
  return audit.record({ action: 'identity.login', resource: { type: 'users', id: person?.id ?? null }, outcome, reason });
}

/** Milliseconds until somebody may try again. */
export function waitOf({ counts, now }: Failures): number {
  return waitLeft([...counts.values()], now);
}

function unseen(now: Date): FailureCount {
  return { failures: 0, lockedUntil: null, lastAt: now };
}
