import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import * as contract from '../contract.ts';
import { hashFeatures } from '../screening/input-hash.ts';
import { refresh } from '../screening/screening-state.ts';
import { flushScreening } from '../screening/write-behind.ts';
import * as tables from '../table.ts';
import { refused, TestDetection } from '../test-detection.ts';

const {
  analyzeEvasion,
  changeConfiguration,
  decideDetection,
  getDetection,
  giveVerdict,
  liftBlock,
  listBlocks,
  listDetections,
  readConfiguration,
  readThreatStatistics,
  screenInput,
  setBlock,
} = contract;

/** In the middle of cloud a, or near it. */
const features = (shift = 0) => [-2 + shift, -2, -2, -2, -2, 0];
const question = (prediction: string, shift = 0) => ({
  inputSample: { id: `x${shift}`, features: features(shift) },
  predictions: [{ modelId: 'gate', prediction, confidence: 0.95 }],
});

describe('detections', () => {
  let detection: TestDetection;
  let profileId = '';
  const ending: (() => Promise<void>)[] = [];
  before(async () => {
    detection = await TestDetection.open({ after: (release) => void ending.push(release) });
    profileId = await detection.readyProfile();
  });
  after(async () => {
    for (const release of ending.reverse()) await release();
  });
  const live = (prediction: string, shift: number, clientId = 'client') => ({
    profileId,
    clientId,
    input: { id: 'live', features: features(shift) },
    predictions: [{ modelId: 'gate', prediction, confidence: 0.95 }],
  });

  test('tables match the migrations', () => assertTablesMatchDatabase(detection.base.owner, Object.values(tables)));

  test('a profile is a job: it comes back ready, versioned and hashed, with what it knows of every detector', async () => {
    const profile = await detection.ask(contract.getProfile, { id: profileId });
    assert.deepEqual([profile.version, profile.state, profile.dimensions, profile.rowsUsed], [1, 'ready', 6, 300]);
    assert.match(profile.contentSha256 ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(
      profile.detectors.map(({ status }) => status),
      ['used', 'used', 'used', 'used', 'used'],
    );
    assert.equal(profile.fused?.canDecide, true);
    assert.deepEqual((await detection.ask(contract.readNonMemberLosses, { id: profileId })).losses, [0.5, 1]);
    assert.equal((await detection.events('adversarial-detection.profile-ready')).length, 1);
  });

  test('reference models of a profile have to be in the inventory, and their answers complete', async () => {
    const samples = Array.from({ length: 200 }, (_, row) => ({
      id: String(row),
      features: [row, -row],
      label: row % 2,
      referencePredictions: [0],
    }));
    const draft = { modelId: 'other', samples, referenceModels: [{ assetId: randomUUID() }] };
    // The inventory of this test is empty.
    await assert.rejects(detection.ask(contract.createProfile, draft), refused('adversarial-detection.referenceUnknown'));
    const more = { ...draft, referenceModels: [{ assetId: randomUUID() }, { assetId: randomUUID() }] };
    await assert.rejects(detection.ask(contract.createProfile, more), refused('adversarial-detection.referenceShape'));
    const none = { ...draft, samples: samples.map(({ referencePredictions: _, ...rest }) => rest) };
    await assert.rejects(detection.ask(contract.createProfile, none), refused('adversarial-detection.referenceRows'));
  });

  test('an input that does not fit its answer is a threat: stored, told, and blocked before the answer', async () => {
    const found = await detection.ask(analyzeEvasion, { ...question('b', 0.01), clientId: 'mallory' });
    assert.deepEqual([found.decision, found.severity, found.technique], ['threat', 'medium', ['AML.T0043']]);
    assert.ok((found.pValue ?? 1) <= 0.05);
    assert.deepEqual([found.calibration?.profileId, found.calibration?.rows], [profileId, 300]);
    assert.deepEqual(
      found.acts.map(({ action, state }) => [action, state]),
      [['block-input', 'in_force']],
    );
    const [news] = await detection.events('adversarial-detection.detected');
    assert.deepEqual(
      [news?.['detectionId'], news?.['clientId'], news?.['inputSha256']],
      [found.id, 'mallory', hashFeatures(features(0.01))],
    );
    const answer = await detection.ask(screenInput, live('a', 0.01));
    assert.deepEqual([answer.decision, answer.reason], ['block', 'input-blocked']);
    const again = await detection.ask(getDetection, { id: found.id });
    assert.deepEqual(again, found);
  });

  test('a fitting input is no threat; a dry run raises and blocks nothing; an unknown model cannot be decided about', async () => {
    assert.equal((await detection.ask(analyzeEvasion, question('a', 0.02))).decision, 'no-threat');
    const before = (await detection.events('adversarial-detection.detected')).length;
    const dry = await detection.ask(analyzeEvasion, { ...question('b', 0.03), dryRun: true });
    assert.deepEqual([dry.decision, dry.dryRun, dry.acts], ['threat', true, []]);
    assert.equal((await detection.events('adversarial-detection.detected')).length, before);
    const unknown = { ...question('b', 0.04), predictions: [{ modelId: 'nobody', prediction: 1, confidence: 1 }] };
    const open = await detection.ask(analyzeEvasion, unknown);
    assert.deepEqual([open.decision, open.severity, open.pValue, open.calibration], ['insufficient-evidence', null, null, null]);
    assert.equal(open.missingEvidence[0]?.needed, 'a profile of the model');
  });

  test('wrong sizes and unknown keys are refused, not adjusted', async () => {
    const short = { ...question('a'), inputSample: { id: 'x', features: [1, 2] } };
    await assert.rejects(detection.ask(analyzeEvasion, short), refused('adversarial-detection.featureCount'));
    const baseline = { ...question('a'), baselineInput: { id: 'y', features: [1] } };
    await assert.rejects(detection.ask(analyzeEvasion, baseline), refused('adversarial-detection.baselineShape'));
    const more = { ...question('a'), surprise: 1 };
    await assert.rejects(detection.ask(analyzeEvasion, more), refused('adversarial-detection.invalidBody'));
    const endless = { ...question('a'), inputSample: { id: 'x', features: [...features().slice(1), Number.POSITIVE_INFINITY] } };
    await assert.rejects(detection.ask(analyzeEvasion, endless), refused('adversarial-detection.invalidBody'));
  });

  test('screening allows what fits, blocks what does not, and remembers the client that goes on', async () => {
    assert.equal((await detection.ask(screenInput, live('a', 0.1))).decision, 'allow');
    const first = await detection.ask(screenInput, live('b', 0.1, 'eve'));
    assert.deepEqual([first.decision, first.reason], ['block', 'flagged']);
    for (let at = 2; at <= 5; at++) await detection.ask(screenInput, live('b', at / 10, 'eve'));
    // The fifth flag in ten minutes is no chance: the client is blocked on this model, also with a clean input.
    const clean = await detection.ask(screenInput, live('a', 0.11, 'eve'));
    assert.deepEqual([clean.decision, clean.reason], ['block', 'client-blocked']);
    assert.equal((await detection.ask(screenInput, live('a', 0.11, 'bob'))).decision, 'allow');
    const worst = await detection.ask(listDetections, { client_id: 'eve', severity: 'high' });
    assert.deepEqual(
      worst.items.map(({ signatures }) => signatures.includes('evasion-repeated-by-client')),
      [true],
    );
    await detection.within(() => flushScreening());
    const simulation = await detection.ask(contract.simulateRates, { id: profileId });
    assert.deepEqual(
      simulation.rates.filter(({ rate }) => rate === 0.05 || rate === 0.1).map(({ refused, wereBlocked }) => [refused, wereBlocked]),
      [
        [5, 5],
        [5, 5],
      ],
    );
    const { screening, responses, byKind } = await detection.ask(readThreatStatistics, { window: '24h' });
    assert.deepEqual([screening.screened, screening.flagged, screening.blocked, screening.unscreened], [7, 5, 7, 0]);
    assert.deepEqual([responses.block.requested, responses.block.inForce], [7, 7]);
    assert.equal(responses.quarantine, null);
    assert.ok(byKind['model-evasion'].threat >= 6);
  });

  test('a quarantined asset is refused', async () => {
    const assetId = randomUUID();
    await detection.base.owner.query('update adversarial_detection.profile set asset_id = $1 where id = $2', [assetId, profileId]);
    const { workspaceId } = detection.base;
    detection.quarantined.push(assetId);
    await detection.within(async () => {
      await refresh(workspaceId, 'profile', profileId);
      await refresh(workspaceId, 'quarantine', assetId);
    });
    await assert.rejects(detection.ask(screenInput, live('a', 0.25)), refused('security.quarantined'));
    detection.quarantined.length = 0;
    await detection.within(() => refresh(workspaceId, 'quarantine', assetId));
    assert.equal((await detection.ask(screenInput, live('a', 0.25))).decision, 'allow');
  });

  test('a block is set before it is stored, lifted with a reason, and not lifted twice', async () => {
    const block = await detection.ask(setBlock, { kind: 'client', clientId: 'carol', reason: 'seen in the logs' });
    assert.deepEqual([block.state, block.modelId], ['in_force', null]);
    assert.equal((await detection.ask(screenInput, live('a', 0.35, 'carol'))).blockId, block.id);
    assert.equal((await detection.ask(liftBlock, { id: block.id, reason: 'a mistake' })).state, 'lifted');
    assert.equal((await detection.ask(screenInput, live('a', 0.35, 'carol'))).decision, 'allow');
    await assert.rejects(detection.ask(liftBlock, { id: block.id, reason: 'again' }), refused('adversarial-detection.blockEnded'));
    await assert.rejects(detection.ask(setBlock, { kind: 'input', reason: 'no hash' }), refused('adversarial-detection.blockSubject'));
    assert.equal((await detection.ask(listBlocks, { state: 'lifted' })).items[0]?.id, block.id);
  });

  test('an attack whose block cannot be committed is answered 503 and leaves no block behind, and is judged anew', async () => {
    const { owner } = detection.base;
    await owner.query(`
      create function pg_temp_fail() returns trigger language plpgsql as $$ begin raise exception 'the disk is full'; end $$;
      create constraint trigger fail_late after insert on adversarial_detection.block
        deferrable initially deferred for each row execute function pg_temp_fail()`);
    await assert.rejects(detection.ask(screenInput, live('b', 0.77, 'gina')), refused('request.unavailable'));
    await owner.query('drop trigger fail_late on adversarial_detection.block; drop function pg_temp_fail()');
    const { rows } = await owner.query('select 1 from adversarial_detection.block where client_id = $1', ['gina']);
    assert.equal(rows.length, 0);
    assert.deepEqual((await detection.ask(listDetections, { client_id: 'gina' })).items, []);
    // A block left in memory would answer input-blocked, and nobody could see or lift it.
    const again = await detection.ask(screenInput, live('b', 0.77, 'gina'));
    assert.deepEqual([again.decision, again.reason], ['block', 'flagged']);
  });

  test('in simulation everything is computed and stored, and nothing refused', async () => {
    const changed = await detection.ask(changeConfiguration, { version: 0, response: { simulate: true } });
    assert.deepEqual([changed.version, changed.response.simulate, changed.response.blockAtSeverity], [1, true, 'medium']);
    const answer = await detection.ask(screenInput, live('b', 0.6, 'frank'));
    assert.deepEqual([answer.decision, answer.reason], ['allow', 'simulated']);
    await detection.within(() => flushScreening());
    const stored = await detection.ask(listDetections, { client_id: 'frank' });
    assert.deepEqual(
      stored.items.map(({ decision, acts }) => [decision, acts]),
      [['threat', []]],
    );
    await assert.rejects(detection.ask(changeConfiguration, { version: 0, response: { simulate: false } }), refused('request.conflict'));
    const seen = (ifMatch: string) => ({ ...detection.person('analyst'), ifMatch });
    const off = { response: { simulate: false } };
    await assert.rejects(detection.ask(changeConfiguration, off, seen('W/"0"')), refused('adversarial-detection.configurationChanged'));
    await assert.rejects(detection.ask(changeConfiguration, off, seen('"0", "1"')), refused('adversarial-detection.ifMatch'));
    await detection.ask(changeConfiguration, off, seen('"1"'));
    const { version, response } = await detection.ask(readConfiguration, {});
    assert.deepEqual([version, response.simulate], [2, false]);
  });

  test('a verdict needs the version that was seen, and keeps the severity that was detected', async () => {
    const { items } = await detection.ask(listDetections, { client_id: 'mallory' });
    const [{ id, version } = { id: '', version: 0 }] = items;
    const judged = await detection.ask(decideDetection, {
      id,
      version,
      verdict: 'false-positive',
      severity: 'low',
      reason: 'our own test',
    });
    assert.deepEqual([judged.verdict.verdict, judged.severity, judged.detectedSeverity], ['false-positive', 'low', 'medium']);
    await assert.rejects(detection.ask(decideDetection, { id, version, verdict: null, reason: 'late' }), refused('request.conflict'));
    const { byKind } = await detection.ask(readThreatStatistics, { window: '24h' });
    const { contested } = byKind['model-evasion'];
    assert.deepEqual([contested.falsePositives, contested.confirmed, contested.falsePositiveShare], [1, 0, 1]);
    const verdict = { id, verdict: 'confirmed' as const, note: 'it was not ours' };
    await assert.rejects(detection.ask(giveVerdict, { ...verdict, version }), refused('request.conflict'));
    const confirmed = await detection.ask(giveVerdict, verdict);
    assert.deepEqual([confirmed.verdict.verdict, confirmed.verdict.reason, confirmed.severity], ['confirmed', 'it was not ours', 'low']);
    await detection.ask(giveVerdict, { ...verdict, verdict: 'false_positive' });
  });

  test('who may only read changes nothing, and another workspace sees nothing', async () => {
    const engineer = detection.person('engineer');
    await assert.rejects(
      detection.ask(setBlock, { kind: 'client', clientId: 'x', reason: 'because' }, engineer),
      refused('request.forbidden'),
    );
    await assert.rejects(detection.ask(analyzeEvasion, question('a'), detection.person('auditor')), refused('request.forbidden'));
    assert.equal((await detection.ask(listDetections, {}, detection.stranger)).total, 0);
    assert.equal((await detection.ask(listBlocks, {}, detection.stranger)).total, 0);
    await assert.rejects(
      detection.ask(contract.getProfile, { id: profileId }, detection.stranger),
      refused('adversarial-detection.profileNotFound'),
    );
    await assert.rejects(detection.ask(screenInput, live('a', 0), detection.stranger), refused('adversarial-detection.profileNotFound'));
  });

  test('a removed profile decides nothing any more, its rows are gone, and what was detected by it stays', async () => {
    const { total } = await detection.ask(listDetections, {});
    const admin = detection.person('admin');
    await assert.rejects(
      detection.ask(contract.removeProfile, { id: profileId }, detection.person('analyst')),
      refused('request.forbidden'),
    );
    const removed = await detection.ask(contract.removeProfile, { id: profileId }, admin);
    assert.deepEqual([removed.state, removed.detectors], ['removed', []]);
    await assert.rejects(detection.ask(screenInput, live('a', 0)), refused('adversarial-detection.profileNotFound'));
    const { rows } = await detection.base.owner.query('select 1 from adversarial_detection.profile_body where profile_id = $1', [
      profileId,
    ]);
    assert.equal(rows.length, 0);
    const left = await detection.ask(contract.listProfiles, {});
    assert.ok(!left.items.some(({ id }) => id === profileId));
    assert.equal((await detection.ask(listDetections, {})).total, total);
    assert.equal((await detection.ask(contract.getProfile, { id: profileId })).state, 'removed');
  });

  test('every change left a record of who did it', () => {
    const actions = new Set(detection.audited.map(({ action }) => action));
    for (const act of [
      'create-profile',
      'complete-profile',
      'analyze-evasion',
      'detect',
      'set-block',
      'lift-block',
      'change-configuration',
      'decide-detection',
      'give-verdict',
      'remove-profile',
    ])
      assert.ok(actions.has(`adversarial-detection.${act}`), act);
  });
});
