/** Sign-in with a passkey alone. It names its owner itself, so nobody types an address, and nothing can be guessed. */
import type { ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { systemTransaction, transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { type CurrentUser, identityProblems, type passkeySignIn } from '../contract.ts';
import { decideSignIn } from '../factors/finish-sign-in.ts';
import { noteHistory } from '../factors/sign-in-history.ts';
import { asNobody } from '../people/person.ts';
import { type Admission, complete } from '../sign-in/admission.ts';
import { lockAccount } from '../store.ts';
import { judgeAssertion } from './assertion.ts';
import { takeChallenge } from './challenge.ts';
import { findPasskeyOwnerAcrossWorkspaces, type TakenChallenge } from './passkey-store.ts';

type Owner = { readonly accountId: string; readonly workspaceId: string };
type Answer = ParsedInputOf<typeof passkeySignIn>['response'];

/**
 * Opens its own transactions: the challenge stays taken, and a refusal is recorded. Whatever is wrong gets one answer. The waiting after
 * wrong passwords does not hold here: else a stranger could keep somebody out who needs no password.
 */
export async function signInWithPasskey({ response }: ParsedInputOf<typeof passkeySignIn>, context: RequestContext): Promise<CurrentUser> {
  const challenge = await takeChallenge(response.response.clientDataJSON, 'sign-in');
  const owner = await systemTransaction(() => findPasskeyOwnerAcrossWorkspaces(response.id), { readOnly: true });
  if (challenge === null || owner === undefined) throw identityProblems.passkeyRefused();
  const admission = await transaction(asNobody(context, owner.workspaceId), () => enter(owner, { response, challenge }, context));
  if (admission === null) throw identityProblems.passkeyRefused();
  return complete(admission, context);
}

type Given = { readonly response: Answer; readonly challenge: TakenChallenge };
async function enter(owner: Owner, { response, challenge }: Given, context: RequestContext): Promise<Admission | null> {
  const person = await lockAccount(owner.accountId);
  const proofs = person?.active ? await judgeAssertion(person, { assertion: response, challenge, alone: true }, context) : null;
  const way = { method: 'passkey', proofs: proofs ?? [] } as const;
  if (person === undefined || proofs === null) {
    await noteHistory({ accountId: owner.accountId, outcome: 'failed', way }, context);
    await audit.record({
      action: 'identity.login',
      resource: { type: 'users', id: owner.accountId },
      outcome: 'failed',
      reason: 'identity.passkeyRefused',
    });
    return null;
  }
  const decision = await decideSignIn(person, way, context);
  return 'admission' in decision ? decision.admission : null;
}
