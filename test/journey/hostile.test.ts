/** Hostile input at every endpoint of the product door: a problem document with a sentence, never a 5xx, a hang or a stack. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import { endpoints } from '../../src/apps/contracts.generated.ts';
import type { Endpoint } from '../../src/contract/endpoint.ts';
import { type Answer, forEachAtOnce, type Person } from '../person.ts';
import type { RunningPlatform } from '../running-platform.ts';
import { sharedPlatform } from '../shared-platform.ts';

describe('hostile input', { timeout: 600_000 }, () => {
  let platform: RunningPlatform;
  let admin: Person;
  before(async () => {
    ({ platform, admin } = await sharedPlatform());
  });

  const keepsSession = new Set(['/api/logout', '/api/sessions', '/api/events', '/api/user/password', '/api/user/provider-sign-out']);
  const product = endpoints.filter(
    (endpoint) => endpoint.door === 'product' && endpoint.access !== 'service' && !keepsSession.has(endpoint.path),
  );

  function check(answer: Answer, label: string): void {
    assert.ok(answer.status < 500, `${label} answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 300)}`);
    if (answer.status < 400) return;
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/, label);
    const text = JSON.stringify(answer.body);
    assert.match(text, /"detail":"[^"]{8,}/, label);
    assert.doesNotMatch(text, /\.ts:\d+|node_modules|at async|SELECT |violates/i, `${label} shows its inside: ${text.slice(0, 300)}`);
  }

  type Named = readonly [name: string, body: string];
  /** Refused before anybody looks which endpoint they are for: each endpoint gets one of them by turns. */
  const unread: readonly Named[] = [
    ['not JSON', '{"a":'],
    ['deep nesting', '['.repeat(100_000)],
    ['long text', `{"name":"${'x'.repeat(200_000)}","path":"${'y'.repeat(200_000)}"}`],
  ];
  /** All refused by the one question whether a body is an object: by turns too. */
  const noObjects: readonly Named[] = [
    ['an array', '[]'],
    ['a number', '12'],
    ['null', 'null'],
  ];
  const bodies: readonly Named[] = [
    ['prototype keys', '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}'],
    ['wrong types', '{"id":{"$ne":null},"name":[],"path":{"a":1},"email":1,"password":{},"ids":"x","filter":7,"role":["admin"]}'],
    ['NUL and bidi', '{"name":"a\\u0000b\\u202e","path":"\\u0000","title":"\\u0000","email":"a\\u0000@b.c","reason":"\\ud800"}'],
  ];
  const queries = [
    'limit=-1',
    'limit=1e309',
    'limit=abc',
    'page=0',
    'page=99999999999999999999',
    'cursor=%00',
    'cursor=..%2f..%2f',
    'cursor=eyJhIjoxfQ',
    'q=%25%27%22%5c',
    'q=%00',
    'q=a%00b',
    'sort=;drop table',
    'limit=1&limit=2',
    'severity=%ff',
    'from=yesterday',
    '__proto__[x]=1',
    'asset_id=1',
    'since=9999-99-99',
    `q=${'x'.repeat(5000)}`,
  ];
  const unknown = '00000000-0000-0000-0000-000000000000';
  const strangeIds = ['1', '%00', '..%2f..%2fetc%2fpasswd', "'%20or%201=1", 'x'.repeat(490), '%ff'];
  /** A UUID is one or is not, whatever the text: such a parameter gets two of the others by turns. */
  const idsFor = (endpoint: Endpoint, at: number): string[] =>
    takesUuidsAlone(endpoint) ? [unknown, byTurns(strangeIds, at), byTurns(strangeIds, at + 3)] : [unknown, ...strangeIds];

  function takesUuidsAlone({ input, path }: Endpoint): boolean {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? '');
    return input instanceof z.ZodObject && names.every((name) => input.shape[name] instanceof z.ZodUUID);
  }

  function byTurns<T>(list: readonly T[], at: number): T {
    return list[at % list.length] ?? assert.fail('an empty list');
  }

  /** Names that an endpoint does not take are passed over: one of them shows that, twenty would ask the database the same question. */
  function queriesFor({ input }: Endpoint): string[] {
    const taken = input instanceof z.ZodObject ? new Set(Object.keys(input.shape)) : null;
    const nameOf = (query: string): string => query.split('=')[0] ?? '';
    const strange = queries.find((query) => taken !== null && !taken.has(nameOf(query)));
    return queries.filter((query) => taken === null || taken.has(nameOf(query)) || query === strange || query.startsWith('__proto__'));
  }

  function pathOf(endpoint: Endpoint, id: string): string {
    return endpoint.path.replace(/:\w+/g, id);
  }

  test('every body-taking endpoint refuses malformed, deep, mistyped and hostile bodies', async () => {
    const id = '0190a000-0000-7000-8000-000000000001';
    const taking = product.filter(({ method }) => method !== 'GET' && method !== 'DELETE');
    await forEachAtOnce([...taking.entries()], async ([at, endpoint]) => {
      for (const [name, body] of [...bodies, byTurns(noObjects, at), byTurns(unread, at)])
        check(await admin.ask(endpoint.method, pathOf(endpoint, id), body), `${name} to ${endpoint.method} ${endpoint.path}`);
      if (endpoint.kind === 'json')
        check(await admin.ask(endpoint.method, pathOf(endpoint, id), 'a=1', { 'content-type': 'text/plain' }), `text to ${endpoint.path}`);
    });
  });

  test('every reading endpoint refuses hostile queries', async () => {
    const id = '0190a000-0000-7000-8000-000000000001';
    const reading = product.filter(({ method }) => method === 'GET');
    await forEachAtOnce(reading, async (endpoint) => {
      for (const query of queriesFor(endpoint))
        check(await admin.ask('GET', `${pathOf(endpoint, id)}?${query}`), `${query.slice(0, 60)} to ${endpoint.path}`);
    });
  });

  test('every path parameter refuses hostile values', async () => {
    const named = product.filter(({ path }) => path.includes(':'));
    await forEachAtOnce([...named.entries()], async ([at, endpoint]) => {
      for (const id of idsFor(endpoint, at))
        check(
          await admin.ask(endpoint.method, pathOf(endpoint, id), endpoint.method === 'GET' ? undefined : {}),
          `${id} in ${endpoint.method} ${endpoint.path}`,
        );
    });
  });

  test('a body larger than the limit is refused with its limit', async () => {
    const answer = await admin.ask('POST', '/api/ai-assets', `{"name":"${'x'.repeat(3_000_000)}"}`);
    assert.equal(answer.status, 413);
    check(answer, 'a 3 MB body');
  });

  test('raw nonsense on the wire neither hangs nor ends the process', async () => {
    const port = Number(new URL(platform.url).port);
    const lines = [
      'GET / HTTP/9.9\r\n\r\n',
      '\x16\x03\x01\x02\x00',
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
      'POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    ];
    for (const line of lines) await sendRaw(port, line);
    assert.equal((await admin.ask('GET', '/livez')).status, 200);
  });

  test('static files stay inside their folder', async () => {
    for (const path of [
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/..%2f..%2f..%2fpackage.json',
      '/.env',
      '/..%5c..%5cpackage.json',
    ]) {
      const answer = await admin.ask('GET', path);
      assert.ok(!JSON.stringify(answer.body).includes('"ai-spm"'), path);
      assert.ok(answer.status < 500, path);
    }
  });

  async function sendRaw(port: number, text: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      const end = (): void => {
        socket.destroy();
        resolve();
      };
      socket.on('data', end).on('error', end).on('close', end);
      setTimeout(end, 1000).unref();
    });
  }
});
