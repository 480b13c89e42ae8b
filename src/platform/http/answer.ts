/** One request through the four rooms: who, may they, with what, and the answer. */
import { Readable, Transform } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../contract/actor.ts';
import type { Endpoint } from '../../contract/endpoint.ts';
import { commonProblems, type Problem } from '../../contract/problem.ts';
import { config } from '../config.ts';
import { inSpan } from '../telemetry/tracing.ts';
import type { FileAnswer, RequestContext, Route } from './handle.ts';
import { parseJsonBody, typedQuery } from './input.ts';
import { problemOf } from './problem-reply.ts';
import { checkAccess, recordRefusal, runRoute } from './run-route.ts';
import { refuse, type ServerParts } from './server-parts.ts';
import { actorOfServiceToken } from './service-token.ts';

const nobody: Actor = {
  kind: 'user',
  id: 'anonymous',
  workspaceId: '00000000-0000-0000-0000-000000000000',
  role: null,
  permissions: new Set(),
};

export async function answerRoute(route: Route, parts: ServerParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const traceparent = typeof request.headers.traceparent === 'string' ? request.headers.traceparent : undefined;
  return inSpan(`${route.endpoint.method} ${route.endpoint.path}`, traceparent, () => answer(route, parts, request, reply));
}

async function answer(route: Route, parts: ServerParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { endpoint } = route;
  const cancelled = new AbortController();
  // Of the response, not of the socket: a kept-alive connection would gather a listener a request.
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) cancelled.abort();
  });
  let context: RequestContext = baseContext(request, reply, cancelled.signal);
  let input: unknown;
  try {
    const actor = await identifyCaller(endpoint, parts, request, context);
    context = { ...context, actor: actor ?? nobody };
    // On a compute door a valid service token is the service identity, whoever it speaks for.
    if (parts.door === 'product' || actor === null || endpoint.access !== 'service') checkAccess(endpoint.access, actor);
    input = gatherInput(endpoint, request);
    if (endpoint.kind === 'upload') context = { ...context, body: limitedBody(request) };
    const output = await withinTime(endpoint, cancelled, runRoute(route, input, context));
    return await send(endpoint, output, reply);
  } catch (error) {
    const problem = problemOf(error);
    await recordRefusal(endpoint, problem, context, input);
    return refuseOnce(problem, request, reply);
  }
}

function refuseOnce(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!reply.raw.headersSent) return refuse(problem, request, reply);
  reply.raw.destroy();
  return reply;
}

function baseContext(request: FastifyRequest, reply: FastifyReply, signal: AbortSignal): RequestContext {
  const { secureCookies } = config();
  const lastEventId = request.headers['last-event-id'];
  return {
    actor: nobody,
    traceId: request.traceId,
    signal,
    address: request.ip,
    userAgent: (request.headers['user-agent'] ?? '').slice(0, 400) || null,
    cookies: cookiesOf(request),
    reply: {
      setCookie: (name, value, { httpOnly, maxAgeSeconds, path }) =>
        void reply.setCookie(name, value, { httpOnly, maxAge: maxAgeSeconds, path: path ?? '/', sameSite: 'lax', secure: secureCookies }),
      clearCookie: (name, options) => void reply.clearCookie(name, { path: options?.path ?? '/', sameSite: 'lax', secure: secureCookies }),
    },
    ...(typeof lastEventId === 'string' ? { lastEventId } : {}),
    ...(request.headers.authorization === undefined ? {} : { authorization: request.headers.authorization }),
  };
}

function cookiesOf({ cookies }: FastifyRequest): Map<string, string> {
  const kept = new Map<string, string>();
  for (const name in cookies) kept.set(name, cookies[name] ?? '');
  return kept;
}

async function identifyCaller(
  endpoint: Endpoint,
  parts: ServerParts,
  request: FastifyRequest,
  context: RequestContext,
): Promise<Actor | null> {
  if (parts.door !== 'product') return endpoint.access === 'public' ? null : actorOfServiceToken(request.headers.authorization, parts.door);
  const changes = request.method !== 'GET' && request.method !== 'HEAD';
  if (changes) checkOrigin(request);
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const identified = await parts.identify?.(context.cookies, header);
  if (!identified) return null;
  const byCookie = header('authorization') === undefined;
  if (changes && byCookie && endpoint.access !== 'public' && !identified.checkCsrf(header('x-csrf-token')))
    throw commonProblems.crossSite();
  return identified.actor;
}

/** A browser says where a request comes from; a script on another site cannot change that. */
function checkOrigin(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') throw commonProblems.crossSite();
  const { origin } = request.headers;
  if (origin === undefined) return;
  const own = config().publicOrigin ?? `${request.protocol}://${request.headers.host}`;
  if (origin !== own) throw commonProblems.crossSite();
}

function gatherInput(endpoint: Endpoint, request: FastifyRequest): unknown {
  const params = typeof request.params === 'object' ? request.params : {};
  const query = request.query as Record<string, unknown>;
  const inQuery = endpoint.kind !== 'json' || endpoint.method === 'GET' || endpoint.method === 'DELETE';
  if (inQuery) return { ...typedQuery(query, endpoint.input), ...params };
  if (request.body === undefined) return { ...params };
  if (!Buffer.isBuffer(request.body)) throw commonProblems.mediaType({ expected: 'application/json' });
  const body = parseJsonBody(request.body);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return { ...body, ...params };
}

function limitedBody(request: FastifyRequest): Readable {
  const limit = config().MAX_UPLOAD_BYTES;
  const source = request.body instanceof Readable ? request.body : Readable.from(Buffer.isBuffer(request.body) ? [request.body] : []);
  let seen = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limit) done(commonProblems.tooLarge({ limit }));
      else done(null, chunk);
    },
  });
  source.on('error', (error) => counter.destroy(error));
  return source.pipe(counter);
}

async function withinTime<T>(endpoint: Endpoint, cancelled: AbortController, work: Promise<T>): Promise<T> {
  if (endpoint.kind === 'events' || endpoint.kind === 'file') return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      cancelled.abort();
      reject(commonProblems.timedOut({ ms: endpoint.timeoutMs }));
    }, endpoint.timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function send(endpoint: Endpoint, output: unknown, reply: FastifyReply): Promise<FastifyReply> {
  if (endpoint.kind === 'events') return sendEvents(output as AsyncIterable<string>, reply);
  if (isFile(output)) {
    const name = encodeURIComponent(output.name);
    return reply
      .header('content-type', output.mediaType)
      .header('content-disposition', `${output.inline === true ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`)
      .send(Readable.from(output.body, { objectMode: false }));
  }
  if (endpoint.status === 204) return reply.code(204).send();
  return reply.code(endpoint.status).header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(output));
}

function isFile(output: unknown): output is FileAnswer {
  return typeof output === 'object' && output !== null && 'body' in output && 'mediaType' in output && 'name' in output;
}

/** Server-sent events: the framework steps aside, the iterator ends when the browser leaves. */
async function sendEvents(frames: AsyncIterable<string>, reply: FastifyReply): Promise<FastifyReply> {
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) raw.setHeader(name, value as string | number | string[]);
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  raw.flushHeaders();
  try {
    for await (const frame of frames) {
      if (raw.destroyed) break;
      if (!raw.write(frame)) await new Promise((resolve) => raw.once('drain', resolve).once('close', resolve));
    }
  } catch {
    // The stream broke: the browser reconnects with Last-Event-ID and misses nothing.
  } finally {
    raw.end();
  }
  return reply;
}
