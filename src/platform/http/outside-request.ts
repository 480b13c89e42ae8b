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
   * Connections to keep. A request that meets one which ended meanwhile is sent again, once: only for what may be asked twice.
   * Without it every request has a connection of its own.
   */
  readonly connections?: OutsideConnections;
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
    return await Promise.race([exchange(url, asked, end.signal), whenAborted(end.signal)]);
  } catch (error) {
    if (end.isTimedOut()) throw outsideProblems.timedOut({ host: url.hostname, ms: timeoutMs }, { cause: error });
    if (isProblem(error)) throw error;
    throw outsideProblems.unreachable({ host: url.hostname, reason: reasonOf(error) }, { cause: error });
  } finally {
    end.release();
  }
}

/**
 * A signal that ends with the caller's, or when time is up. AbortSignal.timeout and AbortSignal.any would each live on until the time is up,
 * thousands of them at some hundred requests a second, only to make an error that nobody reads.
 */
function endOf(
  outer: AbortSignal | undefined,
  timeoutMs: number,
): { readonly signal: AbortSignal; readonly isTimedOut: () => boolean; readonly release: () => void } {
  const controller = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, timeoutMs);
  const follow = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) follow();
  outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    isTimedOut: () => timedOut,
    release: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', follow);
    },
  };
}

async function exchange(url: URL, asked: OutsideRequest, signal: AbortSignal): Promise<OutsideAnswer> {
  const place = await placeOf(url, asked.reach);
  const { method = 'GET', headers = {}, body, mostBytes = usual.mostBytes } = asked;
  const agent = asked.connections?.agentFor(url, place) ?? false;
  const answer = await begin(url, { method, headers: { ...headers, ...lengthOf(body) }, body, place, signal, agent });
  return {
    status: answer.statusCode ?? 0,
    headers: headersOf(answer),
    body: await bodyOf(answer, url, { limit: mostBytes, cut: asked.cut === true }),
  };
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
  readonly signal: AbortSignal;
  /** One for this very address; false: the connection ends with the answer. */
  readonly agent: Agent | false;
};
function begin(url: URL, sending: Sending): Promise<IncomingMessage> {
  const { method, headers, body, place, signal, agent } = sending;
  const options = { method, headers, signal, agent, lookup: pinned(place) };
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.protocol === 'https:' ? requestSecure(url, options, resolve) : requestPlain(url, options, resolve);
  request.on('error', (error) => {
    const isStale = request.reusedSocket && 'code' in error && error.code === 'ECONNRESET' && !signal.aborted;
    if (isStale) begin(url, { ...sending, agent: false }).then(resolve, reject);
    else reject(error);
  });
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
async function bodyOf(answer: IncomingMessage, { hostname: host }: URL, { limit, cut }: Bound): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > limit) {
      answer.destroy();
      if (cut) return Buffer.concat([...chunks, chunk]).subarray(0, limit);
      throw outsideProblems.tooLarge({ host, limit });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function headersOf({ headers }: IncomingMessage): Map<string, string> {
  return new Map(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat().join(', ')]])));
}

function lengthOf(body: string | Uint8Array | undefined): Record<string, number> {
  return body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
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
