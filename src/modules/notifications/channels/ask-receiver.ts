/** One request to a receiver over HTTP: what comes back, or what its failure means. */
import { isProblem } from '../../../contract/problem.ts';
import { outsideUrl } from '../../../platform/http/outside-address.ts';
import { type NamedHosts, reachOf } from '../../../platform/http/outside-hosts.ts';
import { askOutside } from '../../../platform/http/outside-request.ts';
import { outcomeOfProblem } from '../deliveries/outcome.ts';
import type { Outcome, Surroundings } from './channel.ts';

export type Answer = { readonly status: number; readonly headers: ReadonlyMap<string, string>; readonly body: string };
export type Asked = { readonly answer: Answer } | { readonly failure: Outcome };
type Around = Pick<Surroundings, 'hosts' | 'timeoutMs' | 'connections'>;
type Request = {
  readonly method: 'GET' | 'POST';
  readonly around: Around;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Where it is not the usual one. */
  readonly timeoutMs?: number;
};

/** Kept of an answer; the rest is not read. */
const mostBytes = 65_536;

/** Sent once: what comes of a connection that breaks is decided in the outbox, under the same key. */
export async function askReceiver(url: string, { around, headers, ...request }: Request): Promise<Asked> {
  const { hosts, timeoutMs = 15_000, connections } = around;
  const ending: Record<string, string> = connections === undefined ? { connection: 'close' } : {};
  try {
    const {
      status,
      headers: answered,
      body,
    } = await askOutside(url, {
      timeoutMs,
      ...request,
      headers: { 'user-agent': 'ai-spm', ...ending, ...headers },
      reach: reachOf(url, hosts),
      mostBytes,
      cut: true,
      connections,
      once: true,
    });
    return { answer: { status, headers: answered, body: body.toString('utf8') } };
  } catch (error) {
    if (isProblem(error)) return { failure: outcomeOfProblem(error) };
    throw error;
  }
}

export function postJson(url: string, body: string, { around, headers }: Posting): Promise<Asked> {
  const own = { 'content-type': 'application/json; charset=utf-8', ...headers };
  return askReceiver(url, { method: 'POST', body, around, headers: own });
}
type Posting = { readonly around: Around; readonly headers?: Record<string, string> };

/** What can be judged without asking anybody. @throws outside.address, outside.refused */
export function checkAddress(url: string, hosts: NamedHosts): void {
  outsideUrl(url, reachOf(url, hosts));
}
