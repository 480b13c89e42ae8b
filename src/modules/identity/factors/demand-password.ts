/** Asks somebody who is signed in for their password once more; wrong ones count like failed sign-ins. */
import { audit } from '../../../platform/audit.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { verifyPassword } from '../account/password-hash.ts';
import { identityProblems } from '../contract.ts';
import { failureSubject } from '../sign-in/email-key.ts';
import { addressOf, countFailure, waitOf } from '../sign-in/sign-in-failure.ts';
import { type Account, findSignInAcrossWorkspaces, readFailures } from '../store.ts';

type Asked = {
  readonly person: Account;
  readonly password: string /** Audit action of a refusal. */;
  readonly action: string;
  readonly field: string;
};

/**
 * Opens its own transactions: a wrong password must count although the request fails, and hashing must not hold a connection.
 * @throws identity.locked, identity.currentPassword
 */
export async function demandPassword({ person, password, action, field }: Asked, context: RequestContext): Promise<void> {
  const place = { subject: failureSubject(person.emailKey), address: addressOf(context) };
  const { found, failures } = await systemTransaction(async () => ({
    found: await findSignInAcrossWorkspaces(person.emailKey),
    failures: await readFailures(place.subject, place.address),
  }));
  const wait = Math.ceil(waitOf(failures) / 1000);
  if (wait > 0) throw identityProblems.locked({ seconds: wait }, { retryAfterSeconds: wait });
  const { matches } = await verifyPassword(password, found?.passwordHash ?? null);
  if (matches) return;
  await transaction(context, async () => {
    await countFailure(place, person.id);
    await audit.record({ action, resource: { type: 'users', id: person.id }, outcome: 'failed', reason: 'identity.currentPassword' });
  });
  throw identityProblems.currentPassword({}, { issues: [{ path: field, message: 'This is not your current password.' }] });
}
