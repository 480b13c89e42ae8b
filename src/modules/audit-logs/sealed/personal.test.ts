import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPersonalName, looksPersonal, withoutPersonal } from './personal.ts';

test('knows mail addresses, addresses of machines and phone numbers by their shape', () => {
  for (const text of ['ada@example.com', 'from 198.51.100.7 today', '2001:db8:0:0:0:0:0:1', 'call +44 20 7946 0000'])
    assert.ok(looksPersonal(text), text);
});

test('versions, times, ids, hashes and paths are not personal', () => {
  for (const text of [
    '1.2.3',
    '2026-11-26T10:00:00.000Z',
    '0190a0b0-0000-7000-8000-000000000001',
    'sha256:9f86d081884c7d659a2feaa0c55ad015',
    'models/bert@v2',
    '/srv/models/a.safetensors',
    '+5 points',
  ])
    assert.ok(!looksPersonal(text), text);
});

test('a name of a person is personal, a name of a thing is not', () => {
  assert.ok(isPersonalName('name', true));
  assert.ok(!isPersonalName('name', false));
  assert.ok(isPersonalName('E-Mail', false));
  assert.ok(isPersonalName('user_agent', false));
});

test('keeps the shape of what it takes something out of', () => {
  const value = { state: 'open', owners: ['ada@example.com', 'team-7'], detail: { comment: 'words', score: 4 } };
  assert.deepEqual(withoutPersonal('', value, false), {
    shown: { state: 'open', owners: ['[sealed]', 'team-7'], detail: { comment: '[sealed]', score: 4 } },
    isPersonal: true,
  });
});

test('a hostile text of 20,000 characters costs no more than reading it', () => {
  const started = performance.now();
  for (const text of ['a'.repeat(20_000), '1.'.repeat(10_000), 'a:'.repeat(10_000), '+1 '.repeat(6_600), '@'.repeat(20_000)])
    looksPersonal(text);
  assert.ok(performance.now() - started < 1000, `${performance.now() - started} ms`);
});
