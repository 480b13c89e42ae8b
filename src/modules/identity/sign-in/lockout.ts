/** When failed sign-ins make an account wait, and how long. */

/** Failures that are free. */
export const freeFailures = 5;
/** A count nobody added to for this long is forgotten. */
export const forgetAfterMs = 24 * 3_600_000;
const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;

export type FailureCount = { readonly failures: number; readonly lockedUntil: Date | null; readonly lastAt: Date };

/**
 * The wait that follows the n-th failure in a row.
 *
 * @param failures including the one just made, n >= 1.
 * @returns milliseconds: 0 below 5, then 1 minute, doubling with each further failure, 1 hour at most.
 */
export function waitAfter(failures: number): number {
  if (failures < freeFailures) return 0;
  return Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - freeFailures, 20));
}

/** The count after one more failure at `now`. Pure. */
export function afterFailure(before: FailureCount, now: Date): FailureCount {
  const failures = isForgotten(before, now) ? 1 : before.failures + 1;
  const wait = waitAfter(failures);
  return { failures, lockedUntil: wait === 0 ? null : new Date(now.getTime() + wait), lastAt: now };
}

/** Milliseconds until the last of these counts lets somebody try again; 0 when none holds. */
export function waitLeft(counts: readonly FailureCount[], now: Date): number {
  return Math.max(0, ...counts.map(({ lockedUntil }) => (lockedUntil === null ? 0 : lockedUntil.getTime() - now.getTime())));
}

/** Should analysts hear of it? At 10 failures and each 10 more, so that a long attack is not a flood of news. */
export function isAttack(failures: number): boolean {
  return failures > 0 && failures % 10 === 0;
}

export function isForgotten({ lastAt }: FailureCount, now: Date): boolean {
  return now.getTime() - lastAt.getTime() > forgetAfterMs;
}
