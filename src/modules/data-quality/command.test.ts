import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

let folder = '';
const program = join(import.meta.dirname, '../../apps/cli/main.ts');

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'quality-command-'));
  const lines = (shift: number) => Array.from({ length: 200 }, (_, i) => `${((i * 37) % 200) / 10 + shift},${i % 3 === 0 ? 'a' : 'b'}`);
  writeFileSync(join(folder, 'old.csv'), ['x,"k\u001b[31m"', ...lines(0)].join('\n'));
  writeFileSync(join(folder, 'new.csv'), ['x,"k\u001b[31m"', ...lines(9), 'ragged'].join('\n'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

function run(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, 'data-quality', ...args], { cwd: folder }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err });
    });
  });
}

test('check says what the columns hold and what is unknown, names a bad line, and ends with 0 when the score is at the bar', async () => {
  // Its score is 1: that is not below any bar.
  const { code, out } = await run('check', 'new.csv', '--key', 'x', '--fail-below', '1');
  assert.equal(code, 0);
  assert.match(out, /new\.csv: 200 rows, 2 columns \(csv\), 1 bad lines\n {2}line 202: 1 field instead of 2/);
  assert.match(out, /validity +unknown/);
  assert.ok(!out.includes('\u001b'));
});

test('a score below the bar ends with 1', async () => {
  writeFileSync(join(folder, 'gaps.csv'), 'a,b\n1,\n2,\n3,4\n');
  assert.equal((await run('check', 'gaps.csv', '--fail-below', '0.9')).code, 1);
});

test('drift ends with 1, no drift with 0, and JSON is the whole answer', async () => {
  const { code, out } = await run('drift', 'old.csv', 'new.csv', '--json');
  assert.equal(code, 1);
  assert.deepEqual(
    JSON.parse(out).columns.map(({ verdict }: { verdict: string }) => verdict),
    ['drift', 'stable'],
  );
  assert.equal((await run('drift', 'old.csv', 'old.csv')).code, 0);
});

test('what cannot be read ends with 2 and a sentence', async () => {
  const { code, err } = await run('check', 'missing.csv');
  assert.deepEqual([code, /there is no file/.test(err)], [2, true]);
});

test('what an option may not be ends with 3 and says what it may', async () => {
  const wrong: readonly (readonly [says: RegExp, ...args: string[]])[] = [
    [/a number from 0 to 1/, 'check', 'old.csv', '--fail-below', '1.01'],
    [/a number from 0 to 1/, 'check', 'old.csv', '--fail-below', '-0.1'],
    [/low, medium or high/, 'drift', 'old.csv', 'new.csv', '--sensitivity', 'all'],
    [/must be none, or of/, 'drift', 'old.csv', 'new.csv', '--tests', 'energy,none'],
    [/whole number from 0 to 4294967295/, 'poisoning', 'old.csv', '--seed', '4294967296'],
    [/whole number from 0 to 4294967295/, 'poisoning', 'old.csv', '--seed', '1.5'],
  ];
  for (const { says, code, err } of await Promise.all(wrong.map(async ([says, ...args]) => ({ says, ...(await run(...args)) })))) {
    assert.equal(code, 3, err);
    assert.match(err, says);
  }
});

test('tests are chosen by name, or none', async () => {
  const answered = async (...args: string[]): Promise<readonly string[]> => {
    const { statistics } = JSON.parse((await run('drift', 'old.csv', 'new.csv', '--json', ...args)).out).columns[0];
    return ['energy', 'mannWhitney', 'welch'].filter((name) => statistics[name] !== null);
  };
  assert.deepEqual(await Promise.all([answered(), answered('--tests', 'energy'), answered('--tests', 'none')]), [
    ['energy', 'mannWhitney', 'welch'],
    ['energy'],
    [],
  ]);
});
