/** One request through the four rooms: who, may they, with what, and the answer. */
import { Readable, Transform } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../contract/actor.ts';
import type { Door, Endpoint } from '../../contract/endpoint.ts';
import { commonProblems, type Problem } from '../../contract/problem.ts';
import { coverage } from '../audit-coverage.ts';
import { config } from '../config.ts';
import { inSpan } from '../telemetry/tracing.ts';
import { cookieLine, cookiesIn } from './cookies.ts';
import { formFields, readBounded } from './form.ts';
import type { FileAnswer, RelayAnswer, RequestContext, Route } from './handle.ts';
import { parseJsonBody, typedQuery } from './input.ts';
import { checkMeshPeer } from './mesh-peer.ts';
import { problemOf } from './problem-reply.ts';
import { checkedLocation, type RedirectAnswer } from './redirect.ts';
import { checkAccess, checkEnrolment, checkStepUp, countRefusal, leavesEntry, recordRefusal, runAtDoor } from './run-route.ts';
import { sendText } from './send-text.ts';
import { type Identified, refuse, type ServerParts } from './server-parts.ts';
import { actorOfServiceToken } from './service-token.ts';

const nobody: Actor = {
  kind: 'user',
  id: 'anonymous',
  workspaceId: '00000000-0000-0000-0000-000000000000',
  role: null,
  permissions: new Set(),
};

/** Answers one request. Never rejects: what goes wrong becomes the answer. */
export function answerRoute(route: Route, parts: ServerParts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { traceparent } = request.headers;
  const parent = typeof traceparent === 'string' ? traceparent : undefined;
  return inSpan(route.endpoint, parent, () => answer(route, parts, request, reply));
}

async function answer(route: Route, parts: ServerParts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { endpoint } = route;
  const cancellation = new AbortController();
  // Of the response, not of the socket: a kept-alive connection would gather a listener a request.
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) cancellation.abort();
  });
  const cookies = cookiesIn(request.headers.cookie);
  let context: RequestContext | undefined;
  let input: unknown;
  if (leavesEntry(endpoint)) coverage.cameIn();
  try {
    const caller = identifyCaller(endpoint, parts, request, cookies);
    const actor = caller instanceof Promise ? await caller : caller;
    context = contextOf(request, reply, { actor: actor ?? nobody, cookies, cancellation });
    if (actor !== null) checkEnrolment(endpoint, actor);
    // On a compute door a valid service token is the service identity, whoever it speaks for.
    if (parts.door === 'product' || actor === null || endpoint.access !== 'service') checkAccess(endpoint.access, actor);
    if (actor !== null) checkStepUp(endpoint, actor);
    input = endpoint.body === 'form' ? await gatherForm(endpoint, request) : gatherInput(endpoint, request);
    if (endpoint.kind === 'upload') context = { ...context, body: limitedBody(request) };
    const header = (name: string): string | undefined => [request.headers[name]].flat()[0];
    if (endpoint.body === 'form') context = { ...context, header };
    if (endpoint.kind === 'relay') context = { ...context, header, bytes: jsonBytes(request) };
    if (endpoint.kind === 'redirect') context = { ...context, rawQuery: request.url.split('?', 2)[1] ?? '' };
    const output = await withinTime(endpoint, cancellation, runAtDoor(route, input, context));
    if (leavesEntry(endpoint)) coverage.decided(context.actor.workspaceId, context.traceId);
    await send(endpoint, output, { request, reply });
  } catch (error) {
    const problem = problemOf(error);
    const whose = context ?? contextOf(request, reply, { actor: nobody, cookies, cancellation });
    await recordRefusal(endpoint, problem, whose, input);
    countRefusal(endpoint, problem, whose);
    refuseOnce(problem, request, reply);
  }
}

function refuseOnce(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  if (reply.raw.headersSent) reply.raw.destroy();
  else refuse(problem, request, reply);
}

