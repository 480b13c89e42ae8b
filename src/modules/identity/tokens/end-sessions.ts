/** For a device that was lost, or a person who leaves the room: an admin ends what somebody has open, without locking them out. */
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { identityProblems } from '../contract.ts';
import { demandReach } from '../people/people.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { endSessions, lockAccount } from '../store.ts';
import { forgetBearers } from './bearer.ts';
import type { endSessionsOf } from './token-contract.ts';
import { endFamilies } from './token-store.ts';

export async function endAllOf(
  { id }: ParsedInputOf<typeof endSessionsOf>,
  { actor }: RequestContext,
): Promise<OutputOf<typeof endSessionsOf>> {
  const person = await lockAccount(id);
  if (!person) throw identityProblems.userNotFound({ id });
  if (id !== actor.id) demandReach(actor.permissions, person.role);
  const sessions = (await endSessions(id, 'ended-by-admin')).length;
  const tokens = await endFamilies(id, 'by-admin');
  audit.subject({ type: 'users', id });
  audit.change({ after: { endedSessions: sessions, endedTokens: tokens } });
  afterCommit(forgetRemembered);
  afterCommit(forgetBearers);
  return { sessions, tokens };
}
