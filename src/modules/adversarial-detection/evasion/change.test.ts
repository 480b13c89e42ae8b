import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import { gatherEvidence } from './evasion-evidence.ts';
import { learnSpace } from './feature-space.ts';
import { givenModels } from './given-models.ts';
import { anomalyCount, inputAnomaly } from './input-anomaly.ts';
import { perturbationSignature } from './perturbation-signature.ts';

const random = randomSource(3);
const baseline = Array.from({ length: 64 }, () => random.next());
const changed = (step: (at: number) => number) =>
  perturbationSignature(
    baseline.map((value, at) => value + step(at)),
    baseline,
  );

test('the shape of a change names the techniques that leave it', () => {
  const sign = () => (random.next() < 0.5 ? -0.1 : 0.1);
  assert.deepEqual(changed(sign).candidates, ['FGSM']);
  assert.deepEqual(changed((at) => (at % 2 === 0 ? sign() : 0.1 * (random.next() - 0.5))).candidates, ['PGD', 'BIM']);
  assert.deepEqual(changed(() => 0.02 * random.normal()).candidates, ['DeepFool', 'C&W-L2']);
  assert.deepEqual(changed((at) => (at < 3 ? 0.9 : 0)).candidates, ['one-pixel', 'JSMA']);
  assert.deepEqual(changed((at) => (at % 16 < 8 ? 0.1 : -0.1)).candidates, ['Square']);
  assert.equal(changed(() => 0).shape, 'none');
});

test('norms are those of the difference', () => {
  // By hand: 3 and −4 in two of four columns.
  assert.deepEqual(perturbationSignature([3, 0, -4, 1], [0, 0, 0, 1]).norms, { l0: 2, l1: 7, l2: 5, linf: 4 });
});

test('an input outside of bounds, kinds and groups is counted as change', () => {
  const column = (value: number) => new Float32Array(5).fill(value);
  const columns = {
    low: column(0),
    high: column(10),
    median: column(5),
    deviation: column(1),
    bounds: { low: column(0), high: column(10) },
    kinds: ['continuous', 'integer', 'one-hot:c', 'one-hot:c', 'continuous'],
  };
  assert.equal(anomalyCount(inputAnomaly([5, 5, 1, 0, 5], columns)), 0);
  // Above bounds and 15 deviations away; half of one; two ones in a group.
  assert.deepEqual(inputAnomaly([20, 0.5, 1, 1, 5], columns), {
    belowBounds: 0,
    aboveBounds: 1,
    notWhole: 1,
    brokenGroups: 1,
    far: 1,
    largestRobustZ: 15,
  });
});

test('without a profile there is evidence and no decision, and it says what is missing', () => {
  const evidence = gatherEvidence(
    {
      inputSample: { id: 'x', features: [1, 2] },
      predictions: [
        { modelId: 'm', prediction: 'cat', confidence: 0.9 },
        { modelId: 'n', prediction: 'dog', confidence: 0.6 },
      ],
      baselineInput: { id: 'y', features: [1, 1] },
    },
    null,
  );
  assert.equal(evidence.decision, 'insufficient-evidence');
  assert.equal(evidence.pValue, null);
  assert.deepEqual(
    evidence.missing.map(({ needed }) => needed),
    ['a profile of the model'],
  );
  const given = evidence.families.find(({ family }) => family === 'given-models');
  assert.deepEqual(given?.statistic, { models: 1, denying: 1, share: 1 });
});

test('reference models that deny an answer are held against how often they deny clean rows', () => {
  const [one, two] = ['0198c0de-0000-7000-8000-000000000001', '0198c0de-0000-7000-8000-000000000002'];
  // 90 rows denied by none, 8 by one, 1 by both.
  const known = { assetIds: [one, two], denials: [90, 8, 1] };
  const said = (modelId: string, prediction: string) => ({ modelId, prediction, confidence: null });
  const p = (first: string, second: string) => givenModels([said('m', 'cat'), said(two, second), said(one, first)], known).pValue;
  // By hand: (1 + 1) / 100; (1 + 9) / 100; all.
  assert.deepEqual([p('dog', 'cow'), p('cat', 'cow'), p('cat', 'cat')], [0.02, 0.1, 1]);
  const partly = givenModels([said('m', 'cat'), said(one, 'dog')], known);
  assert.deepEqual([partly.pValue, partly.statistic], [null, { models: 1, denying: 1, share: 1 }]);
  assert.match(partly.reason ?? '', /Not all reference models/);
});

test('a column that is nearly one value does not outweigh the others, and one with one value is left out', () => {
  // 200 rows: 0…199; 0 but for two rows; always 7.
  const values = Float32Array.from({ length: 600 }, (_, at) => [Math.floor(at / 3), at < 6 ? 1 : 0, 7][at % 3] as number);
  const space = learnSpace(
    { values, dimensions: 3 },
    Int32Array.from({ length: 200 }, (_, row) => row),
  );
  assert.deepEqual([...space.kept], [0, 1]);
  // By hand: 197.01 − 1.99 between the percentiles; those of the second are 0 and 0.01, so an eighth of its range.
  assert.ok(Math.abs((space.spread[0] as number) - 195.02) < 0.01);
  assert.equal(space.spread[1], 0.125);
});
