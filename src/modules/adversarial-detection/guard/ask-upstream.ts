/** The model behind a guard, asked through the one guard for outgoing requests. */
import { isProblem } from '../../../contract/problem.ts';
import { OutsideConnections } from '../../../platform/http/outside-connections.ts';
import { namedHosts, reachOf } from '../../../platform/http/outside-hosts.ts';
import { askOutside, type OutsideAnswer } from '../../../platform/http/outside-request.ts';
import { traceparentOf } from '../../../platform/http/trace.ts';
import { guardProblems } from './guard-contract.ts';
import type { KnownGuard } from './known-guards.ts';

/** Of all guards of this process. A model may be asked twice when a kept connection has ended: it answers, and changes nothing. */
const connections = new OutsideConnections();
const mostAnswerBytes = 8 * 2 ** 20;
export type Asking = { readonly traceId: string; readonly signal: AbortSignal };

/**
 * The body is written anew from what was read, so that the upstream cannot read it in another way (a field that comes twice, say).
 * Nothing of the caller's own headers goes on.
 * @throws guardUpstream, guardTimedOut, guardToken
 */
export async function askUpstream(
  { row, token, isTokenLost }: KnownGuard,
  body: unknown,
  { traceId, signal }: Asking,
): Promise<OutsideAnswer> {
  if (isTokenLost) throw guardProblems.guardToken({ name: row.name });
  let answer: OutsideAnswer;
  try {
    answer = await askOutside(row.upstream, {
      reach: reachOf(row.upstream, namedHosts()),
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'ai-spm-guard',
        traceparent: traceparentOf(traceId),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
      timeoutMs: row.timeoutMs,
      mostBytes: mostAnswerBytes,
      signal,
      connections,
    });
  } catch (error) {
    if (!isProblem(error)) throw error;
    // Where the upstream stands is not for callers to know: the problem's own sentence has its address.
    if (error.code === 'outside.timedOut') throw guardProblems.guardTimedOut({ name: row.name, ms: row.timeoutMs }, { cause: error });
    throw guardProblems.guardUpstream({ name: row.name, code: error.code }, { cause: error });
  }
  // Nothing is followed, and a caller must not be sent past the guard.
  if (answer.status < 200 || (answer.status >= 300 && answer.status < 400))
    throw guardProblems.guardUpstream({ name: row.name, code: `status ${answer.status}` });
  return answer;
}
