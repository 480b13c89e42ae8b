import assert from 'node:assert/strict';
import { test } from 'node:test';
import margin from '../detectors/margin.ts';
import neighbourDisagreement from '../detectors/neighbour-disagreement.ts';
import { calibrationScores } from './calibration.ts';
import { combinedScore, ruleOf } from './decision-rule.ts';
import { exampleFacts } from './detector.ts';
import type { EvasionFacts } from './facts.ts';

/** Row k of 20: the farther from the other class the larger k, so that the first rows are the contested ones; they are the doubtful ones too. */
const facts = new Map<number, EvasionFacts>(
  Array.from({ length: 20 }, (_, row) => [
    row,
    exampleFacts({
      predicted: 0,
      neighbours: [
        [0, 1],
        [1, 1.1 + row],
      ],
      confidence: 0.5 + row / 50,
    }),
  ]),
);
const rows = Int32Array.from(facts.keys());
const used = [neighbourDisagreement, margin].map((detector) => ({
  detector,
  scores: calibrationScores(
    [...facts.values()].map((found) => detector.score(found) ?? 0),
    { predicted: new Array(20).fill(0), classCount: 2, alpha: 0.05 },
  ),
}));

test('doubt is held against the two fifths of the rows whose answer is most contested', () => {
  const rule = ruleOf({ targetRate: 0.05, rows, classCount: 2 }, { facts, used });
  assert.equal(rule.combination, 'contested-context');
  assert.deepEqual(
    [...rule.contestedRows].sort((one, other) => one - other),
    [0, 1, 2, 3, 4, 5, 6, 7],
  );
  assert.deepEqual([...rule.contested.keys()], ['margin']);
  assert.equal(rule.contested.get('margin')?.pooled.length, 8);
});

test('the same doubt counts less where contested rows share it than where all rows are asked', () => {
  const rule = ruleOf({ targetRate: 0.05, rows, classCount: 2 }, { facts, used });
  // As contested as the first row, as doubtful as the fourth.
  const input = { ...(facts.get(0) as EvasionFacts), confidence: 0.56 };
  const among = combinedScore(rule, input, { row: -1, itself: false }) ?? Number.NaN;
  const all = combinedScore({ ...rule, contested: new Map() }, input, { row: -1, itself: false }) ?? Number.NaN;
  // By hand: p is 5 of 9 among the eight, 5 of 21 among all; context counts twice, the door is A / −ln α with A = −ln(2 / 21).
  const door = Math.log(21 / 2) / -Math.log(0.05);
  assert.ok(Math.abs(all - among - 2 * door * Math.log(21 / 9)) < 1e-9, `${all} against ${among}`);
});

test('a row that is one of the contested is taken out of them before it is asked', () => {
  const rule = ruleOf({ targetRate: 0.05, rows, classCount: 2 }, { facts, used });
  const first = facts.get(0) as EvasionFacts;
  // Without itself no row is as doubtful, and none is as contested: p is 1 of 8, and 1 of 20; A is more than α asks for.
  const tail = combinedScore({ ...rule, combination: 'answer' }, first, { row: 0, itself: true }) ?? Number.NaN;
  const score = combinedScore(rule, first, { row: 0, itself: true }) ?? Number.NaN;
  assert.ok(Math.abs(score - tail - 2 * Math.log(8)) < 1e-9, `${score} against ${tail}`);
});

test('where mistakes set no threshold, evidence against the answer decides alone', () => {
  const rule = ruleOf({ targetRate: 0.05, rows, classCount: 2, mistakes: 'set-aside' }, { facts, used });
  assert.deepEqual([rule.combination, rule.contested.size], ['answer', 0]);
});
