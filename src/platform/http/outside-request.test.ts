import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { addressKind, outsideUrl } from './outside-address.ts';
import { askOutside } from './outside-request.ts';

async function listening(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

test('addresses are told apart by the IANA registries, in whatever clothes they come', () => {
  const kinds = {
    public: ['1.1.1.1', '192.0.66.1', '2606:4700::1111', '::ffff:1.1.1.1'],
    private: ['10.1.2.3', '172.31.255.255', '192.168.0.1', '100.64.0.1', 'fd12::1', '::ffff:10.0.0.1', '::ffff:a00:1'],
    loopback: ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
    never: ['169.254.169.254', '0.0.0.0', '::', 'fe80::1', '64:ff9b::7f00:1', '2002:7f00:1::', '224.0.0.1', '::ffff:169.254.169.254', 'x'],
  };
  for (const [kind, addresses] of Object.entries(kinds)) for (const one of addresses) assert.equal(addressKind(one), kind, one);
});

test('an address is refused before anything is sent: scheme, credentials, ways to write this machine', () => {
  for (const url of [
    'http://id.example.org/',
    'file:///etc/passwd',
    'https://user:word@id.example.org/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.8/',
    'https://id.example.org/#part',
    'nonsense',
  ])
    assert.throws(() => outsideUrl(url, 'public'), { status: 422 }, url);
  assert.throws(() => outsideUrl('https://169.254.169.254/', 'internal'), { code: 'outside.refused' });
  assert.throws(() => outsideUrl('https://127.0.0.1/', 'internal'), { code: 'outside.refused' });
  assert.throws(() => outsideUrl('http://10.0.0.8/', 'loopback'), { code: 'outside.refused' });
  assert.equal(outsideUrl('https://10.0.0.8/a', 'internal').href, 'https://10.0.0.8/a');
  assert.equal(outsideUrl('http://127.0.0.1:8080/a', 'loopback').port, '8080');
});

test('a name that leads to this machine is refused like its address', async () => {
  await assert.rejects(askOutside('https://localhost:9/', { reach: 'public' }), { code: 'outside.refused' });
  await assert.rejects(askOutside('https://no-such-name.invalid/', { reach: 'public' }), { code: 'outside.unknownHost' });
});

test('a redirect is not followed, a large answer is cut off and a slow one given up', async (t) => {
  const seen: string[] = [];
  const url = await listening(t, (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (request.url === '/redirect') response.writeHead(302, { location: '/inside' }).end();
    else if (request.url === '/large') response.end(Buffer.alloc(5000));
    else if (request.url === '/echo') request.pipe(response);
  });
  const moved = await askOutside(`${url}/redirect`, { reach: 'loopback' });
  assert.equal(moved.status, 302);
  assert.deepEqual(seen, ['GET /redirect']);
  await assert.rejects(askOutside(`${url}/large`, { reach: 'loopback', mostBytes: 4999 }), { code: 'outside.tooLarge' });
  await assert.rejects(askOutside(`${url}/slow`, { reach: 'loopback', timeoutMs: 50 }), { code: 'outside.timedOut' });
  const echo = await askOutside(`${url}/echo`, { reach: 'loopback', method: 'POST', body: 'äöü' });
  assert.equal(echo.body.toString(), 'äöü');
});

test('an answer that breaks off in the middle is no answer, and who stops waiting is heard at once', async (t) => {
  const url = await listening(t, (request, response) => {
    response.writeHead(200, { 'content-length': '10' }).write('half ');
    if (request.url === '/broken') setTimeout(() => response.destroy(), 20);
  });
  await assert.rejects(askOutside(`${url}/broken`, { reach: 'loopback' }), { code: 'outside.unreachable' });
  const caller = new AbortController();
  const waiting = askOutside(`${url}/waiting`, { reach: 'loopback', signal: caller.signal });
  setTimeout(() => caller.abort(), 20);
  await assert.rejects(waiting, { code: 'outside.unreachable' });
  await assert.rejects(askOutside(`${url}/waiting`, { reach: 'loopback', signal: caller.signal }), { code: 'outside.unreachable' });
  await assert.rejects(askOutside(`${url}/waiting`, { reach: 'loopback', timeoutMs: 50 }), { code: 'outside.timedOut' });
});
