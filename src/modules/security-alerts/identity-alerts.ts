/** News about accounts that a person should look at now. */
import type { z } from 'zod';
import type { StoredEvent } from '../../contract/event.ts';
import { isProblem } from '../../contract/problem.ts';
import { call } from '../../platform/http/call.ts';
import { getUser, type passkeyCopied, type refreshReused, type signInAttacked } from '../identity/contract.ts';
import { raise } from './alert.ts';

const source = 'identity';

/** A signature counter that went back: the key exists twice (WebAuthn Level 3, 7.2 step 22). The sign-in was refused. */
export async function raiseForCopiedPasskey(
  { accountId, passkeyId }: z.output<typeof passkeyCopied.payload>,
  { at }: StoredEvent,
): Promise<void> {
  await raise({
    title: `A passkey of ${await nameOf(accountId)} seems to be copied`.slice(0, 300),
    description:
      'Its signature counter went back, so the key exists twice. The sign-in was refused. Have its owner remove the passkey and add another.',
    severity: 'high',
    source,
    category: 'sign-in',
    fingerprint: `passkey.${passkeyId}`,
    asset: null,
    vulnerability: null,
    at: new Date(at),
  });
}

/** A refresh token that had been exchanged already was shown again: two have it (RFC 9700, 4.14.2). */
export async function raiseForReusedToken(
  { accountId, familyId }: z.output<typeof refreshReused.payload>,
  { at }: StoredEvent,
): Promise<void> {
  await raise({
    title: `A refresh token of ${await nameOf(accountId)} was used twice`.slice(0, 300),
    description: 'One of the two who used it is not its owner. All tokens of that sign-in were revoked; find out where the token was kept.',
    severity: 'high',
    source,
    category: 'sign-in',
    fingerprint: `refresh.${familyId}`,
    asset: null,
    vulnerability: null,
    at: new Date(at),
  });
}

/** Ten failures in a row, and each ten more. */
export async function raiseForAttackedSignIn(
  { accountId, failures }: z.output<typeof signInAttacked.payload>,
  { at }: StoredEvent,
): Promise<void> {
  await raise({
    title: `Somebody is guessing their way into the account of ${await nameOf(accountId)}`.slice(0, 300),
    description: `${failures} failed sign-ins in a row. The account waits between tries; passwords and second factors count together.`,
    severity: 'medium',
    source,
    category: 'sign-in',
    fingerprint: `sign-in.${accountId}`,
    asset: null,
    vulnerability: null,
    at: new Date(at),
  });
}

async function nameOf(accountId: string): Promise<string> {
  try {
    return (await call(getUser, { id: accountId })).name;
  } catch (error) {
    if (isProblem(error) && error.status === 404) return 'somebody who is gone';
    throw error;
  }
}
