/** Pages that name a test as their proof name one that is there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '../..');

/** Links to test files: the words are the test's name. */
function proofsOf(page: string): { name: string; path: string }[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/\[([^\]]+)\]\(([^)]+\.test\.ts)\)/g)].map(([, name = '', path = '']) => ({
    name: name.replaceAll('`', ''),
    path: join(root, dirname(page), path),
  }));
}

for (const page of ['docs/asvs.md', 'docs/threat-model.md']) {
  test(`every proof of ${page} is a test that is there`, () => {
    const proofs = proofsOf(page);
    assert.ok(proofs.length > 15, `${proofs.length} proofs`);
    for (const { name, path } of proofs) {
      assert.ok(existsSync(path), path);
      const names = [...readFileSync(path, 'utf8').matchAll(/\b(?:test|it)\(\s*(['"`])(.*?)\1,/g)].map(([, , words]) => words);
      assert.ok(names.includes(name), `${path} has no test "${name}"`);
    }
  });
}
