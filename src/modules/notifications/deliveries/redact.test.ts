import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redacted } from './redact.ts';

test('an answer that repeats a secret is kept without it, in every form it may have', () => {
  const hook = 'https://hooks.example.test/services/T000/B000/aSecretPath';
  const token = 'f3a9c5d2e1b4f3a9c5d2e1b4';
  const said = `no ${hook}; path /services/T000/B000/aSecretPath; ${Buffer.from(token).toString('base64')} ${token}; Basic QUM6c2VjcmV0; ok`;
  assert.equal(redacted(said, [hook, token]), 'no [removed]; path [removed]; [removed] [removed]; Basic [removed]; ok');
});

test('at most 2 KiB are kept, cut between characters', () => {
  const kept = redacted('ä'.repeat(5000), []);
  assert.ok(Buffer.byteLength(kept) <= 2048);
  assert.match(kept, /^ä+…$/u);
  assert.equal(redacted('a\u0000b\u001b[31m', []), 'a b [31m');
});
