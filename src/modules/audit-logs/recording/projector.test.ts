import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { farBehind, mostBehind, startProjector } from './projector.ts';

/** Appends `rounds` times without a rest, while each step takes `slow` turns and up to 5,000 entries. @returns what waited after each round. */
async function underLoad(rounds: number, { appended, slow, before = 0 }: { appended: number; slow: number; before?: number }) {
  let waiting = before;
  let steps = 0;
  const projector = startProjector(
    async () => {
      steps += 1;
      for (let turn = 0; turn < slow; turn += 1) await nextTurn();
      const taken = Math.min(waiting, 5000);
      waiting -= taken;
      return taken;
    },
    async () => waiting,
  );
  const behind: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    waiting += appended;
    await projector.follow(appended);
    await nextTurn();
    behind.push(waiting);
  }
  const duringLoad = steps;
  await projector.follow(0);
  for (let turn = 0; turn < 200 * (slow + 1) && waiting > 0; turn += 1) await nextTurn();
  await projector.stop();
  return { behind, duringLoad, left: waiting };
}

test('a burst is appended first, and taken when nothing waits any more', async () => {
  const { behind, duringLoad, left } = await underLoad(2, { appended: mostBehind / 2, slow: 0 });
  assert.deepEqual([duringLoad, behind.at(-1), left], [0, mostBehind, 0]);
});

test('a load that never ends is followed: what is not taken stays below a bound, also when a step is slower than an append', async () => {
  const quick = await underLoad(60, { appended: 5000, slow: 0 });
  assert.ok(Math.max(...quick.behind) <= mostBehind + 2 * 5000, `${Math.max(...quick.behind)}`);
  const slow = await underLoad(60, { appended: 20_000, slow: 5 });
  assert.ok(Math.max(...slow.behind) <= farBehind + 3 * 20_000, `${Math.max(...slow.behind)}`);
  assert.equal(slow.left, 0);
});

test('what a process before it left is counted in: a load that never ends is brought back below the bound', async () => {
  const { behind } = await underLoad(60, { appended: 20_000, slow: 5, before: 400_000 });
  assert.ok(Math.max(...behind.slice(1)) <= farBehind + 3 * 20_000, `${Math.max(...behind.slice(1))}`);
});
