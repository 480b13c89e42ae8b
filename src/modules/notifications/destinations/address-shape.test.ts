import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Address, AddressChange } from './address-shape.ts';

const mail = {
  channel: 'email',
  host: 'smtp.example.test',
  port: 587,
  security: 'starttls',
  from: 'a@example.test',
  to: ['b@example.test'],
};

test('a password that is left out stays, and null takes it away', () => {
  assert.equal(Object.hasOwn(AddressChange.parse(mail), 'password'), false);
  assert.deepEqual(
    Object.entries(AddressChange.parse({ ...mail, password: null })).find(([name]) => name === 'password'),
    ['password', null],
  );
});

test('what would break a header or leave a place is refused: line breaks, display names, other schemes, numbers', () => {
  for (const wrong of [
    { ...mail, from: 'a@example.test\r\nBcc: x@example.test' },
    { ...mail, to: ['Bob <b@example.test>'] },
    { ...mail, host: 'user@inside.test' },
    { channel: 'slack', webhookUrl: 'file:///etc/passwd' },
    { channel: 'webhook', url: 'https://example.test', signingSecret: `whsec_${Buffer.alloc(23).toString('base64')}` },
    { channel: 'sms', accountSid: `AC${'0'.repeat(32)}`, sender: '+15005550006', to: '015112345678', authToken: 'a'.repeat(32) },
    { channel: 'pagerduty', routingKey: 'short' },
  ])
    assert.ok(!Address.safeParse(wrong).success, JSON.stringify(wrong));
  assert.ok(
    Address.safeParse({ channel: 'webhook', url: 'https://example.test', signingSecret: `whsec_${Buffer.alloc(64).toString('base64')}` })
      .success,
  );
});

test('a signing secret holds 24 to 64 bytes', () => {
  const fits = (bytes: number) =>
    Address.safeParse({ channel: 'webhook', url: 'https://example.test', signingSecret: `whsec_${Buffer.alloc(bytes).toString('base64')}` })
      .success;
  assert.deepEqual([23, 24, 63, 64, 65, 66].map(fits), [false, true, true, true, false, false]);
});

test('a change may leave out the secret of each channel, and an address may not', () => {
  for (const address of [
    { channel: 'slack' },
    { channel: 'pagerduty' },
    { channel: 'sms', accountSid: `AC${'0'.repeat(32)}`, sender: '+15005550006', to: '+4915112345678' },
    { channel: 'webhook', url: 'https://example.test' },
  ]) {
    assert.ok(AddressChange.safeParse(address).success, JSON.stringify(AddressChange.safeParse(address).error?.issues));
    assert.ok(!Address.safeParse(address).success, address.channel);
  }
});
