import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomSource } from '../../../math/random.ts';
import { type AttributeQuestion, judgeAttributes } from './attribute.ts';
import { designOf, levelsOf } from './attribute-columns.ts';

/** `smoker` is a coin; `town` says nothing; the answer follows the coin in the share `told` of the rows, else another coin. */
function people(rows: number, told: number, seed: number): AttributeQuestion {
  const random = randomSource(seed);
  const samples = Array.from({ length: rows }, () => {
    const smoker = random.next() < 0.5;
    const follows = random.next() < told;
    const prediction = (follows ? smoker : random.next() < 0.5) ? 'high' : 'low';
    return {
      prediction,
      trueLabel: random.next() < 0.5 ? 'high' : 'low',
      knownAttributes: { smoker, town: `town-${random.below(5)}`, age: 20 + random.below(60) },
    };
  });
  return { samples, targetAttributes: ['smoker'], targetRate: 0.01, seed: 1 };
}

test('an answer that follows an attribute is a leak of the size that information theory gives', () => {
  const { decision, families, evidence } = judgeAttributes(people(800, 0.9, 3));
  assert.equal(decision, 'threat');
  // Right in 95 % of the rows: H = −0.95 ln 0.95 − 0.05 ln 0.05 = 0.198515; 1 − H/ln 2 = 0.7136.
  const leakage = families[0]?.statistic['leakage'] ?? 0;
  assert.ok(Math.abs((leakage as number) - 0.7136) < 0.08, String(leakage));
  // I(prediction; smoker) = ln 2 − H = 0.49463 nats: sampled with standard error about 0.02.
  assert.ok(Math.abs((families[0]?.statistic['informationNats'] as number) - 0.49463) < 0.06);
  assert.ok((evidence['leakageLower'] as number) > 0.55);
});

test('an answer that follows nothing is no leak: the level holds over resamples', () => {
  let threats = 0;
  for (let seed = 0; seed < 4; seed++) if (judgeAttributes(people(200, 0, seed)).decision === 'threat') threats++;
  assert.equal(threats, 0);
});

test('what the other attributes tell already is not charged to the answer', () => {
  const { samples, ...rest } = people(300, 0.9, 4);
  const known = samples.map((sample) => ({
    ...sample,
    knownAttributes: { ...sample.knownAttributes, tobacco: sample.knownAttributes['smoker'] === true ? 'buys' : 'does not' },
  }));
  const judged = judgeAttributes({ samples: known, ...rest });
  assert.equal(judged.decision, 'no-threat');
  assert.match(judged.families[0]?.reason ?? '', /strongest proxies: tobacco/);
});

test('an attribute that no sample knows, or too few, is named as missing', () => {
  const question = people(150, 0, 1);
  const judged = judgeAttributes({ ...question, targetAttributes: ['income', 'smoker'] });
  assert.equal(judged.decision, 'insufficient-evidence');
  assert.match(judged.missingEvidence[0]?.needed ?? '', /income: no sample knows it/);
  const few = judgeAttributes({ ...question, samples: question.samples.slice(0, 99) });
  assert.match(few.missingEvidence[0]?.needed ?? '', /99 rows say it, 100 are needed/);
});

test('numbers become quintiles, rare words are set aside, constants give no column', () => {
  const { names, codes } = levelsOf(Array.from({ length: 100 }, (_, i) => i));
  assert.deepEqual([names.length, codes.filter((code) => code === 0).length], [5, 20]);
  assert.deepEqual(levelsOf([...Array.from({ length: 10 }, () => 'a'), 'b']).names, ['a']);
  assert.equal(
    designOf(
      [
        ['x', 'x', 'x'],
        [1, 2, null],
      ],
      3,
    ).width,
    2,
  );
});
