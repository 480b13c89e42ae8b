import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { after, before } from 'node:test';
import { root } from '../files.ts';
import { plantTree } from '../test-tree.ts';
import { groupTests, select, splitGroups } from './files.ts';

/** Where the runner lies: at one place for all tests, so that its compiled code is kept between its starts. */
let base = '';
before(() => {
  // Inside the repository, where packages resolve and no check looks.
  mkdirSync(join(root, '.cache'), { recursive: true });
  base = mkdtempSync(join(root, '.cache', 'runner-'));
  for (const name of ['files', 'prepare', 'reporter', 'run-folder', 'run', 'unpacked-browser', 'whole-files'])
    cpSync(join(root, `scripts/test/${name}.ts`), join(base, `scripts/test/${name}.ts`));
  cpSync(join(root, 'scripts/files.ts'), join(base, 'scripts/files.ts'));
  cpSync(join(root, 'src/apps/quick-resolve.ts'), join(base, 'src/apps/quick-resolve.ts'));
  writeFileSync(join(base, 'package.json'), '{ "type": "module" }\n');
});
after(() => rmSync(base, { recursive: true, force: true }));

/** Runs the test command over a small tree of its own, with the real runner. */
function runTests(files: Readonly<Record<string, string>>, ...words: string[]) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, ['scripts/test/run.ts', ...words], { cwd: base, encoding: 'utf8', env });
  for (const path of Object.keys(files)) rmSync(join(base, path));
  const total = (name: string): number => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(stdout)?.[1] ?? Number.NaN);
  return { status, stdout, totals: { tests: total('tests'), pass: total('pass'), fail: total('fail'), skipped: total('skipped') } };
}

// Named here, so that this file's own text does not look like a test that needs them.
const database = 'pg';
const browser = 'playwright-core';
const passing = "import test from 'node:test';\ntest('adds', () => {});\n";

test('passing tests of several groups are added up and end with exit code 0', () => {
  const { status, totals, stdout } = runTests({
    'src/a.test.ts': passing,
    'src/b.test.ts': `import '${database}';\n${passing}`,
    'test/journey/c.test.ts': passing,
  });
  assert.deepEqual({ status, totals }, { status: 0, totals: { tests: 3, pass: 3, fail: 0, skipped: 0 } });
  assert.match(stdout, /ℹ todo 0\nℹ duration_ms [\d.]+\n$/, 'the last lines are those of node itself');
});

test('a failure is shown in full, counted and ends with exit code 1', () => {
  const text = "import assert from 'node:assert/strict';\nimport test from 'node:test';\ntest('one is two', () => assert.equal(1, 2));\n";
  const { status, totals, stdout } = runTests({ 'src/a.test.ts': text, 'src/b.test.ts': passing });
  assert.deepEqual({ status, totals }, { status: 1, totals: { tests: 2, pass: 1, fail: 1, skipped: 0 } });
  assert.match(stdout, /✖ one is two \(src\/a\.test\.ts:3\)/);
  assert.match(stdout, /1 !== 2/);
});

for (const [fault, text, says] of [
  ['a file that cannot be loaded', "import './gone.ts';\n", /ENOENT.*gone\.ts/],
  ['a file without a test', 'export {};\n', /src\/a\.test\.ts contains no test/],
  [
    'a file that throws between its tests',
    "import test from 'node:test';\ntest('before', () => {});\nif (test.name !== '') throw new TypeError('between');\ntest('after', () => {});\n",
    /src\/a\.test\.ts threw before its last line/,
  ],
  ['a process that is ended by a test', "import test from 'node:test';\ntest('ends', () => process.exit(0));\n", /gave no summary/],
  [
    'a promise that nobody waited for',
    "import test from 'node:test';\ntest('forgets', () => void Promise.reject(new Error('late')));\ntest('waits', () => new Promise((done) => setTimeout(done, 50)));\n",
    /Test "forgets".*asynchronous activity/,
  ],
] as const) {
  test(`${fault} fails the run`, () => {
    const { status, stdout, totals } = runTests({ 'src/a.test.ts': text, 'src/b.test.ts': `import '${database}';\n${passing}` });
    assert.equal(status, 1);
    assert.ok(totals.fail >= 1);
    assert.match(stdout, says);
  });
}

