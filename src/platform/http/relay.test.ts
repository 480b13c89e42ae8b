import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { endpoint } from '../../contract/endpoint.ts';
import { handle } from './handle.ts';
import { createServer } from './server.ts';

const relay = endpoint({
  method: 'POST',
  path: '/api/relay/:name',
  tag: 'trial',
  operation: 'relay',
  access: 'public',
  kind: 'relay',
  summary: 'A',
  input: z.strictObject({ name: z.string() }),
  output: z.unknown(),
  audit: false,
  maxBodyBytes: 100,
});

test('a relay takes the bytes as they are, the path alone as input, and answers with status, headers and bytes of its own', async (t) => {
  const seen: unknown[] = [];
  const run = handle(
    relay,
    (input, { bytes, header }) => {
      seen.push(input, bytes?.toString(), header?.('x-client'));
      return { status: 418, headers: { 'content-type': 'application/json' }, bytes: Buffer.from('{ "a":1.0}') };
    },
    { transaction: 'none' },
  );
  const app = await createServer({ door: 'product', ready: () => true, routes: [run] });
  t.after(() => app.close());
  const headers = { 'content-type': 'application/json', 'x-client': 'one' };
  const answer = await app.inject({ method: 'POST', url: '/api/relay/x?name=y', headers, payload: '{"a" : [1, NaN' });
  assert.deepEqual([answer.statusCode, answer.body, answer.headers['content-type']], [418, '{ "a":1.0}', 'application/json']);
  assert.deepEqual(seen, [{ name: 'x' }, '{"a" : [1, NaN', 'one']);
  const text = await app.inject({ method: 'POST', url: '/api/relay/x', headers: { 'content-type': 'text/plain' }, payload: 'a' });
  const large = await app.inject({ method: 'POST', url: '/api/relay/x', headers, payload: `"${'x'.repeat(100)}"` });
  assert.deepEqual([text.statusCode, large.statusCode, seen.length], [415, 413, 3]);
});
