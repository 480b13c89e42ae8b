/** One way to ask another slice or door: in process when its door is here, else over HTTP; the caller cannot tell. */
import { z } from 'zod';
import type { Door, Endpoint, InputOf, OutputOf } from '../../contract/endpoint.ts';
import { commonProblems, Problem, type ProblemStatus } from '../../contract/problem.ts';
import { currentContext } from '../ambient.ts';
import { config } from '../config.ts';
import type { RequestContext, Route } from './handle.ts';
import { checkAccess, runRoute } from './run-route.ts';
import { serviceToken } from './service-token.ts';
import { traceparentOf } from './trace.ts';

const local = new Map<string, Route>();
const maxAnswerBytes = 256 * 2 ** 20;

/** Names the routes that live in this process. */
export function serveLocally(routes: readonly Route[]): void {
  for (const route of routes) local.set(keyOf(route.endpoint), route);
}
/** For tests that build several servers in one process. */
export function forgetLocalRoutes(): void {
  local.clear();
}
function keyOf(endpoint: Endpoint): string {
  return `${endpoint.door} ${endpoint.method} ${endpoint.path}`;
}

/**
 * Asks an endpoint on behalf of the running context, with that actor's permissions.
 * In process the callee joins the ambient transaction.
 * @throws whatever the callee throws; request.unavailable when its door does not answer.
 */
export async function call<E extends Endpoint>(endpoint: E, input: InputOf<E>): Promise<OutputOf<E>> {
  const context = currentContext();
  if (context === undefined) throw commonProblems.internal({}, { cause: `call of ${endpoint.path} outside a request or job` });
  const route = local.get(keyOf(endpoint));
  if (route !== undefined) return callHere(route, input, context) as Promise<OutputOf<E>>;
  return callThere(endpoint, input, context.actor.id);
}

function callHere(
  route: Route,
  input: unknown,
  context: Parameters<typeof runRoute>[2] | NonNullable<ReturnType<typeof currentContext>>,
): Promise<unknown> {
  // In process the code is ours: 'service' endpoints are open to a person's own request too.
  if (route.endpoint.access !== 'service') checkAccess(route.endpoint.access, context.actor);
  return runRoute(route, input, { cookies: new Map(), reply: noReply, ...context } satisfies RequestContext);
}
const noReply = { setCookie: () => {}, clearCookie: () => {} };

const urls: Readonly<
  Record<
    Exclude<Door, 'product'>,
    readonly ['AI_SCANNER_URL' | 'DATA_INTEGRITY_URL' | 'WIZ_INTEGRATION_URL' | 'COMPLIANCE_ENGINE_URL' | 'AGENT_GATEWAY_URL', number]
  >
> = {
  'ai-scanner': ['AI_SCANNER_URL', 1],
  'data-integrity': ['DATA_INTEGRITY_URL', 2],
  'wiz-integration': ['WIZ_INTEGRATION_URL', 3],
  'compliance-engine': ['COMPLIANCE_ENGINE_URL', 4],
  'agent-gateway': ['AGENT_GATEWAY_URL', 5],
};
/** Where a compute door answers. */
export function doorUrl(door: Exclude<Door, 'product'>): string {
  const [setting, step] = urls[door];
  return (config()[setting] ?? `http://127.0.0.1:${config().SERVICE_PORT_BASE + step}`).replace(/\/$/, '');
}

async function callThere<E extends Endpoint>(endpoint: E, input: InputOf<E>, caller: string): Promise<OutputOf<E>> {
  if (endpoint.door === 'product') throw commonProblems.notConfigured({ service: endpoint.path });
  const context = currentContext();
  if (context === undefined) throw commonProblems.internal();
  const { path, rest } = fillPath(endpoint.path, input);
  const inQuery = endpoint.method === 'GET' || endpoint.method === 'DELETE';
  const query = inQuery
    ? `?${new URLSearchParams(Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])))}`
    : '';
  const answer = await ask(`${doorUrl(endpoint.door)}${path}${query}`, endpoint.door, {
    method: endpoint.method,
    headers: {
      authorization: `Bearer ${await serviceToken(endpoint.door, caller, context.actor)}`,
      traceparent: traceparentOf(context.traceId),
      ...(inQuery ? {} : { 'content-type': 'application/json' }),
    },
    ...(inQuery ? {} : { body: JSON.stringify(rest) }),
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(endpoint.timeoutMs)]),
    redirect: 'error',
  });
  return endpoint.output.parse(answer) as OutputOf<E>;
}

const RemoteProblem = z.object({
  code: z.string(),
  status: z.int(),
  detail: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
});

async function ask(url: string, door: Door, request: RequestInit): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(url, request);
  } catch (error) {
    throw commonProblems.unavailable({ what: `${door} service` }, { cause: error });
  }
  if (Number(answer.headers.get('content-length') ?? 0) > maxAnswerBytes) throw commonProblems.unavailable({ what: `${door} service` });
  const body: unknown = await answer.json().catch(() => null);
  if (answer.ok) return body;
  const problem = RemoteProblem.safeParse(body);
  if (!problem.success) throw commonProblems.unavailable({ what: `${door} service` });
  // A door answers with our own problems, whose statuses are of the closed list.
  throw new Problem(problem.data.code, problem.data.status as ProblemStatus, problem.data.detail, problem.data.params ?? {});
}

function fillPath(template: string, input: unknown): { path: string; rest: Record<string, unknown> } {
  const rest: Record<string, unknown> = typeof input === 'object' && input !== null ? { ...input } : {};
  const path = template.replace(/:(\w+)/g, (_whole, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value);
  });
  return { path, rest };
}
