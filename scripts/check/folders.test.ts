import assert from 'node:assert/strict';
import test from 'node:test';
import { checkFolders } from './folders.ts';

const files = (folder: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${folder}/file-${at}.ts`);

test('a slice with more files at its top than can be taken in is named, with how many there are', () => {
  const [complaint, ...others] = checkFolders([...files('src/modules/incidents', 31), ...files('src/modules/risk', 30)]);
  assert.deepEqual(others, []);
  assert.equal(complaint?.path, 'src/modules/incidents');
  assert.match(complaint?.says ?? '', /^31 files/);
});

test('files in the folders of a slice, and folders that are no slice, are not counted', () => {
  assert.deepEqual(checkFolders([...files('src/modules/model-scanner/detectors', 200), ...files('src/ui', 60)]), []);
});
