/** `/openapi.json` and a readable `/docs` on every door. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Door, Endpoint } from '../../contract/endpoint.ts';
import { openapiDocument } from './openapi.ts';

/** The reference page starts itself with an inline script and styles itself: only this page may. */
const docsPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function mountOpenapi(app: FastifyInstance, door: Door, endpoints: readonly Endpoint[]): void {
  let text: string | undefined;
  app.get('/openapi.json', async (_request, reply) => {
    text ??= JSON.stringify(openapiDocument(door, endpoints));
    return reply.header('content-type', 'application/json; charset=utf-8').send(text);
  });
  let docs: Promise<FastifyInstance> | undefined;
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    docs ??= docsServer();
    const page = await (await docs).inject({ method: 'GET', url: request.url });
    const type = page.headers['content-type'];
    const location = page.headers.location;
    if (location !== undefined) reply.header('location', location);
    return reply
      .code(page.statusCode)
      .header('content-type', type ?? 'text/html')
      .header('content-security-policy', docsPolicy)
      .send(page.rawPayload);
  };
  app.get('/docs', answer);
  app.get('/docs/*', answer);
}

/** The page is a bundle of four megabytes: read at its first visit, so that no process pays for it at its start. */
async function docsServer(): Promise<FastifyInstance> {
  const { default: reference } = await import('@scalar/fastify-api-reference');
  const inner = fastify({ logger: false });
  await inner.register(reference, {
    routePrefix: '/docs',
    configuration: { url: '/openapi.json', withDefaultFonts: false, telemetry: false },
  });
  await inner.ready();
  return inner;
}
