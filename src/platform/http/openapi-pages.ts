/** `/openapi.json` and a readable `/docs` on every door. */
import reference from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import type { Door, Endpoint } from '../../contract/endpoint.ts';
import { openapiDocument } from './openapi.ts';

export async function mountOpenapi(app: FastifyInstance, door: Door, endpoints: readonly Endpoint[]): Promise<void> {
  let text: string | undefined;
  app.get('/openapi.json', async (_request, reply) => {
    text ??= JSON.stringify(openapiDocument(door, endpoints));
    return reply.header('content-type', 'application/json; charset=utf-8').send(text);
  });
  await app.register(async (docs) => {
    // The reference page starts itself with an inline script and style: only this page may have them.
    docs.addHook('onSend', async (_request, reply) => {
      reply.header(
        'content-security-policy',
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
    });
    await docs.register(reference, {
      routePrefix: '/docs',
      configuration: { url: '/openapi.json', withDefaultFonts: false, telemetry: false },
    });
  });
}
