import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeInTurn } from './turns.ts';

function place(t: { after(release: () => void): void }): { thing: string; mark: string } {
  const folder = mkdtempSync(join(tmpdir(), 'turns-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { thing: join(folder, 'thing'), mark: join(folder, 'thing.making') };
}

test('of several that find it missing one makes it, and all come back when it is there', async (t) => {
  const { thing, mark } = place(t);
  let made = 0;
  const turn = async (): Promise<boolean> => {
    await makeInTurn({
      mark,
      longestMs: 10_000,
      isThere: () => existsSync(thing),
      make: async () => {
        made += 1;
        await sleep(60);
        writeFileSync(thing, '');
      },
    });
    return existsSync(thing);
  };
  assert.deepEqual(await Promise.all([turn(), turn(), turn()]), [true, true, true]);
  assert.equal(made, 1);
  assert.equal(existsSync(mark), false);
});

test('a failure is told to the one that made it, and the next may try', async (t) => {
  const { thing, mark } = place(t);
  const common = { mark, longestMs: 10_000, isThere: () => existsSync(thing) };
  await assert.rejects(makeInTurn({ ...common, make: () => Promise.reject(new TypeError('no room')) }), /no room/);
  await makeInTurn({ ...common, make: async () => writeFileSync(thing, '') });
  assert.ok(existsSync(thing));
});

test('the mark of a maker that was killed counts for nothing after its time', async (t) => {
  const { thing, mark } = place(t);
  mkdirSync(mark);
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(mark, longAgo, longAgo);
  await makeInTurn({ mark, longestMs: 5000, isThere: () => existsSync(thing), make: async () => writeFileSync(thing, '') });
  assert.ok(existsSync(thing));
});
