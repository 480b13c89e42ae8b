/** Binds an endpoint to its function. By the time the function runs, identity, permission and input were checked. */
import type { Readable } from 'node:stream';
import type { Context } from '../../contract/actor.ts';
import type { Endpoint, OutputOf, ParsedInputOf } from '../../contract/endpoint.ts';
import type { RedirectAnswer } from './redirect.ts';

/** What a function may do to its own answer besides returning it: cookies are the sign-in slice's business. */
export type Reply = {
  setCookie(name: string, value: string, options: { httpOnly: boolean; maxAgeSeconds: number; path?: string }): void;
  clearCookie(name: string, options?: { path?: string }): void;
  /** Answers 202 instead of the endpoint's status: the work was taken on and goes on. */
  accepted?(): void;
};
export type RequestContext = Context & {
  /** Raw bytes, only of endpoints of kind 'upload'. */
  readonly body?: Readable;
  readonly cookies: ReadonlyMap<string, string>;
  /** The Authorization header as sent. */
  readonly authorization?: string;
  readonly reply: Reply;
  /** If-Match as sent: the version of what the caller saw. */
  readonly ifMatch?: string;
  /** From Last-Event-ID, only of endpoints of kind 'events'. */
  readonly lastEventId?: string;
  /** The query as it was sent, only of endpoints of kind 'redirect': signatures are over its very letters. */
  readonly rawQuery?: string;
  /** One header as it was sent, only of endpoints that take a form (what sends it signs it there) and of those that relay. */
  readonly header?: (name: string) => string | undefined;
  /** The JSON body as it was sent, only of endpoints of kind 'relay'. Nobody has parsed it. */
  readonly bytes?: Buffer;
};
export type FileAnswer = {
  readonly name: string;
  readonly mediaType: string;
  readonly body: AsyncIterable<Uint8Array | string>;
  /** Shown rather than saved. Only for text that is ours: an uploaded page shown from here would run as us. */
  readonly inline?: true;
};

/** What somebody else answered, passed on: only of endpoints of kind 'relay'. */
export type RelayAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
};

type Answer<E extends Endpoint> = E['kind'] extends 'json'
  ? OutputOf<E>
  : OutputOf<E> | FileAnswer | RedirectAnswer | RelayAnswer | AsyncIterable<string>;
export type HandleOptions = {
  /** 'one' (default): the function, its events, jobs and its audit record are one transaction. 'none': it opens its own with `transaction`. */
  readonly transaction?: 'one' | 'none';
};
export type Route<E extends Endpoint = Endpoint> = {
  readonly endpoint: E;
  readonly run: (input: unknown, context: RequestContext) => Promise<unknown>;
  readonly transaction: 'one' | 'none';
};

export function handle<E extends Endpoint>(
  endpoint: E,
  run: (input: ParsedInputOf<E>, context: RequestContext) => Promise<Answer<E>> | Answer<E>,
  options: HandleOptions = {},
): Route {
  return {
    endpoint,
    transaction: options.transaction ?? 'one',
    // The server parses the input with endpoint.input before it calls: the cast is that parse's type.
    run: async (input, context) => run(input as ParsedInputOf<E>, context),
  };
}

export function fileAnswer(answer: FileAnswer): FileAnswer {
  return answer;
}
