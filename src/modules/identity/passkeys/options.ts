/** What a browser is asked to sign, and with which of a person's keys. */

import type { z } from 'zod';
import type { OutputOf } from '../../../contract/endpoint.ts';
import type { AssertionOptions, passkeyOptions } from '../contract.ts';
import type { Account } from '../store.ts';
import { challengeMinutes, newChallenge } from './challenge.ts';
import type { PasskeyRow } from './passkey-store.ts';
import { relyingParty } from './relying-party.ts';
import type { ChallengePurpose, PasskeyKind } from './table.ts';

type Options = z.output<typeof AssertionOptions>;
const timeout = challengeMinutes * 60_000;
const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const;
/** EdDSA, ES256 and RS256: what authenticators make (COSE numbers, RFC 9053). */
export const algorithms = [-8, -7, -257];

/** For anybody: the browser offers the passkeys it has for this site. */
export async function discoverableOptions(): Promise<Options> {
  const { id } = relyingParty();
  return { challenge: await newChallenge('sign-in', null), rpId: id, timeout, userVerification: 'required' };
}

/** For one person: only keys they registered. */
export async function ownKeyOptions(
  purpose: Extract<ChallengePurpose, 'second-factor' | 'verify'>,
  accountId: string,
  keys: readonly PasskeyRow[],
): Promise<Options> {
  const { id } = relyingParty();
  const challenge = await newChallenge(purpose, accountId);
  return { challenge, rpId: id, timeout, userVerification: 'preferred', allowCredentials: keys.map(described) };
}

/** For a new key: a passkey is found without a name and asks for finger, face or PIN; a security key need not. */
export async function creationOptions(
  person: Account,
  kind: PasskeyKind,
  keys: readonly PasskeyRow[],
): Promise<OutputOf<typeof passkeyOptions>> {
  const { id, name } = relyingParty();
  const need = kind === 'passkey' ? 'required' : 'discouraged';
  return {
    rp: { id, name },
    // The account's id: never name or address, which a key would keep and show.
    user: { id: Buffer.from(person.id.replaceAll('-', ''), 'hex').toString('base64url'), name: person.email, displayName: person.name },
    challenge: await newChallenge('register', person.id),
    pubKeyCredParams: algorithms.map((alg) => ({ alg, type: 'public-key' })),
    timeout,
    excludeCredentials: keys.map(described),
    authenticatorSelection: { residentKey: need, requireResidentKey: kind === 'passkey', userVerification: need },
    attestation: 'none',
  };
}

function described({ credentialId, transports: said }: PasskeyRow) {
  return { id: credentialId, type: 'public-key' as const, transports: transports.filter((one) => said.includes(one)) };
}