type Known = { readonly actor: Actor; readonly cookies: ReadonlyMap<string, string>; readonly cancellation: AbortController };
function contextOf(request: FastifyRequest, reply: FastifyReply, { actor, cookies, cancellation }: Known): RequestContext {
  const { secureCookies: secure } = config();
  const { authorization, 'last-event-id': lastEventId, 'if-match': ifMatch, 'user-agent': userAgent = '' } = request.headers;
  return {
    actor,
    traceId: request.traceId,
    // Not a getter: each would be a shape of its own, which V8 keeps where the old live, and with it all of the request until the next full
    // collection.
    signal: cancellation.signal,
    address: request.ip,
    userAgent: userAgent.slice(0, 400) || null,
    cookies,
    reply: {
      setCookie: (name, value, { httpOnly, maxAgeSeconds, path = '/' }) =>
        void reply.header('set-cookie', cookieLine(name, value, { httpOnly, maxAgeSeconds, path, secure })),
      clearCookie: (name, { path = '/' } = {}) =>
        void reply.header('set-cookie', cookieLine(name, '', { httpOnly: false, maxAgeSeconds: 0, path, secure })),
      accepted: () => void reply.code(202),
    },
    ...(typeof lastEventId === 'string' ? { lastEventId } : {}),
    ...(authorization === undefined ? {} : { authorization }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
  };
}

function identifyCaller(
  endpoint: Endpoint,
  parts: ServerParts,
  request: FastifyRequest,
  cookies: ReadonlyMap<string, string>,
): Actor | null | Promise<Actor | null> {
  if (parts.door !== 'product') return endpoint.access === 'public' ? null : callingService(parts.door, request);
  const changes = request.method !== 'GET' && request.method !== 'HEAD';
  if (changes && !endpoint.crossSite) checkOrigin(request);
  const csrf = request.headers['x-csrf-token'];
  const trusted = (identified: Identified | null | undefined): Actor | null => {
    if (!identified) return null;
    if (changes && endpoint.access !== 'public' && !identified.checkCsrf(typeof csrf === 'string' ? csrf : undefined))
      throw commonProblems.crossSite();
    return identified.actor;
  };
  const identified = parts.identify?.(cookies, { authorization: request.headers.authorization, address: request.ip });
  return identified instanceof Promise ? identified.then(trusted) : trusted(identified);
}

function callingService(door: Door, { headers, raw }: FastifyRequest): Promise<Actor> {
  checkMeshPeer({ peer: raw.socket.remoteAddress, rawHeaders: raw.rawHeaders });
  return actorOfServiceToken(headers.authorization, door);
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
  const inQuery = (endpoint.kind !== 'json' && endpoint.kind !== 'redirect') || endpoint.method === 'GET' || endpoint.method === 'DELETE';
  if (endpoint.kind === 'relay') return { ...params };
  if (inQuery) return { ...typedQuery(query, endpoint.input), ...params };
  if (request.body === undefined) return { ...params };
  if (!Buffer.isBuffer(request.body)) throw commonProblems.mediaType({ expected: 'application/json' });
  const body = parseJsonBody(request.body);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return { ...body, ...params };
}

/** Bounded by the endpoint's own limit, and nobody has looked into it. @throws request.mediaType */
function jsonBytes({ body }: FastifyRequest): Buffer {
  if (!Buffer.isBuffer(body)) throw commonProblems.mediaType({ expected: 'application/json' });
  return body;
}

/** A form's fields, and no others: what stands in the query of a form's address is not part of it. */
async function gatherForm(endpoint: Endpoint, request: FastifyRequest): Promise<unknown> {
  const params = typeof request.params === 'object' ? request.params : {};
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? '');
  if (!isForm || !(request.body instanceof Readable)) throw commonProblems.mediaType({ expected: 'application/x-www-form-urlencoded' });
  return { ...formFields(await readBounded(request.body, endpoint.maxBodyBytes)), ...params };
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

function withinTime<T>(endpoint: Endpoint, cancellation: AbortController, work: Promise<T>): Promise<T> {
  if (endpoint.kind === 'events' || endpoint.kind === 'file') return work;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      cancellation.abort();
      reject(commonProblems.timedOut({ ms: endpoint.timeoutMs }));
    }, endpoint.timeoutMs);
    work.then(
      (output) => {
        clearTimeout(timer);
        resolve(output);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };
function send(endpoint: Endpoint, output: unknown, { request, reply }: Exchange): Promise<void> | undefined {
  if (endpoint.kind === 'events') return sendEvents(output as AsyncIterable<string>, reply);
  if (endpoint.kind === 'redirect') sendOn(output, reply);
  else if (endpoint.kind === 'relay') passOn(output as RelayAnswer, reply);
  else if (isFile(output)) sendFile(output, reply);
  else if (endpoint.status === 204) reply.code(204).send();
  else
    sendText(
      JSON.stringify(output),
      request,
      reply.code(statusOf(endpoint, reply)).header('content-type', 'application/json; charset=utf-8'),
    );
  return undefined;
}

/** The endpoint's, unless the function said that the work goes on. */
function statusOf({ status }: Endpoint, { statusCode }: FastifyReply): number {
  return statusCode === 202 ? 202 : status;
}

function sendFile({ name, mediaType, body, inline }: FileAnswer, reply: FastifyReply): void {
  reply
    .header('content-type', mediaType)
    .header('content-disposition', `${inline === true ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name)}`)
    .send(Readable.from(body, { objectMode: false }));
}

function sendOn(output: unknown, reply: FastifyReply): void {
  if (!isRedirect(output)) throw commonProblems.internal({}, { cause: 'an endpoint of redirects answered something else' });
  reply.code(303).header('location', checkedLocation(output)).send();
}

function passOn({ status, headers, bytes }: RelayAnswer, reply: FastifyReply): void {
  reply.code(status).headers(headers).send(bytes);
}

function isRedirect(output: unknown): output is RedirectAnswer {
  return typeof output === 'object' && output !== null && 'location' in output && typeof output.location === 'string';
}

function isFile(output: unknown): output is FileAnswer {
  return typeof output === 'object' && output !== null && 'body' in output && 'mediaType' in output && 'name' in output;
}

/** Server-sent events: the framework steps aside, the iterator ends when the browser leaves. */
async function sendEvents(frames: AsyncIterable<string>, reply: FastifyReply): Promise<void> {
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
}
