/** Challenges: handed out once, answered once, minutes old at most. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { systemTransaction } from '../../../platform/database/database.ts';
import { insertChallengeAcrossWorkspaces, type TakenChallenge, takeChallengeAcrossWorkspaces } from './passkey-store.ts';
import type { ChallengePurpose } from './table.ts';

export const challengeMinutes = 5;

/** 256 random bits, kept until they are answered. `accountId` is who may answer; null lets any passkey. */
export async function newChallenge(purpose: ChallengePurpose, accountId: string | null): Promise<string> {
  const challenge = randomBytes(32).toString('base64url');
  await systemTransaction(() => insertChallengeAcrossWorkspaces({ challenge, purpose, accountId, minutes: challengeMinutes }));
  return challenge;
}

const ClientData = z.object({ challenge: z.string().min(22).max(100) });

/**
 * Takes away the challenge that an answer of a browser names, whether or not the answer is right: it cannot be tried again.
 * In a transaction of its own, which the refusal of the answer does not take back.
 * @returns null when there is none, it was for something else, or is too old.
 */
export async function takeChallenge(clientDataJSON: string, purpose: ChallengePurpose): Promise<TakenChallenge | null> {
  const challenge = challengeIn(clientDataJSON);
  if (challenge === null) return null;
  return (await systemTransaction(() => takeChallengeAcrossWorkspaces(challenge, purpose))) ?? null;
}

function challengeIn(clientDataJSON: string): string | null {
  try {
    const said = ClientData.safeParse(JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')));
    return said.success ? said.data.challenge : null;
  } catch {
    return null; // not JSON: answers no challenge
  }
}
