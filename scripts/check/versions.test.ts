import assert from 'node:assert/strict';
import test from 'node:test';
import { checkVersions } from './versions.ts';

const check = (version: string, locked: string | undefined) =>
  checkVersions(
    JSON.stringify({ dependencies: { zod: version } }),
    JSON.stringify({ packages: { '': { dependencies: locked === undefined ? {} : { zod: locked } } } }),
  ).map(({ says }) => says);

test('exact versions that the lock file knows are accepted, pre-releases too', () => {
  assert.deepEqual(check('4.6.7', '4.6.7'), []);
  assert.deepEqual(check('18.4.0-beta.17', '18.4.0-beta.17'), []);
});

for (const version of ['^4.6.7', '~4.6.7', '4', '4.x', 'latest', '>=4.0.0', '*', 'git+https://example.test/zod.git']) {
  test(`"${version}" is not a pinned version`, () => {
    assert.match(check(version, version)[0] ?? '', /pin one exact version/);
  });
}

test('a lock file of another version, or without the package, is refused', () => {
  assert.match(check('4.6.7', '4.6.6')[0] ?? '', /4\.6\.7 here and 4\.6\.6 in package-lock/);
  assert.match(check('4.6.7', undefined)[0] ?? '', /absent in package-lock/);
});
