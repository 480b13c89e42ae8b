import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { z } from 'zod';
import { publish } from '../../../platform/events/publish.ts';
import { sequenceOnce } from '../../../platform/events/sequencer.ts';
import { consumeOnce } from '../../../platform/events/subscribe.ts';
import { type Act, actChanged } from '../../incidents/contract.ts';
import { alertChanged } from '../../security-alerts/contract.ts';
import { type Detection, getDetection, type Kind } from '../contract.ts';
import { subscriptions } from '../jobs.ts';
import { TestDetection } from '../test-detection.ts';
import { recordDetection } from './record-detection.ts';

type News = z.input<typeof actChanged.payload>;
const now = () => new Date().toISOString();
const sha = 'e'.repeat(64);

describe('what was done about a detection', () => {
  let detection: TestDetection;
  const ending: (() => Promise<void>)[] = [];
  before(async () => {
    detection = await TestDetection.open({ after: (release) => void ending.push(release) });
  });
  after(async () => {
    for (const release of ending.reverse()) await release();
  });

  const made = (kind: Kind): Promise<Detection> =>
    detection.run(() =>
      recordDetection({
        ...{ kind, decision: 'threat', title: 'An attack', summary: 'It is one.', pValue: 0.0001 },
        subject: { modelId: 'gate', assetId: null },
        ...{ families: [], flagged: [], missingEvidence: [], calibration: null },
        engine: { version: '1', seed: 1, inputSha256: sha, durationMs: 1 },
        evidence: { flagged: true, strongDetectors: 2 },
        ...{ evidenceFamilies: 2, blockInput: kind === 'model-evasion' ? sha : null, dryRun: false, source: 'analysis' },
        receivedAtMs: performance.now(),
      }),
    );
  const told = async (news: Partial<News>): Promise<void> => {
    const whole = {
      actId: randomUUID(),
      action: 'block-input',
      state: 'in_force' as const,
      incidentId: null,
      detectionId: null,
      version: 1,
    };
    await detection.run(() => publish(actChanged, { ...whole, dueAt: now(), inForceAt: now(), blockId: null, ...news }));
    await heard();
  };
  const heard = () =>
    detection.within(async () => {
      await sequenceOnce();
      const own = subscriptions.filter(({ consumer }) => consumer === 'adversarial-detection');
      while (await consumeOnce('adversarial-detection', own));
    });
  const done = async ({ id }: Detection) =>
    (await detection.ask(getDetection, { id })).acts.map(({ action, state }) => `${action} ${state}`);

  test('an act of an incident is added once and follows its states; planning a block says nothing yet', async () => {
    const found = await made('data-poisoning');
    const act = { actId: randomUUID(), action: 'quarantine-asset', detectionId: found.id };
    await told({ ...act, state: 'executing', inForceAt: null });
    assert.deepEqual(await done(found), ['quarantine-asset executing']);
    await told({ ...act, state: 'in_force' });
    await told({ action: 'block-client', detectionId: found.id, state: 'planned', inForceAt: null });
    assert.deepEqual(await done(found), ['quarantine-asset in_force']);
  });

  test('a block that the detection set by itself is not told twice, and says when it was taken back', async () => {
    const found = await made('model-evasion');
    const [own] = found.acts;
    assert.deepEqual(await done(found), ['block-input in_force']);
    const act = { actId: randomUUID(), detectionId: found.id, blockId: own?.id ?? null };
    await told(act);
    assert.deepEqual((await detection.ask(getDetection, { id: found.id })).acts, [own], 'its own times stay');
    await told({ ...act, state: 'reverted' });
    assert.deepEqual(await done(found), ['block-input reverted']);
  });

  test('what is done about an incident is done about each of its detections, also one that joins later', async () => {
    const [first, later, stranger] = [await made('extraction'), await made('extraction'), await made('extraction')];
    const incidentId = randomUUID();
    const join = async ({ id }: Detection): Promise<void> => {
      const alert = { alertId: randomUUID(), severity: 'high' as const, state: 'new' as const, title: 'An attack', byName: null };
      await detection.run(() => publish(alertChanged, { ...alert, detectionId: id, incidentId }));
      await heard();
    };
    await join(first);
    const actId = randomUUID();
    await told({ actId, action: 'escalate', incidentId, state: 'planned', inForceAt: null });
    assert.deepEqual(await done(first), ['escalate planned']);
    detection.acts.push({ ...plainAct, id: actId, incidentId });
    await join(later);
    assert.deepEqual(await done(later), ['escalate planned']);
    await told({ actId, action: 'escalate', incidentId, state: 'in_force' });
    assert.deepEqual([await done(first), await done(later), await done(stranger)], [['escalate in_force'], ['escalate in_force'], []]);
    assert.ok((await detection.events('adversarial-detection.answered')).length > 0, 'pages are told');
  });

  test('keeps a hundred at most: an incident can hold many more', async () => {
    const found = await made('extraction');
    await detection.base.owner.query(
      `update adversarial_detection.detection set acts = (select jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'action', 'notify',
         'state', 'in_force', 'dueAt', $2::text, 'inForceAt', null)) from generate_series(1, 99)) where id = $1`,
      [found.id, now()],
    );
    for (let more = 0; more < 3; more += 1) await told({ action: 'quarantine-asset', detectionId: found.id });
    assert.equal((await done(found)).length, 100);
  });
});

const plainAct: Act = {
  ...{ id: '', incidentId: null, detectionId: null, action: 'escalate', title: 'Call somebody', parameters: {}, state: 'planned' },
  ...{ containing: false, revertible: false, simulated: false, reason: 'Nobody may overlook it.' },
  requestedBy: { kind: 'system', id: 'platform', name: 'The platform' },
  ...{ approvedBy: null, approvedAt: null, waived: null, outcome: {}, failure: null, runId: null, step: null },
  ...{ requestedAt: now(), dueAt: now(), inForceAt: null, endedAt: null, version: 1 },
};
