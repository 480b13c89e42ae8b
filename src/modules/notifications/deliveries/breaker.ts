/** What a row of outcomes does to the breaker of their destination. Pure. */
import type { Outcome } from '../channels/channel.ts';

export type BreakerMove = {
  /** The count of failures in a row begins anew within these outcomes. */
  readonly restarts: boolean;
  /** Failures in a row at their end, on top of what was there unless it begins anew. */
  readonly more: number;
  readonly delivered: boolean;
  readonly failed: boolean;
  /** The longest that the receiver asked to wait; null: it did not. */
  readonly pauseMs: number | null;
};

/**
 * Only what may pass counts: no answer, or one of a server that is not well. 429 is a pause, not a failure; a final no is an answer of
 * somebody who is there.
 * @param outcomes in the order in which they ended
 */
export function breakerMove(outcomes: readonly Pick<Outcome, 'outcome' | 'httpStatus' | 'retryAfterMs'>[]): BreakerMove {
  let [restarts, more, delivered, failed] = [false, 0, false, false];
  let pauseMs: number | null = null;
  for (const { outcome, httpStatus, retryAfterMs } of outcomes) {
    const isDelivered = outcome === 'acknowledged' || outcome === 'sent';
    if (isDelivered) delivered = true;
    else failed = true;
    if (!isDelivered && retryAfterMs !== null) pauseMs = Math.max(pauseMs ?? 0, retryAfterMs);
    if (outcome === 'retry' && httpStatus === 429) continue;
    if (outcome === 'retry') more += 1;
    else [restarts, more] = [true, 0];
  }
  return { restarts, more, delivered, failed, pauseMs };
}
