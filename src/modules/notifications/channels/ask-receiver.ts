/** One request to a receiver over HTTP: what comes back, or what its failure means. */
import { isProblem } from '../../../contract/problem.ts';
import { outsideUrl } from '../../../platform/http/outside-address.ts';
import { type NamedHosts, reachOf } from '../../../platform/http/outside-hosts.ts';
import { askOutside } from '../../../platform/http/outside-request.ts';
import { outcomeOfProblem } from '../deliveries/outcome.ts';
import type { Outcome } from './channel.ts';

export type Answer = { readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: string };
export type Asked = { readonly answer: Answer } | { readonly failure: Outcome };
type Request = {
  readonly method: 'GET' | 'POST';
  readonly hosts: NamedHosts;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs?: number | undefined;
};

/** Kept of an answer; the rest is not read. */
const mostBytes = 65_536;

export async function askReceiver(url: string, { hosts, timeoutMs = 15_000, ...request }: Request): Promise<Asked> {
  try {
    const { status, headers, body } = await askOutside(url, {
      ...request,
      headers: { 'user-agent': 'ai-spm', connection: 'close', ...request.headers },
      reach: reachOf(url, hosts),
      timeoutMs,
      mostBytes,
      cut: true,
    });
    return { answer: { status, headers, body: body.toString('utf8') } };
  } catch (error) {
    if (isProblem(error)) return { failure: outcomeOfProblem(error) };
    throw error;
  }
}

export function postJson(url: string, body: string, { hosts, timeoutMs, headers }: Posting): Promise<Asked> {
  const own = { 'content-type': 'application/json; charset=utf-8', ...headers };
  return askReceiver(url, { method: 'POST', body, hosts, timeoutMs, headers: own });
}
type Posting = { readonly hosts: NamedHosts; readonly timeoutMs?: number | undefined; readonly headers?: Record<string, string> };

/** What can be judged without asking anybody. @throws outside.address, outside.refused */
export function checkAddress(url: string, hosts: NamedHosts): void {
  outsideUrl(url, reachOf(url, hosts));
}
