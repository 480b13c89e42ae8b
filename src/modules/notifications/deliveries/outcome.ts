/** What came of an attempt, by HTTP class first, and when to try again. Pure. */
import type { Problem } from '../../../contract/problem.ts';
import type { Outcome } from '../channels/channel.ts';

const longestPauseMs = 3_600_000;
const retried: ReadonlySet<number> = new Set([408, 425, 429]);

/** 2xx is up to the channel. 408, 425, 429 and 5xx are tried again; everything else is final. */
export function isRetried(status: number): boolean {
  return retried.has(status) || status >= 500;
}

/**
 * `Retry-After`: seconds, or one of the three date forms of HTTP (RFC 9110, 10.2.3 and 5.6.7).
 * @returns milliseconds from now, 0 to one hour; null when there is none or it says nothing.
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  const text = header?.trim();
  if (text === undefined || text === '') return null;
  if (/^\d{1,10}$/.test(text)) return Math.min(Number(text) * 1000, longestPauseMs);
  if (!/^[A-Za-z]{3,9},? [\dA-Za-z: -]{10,40}$/.test(text)) return null;
  // The form of asctime names no zone, and is in UTC like the others.
  const at = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.min(Math.max(at - now, 0), longestPauseMs);
}

const longestBackoffMs = 15 * 60_000;
/**
 * Full jitter: uniform over 0 to min(2^attempt s, 15 min).
 * @source Brooker 2015, "Exponential Backoff And Jitter", AWS architecture blog.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const most = Math.min(2 ** Math.min(attempt, 20) * 1000, longestBackoffMs);
  return Math.round(random() * most);
}

const nothing = { httpStatus: null, answer: '', remoteId: null, retryAfterMs: null } as const;

export function failed(outcome: 'retry' | 'dead', reason: string, more: Partial<Outcome> = {}): Outcome {
  return { ...nothing, ...more, outcome, reason: reason.slice(0, 500) };
}

export function delivered(outcome: 'acknowledged' | 'sent', more: Partial<Outcome> = {}): Outcome {
  return { ...nothing, ...more, outcome, reason: '' };
}

/** An HTTP answer that is no success. `at`: now, for a date in Retry-After. */
export function refusedBy(
  { status, headers, body }: { status: number; headers: ReadonlyMap<string, string>; body: string },
  at = Date.now(),
): Outcome {
  const seen = { httpStatus: status, answer: body };
  if (isRetried(status)) {
    const pause = retryAfterMs(headers.get('retry-after'), at);
    const reason = status === 429 ? 'The receiver asks for fewer messages (429).' : `The receiver cannot take it now (${status}).`;
    return failed('retry', reason, { ...seen, retryAfterMs: pause });
  }
  if (status >= 300 && status < 400)
    return failed('dead', `The receiver sends us elsewhere (${status}); redirects are not followed.`, seen);
  return failed('dead', `The receiver refuses it (${status}).`, seen);
}

/** Nobody there is tried again; a place that is refused, or is none, never. */
export function outcomeOfProblem({ code, message }: Pick<Problem, 'code' | 'message'>): Outcome {
  return failed(code === 'outside.address' || code === 'outside.refused' ? 'dead' : 'retry', message);
}
