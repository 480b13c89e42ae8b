import assert from 'node:assert/strict';
import test from 'node:test';
import { checkMachine, machineFolders } from './machine.ts';

const folders = machineFolders('/build/ai-spm', '/home/somebody');

test('the folders of this machine are the checkout, what holds it and the home folder, unless every machine has them', () => {
  assert.deepEqual(folders, ['/build/ai-spm', '/build', '/home/somebody']);
  assert.deepEqual(machineFolders('/tmp/ai-spm', '/root'), ['/tmp/ai-spm']);
  assert.deepEqual(machineFolders('/app', '/root'), []);
});

for (const line of ['see /build/notes.md', "'/build/ai-spm/src'", '"/home/somebody/models"', 'cd /build']) {
  test(`"${line}" gives the machine away`, () => {
    assert.deepEqual(checkMachine('src/a.ts', `first\n${line}\n`, folders), [
      { path: 'src/a.ts', line: 2, says: 'names a folder of this machine.' },
    ]);
  });
}

for (const line of [
  'docs/build/notes.md',
  '/rebuild/x',
  '/buildings',
  '../build/x',
  '/home/alice/models',
  'https://host.example/build/x',
]) {
  test(`"${line}" says nothing about the machine`, () => {
    assert.deepEqual(checkMachine('src/a.ts', line, folders), []);
  });
}

test("a registry's host is refused where packages are named and allowed where it is the subject", () => {
  // Put together here, so that the check does not find this very line.
  const line = `"resolved": "${['https:', '', 'npm.example', 'artifactory', 'x.tgz'].join('/')}"`;
  assert.equal(checkMachine('package-lock.json', line, []).length, 1);
  assert.deepEqual(checkMachine('src/modules/discovery/readers/requirement.test.ts', line, []), []);
});