test('no test at all fails the run', () => {
  const { status, stdout } = runTests({ 'src/a.ts': 'export {};\n' });
  assert.equal(status, 1);
  assert.match(stdout, /No test ran/);
});

test('a word that is in a path runs those files, another word runs tests of that name', () => {
  const files = { 'src/a.test.ts': `${passing}test('subtracts', () => {});\n`, 'src/b.test.ts': passing };
  assert.equal(runTests(files, 'src/a').totals.tests, 2);
  assert.equal(runTests(files, 'subtracts').totals.tests, 1);
  assert.deepEqual(runTests(files, 'divides').status, 1);
});

test('skipped tests are named', () => {
  const { stdout, totals } = runTests({ 'src/a.test.ts': `${passing}test('later', { skip: 'needs a door' }, () => {});\n` });
  assert.equal(totals.skipped, 1);
  assert.match(stdout, /later \(src\/a\.test\.ts\): needs a door/);
});

test('a file belongs to the group of the heaviest thing it reaches, however far away', (t) => {
  const base = plantTree(t, {
    'src/plain.test.ts': "import './plain.ts';\n",
    'src/plain.ts': 'export {};\n',
    'src/rows.test.ts': "import './far.ts';\n",
    'src/far.ts': "export { rows } from './farther.ts';\nimport './rows.test.ts';\n",
    'src/farther.ts': `export const rows = () => import('${database}');\n`,
    'test/journey/first.test.ts': "import '../../src/farther.ts';\n",
    'test/face.test.ts': `import {\n  chromium,\n} from '${browser}';\nimport '${database}';\n`,
  });
  assert.deepEqual(groupTests(base, ['src/plain.test.ts', 'src/rows.test.ts', 'test/face.test.ts', 'test/journey/first.test.ts']), [
    { name: 'unit', files: ['src/plain.test.ts'] },
    { name: 'database', files: ['src/rows.test.ts'] },
    { name: 'journey', files: ['test/journey/first.test.ts'] },
    { name: 'browser', files: ['test/face.test.ts'] },
  ]);
});

test('big groups are divided, nothing is lost or run twice, and what cannot be divided begins first', () => {
  const named = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}/${at}.test.ts`);
  const groups = [
    { name: 'unit', files: named('unit', 100) },
    { name: 'database', files: named('database', 10) },
    { name: 'journey', files: named('journey', 30) },
  ] as const;
  const parts = splitGroups(groups);
  assert.deepEqual(
    parts.map(({ title, files }) => [title, files.length]),
    [
      ['journey 1', 15],
      ['journey 2', 15],
      ['database 1', 5],
      ['database 2', 5],
      ['unit 1', 34],
      ['unit 2', 33],
      ['unit 3', 33],
    ],
  );
  assert.deepEqual(parts.flatMap(({ files }) => files).sort(), groups.flatMap(({ files }) => files).sort());
});

test('browser files of one folder stay together: they share a browser and a platform', () => {
  const files = ['test/browser/a.test.ts', 'test/browser/b.test.ts', 'test/browser/c.test.ts', 'test/ui/d.test.ts'];
  const parts = splitGroups([{ name: 'browser', files }]);
  assert.deepEqual(
    parts.map((part) => part.files),
    [files.slice(0, 3), files.slice(3)],
  );
});

test('temporary files of the tests are gone after the run', () => {
  const text = `import { mkdtempSync } from 'node:fs';\nimport { tmpdir } from 'node:os';\nimport { join } from 'node:path';
import test from 'node:test';\ntest('writes', () => console.log('wrote ' + mkdtempSync(join(tmpdir(), 'left-'))));\n`;
  const { status, stdout } = runTests({ 'src/a.test.ts': text });
  const left = /^wrote (.+)$/m.exec(stdout)?.[1] ?? '';
  assert.equal(status, 0);
  assert.match(left, /left-/);
  assert.equal(existsSync(left), false);
});

test('paths may be written as the shell of Windows writes them', () => {
  assert.deepEqual(select(['src/a.test.ts', 'src/b.test.ts'], ['.\\src\\a.test.ts']), { files: ['src/a.test.ts'], namePatterns: [] });
});
