/** The door of a process: the only file that knows the web framework. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import compress from '@fastify/compress';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { commonProblems } from '../../contract/problem.ts';
import { config } from '../config.ts';
import { log } from '../log.ts';
import { metrics } from '../telemetry/metrics.ts';
import { answerRoute } from './answer.ts';
import type { Route } from './handle.ts';
import { mountOpenapi } from './openapi-pages.ts';
import { problemOf } from './problem-reply.ts';
import { limitHook, RateLimit } from './rate-limit.ts';
import { readAway } from './read-away.ts';
import { securityHeaders } from './security-headers.ts';
import { packedFromBytes } from './send-text.ts';
import { refuse, type ServerParts } from './server-parts.ts';
import { traceIdOf } from './trace.ts';

const tooLarge = 413;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its own limit instead of the one of the door. */
    rate?: RateLimit;
  }
}

export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { TRUST_PROXY, MAX_BODY_BYTES } = config();
  const app = fastify({
    logger: false,
    trustProxy: TRUST_PROXY,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: 60_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    schemaController: { compilersFactory: { buildValidator: neverAsked, buildSerializer: neverAsked } },
    frameworkErrors: (error, request, reply) => void refuse(problemOf(error), request, reply),
  });
  app.decorateRequest('traceId', '');
  const always = { ...securityHeaders(config().secureCookies), 'cache-control': 'no-store' };
  // Hooks with `done`: a promise for each hook and request is a tenth of what a small answer costs.
  app.addHook('onRequest', (request, reply, done) => {
    request.traceId = traceIdOf(request.headers.traceparent);
    reply.headers(always).header('x-trace-id', request.traceId);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    measure(request, reply);
    done();
  });
  app.setErrorHandler(async (error, request, reply) => {
    const problem = problemOf(error);
    if (problem.status === tooLarge) await readAway(request.raw);
    return refuse(problem, request, reply);
  });
  await addGuards(app, parts);
  addBodyParsers(app);
  addProbes(app, parts);
  mountOpenapi(
    app,
    parts.door,
    parts.routes.map(({ endpoint }) => endpoint),
  );
  for (const route of parts.routes) mountRoute(app, route, parts);
  await mountWeb(app, parts);
  return app;
}

/** Endpoints say what goes in and out, and `answerRoute` holds them to it; the framework's own compilers would be loaded for nothing. */
function neverAsked(): never {
  throw new TypeError('A route was given to the web framework with a schema of its own.');
}

async function addGuards(app: FastifyInstance, { door }: ServerParts): Promise<void> {
  await app.register(compress, {
    // Bodies are taken as sent: a compressed one could grow past every limit.
    globalDecompression: false,
    threshold: packedFromBytes,
    encodings: ['br', 'gzip'],
    customTypes: /^(text\/(?!event-stream)|application\/(json|problem\+json|javascript))/,
  });
  if (door !== 'product') return;
  const shared = new RateLimit(config().RATE_PER_MINUTE);
  app.addHook('onRoute', (route) => {
    if (probes.has(route.url) || route.url.startsWith('/assets/')) return;
    route.onRequest = [route.onRequest ?? [], limitHook(route.config?.rate ?? shared)].flat();
  });
}

/** Bodies stay bytes until the endpoint is known: JSON endpoints parse them bounded, uploads stream them. */
function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(/^application\/(?:[\w.+-]+\+)?json/, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

const probes = new Set(['/livez', '/readyz', '/startupz']);
function addProbes(app: FastifyInstance, { ready }: ServerParts): void {
  app.get('/livez', async () => ({ status: 'alive' }));
  const readiness = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.code(ready() ? 200 : 503).send({ status: ready() ? 'ready' : 'not ready' });
  app.get('/readyz', readiness);
  app.get('/startupz', readiness);
}

function mountRoute(app: FastifyInstance, route: Route, parts: ServerParts): void {
  const { endpoint } = route;
  const rate = endpoint.ratePerMinute === undefined ? {} : { rate: new RateLimit(endpoint.ratePerMinute) };
  for (const url of [endpoint.path, ...(endpoint.aliases ?? [])]) {
    app.route({
      method: endpoint.method,
      url,
      bodyLimit: endpoint.kind === 'upload' ? config().MAX_UPLOAD_BYTES : endpoint.maxBodyBytes,
      config: rate,
      // What is text before it leaves is packed by sendText, which costs nothing where there is nothing to pack.
      ...(endpoint.kind === 'file' ? {} : { compress: false }),
      handler: (request, reply) => void answerRoute(route, parts, request, reply),
    });
  }
}

async function mountWeb(app: FastifyInstance, { webRoot, routes }: ServerParts): Promise<void> {
  const patterns = routes.flatMap(({ endpoint }) =>
    [endpoint.path, ...(endpoint.aliases ?? [])].map((path) => ({ method: endpoint.method, pattern: pathPattern(path) })),
  );
  const hasWeb = webRoot !== undefined && existsSync(join(webRoot, 'index.html'));
  if (hasWeb) {
    // Only one of the doors has a web app.
    const { default: files } = await import('@fastify/static');
    await app.register(files, {
      root: webRoot,
      index: false,
      wildcard: false,
      dotfiles: 'deny',
      setHeaders: (response, path) =>
        void response.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'),
    });
    mountLaterAssets(app);
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    const allowed = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (allowed.length > 0)
      return refuse(
        commonProblems.methodNotAllowed({ method: request.method, path }),
        request,
        reply.header('allow', [...new Set(allowed)].join(', ')),
      );
    const isPage = request.method === 'GET' && !/^\/(api|auth)(\/|$)/.test(path) && (request.headers.accept ?? '').includes('text/html');
    if (hasWeb && isPage) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    return refuse(commonProblems.notFound({ method: request.method, path: path.slice(0, 200) }), request, reply);
  });
}

/** One plain file name: no separator, nothing encoded that could become one, no hidden file. */
const assetName = /^\w[\w.-]{0,199}$/;
/** The files above are listed once, at the start: a build that is put in place beside a running platform brings others. */
function mountLaterAssets(app: FastifyInstance): void {
  app.get<{ Params: { name: string } }>('/assets/:name', (request, reply) => {
    const { name } = request.params;
    return assetName.test(name) ? reply.sendFile(`assets/${name}`) : reply.callNotFound();
  });
}

function pathPattern(template: string): RegExp {
  return new RegExp(`^${template.replace(/[.]/g, '\\.').replace(/:\w+/g, '[^/]+')}/?$`);
}

const timers = new Map<string, ReturnType<typeof metrics.requests.labels>>();
/** Routes, methods and classes are closed sets. */
function timerOf(route: string, method: string, answered: string): ReturnType<typeof metrics.requests.labels> {
  const key = `${method} ${answered} ${route}`;
  const known = timers.get(key) ?? metrics.requests.labels({ route, method, class: answered });
  timers.set(key, known);
  return known;
}

function measure(request: FastifyRequest, reply: FastifyReply): void {
  const route = request.routeOptions.url ?? 'none';
  timerOf(route, request.method, `${Math.floor(reply.statusCode / 100)}xx`).observe(reply.elapsedTime / 1000);
  if (reply.elapsedTime > 1000)
    log('performance').warn(
      { route, method: request.method, ms: Math.round(reply.elapsedTime), status: reply.statusCode, traceId: request.traceId },
      'A slow answer',
    );
}
