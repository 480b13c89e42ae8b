import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { endpoint } from '../contract/endpoint.ts';
import { addressOf, linkTo, readCookie, request } from './request.ts';

const read = endpoint({
  method: 'GET',
  path: '/api/things/:id',
  summary: 'Read',
  access: 'public',
  tag: 'things',
  operation: 'read',
  input: z.object({ id: z.string(), states: z.array(z.string()).optional(), limit: z.number().optional() }),
  output: z.object({ name: z.string() }),
});
const change = endpoint({
  method: 'PATCH',
  path: '/api/things/:id',
  summary: 'Change',
  access: 'public',
  tag: 'things',
  operation: 'change',
  input: z.object({ id: z.string(), name: z.string() }),
  output: z.object({ name: z.string() }),
});

type Sent = { url: string; init: RequestInit };
function answering(status: number, body: unknown, headers: Record<string, string> = {}): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fake = async (url: string | URL | Request, init?: RequestInit) => {
    sent.push({ url: String(url), init: init ?? {} });
    return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
  };
  return { fetch: fake as typeof fetch, sent };
}

test('fills the path and puts the rest of a read into the query', () => {
  assert.equal(linkTo(read, { id: 'a/b', states: ['open', 'on hold'], limit: 5 }), '/api/things/a%2Fb?states=open%2Con+hold&limit=5');
});
test('leaves values nobody gave out of the query', () => {
  assert.equal(addressOf(read, { id: 'x', states: undefined, limit: null }).url, '/api/things/x');
});
test('refuses an address with a missing parameter', () => {
  assert.throws(() => addressOf(read, { id: '' }), { code: 'client.parameterMissing' });
});

test('sends the rest of a change as JSON with the token from the cookie', async () => {
  const { fetch, sent } = answering(200, { name: 'new' });
  assert.deepEqual(await request(change, { id: '7', name: 'new' }, { fetch, cookies: 'other=1; aispm_csrf=abc.def' }), { name: 'new' });
  const headers = new Headers(sent[0]?.init.headers);
  assert.equal(sent[0]?.url, '/api/things/7');
  assert.equal(sent[0]?.init.body, '{"name":"new"}');
  assert.equal(headers.get('x-csrf-token'), 'abc.def');
  assert.match(headers.get('traceparent') ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});
test('reads carry no token', async () => {
  const { fetch, sent } = answering(200, { name: 'x' });
  await request(read, { id: '7' }, { fetch, cookies: 'aispm_csrf=abc' });
  assert.equal(new Headers(sent[0]?.init.headers).has('x-csrf-token'), false);
});

test('throws the problem of the server with code, issues and trace id', async () => {
  const { fetch } = answering(
    422,
    {
      type: 'about:blank',
      title: 'Not valid',
      status: 422,
      code: 'things.short',
      detail: 'Too short.',
      traceId: 'cafe',
      issues: [{ path: 'name', message: 'Too short.' }],
    },
    { 'retry-after': '7' },
  );
  await assert.rejects(request(change, { id: '7', name: '' }, { fetch, cookies: '' }), {
    code: 'things.short',
    status: 422,
    message: 'Too short.',
    traceId: 'cafe',
    retryAfterSeconds: 7,
    issues: [{ path: 'name', message: 'Too short.' }],
  });
});
test('an answer of another shape is named, not used', async () => {
  const { fetch } = answering(200, { title: 'x' });
  await assert.rejects(request(read, { id: '7' }, { fetch }), { code: 'client.unreadable' });
});
test('a connection that fails says the server does not answer', async () => {
  const broken = (async () => {
    throw new TypeError('fetch failed');
  }) as unknown as typeof fetch;
  await assert.rejects(request(read, { id: '7' }, { fetch: broken }), { code: 'client.unreachable', status: 503 });
});
test('an abort of the caller stays an abort', async () => {
  const stop = new AbortController();
  stop.abort();
  const aborted = (async (_url: unknown, init?: RequestInit) => {
    init?.signal?.throwIfAborted();
    return new Response('{}');
  }) as typeof fetch;
  await assert.rejects(request(read, { id: '7' }, { fetch: aborted, signal: stop.signal }), { name: 'AbortError' });
});
test('reads a cookie among others', () => {
  assert.equal(readCookie('a=1; aispm_csrf=x%3Dy; b=2', 'aispm_csrf'), 'x=y');
  assert.equal(readCookie('xaispm_csrf=1', 'aispm_csrf'), null);
});
