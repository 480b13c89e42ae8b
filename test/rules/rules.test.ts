/** Every rule of the house is broken once, on purpose, and must be the only one to speak. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { cruiseTree } from '../../scripts/check/cruise.ts';
import { root } from '../../scripts/files.ts';
import { plantTree } from '../../scripts/test-tree.ts';
import { planted, sound } from './planted.ts';

const manifest = readFileSync(join(root, 'package.json'), 'utf8');

async function cruisePlanted(t: TestContext, files: Readonly<Record<string, string>>) {
  return cruiseTree(plantTree(t, { 'package.json': manifest, ...files }));
}

test('a tree that keeps to the rules is left in peace', async (t) => {
  const { breaches, modulesSeen } = await cruisePlanted(t, sound);
  assert.deepEqual(breaches, []);
  assert.equal(modulesSeen, Object.keys(sound).length);
});

for (const { rule, says, files } of planted) {
  test(`${rule} is broken by ${says}, and no other rule is`, async (t) => {
    const { breaches } = await cruisePlanted(t, files);
    assert.deepEqual([...new Set(breaches.map((breach) => breach.rule))], [rule]);
  });
}

test('every dependency rule has a planted breach', async () => {
  const { default: rules }: { default: { forbidden: readonly { name: string }[] } } = await import(
    '../../.dependency-cruiser.mjs' as string
  );
  const proved = new Set(planted.map(({ rule }) => rule));
  assert.deepEqual(
    rules.forbidden.map(({ name }) => name).filter((name) => !proved.has(name)),
    [],
  );
});
