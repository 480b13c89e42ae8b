import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { plantTree } from '../test-tree.ts';
import { printComplaint } from './complaint.ts';
import { checkHouse } from './house.ts';

const pinned = {
  'package.json': '{ "dependencies": { "zod": "4.6.7" } }\n',
  'package-lock.json': '{ "packages": { "": { "dependencies": { "zod": "4.6.7" } } } }\n',
};

test('a sound tree is left in peace', (t) => {
  assert.deepEqual(checkHouse(plantTree(t, { ...pinned, 'src/modules/risk/score.ts': 'export const score = 1;\n' })), []);
});

test('each breach is named with its file and line, and one does not hide another', (t) => {
  const base = plantTree(t, {
    ...pinned,
    'package-lock.json': '{ "packages": {} }\n',
    'src/modules/risk/utils.ts': 'export const a = 1;\n',
    'src/modules/risk/score.ts': "export const port = process.env.PORT;\nthrow new Error('no');\n",
    'src/modules/risk/long.ts': 'export const a = 1;\n'.repeat(401),
    'src/modules/risk/half.ts': 'export const a = ;\n',
    'src/modules/risk/list.generated.ts': 'export const a = 1;\n'.repeat(401),
  });
  assert.deepEqual(
    checkHouse(base).map((complaint) => printComplaint(complaint).split(/[;:,(]\s/)[0]),
    [
      'src/modules/risk/half.ts  src/modules/risk/half.ts cannot be parsed',
      'src/modules/risk/long.ts  401 lines',
      'src/modules/risk/score.ts:1  only src/platform/config.ts reads the environment.',
      'src/modules/risk/score.ts:2  throw a problem from problems(…)',
      'src/modules/risk/utils.ts  the name "utils" does not say what is inside.',
      'package.json  dependencies',
    ],
  );
});

test("a file that names this checkout's folder is found, a binary file is not read", (t) => {
  const base = plantTree(t, pinned);
  writeFileSync(join(base, 'notes.md'), `first\nSee ${base}/data.\n`);
  writeFileSync(join(base, 'model.bin'), `\0${base}/data`);
  assert.deepEqual(checkHouse(base), [{ path: 'notes.md', line: 2, says: 'names a folder of this machine.' }]);
});
