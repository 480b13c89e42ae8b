/** For who lost phone and codes: somebody who may manage them takes all their factors away. */
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { identityProblems, type removeFactorsOf } from '../contract.ts';
import { tellOwner } from '../notices/notice.ts';
import { removePasskeysOf } from '../passkeys/passkey-store.ts';
import { demandReach } from '../people/people.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { endSessions, lockAccount } from '../store.ts';
import { forgetRecovery } from './factor-change.ts';
import { saveFactorKinds } from './factor-store.ts';
import { forgetTotp } from './own-factors.ts';

export async function removeFactors(
  { id }: ParsedInputOf<typeof removeFactorsOf>,
  context: RequestContext,
): Promise<OutputOf<typeof removeFactorsOf>> {
  const { actor } = context;
  const person = await lockAccount(id);
  if (!person) throw identityProblems.userNotFound({ id });
  demandReach(actor.permissions, person.role);
  // One's own go one by one, where the policy is looked at.
  if (id === actor.id || person.factors.length === 0) throw identityProblems.noFactor();
  await forgetTotp(id);
  await removePasskeysOf(id);
  await saveFactorKinds(id, []);
  await forgetRecovery(id);
  const ended = await endSessions(id, 'factors-changed');
  await tellOwner(id, 'factors-removed', context);
  afterCommit(forgetRemembered);
  audit.subject({ type: 'users', id });
  audit.change({ before: { factors: person.factors }, after: { factors: [], endedSessions: ended.length } });
  return { removed: person.factors, ended: ended.length };
}
