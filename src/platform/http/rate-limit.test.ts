import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf, RateLimit } from './rate-limit.ts';

test('allows as many as agreed within a minute, refuses the next, and begins anew when the minute is over', () => {
  const rate = new RateLimit(2);
  assert.deepEqual(rate.count('192.0.2.1', 0), { remaining: 1, exceeded: false, secondsLeft: 60 });
  assert.deepEqual(rate.count('192.0.2.1', 30_500), { remaining: 0, exceeded: false, secondsLeft: 30 });
  assert.deepEqual(rate.count('192.0.2.1', 59_999), { remaining: 0, exceeded: true, secondsLeft: 1 });
  assert.deepEqual(rate.count('192.0.2.1', 60_000), { remaining: 1, exceeded: false, secondsLeft: 60 });
});

test('one caller does not use up what another may send', () => {
  const rate = new RateLimit(1);
  rate.count('192.0.2.1', 0);
  assert.equal(rate.count('192.0.2.1', 1).exceeded, true);
  assert.equal(rate.count('192.0.2.2', 1).exceeded, false);
});

test('callers by the hundred thousand do not fill memory, and the newest are still counted', () => {
  const rate = new RateLimit(1);
  for (let caller = 0; caller < 120_000; caller += 1) rate.count(`caller ${caller}`, caller / 10);
  assert.equal(rate.count('caller 119999', 12_000).exceeded, true, 'the newest is known');
  assert.equal(rate.count('caller 60000', 12_000).exceeded, true, 'one of the generation before too');
  assert.equal(rate.count('caller 0', 12_000).exceeded, false, 'the oldest was forgotten');
});

test('a window lasts its minute also where another minute began in between', () => {
  const rate = new RateLimit(1);
  rate.count('192.0.2.1', 0);
  rate.count('192.0.2.2', 50_000);
  rate.count('192.0.2.3', 61_000);
  assert.equal(rate.count('192.0.2.2', 109_999).exceeded, true);
  assert.equal(rate.count('192.0.2.2', 110_000).exceeded, false);
});

test('addresses of one IPv6 network of 64 bits are one caller, whatever their spelling', () => {
  const network = '2001:db8:0:1::/64';
  for (const address of ['2001:db8:0:1::5', '2001:0DB8:0000:0001:ffff:0:0:9', '2001:db8:0:1:2:3:4:5'])
    assert.equal(callerOf(address), network);
  assert.notEqual(callerOf('2001:db8:0:2::5'), network);
  assert.equal(callerOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(callerOf('::1'), '0:0:0:0::/64');
  assert.equal(callerOf('2001:db8:0:1::'), network);
});

test('an IPv4 address is itself, also inside an IPv6 one', () => {
  assert.equal(callerOf('192.0.2.7'), '192.0.2.7');
  assert.equal(callerOf('::ffff:192.0.2.7'), '192.0.2.7');
});
