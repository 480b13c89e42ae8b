import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareScans, type KnownFinding, type KnownScan } from './compare.ts';

const finding = (fingerprint: string, path = 'a.pkl'): KnownFinding => ({
  fingerprint,
  ruleId: 'pickle-harmful-call',
  path,
  title: 'Loading runs a command',
  severity: 'critical',
});
const scan = (findings: readonly KnownFinding[], files: KnownScan['files'] = null): KnownScan => ({
  findings,
  files,
  verdict: null,
  rulesVersion: 'r1',
});

test('findings are new, unchanged or gone by their fingerprint, also when the file moved', () => {
  const moved = finding('b', 'new/a.pkl');
  const { fresh, unchanged, gone } = compareScans(scan([finding('a'), finding('b')]), scan([moved, finding('c')]));
  assert.deepEqual([fresh, unchanged, gone], [[finding('c')], [moved], [finding('a')]]);
});

test('of two copies one that disappeared is gone, and the one at the same path stays', () => {
  const { unchanged, gone } = compareScans(scan([finding('a', 'x.pkl'), finding('a', 'y.pkl')]), scan([finding('a', 'y.pkl')]));
  assert.deepEqual([unchanged, gone], [[finding('a', 'y.pkl')], [finding('a', 'x.pkl')]]);
  const again = compareScans(scan([finding('a', 'x.pkl')]), scan([finding('a', 'x.pkl'), finding('a', 'y.pkl')]));
  assert.deepEqual(again.fresh, [finding('a', 'y.pkl')]);
});

test('verdicts that changed are listed, with files that came and went', () => {
  const before = scan(
    [],
    [
      { path: 'a', verdict: 'clean' },
      { path: 'b', verdict: 'clean' },
      { path: 'gone', verdict: 'risky' },
    ],
  );
  const after = scan(
    [],
    [
      { path: 'a', verdict: 'clean' },
      { path: 'b', verdict: 'malicious' },
      { path: 'new', verdict: 'clean' },
    ],
  );
  assert.deepEqual(compareScans(before, after).verdicts, [
    { path: 'b', before: 'clean', after: 'malicious' },
    { path: 'gone', before: 'risky', after: null },
    { path: 'new', before: null, after: 'clean' },
  ]);
  assert.deepEqual(compareScans(scan([]), after).verdicts, []);
});

test('it says when the two scans asked different questions', () => {
  assert.equal(compareScans(scan([]), scan([])).sameRules, true);
  assert.equal(compareScans(scan([]), { ...scan([]), rulesVersion: 'r2' }).sameRules, false);
  assert.equal(compareScans({ ...scan([]), rulesVersion: null }, scan([])).sameRules, false);
});
