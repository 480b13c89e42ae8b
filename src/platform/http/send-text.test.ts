import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import { packedFromBytes, packingFor, sendText } from './send-text.ts';

test('takes what the caller prefers, br where it takes both alike, and nothing it refuses', () => {
  assert.equal(packingFor('gzip, deflate, br'), 'br');
  assert.equal(packingFor('gzip, deflate'), 'gzip');
  assert.equal(packingFor('br;q=0.1, gzip;q=0.9'), 'gzip');
  assert.equal(packingFor('br;q=0, X-GZIP'), 'gzip');
  assert.equal(packingFor('*'), 'br');
  assert.equal(packingFor('*, br;q=0'), 'gzip');
  for (const none of [undefined, '', 'identity', 'deflate', 'gzip;q=0', 'gzip;q=x']) assert.equal(packingFor(none), null);
});

test('a long text comes packed and says so; a short one and one for a caller that cannot unpack come as they are', async () => {
  const long = 'ü'.repeat(packedFromBytes / 2);
  const short = long.slice(1);
  const app = fastify();
  app.get('/long', (request, reply) => void sendText(long, request, reply));
  app.get('/short', (request, reply) => void sendText(short, request, reply));
  const ask = (url: string, encoding: string) => app.inject({ url, headers: { 'accept-encoding': encoding } });

  const br = await ask('/long', 'gzip, br');
  assert.equal(br.headers['content-encoding'], 'br');
  assert.equal(br.headers.vary, 'accept-encoding');
  assert.equal(brotliDecompressSync(br.rawPayload).toString(), long);
  const gzip = await ask('/long', 'gzip');
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(gzip.rawPayload).toString(), long);
  const plain = await ask('/long', 'identity');
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.body, long);
  const small = await ask('/short', 'br');
  assert.equal(small.headers['content-encoding'], undefined);
  assert.equal(small.body, short);
  await app.close();
});
