/** Judges a second proof: a code, a recovery code, or what a key answered. */
import type { Context } from '../../../contract/actor.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { openSecret } from '../../../platform/sealed-secret.ts';
import { identityProblems, recoveryCodeUsed, type SecondProof } from '../contract.ts';
import { judgeAssertion } from '../passkeys/assertion.ts';
import { takeChallenge } from '../passkeys/challenge.ts';
import type { TakenChallenge } from '../passkeys/passkey-store.ts';
import type { ChallengePurpose } from '../passkeys/table.ts';
import { asPerson } from '../people/person.ts';
import { failureSubject } from '../sign-in/email-key.ts';
import { addressOf, countFailure, waitOf } from '../sign-in/sign-in-failure.ts';
import { type Account, forgetFailures, lockAccount, lockFailures } from '../store.ts';
import type { Proof } from '../table.ts';
import { lockTotp, readRecovery, spendRecoveryCode, spendStep } from './factor-store.ts';
import { hashRecoveryCode } from './recovery-code.ts';
import { stepOfCode } from './totp.ts';

export type ReadyProof = SecondProof & { readonly challenge: TakenChallenge | null };
type Accepted = { readonly proofs: readonly Proof[] /** Set when one was used. */; readonly recoveryCodesLeft: number | null };
/** `seconds`: still locked, nothing was looked at. */
export type Judged =
  | ({ readonly outcome: 'accepted'; readonly person: Account } & Accepted)
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'locked'; readonly seconds: number };

/** Before any transaction: the challenge of an answer is gone after this, whatever comes of it. */
export async function readyProof(proof: SecondProof, purpose: ChallengePurpose): Promise<ReadyProof> {
  const challenge = proof.assertion === undefined ? null : await takeChallenge(proof.assertion.response.clientDataJSON, purpose);
  return { ...proof, challenge };
}

/**
 * Judges under the lockout that passwords have too: a wrong proof counts, and the right one is refused while the account waits.
 * In a transaction of the person's workspace, which must commit whatever the outcome.
 */
export async function judgeProof(person: Account, proof: ReadyProof, context: RequestContext): Promise<Judged> {
  const place = { subject: failureSubject(person.emailKey), address: addressOf(context) };
  const wait = waitOf(await lockFailures(place.subject, place.address));
  if (wait > 0) return { outcome: 'locked', seconds: Math.ceil(wait / 1000) };
  const present = await lockAccount(person.id);
  const accepted = present?.active ? await provedBy(present, proof, context) : null;
  if (present === undefined || accepted === null) {
    await countFailure(place, person.id);
    return { outcome: 'refused' };
  }
  await forgetFailures(place.subject, ['', place.address]);
  return { outcome: 'accepted', person: present, ...accepted };
}

/** Without the lockout: the caller holds it. In a transaction of the person's workspace, the account locked. */
export async function provedBy(person: Account, proof: ReadyProof, context: Context): Promise<Accepted | null> {
  const { code, recoveryCode, assertion, challenge } = proof;
  if (code !== undefined) return (await useCode(person.id, code)) ? { proofs: ['otp'], recoveryCodesLeft: null } : null;
  if (recoveryCode !== undefined) return useRecoveryCode(person, recoveryCode, context);
  if (assertion === undefined) return null;
  const proofs = await judgeAssertion(person, { assertion, challenge, alone: false }, context);
  return proofs === null ? null : { proofs, recoveryCodesLeft: null };
}

/** The problem that answers a proof that was not accepted. */
export function refusalOf(judged: Exclude<Judged, { outcome: 'accepted' }>, proof: SecondProof) {
  if (judged.outcome === 'locked') return identityProblems.locked({ seconds: judged.seconds }, { retryAfterSeconds: judged.seconds });
  return proof.assertion === undefined ? identityProblems.code() : identityProblems.passkeyRefused();
}

export const totpSecretOf = (accountId: string): string => `identity.totp.${accountId}`;

/** The row is locked: of two requests with one code, in whatever processes, one finds its step spent. */
async function useCode(accountId: string, code: string): Promise<boolean> {
  const row = await lockTotp(accountId);
  if (row === undefined || row.confirmedAt === null) return false;
  const secret = await openSecret(totpSecretOf(accountId));
  const step = secret === null ? null : stepOfCode(secret, code, { lastStep: row.lastStep, now: Date.now() });
  if (step === null) return false;
  await spendStep(accountId, step);
  return true;
}

async function useRecoveryCode(person: Account, typed: string, context: Context): Promise<Accepted | null> {
  if (person.factors.length === 0 || !(await spendRecoveryCode(person.id, hashRecoveryCode(person.id, typed)))) return null;
  const { left } = await readRecovery(person.id);
  await publish(recoveryCodeUsed, { accountId: person.id, left });
  await transaction(asPerson(context, person, context.actor.sessionId), () =>
    audit.record({
      action: 'identity.use-recovery-code',
      resource: { type: 'users', id: person.id },
      outcome: 'done',
      change: { after: { recoveryCodesLeft: left } },
    }),
  );
  return { proofs: ['recovery'], recoveryCodesLeft: left };
}
