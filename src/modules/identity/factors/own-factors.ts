/** What a person does with their own second factors: authenticator app and recovery codes. */
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { openSecret, removeSecret, sealSecret } from '../../../platform/sealed-secret.ts';
import { ownSession } from '../account/own-account.ts';
import { type confirmTotp, identityProblems, type OwnFactors, type startTotp } from '../contract.ts';
import { tellOwner } from '../notices/notice.ts';
import { passkeyAnswer } from '../passkeys/own-passkeys.ts';
import { listPasskeys } from '../passkeys/passkey-store.ts';
import { passkeysPossible } from '../passkeys/relying-party.ts';
import { type Account, findAccount, lockAccount } from '../store.ts';
import { type Added, factorAdded, factorRemoved, giveRecoveryCodes } from './factor-change.ts';
import { beginTotp, confirmTotpRow, findTotp, lockTotp, readRecovery, removeTotpRow } from './factor-store.ts';
import { isDemanded } from './policy.ts';
import { totpSecretOf } from './prove.ts';
import { newTotpSecret, qrPicture, stepOfCode, totpUri } from './totp.ts';

/** How long an enrolment waits for its first code. */
const pendingMs = 15 * 60_000;
/** Beside the one that works: a factor is replaced only by one that was proved. */
const pendingSecretOf = (accountId: string): string => `identity.totp-pending.${accountId}`;

export async function ownFactors(context: RequestContext): Promise<OwnFactors> {
  ownSession(context);
  const person = await findAccount(context.actor.id);
  if (!person) throw identityProblems.needsSession();
  const totp = await findTotp(person.id);
  const recovery = await readRecovery(person.id);
  return {
    totp: totp?.confirmedAt ? { since: totp.confirmedAt.toISOString(), lastUsedAt: totp.lastUsedAt?.toISOString() ?? null } : null,
    passkeys: (await listPasskeys(person.id)).map(passkeyAnswer),
    recovery: {
      left: recovery.left,
      madeAt: recovery.madeAt?.toISOString() ?? null,
      lastUsedAt: recovery.lastUsedAt?.toISOString() ?? null,
    },
    demanded: await isDemanded(person.role),
    passkeysPossible: passkeysPossible(),
  };
}

export async function beginEnrolment(context: RequestContext): Promise<OutputOf<typeof startTotp>> {
  const { person } = await ownAccount(context);
  const secret = newTotpSecret();
  await sealSecret(pendingSecretOf(person.id), secret);
  await beginTotp(person.id);
  audit.subject({ type: 'users', id: person.id });
  const uri = totpUri(secret, person.email);
  return { secret, uri, picture: qrPicture(uri) };
}

export async function finishEnrolment({ code }: ParsedInputOf<typeof confirmTotp>, context: RequestContext): Promise<Added> {
  const { person, sessionId } = await ownAccount(context);
  const row = await lockTotp(person.id);
  const isWaiting = row?.pendingSince !== null && row !== undefined && Date.now() - row.pendingSince.getTime() < pendingMs;
  const secret = isWaiting ? await openSecret(pendingSecretOf(person.id)) : null;
  if (secret === null) throw identityProblems.noEnrolment();
  // The first code is spent by enrolling: whoever looked over the shoulder cannot sign in with it.
  const step = stepOfCode(secret, code, { lastStep: 0, now: Date.now() });
  if (step === null) throw identityProblems.enrolmentCode({}, { issues: [{ path: 'code', message: 'The app shows another code.' }] });
  await sealSecret(totpSecretOf(person.id), secret);
  await removeSecret(pendingSecretOf(person.id));
  await confirmTotpRow(person.id, step);
  const added = await factorAdded({ person, sessionId }, ['otp'], context);
  audit.subject({ type: 'users', id: person.id });
  audit.change({ after: { factor: 'totp', endedSessions: added.ended } });
  return added;
}

export async function removeAuthenticator(context: RequestContext): Promise<{ ended: number }> {
  const present = await ownAccount(context);
  const { id } = present.person;
  if (!(await findTotp(id))?.confirmedAt) throw identityProblems.noFactor();
  await forgetTotp(id);
  const done = await factorRemoved(present, context);
  audit.subject({ type: 'users', id });
  audit.change({ before: { factor: 'totp' }, after: { endedSessions: done.ended } });
  return done;
}

export async function forgetTotp(accountId: string): Promise<void> {
  await removeTotpRow(accountId);
  await removeSecret(totpSecretOf(accountId));
  await removeSecret(pendingSecretOf(accountId));
}

export async function renewCodes(context: RequestContext): Promise<{ codes: string[] }> {
  const { person } = await ownAccount(context);
  if (person.factors.length === 0) throw identityProblems.noFactor();
  audit.subject({ type: 'users', id: person.id });
  await tellOwner(person.id, 'codes-renewed', context);
  return { codes: await giveRecoveryCodes(person.id) };
}

/** Locked: two changes of one person's factors are made one after the other. */
async function ownAccount(context: RequestContext): Promise<{ person: Account; sessionId: string }> {
  const sessionId = ownSession(context);
  const person = await lockAccount(context.actor.id);
  if (!person?.active) throw identityProblems.needsSession();
  return { person, sessionId };
}
