import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familiesOf, fuzz, inputOf } from './fuzz.ts';
import { dice, mutate } from './mutate.ts';
import { builtSeeds, realSeeds } from './seeds.ts';

const families = familiesOf([...realSeeds(), ...(await builtSeeds())]);
/** A slice of the whole: `npm run fuzz` takes 100,000 for each family. */
const count = 60;

test('mutated files of every family are read without a failure, a hang or nonsense', () => {
  assert.ok(families.length >= 20, `only ${families.length} families have files to start from`);
  for (const family of families) {
    // The memory of this process belongs to all tests: it is measured by the command, which has one for each family.
    const failures = fuzz({ family, from: 0, count, seed: 1 }).filter(({ kind }) => kind !== 'memory');
    assert.deepEqual(failures, [], `again: npm run fuzz -- --family ${family.format} --seed 1 --from ${failures[0]?.iteration} --count 1`);
  }
});

test('an iteration gives the same bytes every time, and most iterations change the file', () => {
  const [family] = families;
  assert.ok(family);
  assert.deepEqual(inputOf(family, 17, 1), inputOf(family, 17, 1));
  assert.notDeepEqual(inputOf(family, 17, 1).bytes, inputOf(family, 17, 2).bytes);
  const file = Uint8Array.from({ length: 100 }, (_, i) => i);
  const roll = dice(5);
  const changed = Array.from({ length: 200 }, () => mutate(file, [file], roll)).filter((bytes) => Buffer.compare(bytes, file) !== 0);
  assert.ok(changed.length > 180, `${changed.length} of 200`);
});
