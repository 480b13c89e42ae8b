/** Step-up: somebody who is signed in proves again that it is them, which opens sensitive changes for some minutes. */

import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { stepUpMs } from '../../../contract/endpoint.ts';
import type { Problem } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { afterCommit, transaction } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { ownSession } from '../account/own-account.ts';
import { identityProblems, type readVerification, type SecondProof, type verifySession } from '../contract.ts';
import { ownKeyOptions } from '../passkeys/options.ts';
import { listPasskeys } from '../passkeys/passkey-store.ts';
import { failureSubject } from '../sign-in/email-key.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { addressOf } from '../sign-in/sign-in-failure.ts';
import { type Account, findAccount, findSession, forgetFailures, noteVerified } from '../store.ts';
import type { Proof } from '../table.ts';
import { demandPassword } from './demand-password.ts';
import { hasPassword } from './factor-store.ts';
import { factorKindsOf } from './finish-sign-in.ts';
import { judgeProof, readyProof, refusalOf } from './prove.ts';

const action = 'identity.verify-session';
type Verified = OutputOf<typeof verifySession>;

/** Opens its own transactions: a refused proof must count although the request fails. */
export async function proveAgain(given: ParsedInputOf<typeof verifySession>, context: RequestContext): Promise<Verified> {
  const sessionId = ownSession(context);
  const { password, ...proof } = given;
  const { person, ways } = await transaction(context, () => ownWays(context), { readOnly: true });
  if (!ways.includes(wayOf(given))) throw identityProblems.proofNotTaken({ factors: ways.join(', ') || 'signing in again' });
  if (password === undefined) return proveByFactor({ person, sessionId }, proof, context);
  await demandPassword({ person, password, action, field: 'password' }, context);
  await transaction(context, async () => {
    await forgetFailures(failureSubject(person.emailKey), ['', addressOf(context)]);
    await noteProved({ person, sessionId }, ['pwd']);
  });
  return { verifiedUntil: verifiedUntil(Date.now()), recoveryCodesLeft: null };
}

type Present = { readonly person: Account; readonly sessionId: string };
async function proveByFactor(present: Present, given: SecondProof, context: RequestContext): Promise<Verified> {
  const proof = await readyProof(given, 'verify');
  const done = await transaction(context, async (): Promise<{ left: number | null } | { refusal: Problem }> => {
    const judged = await judgeProof(present.person, proof, context);
    if (judged.outcome === 'accepted') {
      await noteProved(present, judged.proofs);
      return { left: judged.recoveryCodesLeft };
    }
    const refusal = refusalOf(judged, proof);
    const outcome = judged.outcome === 'locked' ? 'denied' : 'failed';
    await audit.record({ action, resource: { type: 'users', id: present.person.id }, outcome, reason: refusal.code });
    return { refusal };
  });
  if ('refusal' in done) throw done.refusal;
  return { verifiedUntil: verifiedUntil(Date.now()), recoveryCodesLeft: done.left };
}

async function noteProved({ person, sessionId }: Present, proofs: readonly Proof[]): Promise<void> {
  await noteVerified(sessionId, proofs);
  await audit.record({
    action,
    resource: { type: 'users', id: person.id },
    outcome: 'done',
    change: { after: { proofs: [...proofs] } },
  });
  afterCommit(forgetRemembered);
}

export async function verificationState(context: RequestContext): Promise<OutputOf<typeof readVerification>> {
  const session = await findSession(ownSession(context));
  if (!session) throw identityProblems.needsSession();
  const { ways } = await ownWays(context);
  return { verifiedUntil: verifiedUntil(session.verifiedAt.getTime()), factors: ways };
}

export async function verificationOptions(context: RequestContext) {
  ownSession(context);
  const keys = await transaction(context, () => listPasskeys(context.actor.id), { readOnly: true });
  return ownKeyOptions('verify', context.actor.id, keys);
}

type Way = OutputOf<typeof readVerification>['factors'][number];
/** A password alone is the weaker proof: it is taken only where there is nothing better. */
async function ownWays({ actor }: RequestContext): Promise<{ person: Account; ways: Way[] }> {
  const person = await findAccount(actor.id);
  if (!person) throw identityProblems.needsSession();
  const factors = await factorKindsOf(person);
  if (factors.length > 0) return { person, ways: factors };
  return { person, ways: (await hasPassword(person.id)) ? ['password'] : [] };
}

function wayOf({ password, code, recoveryCode }: ParsedInputOf<typeof verifySession>): Way {
  if (password !== undefined) return 'password';
  if (code !== undefined) return 'totp';
  return recoveryCode === undefined ? 'webauthn' : 'recovery';
}

function verifiedUntil(at: number): string {
  return new Date(at + stepUpMs).toISOString();
}
