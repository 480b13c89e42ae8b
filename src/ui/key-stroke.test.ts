import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextStroke, strokeOf } from './key-stroke.ts';

const bare = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

test('names letters, shifted letters and punctuation as people would', () => {
  assert.equal(strokeOf({ ...bare, key: 'j' }), 'j');
  assert.equal(strokeOf({ ...bare, key: 'X', shiftKey: true }), 'Shift+x');
  assert.equal(strokeOf({ ...bare, key: '?', shiftKey: true }), '?');
  assert.equal(strokeOf({ ...bare, key: 'k', metaKey: true }), 'mod+k');
});
test('leaves Alt combinations and bare modifiers to the browser', () => {
  assert.equal(strokeOf({ ...bare, key: 'd', altKey: true }), null);
  assert.equal(strokeOf({ ...bare, key: 'Shift', shiftKey: true }), null);
});
test('a sequence waits for its second key', () => {
  const known = ['g f', 'g v', 'f'];
  assert.deepEqual(nextStroke('', 'g', known), { hit: null, pending: 'g' });
  assert.deepEqual(nextStroke('g', 'f', known), { hit: 'g f', pending: '' });
});
test('a broken sequence starts over with the last key', () => {
  assert.deepEqual(nextStroke('g', 'j', ['g f', 'j']), { hit: 'j', pending: '' });
  assert.deepEqual(nextStroke('g', 'q', ['g f']), { hit: null, pending: '' });
});
