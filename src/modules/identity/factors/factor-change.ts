/** What follows when somebody's factors changed: recovery codes, other sessions, and what the present one may do. */
import { afterCommit } from '../../../platform/database/database.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { identityProblems } from '../contract.ts';
import { tellOwner } from '../notices/notice.ts';
import { forgetRemembered } from '../sign-in/identify.ts';
import { newSessionToken } from '../sign-in/session-token.ts';
import { sendSession, tokenHashOf } from '../sign-in/start-session.ts';
import { type Account, endSessions, findSession, noteVerified } from '../store.ts';
import type { Proof } from '../table.ts';
import {
  beginFactorTerm,
  readFactorKinds,
  readRecovery,
  removeRecoveryCodes,
  replaceRecoveryCodes,
  saveFactorKinds,
} from './factor-store.ts';
import { isDemanded } from './policy.ts';
import { hashRecoveryCode, newRecoveryCodes } from './recovery-code.ts';
import { openSession } from './session-store.ts';

export type Added = { readonly recoveryCodes: string[] | null; readonly ended: number };
type Present = { readonly person: Account; readonly sessionId: string };

/**
 * In the transaction that added the factor, the account locked. The first factor comes with recovery codes and ends the person's other
 * sessions, which were begun without it.
 */
export async function factorAdded({ person, sessionId }: Present, proofs: readonly Proof[], context: RequestContext): Promise<Added> {
  await saveFactorKinds(person.id, await readFactorKinds(person.id));
  const recoveryCodes = (await readRecovery(person.id)).left > 0 ? null : await giveRecoveryCodes(person.id);
  const ended = person.factors.length > 0 ? [] : await endSessions(person.id, 'factors-changed', { except: sessionId });
  await noteVerified(sessionId, proofs);
  await openWhenClosed(sessionId, context);
  await tellOwner(person.id, proofs.includes('hwk') ? 'passkey-added' : 'factor-added', context);
  afterCommit(forgetRemembered);
  return { recoveryCodes, ended: ended.length };
}

/** In the transaction that removed it, the account locked. @throws identity.factorDemanded, which takes the removal back */
export async function factorRemoved({ person, sessionId }: Present, context: RequestContext): Promise<{ ended: number }> {
  const left = await readFactorKinds(person.id);
  if (left.length === 0 && (await isDemanded(person.role))) throw identityProblems.factorDemanded();
  await saveFactorKinds(person.id, left);
  if (left.length === 0) await forgetRecovery(person.id);
  const ended = await endSessions(person.id, 'factors-changed', { except: sessionId });
  await tellOwner(person.id, 'factor-removed', context);
  afterCommit(forgetRemembered);
  return { ended: ended.length };
}

/** The last factor is gone: its codes open nothing, and the days of the policy count anew. */
export async function forgetRecovery(accountId: string): Promise<void> {
  await removeRecoveryCodes(accountId);
  await beginFactorTerm(accountId);
}

/** Ten new ones, in clear this once; the old ones are gone. */
export async function giveRecoveryCodes(accountId: string): Promise<string[]> {
  const codes = newRecoveryCodes();
  await replaceRecoveryCodes(
    accountId,
    codes.map((code) => hashRecoveryCode(accountId, code)),
  );
  return codes;
}

async function openWhenClosed(sessionId: string, context: RequestContext): Promise<void> {
  const session = await findSession(sessionId);
  if (!session?.enrolmentOnly) return;
  const token = newSessionToken();
  await openSession(sessionId, tokenHashOf(token));
  afterCommit(() => sendSession({ session, token }, context));
}
