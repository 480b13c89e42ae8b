import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdictOf, worstVerdict } from './verdict.ts';

type Judged = Parameters<typeof verdictOf>[0][number];
const finding = (fact: Partial<Judged>): Judged => ({ axis: 'effect', effect: 'exec', certainty: 'proved', severity: 'high', ...fact });
const of = (...facts: readonly Partial<Judged>[]) => verdictOf(facts.map(finding), [], true);
const unread = [{ reason: 'truncated' as const }];

test('a proved effect is malicious, whatever its severity', () => {
  for (const effect of ['exec', 'fs-read', 'fs-write', 'net', 'native-load', 'dos'] as const)
    assert.equal(of({ effect, severity: 'low' }), 'malicious');
});

test('a nested load takes the effect of what is nested, so alone it is suspicious', () => {
  assert.equal(of({ effect: 'nested-load' }), 'suspicious');
});

test('a possible or unknown effect is suspicious', () => {
  assert.equal(of({ certainty: 'possible' }), 'suspicious');
  assert.equal(verdictOf([{ axis: 'effect', certainty: 'unknown', severity: 'high' }], [], true), 'suspicious');
});

test('a lie alone is suspicious, broken bytes are risky', () => {
  assert.equal(of({ axis: 'integrity', severity: 'high' }), 'suspicious');
  assert.equal(of({ axis: 'integrity', severity: 'medium' }), 'risky');
});

test('posture is risky from medium on and clean below', () => {
  assert.equal(of({ axis: 'posture', severity: 'critical' }), 'risky');
  assert.equal(of({ axis: 'posture', severity: 'medium' }), 'risky');
  assert.equal(of({ axis: 'posture', severity: 'low' }), 'clean');
});

test('unread parts never make a file clean, and never hide what was found', () => {
  assert.equal(verdictOf([], unread, true), 'incomplete');
  assert.equal(verdictOf([finding({ axis: 'posture', severity: 'medium' })], unread, true), 'incomplete');
  assert.equal(verdictOf([finding({ certainty: 'possible' })], unread, true), 'suspicious');
});

test('unsupported means that nothing at all could be read for want of a reader', () => {
  assert.equal(verdictOf([], [{ reason: 'unsupported' }], false), 'unsupported');
  assert.equal(verdictOf([], [{ reason: 'unsupported' }], true), 'incomplete');
  assert.equal(verdictOf([], [{ reason: 'encrypted' }], false), 'incomplete');
});

test('a whole takes the worst of its parts', () => {
  assert.equal(worstVerdict(['clean', 'malicious', 'risky']), 'malicious');
  assert.equal(worstVerdict(['clean', 'risky', 'incomplete']), 'incomplete');
  assert.equal(worstVerdict([]), 'clean');
});

test('a file nobody can read leaves a clean tree incomplete', () => {
  assert.equal(worstVerdict(['clean', 'unsupported']), 'incomplete');
  assert.equal(worstVerdict(['unsupported']), 'unsupported');
  assert.equal(worstVerdict(['suspicious', 'unsupported']), 'suspicious');
});
