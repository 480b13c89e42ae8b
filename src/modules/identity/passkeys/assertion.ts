/** Judges what a passkey or security key answered to a challenge. */
import type { AuthenticationResponseJSON, VerifiedAuthenticationResponse } from '@simplewebauthn/server';
import type { Context } from '../../../contract/actor.ts';
import { audit } from '../../../platform/audit.ts';
import { transaction } from '../../../platform/database/database.ts';
import { publish } from '../../../platform/events/publish.ts';
import { type Assertion, passkeyCopied } from '../contract.ts';
import { asPerson } from '../people/person.ts';
import type { Account } from '../store.ts';
import type { Proof } from '../table.ts';
import { lockPasskey, notePasskeyUse, type PasskeyRow, type TakenChallenge } from './passkey-store.ts';
import { relyingParty } from './relying-party.ts';

export type AssertionGiven = {
  readonly assertion: Assertion;
  /** As {@link takeChallenge} found it. */
  readonly challenge: TakenChallenge | null;
  /** Signing in by it alone: a passkey that asked for finger, face or PIN. */
  readonly alone: boolean;
};

/**
 * In a transaction of the person's workspace, which must commit also when the answer is refused: a copied key is told of.
 *
 * @returns the proofs it gives, or null: wrong challenge, origin, key, signature or counter; all refused alike.
 * @source WebAuthn Level 3, 7.2; step 22 (signature counter) as refusal, not as a hint.
 */
export async function judgeAssertion(person: Account, given: AssertionGiven, context: Context): Promise<readonly Proof[] | null> {
  const { assertion, challenge, alone } = given;
  if (challenge === null || (challenge.accountId !== null && challenge.accountId !== person.id)) return null;
  const row = await lockPasskey(person.id, assertion.id);
  if (row === undefined || (alone && row.kind !== 'passkey')) return null;
  const info = await verified(row, assertion, { challenge: challenge.challenge, alone });
  if (info === null) return null;
  if (isCounterBehind(row.counter, info.newCounter)) {
    await tellOfCopy(person, row, context);
    return null;
  }
  await notePasskeyUse(row.id, { counter: info.newCounter, backedUp: info.credentialBackedUp });
  return info.userVerified ? ['hwk', 'user'] : ['hwk'];
}

/** A key that counts must have counted on; one that never counts says 0 always. Pure. */
export function isCounterBehind(stored: number, said: number): boolean {
  return (stored > 0 || said > 0) && said <= stored;
}

type Asked = { readonly challenge: string; readonly alone: boolean };
async function verified(
  row: PasskeyRow,
  assertion: Assertion,
  { challenge, alone }: Asked,
): Promise<VerifiedAuthenticationResponse['authenticationInfo'] | null> {
  const { id, origin } = relyingParty();
  // Loaded when first needed: it is large, and most requests are of people who signed in long ago.
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  try {
    const { verified: isRight, authenticationInfo } = await verifyAuthenticationResponse({
      response: wireForm(assertion),
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: alone,
      // The counter is judged here, where a copy can be told of: 0 lets the library pass every one.
      credential: { id: row.credentialId, publicKey: new Uint8Array(row.publicKey), counter: 0 },
    });
    return isRight ? authenticationInfo : null;
  } catch {
    // The library throws for whatever is wrong with an answer; a caller learns only that it was refused.
    return null;
  }
}

function wireForm({ response: { userHandle, ...response }, ...assertion }: Assertion): AuthenticationResponseJSON {
  return { ...assertion, response: { ...response, ...(userHandle === undefined ? {} : { userHandle }) } };
}

async function tellOfCopy(person: Account, { id, counter }: PasskeyRow, context: Context): Promise<void> {
  await publish(passkeyCopied, { accountId: person.id, passkeyId: id });
  await transaction(asPerson(context, person), () =>
    audit.record({
      action: 'identity.use-passkey',
      resource: { type: 'users', id: person.id },
      outcome: 'denied',
      reason: 'identity.counterBehind',
      change: { after: { passkey: id, lastCounter: counter } },
    }),
  );
}
