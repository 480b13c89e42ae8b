import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { handle } from './handle.ts';
import { checkedLocation, isOwnPath } from './redirect.ts';
import { createServer } from './server.ts';

const shape = { tag: 'trial', access: 'public', kind: 'redirect', output: z.object({}), audit: false, maxBodyBytes: 1000 } as const;
const leave = endpoint({
  ...shape,
  method: 'GET',
  path: '/api/leave',
  operation: 'leave',
  summary: 'A',
  input: z.object({ to: z.string(), origin: z.string().optional() }),
});
const fields = z.strictObject({ SAMLResponse: z.string(), RelayState: z.string().optional() });
const arrive = endpoint({
  ...shape,
  method: 'POST',
  path: '/api/arrive',
  operation: 'arrive',
  summary: 'B',
  body: 'form',
  crossSite: true,
  input: fields,
});
const near = endpoint({ ...shape, method: 'POST', path: '/api/near', operation: 'near', summary: 'C', body: 'form', input: fields });
const door = (seen: string[] = []) =>
  createServer({
    door: 'product',
    ready: () => true,
    routes: [
      handle(
        leave,
        ({ to, origin }, { rawQuery }) => {
          seen.push(rawQuery ?? '');
          return { location: to, ...(origin === undefined ? {} : { origin }) };
        },
        { transaction: 'none' },
      ),
      handle(arrive, ({ SAMLResponse }) => ({ location: `/took/${SAMLResponse}` }), { transaction: 'none' }),
      handle(near, () => ({ location: '/' }), { transaction: 'none' }),
    ],
  });

test('a browser is sent on within our own paths and to the one site that was named', async (t) => {
  const seen: string[] = [];
  const app = await door(seen);
  t.after(() => app.close());
  const near = await app.inject('/api/leave?to=%2Fai-assets%3Fq%3Da');
  assert.equal(near.statusCode, 303);
  assert.equal(near.headers.location, '/ai-assets?q=a');
  assert.deepEqual(seen, ['to=%2Fai-assets%3Fq%3Da']);
  const far = await app.inject(`/api/leave?to=${encodeURIComponent('https://id.example.org/go?a=1')}&origin=https://id.example.org`);
  assert.equal(far.headers.location, 'https://id.example.org/go?a=1');
  const strange = await app.inject(`/api/leave?to=${encodeURIComponent('https://evil.example/')}`);
  assert.equal(strange.statusCode, 500);
  assert.equal(strange.headers.location, undefined);
});

test('no way of writing another site passes as a path of ours', () => {
  const tries = [
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    '',
  ];
  for (const path of [...tries, ' /x', '/x\r\nset-cookie: a=b', '/a\\b', 'x']) assert.equal(isOwnPath(path), false, JSON.stringify(path));
  for (const path of ['/', '/ai-assets?next=//evil.example', '/a#b']) assert.equal(isOwnPath(path), true, path);
});

test('an address that only resembles the named site is refused', () => {
  const origin = 'https://id.example.org';
  for (const location of [
    'https://id.example.org.evil.example/',
    'https://id.example.org@evil.example/',
    'https://user@id.example.org/',
    'http://id.example.org/',
    'https://id.example.org:444/',
    '//id.example.org/',
    `https://id.example.org/${'a'.repeat(9000)}`,
  ])
    assert.throws(() => checkedLocation({ location, origin }), { code: 'request.internal' }, location.slice(0, 80));
});

const form = { 'content-type': 'application/x-www-form-urlencoded' };
test('a form of another site is taken only where the endpoint says so, and only as a form', async (t) => {
  const app = await door();
  t.after(() => app.close());
  const send = (url: string, payload: string, headers: Record<string, string>) => app.inject({ method: 'POST', url, payload, headers });
  const foreign = { origin: 'https://id.example.org', 'sec-fetch-site': 'cross-site' };
  assert.equal((await send('/api/arrive', 'SAMLResponse=a%2Bb', { ...form, ...foreign })).headers.location, '/took/a+b');
  assert.equal((await send('/api/near', 'SAMLResponse=a', { ...form, ...foreign })).json().code, 'request.crossSite');
  assert.equal((await send('/api/near', 'SAMLResponse=a', form)).statusCode, 303);
  assert.equal((await send('/api/arrive', '{"SAMLResponse":"a"}', { 'content-type': 'application/json' })).statusCode, 415);
});

test('a form is bounded, has no field twice and none that nobody asked for', async (t) => {
  const app = await door();
  t.after(() => app.close());
  const send = (payload: string) => app.inject({ method: 'POST', url: '/api/arrive?RelayState=query', payload, headers: form });
  assert.equal((await send('SAMLResponse=a&SAMLResponse=b')).json().code, 'request.malformed');
  assert.equal((await send(`SAMLResponse=${'a'.repeat(1000)}`)).json().code, 'request.tooLarge');
  assert.equal((await send('SAMLResponse=a&__proto__=b')).json().code, 'request.invalid');
  assert.equal((await send(Array.from({ length: 40 }, (_, i) => `f${i}=a`).join('&'))).json().code, 'request.malformed');
  assert.equal((await send('SAMLResponse=a')).statusCode, 303);
});
