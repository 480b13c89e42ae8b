import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { randomSource } from '../../math/random.ts';
import { assertTablesMatchDatabase } from '../../platform/database/table-match.ts';
import { serveLocally } from '../../platform/http/call.ts';
import { handle } from '../../platform/http/handle.ts';
import { checkPoisoning } from '../data-quality/contract.ts';
import { testChecks } from '../federated-learning/contract.ts';
import * as contract from './contract.ts';
import { toJudgement } from './federated-updates/attacked-rounds.ts';
import { recordJudgement } from './screening/record-judgement.ts';
import { queriesOf, type StreamKind } from './streams/planted-streams.ts';
import { streamEvictionTable, streamTable } from './streams/stream-table.ts';
import { refused, TestDetection } from './test-detection.ts';

const sound = {
  verdict: 'clean',
  reason: '',
  confidence: null,
  decidedBy: [],
  classes: [],
  flaggedCount: 0,
  flagged: [],
  rowP: null,
  families: [],
  notRun: [],
  seed: 1,
};

describe('privacy, streams, poisoning and the planted test', () => {
  let detection: TestDetection;
  let poisoning: object = sound;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    detection = await TestDetection.open({ after: (end) => void ends.unshift(end) });
    const none = { transaction: 'none' as const };
    // The doors are played: what they compute is tested where they live.
    serveLocally([
      {
        ...handle(checkPoisoning, () => poisoning as never, none),
        endpoint: { ...checkPoisoning, output: checkPoisoning.output.omit({ ingest: true }) },
      },
      handle(testChecks, () => ({ planted: 4, found: 4, missed: [], cleanRows: 16, falseFlags: 0 }), none),
    ]);
  });
  after(async () => {
    for (const end of ends) await end();
  });
  const detected = () => detection.events('adversarial-detection.detected');
  const traffic = (kind: StreamKind, clientId: string, { count = 120, seed = 1 } = {}) => ({
    modelId: 'scoring',
    events: queriesOf(kind, { count, dimensions: 8, seed }).map((event) => ({ ...event, clientId })),
  });

  test('the stream tables match the migration', async () => {
    await assertTablesMatchDatabase(detection.base.owner, [streamTable, streamEvictionTable]);
  });

  test('losses no outsider has are a threat that is stored and told; a dry run is neither told nor blocked', async () => {
    const random = randomSource(1);
    const shadowPredictions = Array.from({ length: 150 }, (_, k) => ({
      modelId: `shadow-${k}`,
      membershipScore: 0.3 + 0.3 * random.next(),
    }));
    const asked = { queryId: 'q1', modelId: 'scoring', samples: [{ id: 's', confidence: 1, loss: 1e-6 }], shadowPredictions };
    const dry = await detection.ask(contract.analyzeMembership, { ...asked, dryRun: true });
    assert.deepEqual([dry.decision, dry.dryRun, (await detected()).length], ['threat', true, 0]);
    const found = await detection.ask(contract.analyzeMembership, { ...asked, clientId: 'curious' });
    assert.deepEqual([found.decision, found.severity, found.technique], ['threat', 'medium', ['AML.T0024.000']]);
    assert.match(found.summary, /differential privacy/);
    const news = await detected();
    assert.deepEqual([news.length, news[0]?.['detectionId'], news[0]?.['clientId']], [1, found.id, 'curious']);
    assert.equal(detection.audited.at(-1)?.action, 'adversarial-detection.analyze-membership');
    assert.equal((await detection.ask(contract.getDetection, { id: found.id })).families.length, 5);
  });

  test('unknown keys and numbers that are none are refused', async () => {
    const asked = { queryId: 'q', modelId: 'm', samples: [{ id: 's', confidence: 1, loss: Number.NaN }] };
    await assert.rejects(detection.ask(contract.analyzeMembership, asked), refused('adversarial-detection.invalidBody'));
    await assert.rejects(
      detection.ask(contract.analyzeAttributes, { queryId: 'q', modelId: 'm', samples: [], targetAttributes: ['a'] }),
      refused('adversarial-detection.invalidBody'),
    );
  });

  test('an answer that tells an attribute is a threat, one that no sample knows is missing evidence', async () => {
    const random = randomSource(2);
    const samples = Array.from({ length: 200 }, () => {
      const smoker = random.next() < 0.5;
      return { prediction: smoker ? 'high' : 'low', knownAttributes: { smoker, town: `t${random.below(3)}` } };
    });
    const found = await detection.ask(contract.analyzeAttributes, {
      queryId: 'q',
      modelId: 'scoring',
      samples,
      targetAttributes: ['smoker', 'income'],
    });
    assert.deepEqual([found.decision, found.severity, found.technique], ['threat', 'high', ['AML.T0024.001']]);
    assert.match(found.missingEvidence[0]?.needed ?? '', /income/);
  });

  test('traffic is counted once by id, kept as sketches, and a walk along the boundary is detected and told once', async () => {
    const sent = traffic('boundary-walk', 'walker');
    const first = await detection.ask(contract.sendTraffic, sent);
    assert.deepEqual([first.accepted, first.duplicates, first.detections.length], [120, 0, 1]);
    const again = await detection.ask(contract.sendTraffic, sent);
    assert.deepEqual([again.accepted, again.duplicates, again.detections.length], [0, 120, 0]);
    const quiet = await detection.ask(contract.sendTraffic, traffic('harmless', 'customer'));
    assert.equal(quiet.detections.length, 0);
    const { items } = await detection.ask(contract.listStreams, { model_id: 'scoring' });
    assert.deepEqual(
      items.map(({ clientId, kept, detected: what }) => [clientId, kept, what.includes('boundary-walk')]),
      [
        ['customer', 120, false],
        ['walker', 120, true],
      ],
    );
    const found = await detection.ask(contract.getDetection, { id: first.detections[0] ?? '' });
    assert.deepEqual([found.kind, found.severity, found.source, found.subject.clientId], ['extraction', 'medium', 'stream', 'walker']);
    // Medium blocks by default: the client on this model, by the configuration.
    assert.equal(found.acts[0]?.action, 'block-client');
    assert.equal((await detection.ask(contract.listStreams, {}, detection.stranger)).items.length, 0);
    await assert.rejects(
      detection.ask(contract.sendTraffic, {
        modelId: 'scoring',
        events: [{ id: 'x', at: new Date().toISOString(), clientId: 'walker', features: [1], prediction: 'no' }],
      }),
      refused('adversarial-detection.streamShape'),
    );
  });

  test('a submitted stream is judged by the same detectors, and too few queries are not', async () => {
    const events = queriesOf('record-probe', { count: 150, dimensions: 6, seed: 3 });
    const found = await detection.ask(contract.analyzeExtraction, { queryId: 'q', modelId: 'other', events });
    assert.deepEqual([found.decision, found.severity], ['threat', 'medium']);
    const few = await detection.ask(contract.analyzeExtraction, { queryId: 'q', modelId: 'other', events: events.slice(0, 49) });
    assert.equal(few.decision, 'insufficient-evidence');
  });

  test('the poisoning verdict is graded and kept; clean without all evidence is not called clean', async () => {
    const samples = Array.from({ length: 200 }, (_, i) => ({ id: `r${i}`, features: [i, i % 7], label: i % 2 }));
    poisoning = {
      ...sound,
      verdict: 'poisoned',
      reason: 'label-quality flags 10 rows',
      confidence: 0.99,
      decidedBy: ['label-quality', 'spectral-signature'],
      families: [{ family: 'label-quality', method: 'm', flaggedCount: 10, findings: [], notes: [], figures: {} }],
      flagged: [{ row: 3, label: '1', p: 0.0001, families: [{ family: 'label-quality', p: 0.0001 }] }],
    };
    const found = await detection.ask(contract.analyzePoisoning, { datasetId: 'loans', samples });
    assert.deepEqual([found.decision, found.severity, found.flagged[0]?.id], ['threat', 'high', 'r3']);
    poisoning = { ...sound, notRun: [{ family: 'trigger-search', reason: 'too few rows' }] };
    assert.equal((await detection.ask(contract.analyzePoisoning, { datasetId: 'loans', samples })).decision, 'insufficient-evidence');
    poisoning = sound;
  });

  test('rows come along or are read where the data set lies, never both; reading asks for the right to read tables', async () => {
    const samples = [{ id: 'r', features: [1], label: 1 }];
    const datasetRef = { assetId: '0190a0de-0000-7000-8000-00000000da7a', label: 'default' };
    const ask = (more: object) => detection.ask(contract.analyzePoisoning, { datasetId: 'loans', ...more });
    for (const both of [{}, { samples, datasetRef }]) await assert.rejects(ask(both), refused('adversarial-detection.invalidBody'));
    await assert.rejects(ask({ datasetRef }), refused('request.forbidden'));
    const { actor, ...rest } = detection.person('analyst');
    const reader = { ...rest, actor: { ...actor, permissions: new Set([...actor.permissions, 'data-quality:create' as const]) } };
    // The inventory of this test knows no asset: it is asked, and its refusal is ours.
    await assert.rejects(
      detection.ask(contract.analyzePoisoning, { datasetId: 'loans', datasetRef }, reader),
      refused('ai-assets.notFound'),
    );
  });

  test('a judged round with excluded clients becomes one detection that is told', async () => {
    const reason = (check: string) => ({ check, statistic: 9, threshold: 4, note: 'far out' });
    const round = {
      roundId: '00000000-0000-4000-8000-000000000001',
      modelId: 'scoring',
      assetId: null,
      round: 7,
      decision: 'threat' as const,
      severity: 'high' as const,
      reason: '2 of 12 updates were excluded',
      updates: 12,
      rule: 'median' as const,
      checks: [{ check: 'collusion', status: 'evaluated' as const, reason: null, method: 'm' }],
      groups: [['a', 'b']],
      excluded: ['a', 'b'].map((clientId) => ({
        clientId,
        updateId: '00000000-0000-4000-8000-000000000002',
        sha256: 'f'.repeat(64),
        reasons: [reason('collusion'), reason('norm')],
      })),
    };
    const judgement = toJudgement(round);
    assert.deepEqual(judgement?.evidence, { excludedClients: 2, colludingClients: 2, notFinite: false, possibleMajority: false });
    assert.ok(judgement !== null);
    const before = (await detected()).length;
    const stored = await detection.within((context) =>
      detection.base
        .run(() =>
          recordJudgement(judgement, {
            kind: 'federated-update',
            subject: { modelId: 'scoring', assetId: null },
            asked: round,
            dryRun: false,
            source: 'stream',
            receivedAtMs: performance.now(),
          }),
        )
        .finally(() => context),
    );
    assert.deepEqual([stored.severity, stored.flagged.map(({ id }) => id)], ['high', ['a', 'b']]);
    assert.equal((await detected()).length, before + 1);
    assert.equal(toJudgement({ ...round, decision: 'no-threat', severity: null, excluded: [], groups: [] }), null);
    const majority = toJudgement({ ...round, decision: 'insufficient-evidence', severity: 'critical', excluded: [] });
    assert.equal(majority?.evidence['possibleMajority'], true);
  });

  test('planted attacks are found by the real detectors, and nothing is raised or kept', async () => {
    const before = await detected();
    const tested = await detection.ask(contract.testDetectors, {
      kinds: ['membership-inference', 'attribute-inference', 'extraction', 'model-evasion', 'federated-update'],
      seed: 5,
    });
    const shown = tested.results
      .map(({ kind, planted, found, falseFlags, skipped }) => `${kind} ${found}/${planted} ${falseFlags} ${skipped}`)
      .join(', ');
    assert.equal(tested.passed, true, shown);
    assert.deepEqual((await detected()).length, before.length);
    const kept = await detection.ask(contract.listDetections, { limit: 100 });
    assert.ok(kept.items.every(({ subject }) => subject.modelId !== 'planted'));
  });
});
