/** Every rule of the house is broken once, on purpose, and must be the only one to speak. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { after } from 'node:test';
import { cruiseTree } from '../../scripts/check/cruise.ts';
import { root } from '../../scripts/files.ts';
import { planted, sound } from './planted.ts';

// Inside the repository, so that packages resolve; outside the folders that any check reads.
mkdirSync(join(root, '.cache'), { recursive: true });
const nursery = mkdtempSync(join(root, '.cache', 'rules-'));
after(() => rmSync(nursery, { recursive: true, force: true }));
let trees = 0;

function plant(files: Readonly<Record<string, string>>): string {
  trees += 1;
  const base = join(nursery, String(trees));
  const manifest = readFileSync(join(root, 'package.json'), 'utf8');
  for (const [path, text] of Object.entries({ 'package.json': manifest, ...files })) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
  return base;
}

async function brokenRules(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { breaches } = await cruiseTree(plant(files));
  return [...new Set(breaches.map(({ rule }) => rule))].sort();
}

test('a tree that keeps to the rules is left in peace', async () => {
  const { breaches, modulesSeen } = await cruiseTree(plant(sound));
  assert.deepEqual(breaches, []);
  assert.equal(modulesSeen, Object.keys(sound).length);
});

for (const { rule, says, files } of planted) {
  test(`${rule} is broken by ${says}, and no other rule is`, async () => {
    assert.deepEqual(await brokenRules(files), [rule]);
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
