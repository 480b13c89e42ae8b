/** What a person does with their own passkeys and security keys. */
import type { RegistrationResponseJSON, VerifiedRegistrationResponse } from '@simplewebauthn/server';
import type { OutputOf, ParsedInputOf } from '../../../contract/endpoint.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { isUniqueViolation } from '../../../platform/database/database-problem.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { ownSession } from '../account/own-account.ts';
import {
  type Attestation,
  type addPasskey,
  identityProblems,
  type Passkey,
  type passkeyOptions,
  type removePasskey,
  type renamePasskey,
} from '../contract.ts';
import { factorAdded, factorRemoved } from '../factors/factor-change.ts';
import { findAccount, lockAccount } from '../store.ts';
import { takeChallenge } from './challenge.ts';
import { algorithms, creationOptions } from './options.ts';
import { insertPasskey, listPasskeys, type PasskeyDraft, type PasskeyRow, removePasskeyRow, renamePasskeyRow } from './passkey-store.ts';
import { relyingParty } from './relying-party.ts';

/** Passkeys and security keys a person may have. */
export const mostPasskeys = 20;

export async function beginPasskey({ kind }: ParsedInputOf<typeof passkeyOptions>, context: RequestContext) {
  ownSession(context);
  const { person, keys } = await transaction(context, async () => ({
    person: await findAccount(context.actor.id),
    keys: await listPasskeys(context.actor.id),
  }));
  if (!person) throw identityProblems.needsSession();
  if (keys.length >= mostPasskeys) throw identityProblems.tooManyPasskeys({ most: mostPasskeys });
  return creationOptions(person, kind, keys);
}

/** Opens its own transaction: the challenge stays taken although the answer is refused. */
export async function keepPasskey(
  { name, kind, response }: ParsedInputOf<typeof addPasskey>,
  context: RequestContext,
): Promise<OutputOf<typeof addPasskey>> {
  const sessionId = ownSession(context);
  const challenge = await takeChallenge(response.response.clientDataJSON, 'register');
  if (challenge === null || challenge.accountId !== context.actor.id) throw identityProblems.passkeyRefused();
  const info = await registered(response, { challenge: challenge.challenge, verified: kind === 'passkey' });
  if (info === null) throw identityProblems.passkeyRefused();
  return transaction(context, async () => {
    const person = await lockAccount(context.actor.id);
    if (!person?.active) throw identityProblems.needsSession();
    if ((await listPasskeys(person.id)).length >= mostPasskeys) throw identityProblems.tooManyPasskeys({ most: mostPasskeys });
    const { credential, credentialBackedUp: backedUp, userVerified } = info;
    const row = await insertOnce({
      accountId: person.id,
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: response.response.transports ?? [],
      name,
      kind,
      backedUp,
    });
    const added = await factorAdded({ person, sessionId }, userVerified ? ['hwk', 'user'] : ['hwk'], context);
    await audit.record({
      action: 'identity.add-factor',
      resource: { type: 'users', id: person.id },
      outcome: 'done',
      change: { after: { factor: kind, passkey: row.id, endedSessions: added.ended } },
    });
    return { passkey: passkeyAnswer(row), recoveryCodes: added.recoveryCodes };
  });
}

async function insertOnce(draft: PasskeyDraft): Promise<PasskeyRow> {
  try {
    return await insertPasskey(draft);
  } catch (error) {
    if (isUniqueViolation(error, 'passkey_credential')) throw identityProblems.passkeyTaken();
    throw error;
  }
}

type Asked = { readonly challenge: string /** Finger, face or PIN was asked for. */; readonly verified: boolean };
async function registered(
  response: Attestation,
  { challenge, verified }: Asked,
): Promise<NonNullable<VerifiedRegistrationResponse['registrationInfo']> | null> {
  const { id, origin } = relyingParty();
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  try {
    const answer = await verifyRegistrationResponse({
      response: wireForm(response),
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: verified,
      supportedAlgorithmIDs: algorithms,
    });
    return answer.verified ? answer.registrationInfo : null;
  } catch {
    // The library throws for whatever is wrong with an answer; a caller learns only that it was refused.
    return null;
  }
}

function wireForm({ response: { transports, ...response }, ...attestation }: Attestation): RegistrationResponseJSON {
  return { ...attestation, response: { ...response, ...(transports === undefined ? {} : { transports }) } };
}

export async function nameAnew({ id, name }: ParsedInputOf<typeof renamePasskey>, context: RequestContext): Promise<Passkey> {
  ownSession(context);
  const row = await renamePasskeyRow(context.actor.id, id, name);
  if (!row) throw identityProblems.passkeyNotFound({ id });
  audit.subject({ type: 'passkeys', id });
  return passkeyAnswer(row);
}

export async function dropPasskey({ id }: ParsedInputOf<typeof removePasskey>, context: RequestContext): Promise<{ ended: number }> {
  const sessionId = ownSession(context);
  const person = await lockAccount(context.actor.id);
  if (!person?.active) throw identityProblems.needsSession();
  const row = await removePasskeyRow(person.id, id);
  if (!row) throw identityProblems.passkeyNotFound({ id });
  const done = await factorRemoved({ person, sessionId }, context);
  audit.subject({ type: 'users', id: person.id });
  audit.change({ before: { factor: row.kind, passkey: id }, after: { endedSessions: done.ended } });
  return done;
}

export function passkeyAnswer({ id, name, kind, backedUp, createdAt, lastUsedAt }: PasskeyRow): Passkey {
  return { id, name, kind, backedUp, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
}
