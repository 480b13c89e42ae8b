import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callingPickle } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { ScanFinding } from '../contract.ts';
import { applySuppressions, gateOf, isExpired, matchesPath, type Suppression } from './suppress.ts';

const findings = reportOf(callingPickle, 'm.pkl').findings.map((finding): ScanFinding => ({ ...finding, path: 'models/m.pkl' }));
const [first] = findings;
const decision: Suppression = { fingerprint: null, rule: null, path: null, reason: 'Reviewed.', owner: 'ml@acme.test', expires: null };
const today = new Date('2026-05-10T12:00:00Z');
const harmful = findings.find(({ ruleId }) => ruleId === 'pickle-harmful-call');

test('a finding is held by its fingerprint, and by its rule and path together', () => {
  assert.ok(first && harmful);
  const byFingerprint = applySuppressions(findings, [{ ...decision, fingerprint: harmful.fingerprint }], today);
  assert.deepEqual(
    byFingerprint.held.map(({ finding }) => finding),
    [harmful],
  );
  assert.equal(byFingerprint.standing.length, findings.length - 1);
  const byPlace = applySuppressions(findings, [{ ...decision, rule: 'pickle-harmful-call', path: 'models/*.pkl' }], today);
  assert.deepEqual(
    byPlace.held.map(({ finding }) => finding),
    [harmful],
  );
});

test('neither a rule alone, nor a path alone, nor another path holds a finding', () => {
  const weak = [
    { ...decision, rule: 'pickle-harmful-call' },
    { ...decision, path: '**' },
    { ...decision, rule: 'pickle-harmful-call', path: '*.pkl' },
    decision,
  ];
  const { held, unused } = applySuppressions(findings, weak, today);
  assert.deepEqual(held, []);
  assert.equal(unused.length, 4);
});

test('it holds to the end of its last day in UTC; then it is listed as expired and holds nothing', () => {
  assert.equal(isExpired({ expires: '2026-05-10' }, new Date('2026-05-10T23:59:00Z')), false);
  assert.equal(isExpired({ expires: '2026-05-10' }, new Date('2026-05-11T00:00:01Z')), true);
  assert.equal(isExpired({ expires: 'some day' }, today), true);
  const old = { ...decision, rule: 'pickle-harmful-call', path: '**', expires: '2026-05-09' };
  const { held, expired, unused } = applySuppressions(findings, [old], today);
  assert.deepEqual([held.length, expired, unused], [0, [old], []]);
});

test('patterns: one star stays in its folder, two cross folders, and other characters are themselves', () => {
  const cases: readonly [string, string, boolean][] = [
    ['a/*.pkl', 'a/b.pkl', true],
    ['a/*.pkl', 'a/b/c.pkl', false],
    ['a/**', 'a/b/c.pkl', true],
    ['**/c.pkl', 'c.pkl', true],
    ['**/c.pkl', 'a/b/c.pkl', true],
    ['**/c.pkl', 'a/bc.pkl', false],
    ['*', '', true],
    ['a.c', 'abc', false],
    ['m.zip!*.pkl', 'm.zip!x.pkl', true],
  ];
  for (const [pattern, path, expected] of cases) assert.equal(matchesPath(pattern, path), expected, `${pattern} on ${path}`);
});

test('a pattern of many stars on a long path is still fast', () => {
  const startedAt = performance.now();
  assert.equal(matchesPath('*a'.repeat(40), 'a'.repeat(4000).concat('b')), false);
  assert.ok(performance.now() - startedAt < 1000);
});

test('the gate sees the verdict that standing findings leave, and what was not read stays so', () => {
  const result = {
    verdict: 'malicious' as const,
    findings,
    files: [{ path: 'models/m.pkl', verdict: 'malicious' as const }],
    unread: [],
  };
  assert.equal(gateOf(result, findings).verdict, 'malicious');
  assert.equal(gateOf(result, []).verdict, 'clean');
  const cut = { ...result, unread: [{ path: 'models/m.pkl', reason: 'truncated' as const, detail: 'cut' }] };
  assert.equal(gateOf(cut, []).files[0]?.verdict, 'incomplete');
});
