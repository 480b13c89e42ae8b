/** Attacks on who a call of a service door is said to come from. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { systemActor } from '../actors.ts';
import { overrideEnvironment } from '../config.ts';
import { handle } from './handle.ts';
import { checkMeshPeer } from './mesh-peer.ts';
import { createServer } from './server.ts';
import { serviceToken } from './service-token.ts';

const gateway = 'spiffe://spm.example/ns/ai-spm/sa/gateway';
const worker = 'spiffe://spm.example/ns/ai-spm/sa/worker';
const stranger = 'spiffe://spm.example/ns/shop/sa/checkout';
const by = `By=spiffe://spm.example/ns/ai-spm/sa/scanner;Hash=${'a'.repeat(64)};Subject=""`;
const said = (id: string): string => `${by};URI=${id}`;
const name = 'X-Forwarded-Client-Cert';
const check = (peer: string | undefined, ...lines: string[]) =>
  checkMeshPeer({ peer, rawHeaders: ['Host', 'x', ...lines.flatMap((line) => [name, line])] });
const refused = { code: 'request.notSignedIn', status: 401 };

before(() => overrideEnvironment({ SERVICE_SPIFFE_IDS: `${gateway}, ${worker}`, LOG_LEVEL: 'silent' }));
after(() => overrideEnvironment({ SERVICE_SPIFFE_IDS: '' }));

test('the ids that are named pass, through a proxy of this machine', () => {
  for (const peer of ['127.0.0.1', '127.0.0.6', '::1', '::ffff:127.0.0.1']) {
    check(peer, said(gateway));
    check(peer, said(worker));
  }
});

test('a header that somebody else sends than the proxy of this machine is no proof', () => {
  for (const peer of ['10.0.0.7', '::ffff:10.0.0.7', 'fe80::1', '128.0.0.1', '::ffff:7f00:1.2', undefined, ''])
    assert.throws(() => check(peer, said(gateway)), refused, String(peer));
});

test('no header, two of them, or an id nobody named is refused', () => {
  for (const lines of [
    [],
    [said(gateway), said(gateway)],
    [said(stranger), said(gateway)],
    [said(stranger)],
    [said(`${gateway}/`)],
    [said(gateway.toUpperCase())],
    [said(`${gateway}x`)],
    [said('spiffe://other.example/ns/ai-spm/sa/gateway')],
  ])
    assert.throws(() => check('127.0.0.1', ...lines), refused, lines.join(' | '));
});

test('of several hops the last one counts, which our own proxy wrote', () => {
  check('127.0.0.1', `${said(stranger)},${said(gateway)}`);
  assert.throws(() => check('127.0.0.1', `${said(gateway)},${said(stranger)}`), refused);
  assert.throws(() => check('127.0.0.1', `${said(gateway)},${by}`), refused);
});

test('a certificate of several URIs, or one that hides an id in another field, is nobody’s', () => {
  for (const element of [
    `${by};URI=${stranger};URI=${gateway}`,
    `${by};URI=${gateway};URI=${gateway}`,
    `${by};URI=${gateway};uri=${stranger}`,
    `By=${gateway};Hash=${'a'.repeat(64)}`,
    `${by};DNS=${gateway}`,
    String.raw`By=x;Subject="CN=a\";URI=${gateway}"`,
    `By=x;Subject="CN=a,URI=${gateway}";URI=${stranger}`,
    `By=x;Subject="CN=a,URI=${gateway}`,
    `${said(gateway)};`,
  ])
    assert.throws(() => check('127.0.0.1', element), refused, element);
  // What is only said in a subject changes nothing about who it is.
  check('127.0.0.1', `By=x;Subject="CN=a,URI=${stranger};URI=${stranger}";URI=${gateway}`);
});

describe('a service door in a mesh', () => {
  let app: FastifyInstance;
  let token = '';
  before(async () => {
    overrideEnvironment({ DATA_DIR: mkdtempSync(join(tmpdir(), 'mesh-')), SERVICE_SPIFFE_IDS: gateway });
    const asked = endpoint({
      method: 'GET',
      path: '/who',
      door: 'ai-scanner',
      tag: 'trial',
      operation: 'who',
      access: 'service',
      summary: 'Who calls',
      input: z.object({}),
      output: z.object({ id: z.string() }),
    });
    app = await createServer({ door: 'ai-scanner', ready: () => true, routes: [handle(asked, (_input, { actor }) => ({ id: actor.id }))] });
    await app.listen({ host: '127.0.0.1', port: 0 });
    token = await serviceToken('ai-scanner', 'gateway', systemActor('0190a000-0000-7000-8000-000000000001', 'job:1', 'job'));
  });
  after(() => app.close());

  /** Over a socket, so that lines of one name arrive as they were sent. */
  const ask = (lines: string[], authorization: string | null = `Bearer ${token}`, path = '/who') =>
    new Promise<number>((resolve, reject) => {
      const place = app.server.address();
      const port = typeof place === 'object' ? place?.port : undefined;
      const headers = { ...(authorization === null ? {} : { authorization }), ...(lines.length === 0 ? {} : { [name]: lines }) };
      request({ host: '127.0.0.1', port, path, headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  test('wants both the token and the id; one does not stand for the other', async () => {
    assert.equal(await ask([said(gateway)]), 200);
    assert.equal(await ask([]), 401);
    assert.equal(await ask([said(stranger)]), 401);
    assert.equal(await ask([said(stranger), said(gateway)]), 401);
    assert.equal(await ask([said(gateway)], null), 401);
    assert.equal(await ask([said(gateway)], 'Bearer x'), 401);
  });

  test('takes no address from a header for that of the connection', async () => {
    const { statusCode } = await app.inject({
      url: '/who',
      remoteAddress: '10.0.0.7',
      headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': '127.0.0.1', [name]: said(gateway) },
    });
    assert.equal(statusCode, 401);
  });

  test('answers probes to whoever asks, and without the setting looks at no such header', async () => {
    assert.equal(await ask([], null, '/livez'), 200);
    overrideEnvironment({ SERVICE_SPIFFE_IDS: '' });
    assert.equal(await ask([said(stranger), 'nonsense']), 200);
    overrideEnvironment({ SERVICE_SPIFFE_IDS: gateway });
  });
});
