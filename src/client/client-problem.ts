/** What can go wrong between browser and server, in the same words as everything else. */
import { z } from 'zod';
import { Problem, type ProblemStatus, problems } from '../contract/problem.ts';

export const clientProblems = problems('client', {
  unreachable: [503, 'The server does not answer. Check the connection and try again.'],
  timedOut: [504, 'The server did not answer within {seconds} s.'],
  unreadable: [502, 'The server sent an answer this page does not understand. Reload the page: it may be older than the server.'],
  parameterMissing: [400, 'The address {path} needs a value for {name}.'],
});

/** A refusal of the server, with the trace id that finds it in the logs. */
export class RefusedRequest extends Problem {
  readonly traceId: string | undefined;
  constructor(problem: Problem, traceId: string | undefined) {
    super(problem.code, problem.status, problem.message, problem.params, {
      issues: problem.issues,
      ...(problem.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: problem.retryAfterSeconds }),
    });
    this.traceId = traceId;
  }
}

const WireProblem = z.object({
  code: z.string(),
  status: z.int(),
  detail: z.string(),
  traceId: z.string().optional(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});

/** Reads a refused answer; one that is not a problem document becomes `client.unreadable`. */
export async function problemFrom(response: Response, traceId: string): Promise<RefusedRequest> {
  const parsed = WireProblem.safeParse(await response.json().catch(() => null));
  if (!parsed.success)
    return new RefusedRequest(response.status >= 500 ? clientProblems.unreachable() : clientProblems.unreadable(), traceId);
  const { code, detail, params, issues } = parsed.data;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const problem = new Problem(code, statusOf(response.status), detail, params ?? {}, {
    issues: issues ?? [],
    ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}),
  });
  return new RefusedRequest(problem, parsed.data.traceId ?? traceId);
}

const known: readonly ProblemStatus[] = [400, 401, 403, 404, 405, 409, 411, 412, 413, 415, 422, 423, 429, 500, 501, 502, 503, 504];
function statusOf(status: number): ProblemStatus {
  return known.find((one) => one === status) ?? (status >= 500 ? 500 : 400);
}
