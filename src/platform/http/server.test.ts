import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { handle } from './handle.ts';
import { createServer } from './server.ts';

const shape = { tag: 'trial', access: 'public', input: z.object({}), output: z.object({ text: z.string() }) } as const;
const limited = endpoint({
  ...shape,
  method: 'GET',
  path: '/api/limited',
  aliases: ['/api/limited-too'],
  operation: 'limited',
  summary: 'A',
  ratePerMinute: 2,
});
const long = endpoint({ ...shape, method: 'GET', path: '/api/long', operation: 'long', summary: 'B' });
const slow = endpoint({ ...shape, method: 'GET', path: '/api/slow', operation: 'slow', summary: 'C' });
const text = 'long '.repeat(1000);
const server = () =>
  createServer({
    door: 'product',
    ready: () => true,
    routes: [
      handle(limited, () => ({ text: 'x', more: 'dropped' }), { transaction: 'none' }),
      handle(
        slow,
        (_input, { reply }) => {
          reply.accepted?.();
          return { text: 'goes on' };
        },
        { transaction: 'none' },
      ),
      handle(
        long,
        (_input, { reply, cookies }) => {
          reply.setCookie('seen', cookies.get('name') ?? '', { httpOnly: true, maxAgeSeconds: 60 });
          reply.clearCookie('other');
          return { text };
        },
        { transaction: 'none' },
      ),
    ],
  });

test('an endpoint answers as often as agreed, by any of its paths together, and then says when to come back', async () => {
  const app = await server();
  const first = await app.inject('/api/limited');
  assert.deepEqual(first.json(), { text: 'x' });
  assert.equal(first.headers['x-ratelimit-limit'], '2');
  assert.equal(first.headers['x-ratelimit-remaining'], '1');
  assert.ok(Number(first.headers['x-ratelimit-reset']) > 0);
  assert.equal((await app.inject('/api/limited-too')).statusCode, 200);
  const refused = await app.inject('/api/limited');
  assert.equal(refused.statusCode, 429);
  assert.equal(refused.json().code, 'request.tooMany');
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assert.ok(refused.headers['content-security-policy'], 'a refusal has the security headers too');
  // A query that looks like a probe's path is no way around.
  assert.equal((await app.inject('/api/limited?z')).statusCode, 429);
  assert.equal((await app.inject('/readyz')).headers['x-ratelimit-limit'], undefined);
  assert.equal((await app.inject('/api/long')).statusCode, 200, 'another endpoint counts for itself');
  await app.close();
});

test('a long answer comes packed, with its cookies, and HEAD has its headers', async () => {
  const app = await server();
  const headers = { 'accept-encoding': 'br', cookie: 'name=a%20b' };
  const answer = await app.inject({ url: '/api/long', headers });
  assert.equal(answer.headers['content-encoding'], 'br');
  assert.deepEqual(JSON.parse(brotliDecompressSync(answer.rawPayload).toString()), { text });
  assert.deepEqual(answer.headers['set-cookie'], [
    'seen=a%20b; Max-Age=60; Path=/; HttpOnly; SameSite=Lax',
    'other=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax',
  ]);
  const head = await app.inject({ method: 'HEAD', url: '/api/long', headers });
  assert.equal(head.statusCode, 200);
  assert.equal(head.body, '');
  await app.close();
});

test('work that goes on is answered with 202', async () => {
  const app = await server();
  const answer = await app.inject('/api/slow');
  assert.equal(answer.statusCode, 202);
  assert.deepEqual(answer.json(), { text: 'goes on' });
  await app.close();
});

test('files of a build that came after the start are served, and nothing beside the folder is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'web-'));
  const webRoot = join(folder, 'public');
  await mkdir(join(webRoot, 'assets'), { recursive: true });
  await writeFile(join(webRoot, 'index.html'), '<p>old');
  await writeFile(join(webRoot, 'assets/old-1.js'), 'old');
  await writeFile(join(folder, 'secret.js'), 'secret');
  const app = await createServer({ door: 'product', ready: () => true, routes: [], webRoot });
  try {
    await writeFile(join(webRoot, 'index.html'), '<p>new');
    await writeFile(join(webRoot, 'assets/new-2.js'), 'new');
    await writeFile(join(webRoot, 'assets/.hidden'), 'secret');
    const later = await app.inject('/assets/new-2.js');
    assert.equal(later.body, 'new');
    assert.match(String(later.headers['cache-control']), /immutable/);
    assert.match(String(later.headers['content-type']), /javascript/);
    assert.equal((await app.inject({ method: 'HEAD', url: '/assets/new-2.js' })).statusCode, 200);
    assert.equal((await app.inject('/assets/old-1.js')).body, 'old');
    assert.equal((await app.inject({ url: '/', headers: { accept: 'text/html' } })).body, '<p>new');
    const beside = [
      '..%2f..%2fsecret.js',
      '%2e%2e%2f%2e%2e%2fsecret.js',
      '..%5c..%5csecret.js',
      '.hidden',
      'new-2.js%00',
      'gone.js',
      'a%2fb.js',
    ];
    for (const name of beside) {
      const answer = await app.inject(`/assets/${name}`);
      assert.equal(answer.statusCode, 404, name);
      assert.equal(answer.json().code, 'request.notFound', name);
    }
  } finally {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('who sends more than is taken reads why, although they were still sending when it was refused', async () => {
  const taking = endpoint({ ...shape, method: 'POST', path: '/api/taking', operation: 'taking', summary: 'D' });
  const app = await createServer({
    door: 'product',
    ready: () => true,
    routes: [handle(taking, () => ({ text: 'taken' }), { transaction: 'none' })],
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  try {
    const { port } = app.server.address() as { port: number };
    const bytes = 3 * 2 ** 20;
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(port, '127.0.0.1');
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('error', reject).on('end', () => socket.end());
      socket.on('close', () => resolve(text));
      const head = `POST /api/taking HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
      socket.write(head);
      // Refused by what it announces; the rest is on its way.
      const piece = Buffer.alloc(bytes / 16, 0x20);
      for (let part = 0; part < 16; part += 1) setTimeout(() => socket.write(piece), 10 + 5 * part);
    });
    assert.match(answer, /^HTTP\/1\.1 413 /);
    assert.match(answer, /request\.tooLarge/);
  } finally {
    await app.close();
  }
});
