/** Asks one endpoint over HTTP: the endpoint's data decides method, address, query and body. */
import type { Endpoint, InputOf, OutputOf } from '../contract/endpoint.ts';
import { isProblem, type Problem } from '../contract/problem.ts';
import { clientProblems, problemFrom, RefusedRequest } from './client-problem.ts';

export const csrfCookie = 'aispm_csrf';
export const csrfHeader = 'x-csrf-token';
/** The server stops at its own limit and says so; the page waits a little longer for that answer. */
const graceMs = 5000;

export type Address = { readonly url: string; readonly rest: ReadonlyMap<string, unknown> };

/**
 * Fills `:name` from the input; for GET and DELETE the rest becomes the query, else it is left for the body.
 * Lists are joined by commas, as the server splits them. Keys that are undefined or null are left out of the query.
 * @throws client.parameterMissing
 */
export function addressOf(endpoint: Pick<Endpoint, 'method' | 'path' | 'kind'>, input: unknown): Address {
  const rest = new Map(Object.entries(typeof input === 'object' && input !== null ? input : {}));
  const path = endpoint.path.replace(/:(\w+)/g, (_whole, name: string) => {
    const value = rest.get(name);
    if (value === undefined || value === null || value === '') throw clientProblems.parameterMissing({ path: endpoint.path, name });
    rest.delete(name);
    return encodeURIComponent(String(value));
  });
  if (!inputInQuery(endpoint)) return { url: path, rest };
  const query = new URLSearchParams();
  for (const [name, value] of rest) if (value !== undefined && value !== null) query.set(name, queryText(value));
  const text = query.toString();
  return { url: text === '' ? path : `${path}?${text}`, rest: new Map() };
}

function inputInQuery({ method, kind }: Pick<Endpoint, 'method' | 'kind'>): boolean {
  return method === 'GET' || method === 'DELETE' || kind === 'upload';
}

function queryText(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The address of a GET for a link or download. */
export function linkTo<E extends Endpoint>(endpoint: E, input: InputOf<E>): string {
  return addressOf(endpoint, input).url;
}

export type RequestOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of an 'upload' endpoint. */
  readonly body?: Blob | undefined;
  /** Replaced in tests. */
  readonly fetch?: typeof fetch;
  readonly cookies?: string;
};

/**
 * Sends and reads one answer; the output is parsed, so a page and a newer server cannot misunderstand each other silently.
 * @throws RefusedRequest: the server's problem, or client.unreachable, client.timedOut, client.unreadable. An abort by the caller is rethrown as it is.
 */
export async function request<E extends Endpoint>(endpoint: E, input: InputOf<E>, options: RequestOptions = {}): Promise<OutputOf<E>> {
  const traceId = newTraceId();
  const { url, rest } = addressOf(endpoint, input);
  const response = await send(url, requestInit(endpoint, rest, { traceId, ...options }), { traceId, endpoint, ...options });
  if (!response.ok) throw await problemFrom(response, traceId);
  if (response.status === 204) return readOutput(endpoint, {}, traceId);
  return readOutput(endpoint, await response.json().catch(() => undefined), traceId);
}

function readOutput<E extends Endpoint>(endpoint: E, body: unknown, traceId: string): OutputOf<E> {
  const parsed = endpoint.output.safeParse(body);
  if (!parsed.success) throw new RefusedRequest(clientProblems.unreadable({}, { cause: parsed.error }), traceId);
  // The parse above is this endpoint's own output; the generic only loses that link.
  return parsed.data as OutputOf<E>;
}

type Sending = RequestOptions & { readonly traceId: string };
function requestInit(endpoint: Endpoint, rest: ReadonlyMap<string, unknown>, { traceId, cookies, body }: Sending): RequestInit {
  const headers = new Headers({ accept: 'application/json', traceparent: `00-${traceId}-${randomHex(8)}-01` });
  if (endpoint.method !== 'GET') headers.set(csrfHeader, readCookie(cookies ?? documentCookies(), csrfCookie) ?? '');
  if (body !== undefined) headers.set('content-type', 'application/octet-stream');
  if (inputInQuery(endpoint)) return { method: endpoint.method, headers, ...(body === undefined ? {} : { body }) };
  headers.set('content-type', 'application/json');
  return { method: endpoint.method, headers, body: JSON.stringify(Object.fromEntries(rest)) };
}

async function send(
  url: string,
  init: RequestInit,
  { traceId, endpoint, signal, fetch: fetchWith = fetch }: Sending & { endpoint: Endpoint },
): Promise<Response> {
  const limit = AbortSignal.timeout(endpoint.timeoutMs + graceMs);
  try {
    return await fetchWith(url, {
      ...init,
      credentials: 'same-origin',
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    const seconds = Math.round((endpoint.timeoutMs + graceMs) / 1000);
    throw new RefusedRequest(
      limit.aborted ? clientProblems.timedOut({ seconds }) : clientProblems.unreachable({}, { cause: error }),
      traceId,
    );
  }
}

const documentCookies = (): string => (typeof document === 'undefined' ? '' : document.cookie);

export function readCookie(cookies: string, name: string): string | null {
  for (const pair of cookies.split(';')) {
    const [key, ...value] = pair.trim().split('=');
    if (key === name) return decodeURIComponent(value.join('='));
  }
  return null;
}

export function newTraceId(): string {
  return randomHex(16);
}
function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** For code that caught something unknown: a problem as it is, anything else as a defect of the page. */
export function problemOf(error: unknown): Problem {
  return isProblem(error) ? error : clientProblems.unreadable({}, { cause: error });
}
