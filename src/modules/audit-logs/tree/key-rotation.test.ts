import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRotation, signRotation, trustedKeys } from './key-rotation.ts';
import { testKey } from './test-export.ts';

const [first, second, third, stranger] = [testKey(), testKey(), testKey(), testKey()];
const at = '2026-05-01T00:00:00.000000Z';
const statements = [signRotation(first, second, at), signRotation(second, third, '2026-06-01T00:00:00.000000Z')];
const names = (keys: readonly { publicKey: Buffer }[]): string[] => keys.map(({ publicKey }) => publicKey.toString('hex')).sort();

test('who trusts one key may trust those that followed and went before, along statements both signed', () => {
  for (const pinned of [first, second, third]) assert.deepEqual(names(trustedKeys([pinned], statements)), names([first, second, third]));
  const [ended] = trustedKeys([first], statements);
  assert.equal(ended?.validTo, at);
});

test('a statement that one of the two did not sign, or that was changed, binds nobody', () => {
  const [whole = ''] = statements;
  const withoutLast = whole.replace(/— [^\n]*\n$/, '');
  const forged = signRotation(stranger, second, at).replace(stranger.publicKey.toString('base64'), first.publicKey.toString('base64'));
  for (const bad of [withoutLast, forged, whole.replace('2026-05', '2026-04'), '']) {
    assert.equal(readRotation(bad), null);
    assert.deepEqual(names(trustedKeys([first], [bad])), names([first]));
  }
});
