import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import * as contract from '../contract.ts';
import { respond } from '../respond.ts';
import { ada, bob, cem, refused, settings, TestResponse } from '../test-response.ts';
import { stateOf } from './quarantine.ts';

const words = 'Its labels were turned around.';

test('is in force when every point that can enforce it confirmed, and claims nothing when none can', () => {
  const of = (...states: contract.PointState[]) => stateOf(states.map((state) => ({ state })));
  assert.deepEqual(
    [
      of('confirmed', 'pending'),
      of('confirmed', 'confirmed'),
      of('confirmed', 'failed'),
      of('failed'),
      of('advised'),
      of(),
      of('confirmed', 'advised'),
    ],
    [null, 'in_force', 'partial', 'failed', 'advised', 'advised', 'in_force'],
  );
});

describe('quarantine', () => {
  let world: TestResponse;
  const releases: (() => Promise<void>)[] = [];
  before(async () => {
    world = await TestResponse.open({ after: (release) => releases.push(release) });
  });
  test.after(async () => {
    for (const release of releases.toReversed()) await release();
  });
  const begin = (assetId: string, extra = {}) => world.ask(contract.requestQuarantine, { assetId, reason: words, ...extra });
  const release = (quarantineId: string, person: string) => world.ask(contract.releaseQuarantine, { quarantineId, reason: words }, person);
  const read = (id: string) => world.ask(contract.getQuarantine, { id });
  const attack = (assetId: string, extra = {}) =>
    world.run(() =>
      respond({
        detectionId: randomUUID(),
        kind: 'data-poisoning',
        decision: 'threat',
        severity: 'high',
        title: words,
        summary: '',
        technique: ['AML.T0020'],
        assetId,
        clientId: null,
        inputSha256: null,
        fingerprint: 'f',
        dryRun: false,
        ...extra,
      }),
    );

  test('poisoning quarantines the data set at once, and a second attack joins it', async () => {
    const assetId = world.asset();
    await attack(assetId);
    await attack(assetId, { severity: 'critical' });
    const { items } = await world.ask(contract.listQuarantines, { asset_id: assetId });
    const [one] = items;
    assert.equal(items.length, 1);
    assert.deepEqual([one?.state, one?.severity, one?.detectionIds.length, one?.release.policy], ['in_force', 'critical', 2, 'manual']);
    assert.equal([...world.holds].filter((hold) => hold.startsWith(assetId)).length, 1);
    const acts = (await world.ask(contract.listActs, { action: 'quarantine-asset' })).items.filter(
      ({ outcome }) => outcome['quarantineId'] === one?.id,
    );
    assert.deepEqual(
      acts.map(({ state }) => state),
      ['in_force', 'in_force'],
    );
    assert.deepEqual(world.recorded(one?.id ?? ''), ['quarantine.executing', 'quarantine.in_force']);
    assert.deepEqual(
      (await world.ask(contract.quarantinedAssets, {})).items.map((row) => row.assetId),
      [assetId],
    );
    assert.equal((await world.ask(contract.responseStatistics, {})).responses.quarantine.metDeadline, 2);
  });

  test('models trained on a poisoned data set are not promoted until reviewed, and their quarantine waits for a person, asked once', async () => {
    const [model, assetId] = [world.asset({ type: 'model' }), world.asset()];
    world.trainedOn.set(assetId, [model]);
    await attack(assetId);
    await attack(assetId);
    const acts = (await world.ask(contract.listActs, { limit: 200 })).items.filter(({ parameters }) => parameters['assetId'] === model);
    assert.deepEqual(acts.map(({ action, state }) => `${action} ${state}`).sort(), [
      'quarantine-asset awaiting_approval',
      'require-review in_force',
    ]);
    assert.equal([...world.holds].filter((hold) => hold.startsWith(model)).length, 1);
  });

  test('is released when somebody else than the one who asked approved, and everything lets go', async () => {
    const assetId = world.asset();
    const { id } = await begin(assetId);
    assert.equal((await release(id, ada)).state, 'reverting');
    await assert.rejects(release(id, ada), refused('alreadyApproved'));
    const done = await release(id, bob);
    assert.deepEqual([done.state, done.release.approvals.length, done.points[0]?.state], ['reverted', 1, 'released']);
    assert.equal(
      [...world.holds].some((hold) => hold.startsWith(assetId)),
      false,
    );
    await assert.rejects(release(id, cem), refused('notInForce'));
    assert.deepEqual(world.recorded(id), ['quarantine.executing', 'quarantine.in_force', 'quarantine.reverting', 'quarantine.reverted']);
    assert.deepEqual(world.recorded(done.actId).slice(-2), ['act.reverting', 'act.reverted']);
    await assert.rejects(world.ask(contract.releaseQuarantine, { assetId: randomUUID(), reason: words }), refused('quarantineNotFound'));
  });

  test('a new attack undoes a release that waits for approval', async () => {
    const assetId = world.asset();
    const { id } = await begin(assetId);
    await release(id, ada);
    await attack(assetId);
    const back = await read(id);
    assert.deepEqual([back.state, back.release.requestedBy, back.detectionIds.length], ['in_force', null, 1]);
    await assert.rejects(
      release(id, ada).then(() => release(id, ada)),
      refused('alreadyApproved'),
    );
    await world.ask(contract.keepQuarantine, { id, reason: 'It is looked at still.' });
    assert.equal((await read(id)).state, 'in_force');
  });

  test('a point that does not confirm in time makes it partial, is named, and can still confirm', async () => {
    const destinationId = randomUUID();
    const point = await world.ask(contract.addPoint, { name: 'Edge proxy', destinationId, assetTypes: ['model'] });
    const { id, actId } = await begin(world.asset({ type: 'model', name: 'fraud' }));
    assert.deepEqual(
      (await read(id)).points.map(({ id: name, state }) => [name.slice(0, 9), state]),
      [
        ['ai-assets', 'confirmed'],
        [`point:${point.id.slice(0, 3)}`, 'pending'],
        ['screening', 'pending'],
      ],
    );
    assert.deepEqual(world.sent.at(-1)?.destinationIds, [destinationId]);
    await world.ask(contract.confirmPoint, { id, point: 'screening' });
    await world.pass('quarantine-deadline');
    assert.equal((await read(id)).state, 'partial');
    assert.match(world.sent.at(-1)?.text ?? '', /Edge proxy did not confirm/);
    const confirmed = await world.ask(contract.confirmAct, { id: actId, actId, point: `point:${point.id}` });
    assert.equal(confirmed.state, 'in_force');
    assert.equal((await read(id)).state, 'in_force');
    await world.ask(contract.removePoint, { id: point.id });
  });

  test('confirmed in time the deadline finds nothing to do', async () => {
    const { id } = await begin(world.asset({ type: 'model' }));
    await world.ask(contract.confirmPoint, { id, point: 'screening' });
    const sent = world.sent.length;
    await world.pass('quarantine-deadline');
    assert.deepEqual([(await read(id)).state, world.sent.length], ['in_force', sent]);
  });

  test('says where it is not enforced, and fails when the inventory refuses', async () => {
    const advised = await begin(world.asset({ type: 'agent' }));
    assert.deepEqual(
      advised.points.map(({ id, state }) => [id, state]),
      [
        ['ai-assets', 'confirmed'],
        ['run-time', 'advised'],
      ],
    );
    world.away.add('inventory');
    const failed = await begin(world.asset());
    world.away.delete('inventory');
    assert.deepEqual([failed.state, failed.points[0]?.state], ['failed', 'failed']);
    await assert.rejects(begin(randomUUID()), refused('notInForce'));
  });

  test('a time asks for the release only after a fresh look found nothing, and a person approves it', async () => {
    const { id } = await begin(world.asset());
    await world.pass('quarantine-release');
    assert.equal((await read(id)).state, 'in_force', 'nobody has looked since');
    world.looks.push('no-threat');
    await world.pass('quarantine-release');
    world.looks.length = 0;
    const asked = await read(id);
    assert.deepEqual([asked.state, asked.release.requestedBy], ['reverting', 'A timer']);
    assert.equal((await release(id, ada)).state, 'reverted');
  });

  test('needs no approval when none is configured, and is never released by a time when its severity forbids it', async () => {
    world.settings = { ...settings, autoRelease: { ...settings.autoRelease, policy: 'after', approvals: 0 } };
    const [soft, hard] = [await begin(world.asset()), await begin(world.asset(), { severity: 'critical' })];
    world.settings = settings;
    await world.pass('quarantine-release');
    assert.deepEqual([(await read(soft.id)).state, (await read(hard.id)).state], ['reverted', 'in_force']);
    assert.equal(hard.release.policy, 'manual');
  });
});
