/** Networks and texts of keys. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearerOf, newApiKey, newRefreshToken, readApiKey, refreshTokenHash } from './bearer-text.ts';
import { isInside, readNetwork } from './networks.ts';

test('addresses and networks are read, everything else is not', () => {
  assert.deepEqual(readNetwork('192.0.2.7'), { address: '192.0.2.7', prefix: 32, family: 'ipv4' });
  assert.deepEqual(readNetwork('2001:db8::/32'), { address: '2001:db8::', prefix: 32, family: 'ipv6' });
  for (const text of [
    '',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/8/8',
    '192.0.2',
    '2001:db8::/129',
    'fe80::1%eth0',
    'example.org',
    '1.2.3.4/-1',
  ])
    assert.equal(readNetwork(text), null, text);
});

test('no networks mean everywhere; an address of IPv4 in IPv6 clothes is itself; without an address nothing is inside', () => {
  assert.ok(isInside([], null));
  assert.ok(isInside(['192.0.2.0/24'], '::ffff:192.0.2.9'));
  assert.ok(isInside(['198.51.100.0/24', '2001:db8::/32'], '2001:db8:ffff::1'));
  for (const address of ['192.0.3.1', '2001:db9::1', 'nonsense', null])
    assert.ok(!isInside(['192.0.2.0/24', '2001:db8::/32'], address), String(address));
});

test('a key is read back from its text, and one changed sign makes it another', () => {
  const { publicId, text, secretHash } = newApiKey();
  assert.deepEqual(readApiKey(text), { publicId, secretHash });
  assert.notDeepEqual(readApiKey(`${text.slice(0, -1)}${text.endsWith('A') ? 'B' : 'A'}`)?.secretHash, secretHash);
  for (const other of [`${text}A`, text.slice(0, -1), text.replace('aispm', 'AISPM'), '', newRefreshToken()])
    assert.equal(readApiKey(other), null);
  assert.equal(refreshTokenHash(text), null);
  assert.equal(refreshTokenHash(newRefreshToken())?.length, 32);
});

test('only a Bearer header of bounded length shows a token', () => {
  assert.equal(bearerOf('Bearer abc.def'), 'abc.def');
  assert.equal(bearerOf('bearer abc'), 'abc');
  for (const header of ['', 'Bearer', 'Bearer  ', 'Basic abc', 'Bearer a b', 'Bearer a,b', `Bearer ${'a'.repeat(4097)}`])
    assert.equal(bearerOf(header), null, header.slice(0, 30));
});
