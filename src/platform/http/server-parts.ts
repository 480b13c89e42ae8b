/** What a server is made of, and how any of its parts refuses a request. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../contract/actor.ts';
import type { Door } from '../../contract/endpoint.ts';
import type { Problem } from '../../contract/problem.ts';
import { metrics } from '../telemetry/metrics.ts';
import type { Route } from './handle.ts';
import { problemBody } from './problem-reply.ts';
import { sendText } from './send-text.ts';

/** What the sign-in slice tells the server about a request. */
export type Identified = {
  readonly actor: Actor;
  /** Always true for who was known by a header: no page can make a browser send that to us. */
  readonly checkCsrf: (token: string | undefined) => boolean;
};
/** What tells who sends a request. */
export type Shown = { readonly authorization: string | undefined; readonly address: string | null };
/** At once where the person is remembered: a promise for each request and layer is what small answers cost. */
export type Identify = (cookies: ReadonlyMap<string, string>, shown: Shown) => Identified | null | Promise<Identified | null>;
export type ServerParts = {
  readonly door: Door;
  readonly routes: readonly Route[];
  /** Product door: who sends this request, by cookie or key; null for nobody. Compute doors know callers by service token. */
  readonly identify?: Identify;
  /** Folder of the built web app. */
  readonly webRoot?: string;
  readonly ready: () => boolean;
};

declare module 'fastify' {
  interface FastifyRequest {
    traceId: string;
  }
}

/** Answers with a problem document. */
export function refuse(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (problem.status === 403) metrics.denials.inc({ plane: 'http' });
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  const body = problemBody(problem, request.traceId, request.url.split('?')[0]?.slice(0, 300));
  return sendText(
    JSON.stringify(body),
    request,
    reply.code(problem.status).header('content-type', 'application/problem+json; charset=utf-8'),
  );
}
