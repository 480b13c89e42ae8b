import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRound, type Round } from './judge-round.ts';
import { attacks, harmlessMatrix, plantAttack, roundOf } from './planted-round.ts';
import { rowOf } from './update-matrix.ts';

const options = { rule: 'median', malicious: 0 } as const;
const excludedOf = (round: Round) =>
  judgeRound(round, options).verdicts.flatMap(({ clientId, verdict }) => (verdict === 'excluded' ? [clientId] : []));

test('harmless rounds are left alone: at most one client in a hundred is excluded', () => {
  let excluded = 0;
  for (let seed = 0; seed < 10; seed++) excluded += excludedOf(roundOf(harmlessMatrix({ clients: 20, parameters: 500, seed }))).length;
  // 200 clients; the level of 0.1 % a check and round allows far less than 2.
  assert.ok(excluded <= 2, String(excluded));
});

for (const attack of attacks)
  test(`four attackers of twenty are excluded and named: ${attack}`, () => {
    const matrix = harmlessMatrix({ clients: 20, parameters: 1000, seed: 5 });
    plantAttack(matrix, { attack, count: 4, seed: 1 });
    assert.deepEqual(excludedOf(roundOf(matrix)), ['client-16', 'client-17', 'client-18', 'client-19']);
  });

test('a majority that points the other way is no vote without a root update, and is excluded with one', () => {
  const matrix = harmlessMatrix({ clients: 20, parameters: 1000, seed: 5 });
  plantAttack(matrix, { attack: 'colluding', count: 11, seed: 1 });
  for (let i = 9; i < 20; i++) for (let c = 0; c < 1000; c++) matrix.values[i * 1000 + c] = -(matrix.values[i * 1000 + c] as number);
  const copy = { ...matrix, values: matrix.values.slice() };
  const alone = judgeRound(roundOf(matrix), options);
  assert.deepEqual([alone.decision, alone.severity, alone.aggregate], ['insufficient-evidence', 'critical', null]);
  assert.equal(alone.verdicts.filter(({ verdict }) => verdict === 'excluded').length, 0);
  const led = judgeRound(roundOf(copy, { root: matrix.shared }), options);
  assert.deepEqual([led.decision, led.severity], ['threat', 'critical']);
  assert.deepEqual(
    led.verdicts.flatMap(({ verdict }, i) => (verdict === 'excluded' ? [i] : [])),
    [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
  );
});

test('half assumed malicious is not decided without a root update', () => {
  const round = roundOf(harmlessMatrix({ clients: 10, parameters: 200, seed: 1 }));
  assert.equal(judgeRound(round, { rule: 'median', malicious: 5 }).decision, 'insufficient-evidence');
});

test('four updates are not compared: the answer says how many are needed', () => {
  const judged = judgeRound(roundOf(harmlessMatrix({ clients: 4, parameters: 100, seed: 1 })), options);
  assert.equal(judged.decision, 'insufficient-evidence');
  assert.match(judged.reason, /5 are needed/);
  assert.ok(judged.aggregate !== null);
});

test('an echo of the round before is excluded at any length', () => {
  const matrix = harmlessMatrix({ clients: 10, parameters: 300, seed: 2 });
  const previous = harmlessMatrix({ clients: 1, parameters: 300, seed: 99 }).shared;
  rowOf(matrix, 3).set(previous.map((x) => -0.7 * x));
  const judged = judgeRound(roundOf(matrix, { previous }), options);
  assert.deepEqual(
    judged.verdicts[3]?.reasons.some(({ check }) => check === 'free-rider'),
    true,
  );
  assert.equal(judged.verdicts[3]?.verdict, 'excluded');
});

test('small steps in one wrong direction add up over rounds', () => {
  const matrix = harmlessMatrix({ clients: 10, parameters: 300, seed: 2 });
  const drifting = Array.from({ length: 9 }, () => ({ flagged: false, directionZ: -2 }));
  const steady = Array.from({ length: 9 }, (_, k) => ({ flagged: false, directionZ: k % 2 === 0 ? 1 : -1 }));
  const past = new Map(Array.from({ length: 10 }, (_, i) => [`client-${i}`, i === 4 ? drifting : steady]));
  const judged = judgeRound(roundOf(matrix, { past }), options);
  // Σz/√k = 18/3 = 6, beyond the normal quantile of 0.001/10 (3.72).
  assert.deepEqual(
    judged.verdicts.flatMap(({ verdict, reasons }, i) => (verdict === 'excluded' ? [[i, reasons.map(({ check }) => check)]] : [])),
    [[4, ['history']]],
  );
});

test('the aggregate is made of what stays', () => {
  const matrix = harmlessMatrix({ clients: 20, parameters: 500, seed: 7 });
  plantAttack(matrix, { attack: 'boosted', count: 4, seed: 1 });
  const judged = judgeRound(roundOf(matrix), { rule: 'trimmed-mean', malicious: 0 });
  assert.deepEqual(
    judged.aggregated,
    Array.from({ length: 16 }, (_, i) => `client-${i}`),
  );
  const shared = matrix.shared;
  const values = judged.aggregate?.values ?? new Float32Array();
  const error = Math.sqrt(values.reduce((sum, x, c) => sum + (x - (shared[c] ?? 0)) ** 2, 0) / shared.reduce((sum, x) => sum + x * x, 0));
  // Sixteen clients with differences as long as the shared step: the mean is about 1/√16 off.
  assert.ok(error > 0.15 && error < 0.35, String(error));
});
