import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import { sql } from 'drizzle-orm';
import { db } from '../../platform/database/database.ts';
import { assertTablesMatchDatabase } from '../../platform/database/table-match.ts';
import { sharedDatabase, type TestDatabase } from '../../platform/database/test-database.ts';
import { assess, explainStored } from './assess.ts';
import { assetRisk } from './asset-risk.ts';
import type { PriorityQuestion } from './contract.ts';
import { riskWithout } from './fix.ts';
import { ageAssessments, applyAssessment, applyAsset, applyVulnerabilities, retireAsset, type VulnerabilityStep } from './ledger.ts';
import { readLedger, recount } from './ledger-store.ts';
import { scoreOf } from './posture.ts';
import { listMovementRows, rankFixes, sharesOf, stateAt, sumByCause, sumsWithout, trend } from './posture-store.ts';
import * as tables from './table.ts';

const database = sharedDatabase({ after });

const noWeights = async () => new Map<string, number>();
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 9, minute));
function question(vulnerabilityId: string, assetId: string, extra: Partial<PriorityQuestion> = {}): PriorityQuestion {
  return {
    vulnerabilityId,
    assetId,
    title: 'Loading it runs a shell command',
    severity: 'high',
    mark: 'static',
    source: 'test',
    cvssScore: null,
    kev: null,
    epss: null,
    attackInArtefact: false,
    presence: 'present',
    exposure: 'unknown',
    criticality: null,
    dataClasses: [],
    fix: null,
    control: null,
    at: at(0).toISOString(),
    ...extra,
  };
}
function step(assetId: string, priority: number | null, vulnerabilityId: string = randomUUID()): VulnerabilityStep {
  return { vulnerabilityId, assetId, assetName: 'model', title: 'Loading it runs a shell command', priority };
}
/** Random but repeatable. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function randomLife({ run }: TestDatabase, steps: number): Promise<void> {
  const roll = dice(7);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(roll() * list.length)];
  const assets: string[] = [];
  const open = new Map<string, VulnerabilityStep>();
  for (let minute = 0; minute < steps; minute += 1) {
    const kind = Math.floor(roll() * 7);
    const assetId = pick(assets);
    if (kind === 0 || assetId === undefined) {
      const id = randomUUID();
      assets.push(id);
      await run(() =>
        applyAsset(
          { assetId: id, name: `asset ${assets.length}`, criticality: pick(['high', 'medium', 'low', null] as const) ?? null },
          { at: at(minute), cause: 'asset-added' },
        ),
      );
    } else if (kind <= 2) {
      const opened = Array.from({ length: 1 + Math.floor(roll() * 4) }, () =>
        step(pick(assets) ?? assetId, Math.round(roll() * 1e8) / 1e6),
      );
      await run(() => applyVulnerabilities(opened, { at: at(minute), cause: 'opened' }, noWeights));
      for (const each of opened) open.set(each.vulnerabilityId, each);
    } else if (kind === 3) {
      const closing = [...open.values()].filter(() => roll() < 0.3).map((each) => ({ ...each, priority: null }));
      await run(() => applyVulnerabilities(closing, { at: at(minute), cause: 'resolved' }, noWeights));
      for (const each of closing) open.delete(each.vulnerabilityId);
    } else if (kind === 4) {
      const changed = [...open.values()].filter(() => roll() < 0.3).map((each) => ({ ...each, priority: Math.round(roll() * 1e8) / 1e6 }));
      await run(() => applyVulnerabilities(changed, { at: at(minute), cause: 'reprioritised' }, noWeights));
    } else if (kind === 5) await run(() => applyAssessment([assetId], { assessedAt: at(minute), at: at(minute), runId: 'scan' }));
    else if (roll() < 0.3) await run(() => retireAsset(assetId, at(minute)));
    else await run(() => ageAssessments([assetId], at(minute)));
  }
}

test('tables match the migrations', async () => {
  const { owner } = await database();
  await assertTablesMatchDatabase(owner, [
    tables.assessment,
    tables.asset,
    tables.checkpoint,
    tables.movement,
    tables.openVulnerability,
    tables.posture,
  ]);
});

test('the ledger equals a recount after a long random life, and its movements telescope', async () => {
  const base = await database();
  await randomLife(base, 60);
  await base.run(async () => {
    const ledger = await readLedger();
    const counted = await recount();
    assert.equal(counted.assetsWrong, 0);
    assert.deepEqual(counted.ledger, ledger);
    assert.ok(ledger.seq > 30, 'the life was long enough to tell something');
    const all = await listMovementRows({ moved: false }, { limit: 500 });
    const sum = all.items.reduce((total, { change }) => total + change, 0);
    // The first score came out of nothing, which counts as 100.
    assert.equal(sum, (scoreOf(ledger.posture) ?? 100_000_000) - 100_000_000);
    const from = await stateAt(at(20));
    const to = await stateAt(at(45));
    const between = await sumByCause({ from: at(20), to: at(45), moved: false });
    assert.equal(
      between.reduce((total, { change }) => total + change, 0),
      (to?.score ?? 100_000_000) - (from?.score ?? 100_000_000),
    );
    const line = await trend(at(0), at(59));
    assert.equal(line.at(-1)?.score, scoreOf(ledger.posture));
  });
});

test('hearing the same event twice moves nothing', async () => {
  const { run } = await database();
  const assetId = randomUUID();
  const opened = [step(assetId, 80), step(assetId, 40)];
  const read = async () => {
    await applyVulnerabilities(opened, { at: at(1), cause: 'opened' }, noWeights);
    return readLedger();
  };
  await run(() => applyAsset({ assetId, name: 'model', criticality: 'high' }, { at: at(0), cause: 'asset-added' }));
  assert.deepEqual(await run(read), await run(read));
});

test('an asset that was assessed and is clean lifts the posture, one never looked at does not count', async () => {
  const { run } = await database();
  const [dirty, clean, unseen] = [randomUUID(), randomUUID(), randomUUID()] as const;
  for (const assetId of [dirty, clean, unseen])
    await run(() => applyAsset({ assetId, name: 'model', criticality: 'medium' }, { at: at(0), cause: 'asset-added' }));
  await run(() => applyAssessment([dirty, clean], { assessedAt: at(1), at: at(1), runId: 'scan' }));
  await run(() => applyVulnerabilities([step(dirty, 60)], { at: at(2), cause: 'opened' }, noWeights));
  const ledger = await run(readLedger);
  assert.equal(scoreOf(ledger.posture), 70_000_000); // 100 - (2 * 60 + 2 * 0) / 4
  assert.deepEqual(ledger.counts, { assets: 3, assessed: 2, scored: 2 });
});

test('what SQL says a fix wins is what the engine says', async () => {
  const { run } = await database();
  const assets = [randomUUID(), randomUUID(), randomUUID()];
  const roll = dice(11);
  const steps: VulnerabilityStep[] = [];
  const questions: PriorityQuestion[] = [];
  for (const [place, assetId] of assets.entries()) {
    await run(() => applyAsset({ assetId, name: 'model', criticality: 'low' }, { at: at(0), cause: 'asset-added' }));
    for (let count = 0; count < 6; count += 1) {
      const one = step(assetId, Math.round(roll() * 1e8) / 1e6);
      steps.push(one);
      const key = String((count + place) % 4).repeat(64);
      questions.push(question(one.vulnerabilityId, assetId, { fix: count === 5 ? null : { key, action: `fix ${key[0]}`, target: 'x' } }));
    }
  }
  await run(async () => {
    await assess(questions);
    await applyVulnerabilities(steps, { at: at(1), cause: 'opened' }, noWeights);
  });
  await run(async () => {
    const { fixes, total } = await rankFixes(10, {});
    assert.equal(total, 4);
    const expected = new Map<string, number>();
    for (const assetId of assets) {
      const { asset, shares } = await sharesOf(assetId);
      for (const share of shares) {
        const less = asset.weight * (assetRisk(asset.sums) - riskWithout(asset, share));
        expected.set(share.fixKey, (expected.get(share.fixKey) ?? 0) + less);
      }
    }
    assert.deepEqual(new Map(fixes.map(({ fixKey, weightedRiskLess }) => [fixKey, weightedRiskLess])), expected);
    const [best] = fixes;
    const alone = await sumsWithout({ fixKeys: [best?.fixKey ?? ''], vulnerabilityIds: [] });
    const less = alone.reduce((sum, { weight, risk, ...sums }) => sum + weight * (risk - assetRisk(sums)), 0);
    assert.equal(less, best?.weightedRiskLess);
  });
});

test('keeps the factors, and explains from them with lines that add up', async () => {
  const { run } = await database();
  const id = randomUUID();
  await run(async () => {
    const [answer] = await assess([
      question(id, randomUUID(), {
        severity: 'critical',
        cvssScore: 9.8,
        attackInArtefact: true,
        criticality: 'high',
        dataClasses: ['internal', 'personal'],
      }),
    ]);
    const explained = await explainStored(id);
    assert.equal(explained.priority, answer?.priority);
    assert.equal(
      explained.lines.reduce((sum, { shown }) => sum + shown, 0),
      Math.round(explained.priority),
    );
    const reasons = Object.fromEntries(explained.lines.map(({ factor, reason }) => [factor, reason]));
    assert.equal(reasons['technical'], 'CVSS base 9.8');
    assert.equal(reasons['threat'], 'the attack is in the file');
    assert.equal(reasons['data'], 'personal data');
    assert.deepEqual(answer?.unknownFactors, ['exposure', 'path', 'privilege']);
    assert.ok((answer?.low ?? 0) < (answer?.priority ?? 0) && (answer?.priority ?? 0) < (answer?.high ?? 0));
  });
});

test('one workspace sees nothing of another', async () => {
  const { run, otherWorkspaceId } = await database();
  await run(() => applyAsset({ assetId: randomUUID(), name: 'model', criticality: 'high' }, { at: at(0), cause: 'asset-added' }));
  const other = await run(
    async () => ({ ledger: await readLedger(), rows: (await db().execute(sql`select 1 from risk.asset`)).rows.length }),
    { workspaceId: otherWorkspaceId },
  );
  assert.equal(other.ledger.seq, 0);
  assert.equal(other.rows, 0);
});
