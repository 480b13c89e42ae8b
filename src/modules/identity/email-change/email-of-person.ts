/** Somebody who manages people gives a person another e-mail address: for a lost mailbox, or one that came from a provider. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { call } from '../../../platform/http/call.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { enqueue } from '../../../platform/jobs/jobs.ts';
import { mailSender } from '../../notifications/contract.ts';
import { identityProblems, type User } from '../contract.ts';
import { tellOwner } from '../notices/notice.ts';
import { demandReach, readPerson } from '../people/people.ts';
import { emailKey } from '../sign-in/email-key.ts';
import { lockAccount } from '../store.ts';
import { type changeEmailOf, emailProblems } from './email-contract.ts';
import { insertEmailChange, saveAddress } from './email-store.ts';
import { emailChangeJob } from './letters.ts';
import { endWhatWasOpen } from './own-email.ts';

/**
 * At once. Where mail is sent one's own address goes the way of everybody, by a link to the new one; where none is, the only admin
 * could else never change theirs.
 * @throws identity.userNotFound, identity.beyondYourRole, identity.ownEmail, identity.sameEmail, identity.emailTaken
 */
export async function changeEmailOfPerson({ id, email }: ParsedInputOf<typeof changeEmailOf>, context: RequestContext): Promise<User> {
  const { actor } = context;
  const person = await lockAccount(id);
  if (!person) throw identityProblems.userNotFound({ id });
  demandReach(actor.permissions, person.role);
  const sendsMail = (await call(mailSender, {})).available;
  if (id === actor.id && sendsMail) throw emailProblems.ownEmail();
  const newKey = emailKey(email);
  if (newKey === person.emailKey) throw emailProblems.sameEmail({}, { issues: [{ path: 'email', message: 'They have this address.' }] });
  if (!(await saveAddress(id, { email, emailKey: newKey }))) throw identityProblems.emailTaken();
  const { ended, endedTokens } = await endWhatWasOpen(id, id === actor.id ? actor.sessionId : undefined);
  const { credentialVersion } = person;
  // The newest of the account: whatever its owner asked for before can no longer be confirmed.
  const change = await insertEmailChange(
    { accountId: id, oldEmail: person.email, newEmail: email, newKey, credentialVersion, madeBy: actor.id },
    { minutes: 1, isDone: true },
  );
  if (change !== undefined && sendsMail)
    await enqueue(emailChangeJob, { changeId: change.id, letter: 'farewell' }, { subject: { type: 'users', id } });
  await tellOwner(id, 'email-changed-by-admin', context);
  audit.subject({ type: 'users', id });
  audit.change({ before: { email: person.email }, after: { email, endedSessions: ended, endedTokens } });
  return readPerson(id);
}
