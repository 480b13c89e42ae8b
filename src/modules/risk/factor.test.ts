import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactorName, PriorityQuestion } from './contract.ts';
import { factorsOf } from './factor.ts';
import { priorityWeights } from './weights.ts';

const weights = priorityWeights();
const plain: PriorityQuestion = {
  vulnerabilityId: '0190a0b0-0000-7000-8000-000000000001',
  assetId: '0190a0b0-0000-7000-8000-000000000002',
  title: 'Loading it runs a shell command',
  severity: 'high',
  mark: 'static',
  source: 'model-scanner',
  cvssScore: null,
  kev: null,
  epss: null,
  attackInArtefact: false,
  presence: 'unknown',
  exposure: 'unknown',
  criticality: null,
  dataClasses: [],
  fix: null,
  control: null,
  at: '2026-03-01T09:00:00.000Z',
};
function asked(factor: FactorName, extra: Partial<PriorityQuestion> = {}): number | null | undefined {
  return factorsOf({ ...plain, ...extra }, weights).find((one) => one.factor === factor)?.value;
}

test('says unknown for everything nobody said', () => {
  const unknown = factorsOf(plain, weights).filter(({ value }) => value === null);
  assert.deepEqual(
    unknown.map(({ factor }) => factor),
    ['threat', 'exposure', 'path', 'data', 'criticality', 'privilege', 'runtime'],
  );
});
test('takes the CVSS score, else the middle of the band of the severity', () => {
  assert.equal(asked('technical', { cvssScore: 9.3 }), 0.93);
  // The high band is 7.0 to 8.9: its middle is 7.95.
  assert.equal(asked('technical'), 0.795);
});
test('lets the strongest report of a threat speak', () => {
  assert.equal(asked('threat', { epss: 0.25 }), 0.5);
  assert.equal(asked('threat', { epss: 0.25, kev: true }), 1);
  assert.equal(asked('threat', { attackInArtefact: true }), 1);
  assert.equal(asked('threat', { kev: false }), null, 'not in the catalogue is no knowledge of safety');
});
test('finds nothing to exploit in what is only worth knowing', () => {
  assert.deepEqual([asked('threat', { severity: 'informational' }), asked('path', { severity: 'informational' })], [0, 0]);
});
test('takes the gravest class of data, and ignores words it does not know', () => {
  assert.equal(asked('data', { dataClasses: ['public', 'personal'] }), 0.7);
  assert.equal(asked('data', { dataClasses: ['constructor'] }), null);
  assert.equal(asked('data', { dataClasses: ['public'] }), 0);
});
test('reads exposure, criticality and presence from their tables', () => {
  assert.deepEqual(
    [asked('exposure', { exposure: 'internet' }), asked('criticality', { criticality: 'low' }), asked('runtime', { presence: 'present' })],
    [1, 0.2, 0.4],
  );
});
