import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath, type CoveredFile, coverageOf, lookedAt } from './coverage.ts';

const file = (path: string, extra: Partial<CoveredFile> = {}): CoveredFile => ({
  path,
  verdict: 'clean',
  unread: 0,
  assetId: 'a',
  ...extra,
});
const scan = (files: CoveredFile[], unreadInAll = files.reduce((sum, { unread }) => sum + unread, 0)) =>
  coverageOf({ root: '/m', unreadInAll }, files);

test('joins relative paths to the scanned path', () => {
  assert.deepEqual([absolutePath('/m', 'a/b'), absolutePath('/m/x.pkl', ''), absolutePath('/', 'a')], ['/m/a/b', '/m/x.pkl', '/a']);
});
test('a file that was read to the end was looked at, one that was not was not', () => {
  const coverage = scan([file('a.pkl'), file('b.pkl', { verdict: 'incomplete', unread: 1 }), file('c.bin', { verdict: 'unsupported' })]);
  assert.deepEqual(
    ['/m/a.pkl', '/m/b.pkl', '/m/c.bin'].map((path) => lookedAt(coverage, path)),
    [true, false, false],
  );
});
test('a malicious file with an unread part was not looked at to the end', () => {
  assert.equal(lookedAt(scan([file('a.zip', { verdict: 'malicious', unread: 2 })]), '/m/a.zip'), false);
});
test('a file that is not there any more was looked for, when the whole tree was walked', () => {
  assert.equal(lookedAt(scan([file('a.pkl')]), '/m/deleted.pkl'), true);
  assert.equal(
    lookedAt(scan([file('a.pkl')], 1), '/m/deleted.pkl'),
    false,
    'something unread belongs to no listed file: a folder, perhaps that one',
  );
});
test('nothing outside the scanned path was looked at, not even a neighbour with the same beginning', () => {
  const coverage = scan([file('a.pkl')]);
  assert.deepEqual(
    ['/other/a.pkl', '/models/a.pkl', '/m2/a.pkl'].map((path) => lookedAt(coverage, path)),
    [false, false, false],
  );
});
test('an asset is assessed when all its judged files were read to the end', () => {
  const coverage = scan([
    file('a.pkl', { assetId: 'whole' }),
    file('b.pkl', { assetId: 'part' }),
    file('c.pkl', { assetId: 'part', verdict: 'incomplete', unread: 1 }),
    file('readme', { assetId: 'nothing', verdict: null }),
    file('d.bin', { assetId: 'unknown', verdict: 'unsupported' }),
    file('e.pkl', { assetId: null }),
  ]);
  assert.deepEqual(coverage.assessed, ['whole']);
});
