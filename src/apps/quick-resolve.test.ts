/** What is told from words alone is what Node itself finds. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { moduleOnlyPackages, resolveByWords } from './quick-resolve.ts';

const root = join(import.meta.dirname, '../..');

test('every .js file of the packages named is an ES module by its nearest package.json', () => {
  for (const name of moduleOnlyPackages) {
    const folder = join(root, 'node_modules', name);
    const nearest = globSync('**/package.json', { cwd: folder }).map((path) => join(folder, path));
    assert.ok(nearest.length > 0);
    for (const path of nearest) assert.equal(JSON.parse(readFileSync(path, 'utf8')).type, 'module', path);
  }
});

test('relative imports of our own files and inside those packages lead to files that are there', () => {
  const parents = [
    ...globSync('src/platform/**/*.ts', { cwd: root }).map((path) => join(root, path)),
    ...globSync('node_modules/drizzle-orm/pg-core/*.js', { cwd: root }).map((path) => join(root, path)),
  ];
  let seen = 0;
  for (const parent of parents) {
    for (const [, specifier = ''] of readFileSync(parent, 'utf8').matchAll(/^(?:import|export)\b[^'"]*?from ['"](\.[^'"]+)['"]/gm)) {
      const found = resolveByWords(specifier, pathToFileURL(parent).href);
      assert.ok(found !== null && existsSync(fileURLToPath(found.url)), `${specifier} of ${parent}`);
      assert.equal(found.format, parent.endsWith('.ts') ? 'module-typescript' : 'module');
      seen += 1;
    }
  }
  assert.ok(seen > 300, `${seen} imports`);
});

test('what leaves a package, other packages, absolute places and other endings are left to Node', () => {
  const drizzle = findPackageJSON('drizzle-orm', import.meta.url) ?? assert.fail('drizzle-orm is not installed');
  const inside = pathToFileURL(join(drizzle, '../pg-core/index.js')).href;
  assert.equal(resolveByWords('../../zod/index.js', inside), null);
  assert.equal(resolveByWords('./index.cjs', inside), null);
  assert.equal(resolveByWords('./data.json', import.meta.url), null);
  assert.equal(resolveByWords('zod', import.meta.url), null);
  assert.equal(resolveByWords('./index.js', pathToFileURL(join(root, 'node_modules/pg/lib/index.js')).href), null);
  assert.equal(resolveByWords(pathToFileURL(join(root, 'src/apps/main.ts')).href, import.meta.url), null);
});
