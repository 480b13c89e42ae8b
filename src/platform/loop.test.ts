import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Loop } from './loop.ts';

test('goes on at once while there is more, and a wake ends the rest', async () => {
  let rounds = 0;
  const loop = new Loop('test', 60_000, async () => {
    rounds += 1;
    return rounds < 3;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(rounds, 3);
  loop.wake();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(rounds, 4);
  await loop.stop();
});

test('a wake during the work is not lost', async () => {
  let rounds = 0;
  const loop: Loop = new Loop('test', 60_000, async () => {
    rounds += 1;
    if (rounds === 1) loop.wake();
    return false;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(rounds, 2);
  await loop.stop();
});

test('stopping waits for the running round', async () => {
  let ended = false;
  const loop = new Loop('test', 10, async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    ended = true;
    return false;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await loop.stop();
  assert.equal(ended, true);
});
