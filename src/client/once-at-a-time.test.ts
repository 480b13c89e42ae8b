import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onceAtATime } from './once-at-a-time.ts';

test('the same change asked for twice at once is made once; another one, and the same one later, are made', async () => {
  const underWay = new Map<string, Promise<number>>();
  let begun = 0;
  const ask = (input: unknown) =>
    onceAtATime(underWay, input, async () => {
      begun += 1;
      return begun;
    });
  assert.deepEqual(await Promise.all([ask({ id: 1 }), ask({ id: 1 }), ask({ id: 2 })]), [1, 1, 2]);
  assert.equal(await ask({ id: 1 }), 3);
  assert.equal(underWay.size, 0);
});

test('two uploads are never taken for the same', async () => {
  const underWay = new Map<string, Promise<number>>();
  let begun = 0;
  const ask = (file: Blob) =>
    onceAtATime(underWay, { file }, async () => {
      begun += 1;
      return begun;
    });
  assert.deepEqual(await Promise.all([ask(new Blob(['a'])), ask(new Blob(['b']))]), [1, 2]);
});
