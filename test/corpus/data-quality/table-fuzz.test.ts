import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fuzzTables, tableOf } from './table-fuzz.ts';
import { tableSeeds } from './table-seeds.ts';

/** A slice of the whole: `npm run fuzz -- tables` takes 100,000. */
const count = 60;

test('changed tables of every format are answered or refused, and no record is lost', { timeout: 120_000 }, async () => {
  const seeds = await tableSeeds();
  const failures = await fuzzTables({ seeds, from: 0, count, seed: 1 });
  assert.deepEqual(failures, [], `again: npm run fuzz -- tables --seed 1 --from ${failures[0]?.iteration} --count 1`);
  // Each iteration stands for itself, and most of them change the file.
  assert.deepEqual(tableOf({ seeds, seed: 1 }, 7), tableOf({ seeds, seed: 1 }, 7));
  const same = Array.from({ length: 50 }, (_, i) => tableOf({ seeds, seed: 1 }, i)).filter(({ name, bytes }) =>
    seeds.some((seed) => seed.name === name && Buffer.compare(seed.bytes, bytes) === 0),
  );
  assert.ok(same.length < 10);
});

test('unchanged, every seed is read whole', async () => {
  const seeds = await tableSeeds();
  assert.ok(seeds.length >= 16);
  assert.ok(new Set(seeds.map(({ name }) => name)).size === seeds.length);
});
