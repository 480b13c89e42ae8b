import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { OutsideConnections } from './outside-connections.ts';
import { askOutside } from './outside-request.ts';

let server: Server;
let url = '';
let opened = 0;
const connections = new OutsideConnections();
before(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => response.end(request.method));
  });
  server.on('connection', () => {
    opened += 1;
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
after(async () => {
  connections.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});
const ask = () => askOutside(url, { reach: 'loopback', method: 'POST', body: 'x', connections });

test('a connection is kept for the next request to the same address', async () => {
  for (let times = 0; times < 3; times += 1) assert.equal((await ask()).body.toString(), 'POST');
  assert.equal(opened, 1);
});

test('what is kept is found by the address that was judged, not by the name alone', () => {
  const place = (address: string) => connections.agentFor(new URL('https://model.example/'), { address, family: 4 });
  assert.equal(place('192.0.2.1'), place('192.0.2.1'));
  assert.notEqual(place('192.0.2.1'), place('192.0.2.2'));
  assert.notEqual(place('192.0.2.1'), connections.agentFor(new URL('https://other.example/'), { address: '192.0.2.1', family: 4 }));
});

test('a kept connection that the other side ended meanwhile costs nobody an answer', async () => {
  await ask();
  const before = opened;
  server.closeIdleConnections();
  assert.equal((await ask()).status, 200);
  assert.equal(opened, before + 1);
});

test('what may be asked only once is not sent again over a connection of its own when the kept one breaks', async () => {
  let asked = 0;
  const breaking = createServer((request, response) => {
    asked += 1;
    if (asked === 2) request.socket.destroy();
    else request.resume().on('end', () => response.writeHead(204).end());
  });
  await new Promise<void>((done) => breaking.listen(0, '127.0.0.1', done));
  const there = `http://127.0.0.1:${(breaking.address() as AddressInfo).port}/`;
  const post = (once: boolean) => askOutside(there, { reach: 'loopback', method: 'POST', body: 'x', connections, once });
  try {
    assert.equal((await post(true)).status, 204);
    await assert.rejects(post(true), { code: 'outside.unreachable' });
    assert.equal(asked, 2, 'the broken one is the last');
  } finally {
    breaking.closeAllConnections();
    await new Promise((done) => breaking.close(done));
  }
});

test('without connections to keep every request has its own', async () => {
  const before = opened;
  for (let times = 0; times < 2; times += 1) await askOutside(url, { reach: 'loopback' });
  assert.equal(opened, before + 2);
});
