import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assetRisk, levelOf, noVulnerabilities, sumsOf } from './asset-risk.ts';
import { pointsWon, riskWithout } from './fix.ts';
import { type AssetPart, absent, coverageOf, emptyPosture, exchange, scoreOf } from './posture.ts';
import { pointMillionths } from './priority.ts';

const priority = fc.integer({ min: 0, max: 100 * pointMillionths });
const points = (value: number) => value * pointMillionths;

test('an asset is as bad as its worst vulnerability, and others fill what is left', () => {
  assert.equal(assetRisk(noVulnerabilities), 0);
  assert.equal(assetRisk(sumsOf([points(93)])), points(93));
  // 93 + 7 * (1 - e^(-0.1 * 5)) with ten others of 50: 95.7542854...
  assert.equal(assetRisk(sumsOf([points(93), ...Array.from({ length: 10 }, () => points(50))])), 95_754_285);
});
test('asset risk stays within 0 to 100, is at least the worst, and never falls when one is added or rises', () => {
  fc.assert(
    fc.property(fc.array(priority, { maxLength: 30 }), priority, priority, (list, one, two) => {
      const risk = assetRisk(sumsOf(list));
      const more = assetRisk(sumsOf([...list, Math.min(one, two)]));
      const worse = assetRisk(sumsOf([...list, Math.max(one, two)]));
      return risk >= Math.max(0, ...list) && risk <= 100 * pointMillionths && more >= risk && worse >= more;
    }),
  );
});
test('names levels at their bounds, and not assessed is not low', () => {
  assert.deepEqual([null, 0, points(30), points(60), points(80)].map(levelOf), ['unknown', 'low', 'medium', 'high', 'critical']);
  assert.equal(levelOf(points(80) - 1), 'high');
});

const part = fc.record({
  weight: fc.constantFrom(1, 2, 4),
  risk: priority,
  scored: fc.boolean(),
  covered: fc.boolean(),
  present: fc.constant(true),
});
const steps = fc.array(fc.record({ asset: fc.integer({ min: 0, max: 5 }), part: fc.option(part, { nil: absent }) }), { maxLength: 40 });
function replay(given: readonly { asset: number; part: AssetPart }[]) {
  const parts = new Map<number, AssetPart>();
  let sums = emptyPosture;
  const scores = [scoreOf(sums)];
  for (const step of given) {
    sums = exchange(sums, parts.get(step.asset) ?? absent, step.part);
    parts.set(step.asset, step.part);
    scores.push(scoreOf(sums));
  }
  return { sums, parts, scores };
}
test('a recount of all assets gives what the ledger of movements gives', () => {
  fc.assert(
    fc.property(steps, (given) => {
      const { sums, parts } = replay(given);
      const recount = [...parts.values()].reduce((total, each) => exchange(total, absent, each), emptyPosture);
      assert.deepEqual(sums, recount);
    }),
  );
});
test('movements telescope: between any two points they sum to the difference exactly', () => {
  fc.assert(
    fc.property(steps, fc.nat(40), fc.nat(40), (given, one, two) => {
      const { scores } = replay(given);
      const from = Math.min(one, two, scores.length - 1);
      const to = Math.min(Math.max(one, two), scores.length - 1);
      let sum = 0;
      for (let place = from + 1; place <= to; place += 1) sum += (scores[place] ?? 0) - (scores[place - 1] ?? 0);
      assert.equal(sum, (scores[to] ?? 0) - (scores[from] ?? 0));
    }),
  );
});
test('scores what was assessed only, and says how much that is', () => {
  const { sums } = replay([
    { asset: 0, part: { weight: 4, risk: points(50), scored: true, covered: true, present: true } },
    { asset: 1, part: { weight: 1, risk: points(0), scored: true, covered: true, present: true } },
    { asset: 2, part: { weight: 2, risk: points(0), scored: false, covered: false, present: true } },
  ]);
  assert.equal(scoreOf(sums), points(60)); // 100 - (4 * 50 + 1 * 0) / 5
  assert.equal(coverageOf(sums), 714_286); // 5 of 7
});
test('knows no score without assessed assets and no coverage without assets', () => {
  assert.equal(scoreOf(emptyPosture), null);
  assert.equal(coverageOf(emptyPosture), null);
});

test('a fix wins what a recomputation without its vulnerabilities wins', () => {
  const vulnerability = fc.record({ priority, fixKey: fc.constantFrom('a', 'b', 'c') });
  fc.assert(
    fc.property(fc.array(vulnerability, { minLength: 1, maxLength: 20 }), (open) => {
      const sums = sumsOf(open.map((each) => each.priority));
      const worstBy = new Map<string, number>();
      for (const each of open) worstBy.set(each.fixKey, Math.max(worstBy.get(each.fixKey) ?? 0, each.priority));
      const ranked = [...worstBy].sort((left, right) => right[1] - left[1]);
      const asset = { assetId: 'x', weight: 2, sums, worstFix: ranked[0]?.[0] ?? null, worstOfOthers: ranked[1]?.[1] ?? 0 };
      for (const fixKey of worstBy.keys()) {
        const mine = sumsOf(open.filter((each) => each.fixKey === fixKey).map((each) => each.priority));
        const rest = assetRisk(sumsOf(open.filter((each) => each.fixKey !== fixKey).map((each) => each.priority)));
        assert.equal(riskWithout(asset, { fixKey, assetId: 'x', ...mine }), rest);
      }
    }),
  );
});
test('counts points won by the weight of the asset', () => {
  const posture = { weight: 5, weightedRisk: 4 * points(50), allWeight: 5, coveredWeight: 5 };
  assert.equal(pointsWon(posture, 4 * points(20)), points(16)); // from 60 to 76
});
