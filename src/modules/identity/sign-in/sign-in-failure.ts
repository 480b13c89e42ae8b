/** Counts what failed: wrong passwords and wrong second factors alike, for an account and for an address. */
import { publish } from '../../../platform/events/publish.ts';
import type { RequestContext } from '../../../platform/http/handle.ts';
import { signInAttacked } from '../contract.ts';
import { dropStaleFailures, type FailurePlace, type Failures, lockFailures, saveFailure } from '../store.ts';
import { afterFailure, type FailureCount, isAttack, waitLeft } from './lockout.ts';

/** The address that failures are counted under; callers without one share a count. */
export function addressOf({ address }: Pick<RequestContext, 'address'>): string {
  return address?.slice(0, 64) || 'unknown';
}

/** One more failure, from everywhere and from this address; news at each tenth of a known account. */
export async function countFailure({ subject, address }: FailurePlace, accountId: string | null): Promise<void> {
  const { counts, now } = await lockFailures(subject, address);
  const everywhere = afterFailure(counts.get('') ?? unseen(now), now);
  await saveFailure({ subject, address: '' }, everywhere);
  await saveFailure({ subject, address }, afterFailure(counts.get(address) ?? unseen(now), now));
  await dropStaleFailures();
  if (accountId !== null && isAttack(everywhere.failures)) await publish(signInAttacked, { accountId, failures: everywhere.failures });
}

/** Milliseconds until somebody may try again. */
export function waitOf({ counts, now }: Failures): number {
  return waitLeft([...counts.values()], now);
}

function unseen(now: Date): FailureCount {
  return { failures: 0, lockedUntil: null, lastAt: now };
}
