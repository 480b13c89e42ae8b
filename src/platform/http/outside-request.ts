/** One request to an outside address: checked, connected to the very address that was checked, bounded, and never sent on by a redirect. */
import { type Agent, type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isProblem } from '../../contract/problem.ts';
import { outsideProblems, outsideUrl, type Place, placeOf, type Reach } from './outside-address.ts';
import type { OutsideConnections } from './outside-connections.ts';

export type OutsideRequest = {
  readonly reach: Reach;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** From the look-up of the name to the last byte. */
  readonly timeoutMs?: number;
  readonly mostBytes?: number;
  /** What is longer is cut there, and not refused. */
  readonly cut?: boolean;
  readonly signal?: AbortSignal;
  /**
   * Connections to keep. A request that meets one which ended meanwhile is sent again, once, unless `once` is said.
   * Without it every request has a connection of its own.
   */
  readonly connections?: OutsideConnections | undefined;
  /** For what may not be asked twice unknown to the caller: a kept connection that breaks is a failure like any other. */
  readonly once?: boolean;
};
export type OutsideAnswer = {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
};

const usual = { timeoutMs: 10_000, mostBytes: 1_048_576 } as const;

/**
 * Asks an address that a person set. A redirect is an answer like any other (status 3xx): nothing is followed.
 * @throws outside.address, outside.refused, outside.unknownHost, outside.unreachable, outside.timedOut, outside.tooLarge
 */
export async function askOutside(address: string, asked: OutsideRequest): Promise<OutsideAnswer> {
  const url = outsideUrl(address, asked.reach);
  const { timeoutMs = usual.timeoutMs } = asked;
  const end = endOf(asked.signal, timeoutMs);
  try {
    return await exchange(url, asked, end);
  } catch (error) {
    if (end.isTimedOut()) throw outsideProblems.timedOut({ host: url.hostname, ms: timeoutMs }, { cause: error });
    if (isProblem(error)) throw error;
    throw outsideProblems.unreachable({ host: url.hostname, reason: reasonOf(error) }, { cause: error });
  } finally {
    end.release();
  }
}

/** What ends an exchange before its answer: the caller, or the time. */
type End = {
  readonly isTimedOut: () => boolean;
  readonly isOver: () => boolean;
  /** Called once, at the end or at once when it is over already; a later one takes the place of an earlier one. */
  readonly whenOver: (stop: (reason: Error) => void) => void;
  readonly release: () => void;
};

/**
 * No signal of its own, and none is given to the request: making, following and racing signals was a tenth of what an exchange on a kept
 * connection costs, and AbortSignal.timeout lives on until the time is up.
 */
function endOf(outer: AbortSignal | undefined, timeoutMs: number): End {
  let timedOut = false;
  let reason: Error | null = null;
  let stop: ((reason: Error) => void) | null = null;
  const finish = (why: unknown): void => {
    reason ??= why instanceof Error ? why : new DOMException('This operation was aborted', 'AbortError');
    stop?.(reason);
    stop = null;
  };
  const timer = setTimeout(() => {
    timedOut = reason === null;
    finish(null);
  }, timeoutMs);
  const follow = (): void => finish(outer?.reason);
  if (outer?.aborted) follow();
  else outer?.addEventListener('abort', follow, { once: true });
  return {
    isTimedOut: () => timedOut,
    isOver: () => reason !== null,
    whenOver: (then) => {
      if (reason === null) stop = then;
      else then(reason);
    },
    release: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
    },
  };
}

async function exchange(url: URL, asked: OutsideRequest, end: End): Promise<OutsideAnswer> {
  const place = await untilOver(placeOf(url, asked.reach), end);
  const { method = 'GET', headers = {}, body, mostBytes = usual.mostBytes } = asked;
  const agent = asked.connections?.agentFor(url, place) ?? false;
  const answer = await begin(url, {
    method,
    headers: { ...headers, ...lengthOf(body) },
    body,
    place,
    end,
    agent,
    once: asked.once === true,
  });
  return {
    status: answer.statusCode ?? 0,
    headers: headersOf(answer),
    body: await bodyOf(answer, url, { limit: mostBytes, cut: asked.cut === true }),
  };
}

/** A look-up cannot be stopped, only left. */
function untilOver<T>(work: Promise<T>, end: End): Promise<T> {
  return new Promise((resolve, reject) => {
    end.whenOver(reject);
    work.then(resolve, reject);
  });
}

/** An answer in one piece, as `fetch` gives it: for libraries that take a fetch of one's own. */
export function asResponse({ status, headers, body }: OutsideAnswer): Response {
  const hasBody = status !== 204 && status !== 304;
  return new Response(hasBody ? new Uint8Array(body) : null, { status, headers: [...headers] });
}

type Sending = {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string | Uint8Array | undefined;
  readonly place: Place;
  readonly end: End;
  /** One for this very address; false: the connection ends with the answer. */
  readonly agent: Agent | false;
  readonly once: boolean;
};
function begin(url: URL, sending: Sending): Promise<IncomingMessage> {
  const { method, headers, body, place, end, agent, once } = sending;
  const options = { method, headers, agent, lookup: pinned(place) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.protocol === 'https:' ? requestSecure(url, options, resolve) : requestPlain(url, options, resolve);
  request.on('error', (error) => {
    const isStale = !once && request.reusedSocket && 'code' in error && error.code === 'ECONNRESET' && !end.isOver();
    if (isStale) begin(url, { ...sending, agent: false }).then(resolve, reject);
    else reject(error);
  });
  // Its answer, if one has begun, ends with it.
  end.whenOver((reason) => void request.destroy(reason));
  request.end(body);
  return promise;
}

function pinned({ address, family }: Place): LookupFunction {
  return (_host, { all }, done) => {
    if (all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}

type Bound = { readonly limit: number; readonly cut: boolean };
/** By events, and not by iterating: that costs as much as all else here. */
function bodyOf(answer: IncomingMessage, { hostname: host }: URL, { limit, cut }: Bound): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  answer.on('data', (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size <= limit) return;
    // What is decided first stands: what comes of the destroyed answer is not heard.
    if (cut) resolve(Buffer.concat(chunks).subarray(0, limit));
    else reject(outsideProblems.tooLarge({ host, limit }));
    answer.destroy();
  });
  answer.on('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size)));
  answer.on('error', reject);
  answer.on('close', () => {
    if (!answer.complete) reject(outsideProblems.unreachable({ host, reason: words['ECONNRESET'] ?? '' }));
  });
  return promise;
}

function headersOf({ headers }: IncomingMessage): Map<string, string> {
  const known = new Map<string, string>();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) known.set(name, typeof value === 'string' ? value : value.join(', '));
  return known;
}

function lengthOf(body: string | Uint8Array | undefined): Record<string, number> {
  return body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'it refuses the connection',
  ECONNRESET: 'it ended the connection',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to its network',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that is not trusted here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};
function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return words[code] ?? (code === '' ? 'the connection failed' : `the connection failed (${code})`);
}
