import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { overrideEnvironment } from '../../../platform/config.ts';
import { assertTablesMatchDatabase } from '../../../platform/database/table-match.ts';
import { checkStepUp } from '../../../platform/http/run-route.ts';
import { changeConfiguration, liftBlock, listBlocks, listDetections, listStreams, setBlock, simulateRates } from '../contract.ts';
import { hashFeatures } from '../screening/input-hash.ts';
import { refresh } from '../screening/screening-state.ts';
import { flushScreening } from '../screening/write-behind.ts';
import { refused, TestDetection } from '../test-detection.ts';
import {
  changeGuard,
  changeGuardUpstream,
  createGuard,
  type Guard,
  getGuard,
  guardInfer,
  listGuards,
  readGuardTraffic,
  removeGuard,
} from './guard-contract.ts';
import * as tables from './guard-table.ts';
import { FakeModel, throughGuard } from './testing/fake-model.ts';

/** In the middle of cloud a of the profile; each shift is an input of its own. */
const near = (shift: number): number[] => [-2 + shift, -2, -2, -2, -2, 0];
const mapping = { features: ['/x'], prediction: '/label', confidence: '/p' };
const problemCode = (answer: { json: Record<string, unknown> }): unknown => answer.json['code'];

describe('guards', () => {
  let detection: TestDetection;
  let profileId = '';
  let upstream = '';
  let live: Guard;
  const model = new FakeModel();
  const ending: (() => Promise<void>)[] = [];
  before(async () => {
    detection = await TestDetection.open({ after: (release) => void ending.push(release) });
    upstream = await model.open();
    overrideEnvironment({ OUTBOUND_HOSTS: '127.0.0.1' });
    profileId = await detection.readyProfile();
    live = await detection.ask(createGuard, { name: 'live', profileId, upstream, form: 'custom-json', mapping, mode: 'enforce' });
  });
  after(async () => {
    overrideEnvironment({ OUTBOUND_HOSTS: '' });
    await model.close();
    for (const release of ending.reverse()) await release();
  });
  beforeEach(() => {
    model.heard.length = 0;
    model.says = () => ({ body: { label: 'a', p: 0.95 } });
  });

  const ask = (x: unknown, sent: Parameters<typeof throughGuard>[3] = {}, name = 'live') => throughGuard(detection, name, { x }, sent);
  const set = async (change: Omit<Parameters<typeof detection.ask<typeof changeGuard>>[1], 'id' | 'version'>): Promise<void> => {
    live = await detection.ask(changeGuard, { id: live.id, version: live.version, ...change });
  };
  const counts = async () => {
    await detection.within(flushScreening);
    return (await detection.ask(readGuardTraffic, { id: live.id, window: '24h' })).total;
  };
  /** How the counts of the guard change by some work. */
  const counted = async (work: () => Promise<unknown>): Promise<Partial<Awaited<ReturnType<typeof counts>>>> => {
    const was = await counts();
    await work();
    const is = await counts();
    return Object.fromEntries(
      Object.entries(is).flatMap(([kind, n]) => (n === was[kind as keyof typeof was] ? [] : [[kind, n - was[kind as keyof typeof was]]])),
    );
  };

  test('tables match the migrations', () => assertTablesMatchDatabase(detection.base.owner, Object.values(tables)));

  test('what fits its answer is answered by the upstream, byte for byte, with its status', async () => {
    model.says = () => ({ status: 203, body: '{ "label":"a", "p":0.950 }' });
    const change = await counted(async () => {
      const answer = await ask(near(0.001), { headers: { authorization: 'Bearer ours', cookie: 'ours' } });
      assert.deepEqual([answer.status, Buffer.from(answer.bytes).toString()], [203, '{ "label":"a", "p":0.950 }']);
      assert.deepEqual([answer.headers['x-guard-mode'], answer.headers['x-guard-decision']], ['enforce', 'allow']);
      assert.equal(answer.headers['x-guard-p-value'], undefined);
    });
    assert.deepEqual(change, { requests: 1, screened: 1 });
    assert.deepEqual([model.heard[0]?.headers['authorization'], model.heard[0]?.headers['cookie']], [undefined, undefined]);
  });

  test('what is screened is what the upstream gets: a field that comes twice goes on as it was read', async () => {
    await throughGuard(detection, 'live', null, { text: `{"x":[9,9,9,9,9,9],"x":${JSON.stringify(near(0.002))}}` });
    assert.deepEqual(JSON.parse(model.heard[0]?.body ?? ''), { x: near(0.002) });
    assert.equal(model.heard[0]?.body.indexOf('9,9'), -1);
  });

  test('an input that does not fit its answer is refused, and the next time before the upstream is asked', async () => {
    model.says = () => ({ body: { label: 'b', p: 0.95 } });
    const change = await counted(async () => {
      const first = await ask(near(0.01));
      assert.deepEqual([first.status, problemCode(first), first.headers['x-guard-decision']], [403, 'security.blocked', 'block']);
      assert.equal(first.headers['content-type'], 'application/problem+json; charset=utf-8');
      assert.equal(model.heard.length, 1);
      const second = await ask(near(0.01), { key: 'key-2' });
      assert.deepEqual([second.status, problemCode(second), model.heard.length], [403, 'security.blocked', 1]);
    });
    assert.deepEqual(change, { requests: 2, screened: 1, flagged: 1, blocked: 2, refusedBefore: 1 });
    const { items } = await detection.ask(listBlocks, { state: 'in_force' });
    assert.equal(items.find(({ inputSha256 }) => inputSha256 === hashFeatures(near(0.01)))?.refused, 1);
    const simulation = await detection.ask(simulateRates, { id: profileId });
    assert.ok((simulation.rates.at(-1)?.wereBlocked ?? 0) >= 1);
  });

  test('one refused input of several refuses the whole request', async () => {
    model.says = () => ({ body: { label: ['a', 'b'], p: [0.95, 0.95] } });
    assert.equal((await ask([near(0.021), near(0.022)])).status, 403);
    model.says = () => ({ body: { label: ['a', 'a'], p: [0.95, 0.95] } });
    assert.equal((await ask([near(0.023), near(0.024)])).status, 200);
  });

  test('a blocked client is refused before the upstream is asked, by its key and by the name its caller gives', async () => {
    await set({ mapping: { ...mapping, clientHeader: 'x-client-id' } });
    const block = await detection.ask(setBlock, { kind: 'client', clientId: 'mallory', reason: 'a trial' });
    const ofKey = await detection.ask(setBlock, { kind: 'client', clientId: 'key-9', reason: 'a trial' });
    assert.equal(problemCode(await ask(near(0.03), { headers: { 'x-client-id': 'mallory' } })), 'security.blocked');
    // A blocked key cannot take another name.
    assert.equal(problemCode(await ask(near(0.03), { key: 'key-9', headers: { 'x-client-id': 'somebody' } })), 'security.blocked');
    assert.equal(model.heard.length, 0);
    assert.equal((await ask(near(0.03), { headers: { 'x-client-id': 'alice' } })).status, 200);
    await assert.rejects(ask(near(0.03), { headers: { 'x-client-id': 'x'.repeat(201) } }), refused('adversarial-detection.guardInput'));
    for (const { id } of [block, ofKey]) await detection.ask(liftBlock, { id, reason: 'the trial is over' });
    await set({ mapping });
  });

  test('in shadow mode everything is answered and marked, and nothing is blocked', async () => {
    await set({ mode: 'shadow' });
    const before = (await detection.ask(listBlocks, { state: 'in_force' })).items.length;
    const change = await counted(async () => {
      const clean = await ask(near(0.04));
      assert.deepEqual([clean.headers['x-guard-mode'], clean.headers['x-guard-decision']], ['shadow', 'allow']);
      assert.ok(Number(clean.headers['x-guard-p-value']) > 0.05);
      model.says = () => ({ body: { label: 'b', p: 0.95 } });
      for (let time = 0; time < 2; time++) {
        const answer = await ask(near(0.041));
        assert.deepEqual([answer.status, answer.headers['x-guard-decision'], answer.json['label']], [200, 'would-block', 'b']);
      }
      // Blocked in force, but this guard only watches.
      assert.equal((await ask(near(0.01))).headers['x-guard-decision'], 'would-block');
      const unread = await ask('text');
      assert.deepEqual([unread.status, unread.headers['x-guard-decision']], [200, 'unscreened']);
    });
    assert.deepEqual(change, { requests: 5, screened: 4, flagged: 3, wouldBlock: 3, unscreened: 1 });
    assert.equal((await detection.ask(listBlocks, { state: 'in_force' })).items.length, before);
    const { items } = await detection.ask(listDetections, { decision: 'threat', client_id: 'key-1' });
    assert.ok(
      items.some(({ acts, source }) => acts.length === 0 && source === 'screening'),
      'it is told as a detection all the same',
    );
    await set({ mode: 'enforce' });
  });

  test('while the workspace simulates, a guard that enforces only watches', async () => {
    await detection.ask(changeConfiguration, { response: { simulate: true } }, detection.person('admin'));
    model.says = () => ({ body: { label: 'b', p: 0.95 } });
    const answer = await ask(near(0.05));
    assert.deepEqual([answer.status, answer.headers['x-guard-mode'], answer.headers['x-guard-decision']], [200, 'shadow', 'would-block']);
    await detection.ask(changeConfiguration, { response: { simulate: false } }, detection.person('admin'));
  });

  test('an answer that cannot be screened passes where the guard fails open, is withheld where it fails closed, and is never called clean', async () => {
    const unreadable = ['not JSON', { label: 'a' }, { label: 'a', p: 7 }, '['.repeat(60)];
    for (const [place, body] of unreadable.entries()) {
      model.says = () => ({ body });
      const change = await counted(async () => {
        const answer = await ask(near(0.06 + place / 1000));
        assert.deepEqual([answer.status, answer.headers['x-guard-decision']], [200, 'unscreened']);
      });
      assert.deepEqual(change, { requests: 1, unscreened: 1 });
    }
    await set({ failMode: 'closed' });
    const change = await counted(() => assert.rejects(ask(near(0.065)), refused('adversarial-detection.guardUnscreened')));
    assert.deepEqual(change, { requests: 1, unscreened: 1 });
    await set({ failMode: 'open' });
    await set({ mapping: { ...mapping, confidence: '' } });
    // The profile was made with confidences: without one it decides nothing.
    model.says = () => ({ body: { label: 'a' } });
    assert.equal((await ask(near(0.066))).headers['x-guard-decision'], 'unscreened');
    await set({ mapping });
  });

  test('an input that cannot be read is refused whatever the fail mode, and never reaches the model', async () => {
    const change = await counted(async () => {
      for (const x of ['text', [1, 2], [null, 0, 0, 0, 0, 0], [], [[1]]])
        await assert.rejects(ask(x), refused('adversarial-detection.guardInput'));
      for (const text of ['{"x":[NaN]}', '{"x":', `{"x":${'['.repeat(50)}${']'.repeat(50)}}`])
        await assert.rejects(throughGuard(detection, 'live', null, { text }), { status: 400 });
    });
    assert.deepEqual(change, { requests: 8, invalid: 8 });
    assert.equal(model.heard.length, 0);
  });

  test('refusals of the upstream pass unchanged; its redirects, silence and closed doors do not', async () => {
    model.says = () => ({
      status: 429,
      headers: { 'content-type': 'text/html', 'retry-after': '7', 'set-cookie': 'a=b' },
      body: '<script>',
    });
    const busy = await ask(near(0.07));
    assert.deepEqual([busy.status, busy.headers['retry-after'], busy.headers['x-guard-decision']], [429, '7', 'not-asked']);
    // Their page must not run as ours, and their cookies are not ours to set.
    assert.deepEqual([busy.headers['content-type'], busy.headers['set-cookie']], ['application/octet-stream', undefined]);
    model.says = () => ({ status: 302, headers: { location: 'http://169.254.169.254/' } });
    await assert.rejects(ask(near(0.07)), refused('adversarial-detection.guardUpstream'));
    assert.equal(model.heard.length, 2);
    await set({ timeoutMs: 100 });
    model.says = () => ({ afterMs: 5000 });
    const change = await counted(() => assert.rejects(ask(near(0.07)), refused('adversarial-detection.guardTimedOut')));
    assert.deepEqual(change, { requests: 1, upstreamFailed: 1 });
    await set({ timeoutMs: 10_000 });
  });

  test('private places are refused when a guard is set up, and again at every request', async () => {
    overrideEnvironment({ OUTBOUND_HOSTS: '' });
    const draft = { profileId, form: 'custom-json', mapping } as const;
    for (const [place, code] of [
      ['https://127.0.0.1/x', 'outside.refused'],
      ['https://169.254.169.254/latest', 'outside.refused'],
      ['https://[::ffff:10.0.0.1]/x', 'outside.refused'],
      ['http://models.example/x', 'outside.address'],
      ['https://name:word@models.example/x', 'outside.address'],
    ] as const)
      await assert.rejects(detection.ask(createGuard, { ...draft, name: 'inside', upstream: place }), refused(code), place);
    // Named when it was made, and no longer.
    await assert.rejects(ask(near(0.08)), (error) => {
      assert.ok(refused('adversarial-detection.guardUpstream')(error));
      assert.doesNotMatch(String(error), /127\.0\.0\.1/);
      return true;
    });
    assert.equal(model.heard.length, 0);
    overrideEnvironment({ OUTBOUND_HOSTS: '127.0.0.1' });
  });

  test('a quarantined asset answers nobody, in shadow mode neither', async () => {
    const assetId = '0190a000-0000-7000-8000-00000000000a';
    await detection.base.owner.query('update adversarial_detection.guard set asset_id = $1, mode = $2 where id = $3', [
      assetId,
      'shadow',
      live.id,
    ]);
    detection.quarantined.push(assetId);
    const { workspaceId } = detection.base;
    await detection.within(async () => {
      await refresh(workspaceId, 'guard', '');
      await refresh(workspaceId, 'quarantine', '');
    });
    const answer = await ask(near(0.09));
    assert.deepEqual([answer.status, problemCode(answer), model.heard.length], [403, 'security.quarantined', 0]);
    detection.quarantined.pop();
    await detection.within(() => refresh(workspaceId, 'quarantine', ''));
    assert.equal((await ask(near(0.09))).status, 200);
    await set({ assetId: null, mode: 'enforce' });
  });

  test('the time added is what is not spent at the upstream', async () => {
    await detection.within(flushScreening);
    const before = await detection.ask(readGuardTraffic, { id: live.id });
    model.says = () => ({ body: { label: 'a', p: 0.95 }, afterMs: 60 });
    const answer = await ask(near(0.1));
    assert.ok(Number(answer.headers['x-guard-added-ms']) < 60);
    await detection.within(flushScreening);
    const { added, total, upstreamMeanMs } = await detection.ask(readGuardTraffic, { id: live.id });
    assert.equal(total.requests, before.total.requests + 1);
    assert.ok((upstreamMeanMs ?? 0) > (before.upstreamMeanMs ?? 0), 'the slow answer is the upstream’s');
    assert.ok(added !== null && added.p50Ms !== null && added.p50Ms < 60, String(added?.p50Ms));
  });

  test('a token goes to the upstream, never out, and not to another host', async () => {
    const put = (change: object) =>
      detection.ask(changeGuardUpstream, { id: live.id, version: live.version, upstream, ...change }).then((after) => {
        live = after;
        return after;
      });
    const made = await put({ token: 'trial-token' });
    assert.deepEqual([made.hasToken, JSON.stringify(made).includes('trial-token')], [true, false]);
    assert.equal(JSON.stringify(detection.audited).includes('trial-token'), false);
    await ask(near(0.11));
    assert.equal(model.heard[0]?.headers['authorization'], 'Bearer trial-token');
    assert.equal((await put({ upstream: `${upstream}/v2` })).hasToken, true);
    assert.equal((await put({ upstream: 'https://models.example/x' })).hasToken, false);
    await put({ upstream });
    assert.equal((await ask(near(0.112))).status, 200);
    assert.equal(model.heard[1]?.headers['authorization'], undefined);
  });

  test('what clients ask through a guard is in the query streams, unless they are switched off', async () => {
    const seenOf = async (client_id: string) => {
      await detection.within(flushScreening);
      return (await detection.ask(listStreams, { model_id: 'gate', client_id })).items.map(({ seen }) => seen);
    };
    for (let at = 1; at <= 3; at++) await ask(near(0.41 + at / 1000), { key: 'walker' });
    assert.deepEqual(await seenOf('walker'), [3]);
    const extraction = { targetFalsePositiveRate: 0.01, disabledSignatures: [] };
    await detection.ask(changeConfiguration, { detectors: { extraction: { ...extraction, enabled: false } } }, detection.person('admin'));
    await ask(near(0.421), { key: 'walker' });
    assert.deepEqual(await seenOf('walker'), [3]);
    await detection.ask(changeConfiguration, { detectors: { extraction: { ...extraction, enabled: true } } }, detection.person('admin'));
  });

  test('who may set up, change and ask a guard; changes carry versions and leave their record', async () => {
    const draft = { name: 'other', profileId, upstream, form: 'openai', mapping: {} } as const;
    await assert.rejects(detection.ask(createGuard, draft, detection.person('auditor')), refused('request.forbidden'));
    await assert.rejects(detection.ask(guardInfer, { name: 'live' }, detection.person('auditor')), refused('request.forbidden'));
    await assert.rejects(detection.ask(changeGuard, { id: live.id, version: live.version, mode: 'shadow' }, detection.person('engineer')), {
      code: 'request.forbidden',
    });
    for (const endpoint of [createGuard, changeGuardUpstream])
      assert.throws(() => checkStepUp(endpoint, detection.person('analyst').actor), refused('request.stepUpNeeded'));
    await assert.rejects(detection.ask(createGuard, { ...draft, name: 'live' }), refused('adversarial-detection.guardExists'));
    await assert.rejects(detection.ask(createGuard, { ...draft, form: 'kserve-v2' }), refused('adversarial-detection.guardMapping'));
    await assert.rejects(detection.ask(createGuard, { ...draft, profileId: live.id }), refused('adversarial-detection.profileNotFound'));
    await assert.rejects(
      detection.ask(changeGuard, { id: live.id, version: live.version + 1, mode: 'shadow' }),
      refused('request.conflict'),
    );
    const made = await detection.ask(createGuard, draft);
    assert.deepEqual([made.mode, made.failMode, made.modelId, made.lastDay.added], ['shadow', 'open', 'gate', null]);
    assert.deepEqual(
      (await detection.ask(listGuards, {})).items.map(({ name }) => name),
      ['live', 'other'],
    );
    const record = detection.audited.findLast(({ action }) => action === 'adversarial-detection.create-guard');
    assert.equal(record?.resource.id, made.id);
    await assert.rejects(detection.ask(getGuard, { id: live.id }, detection.stranger), refused('adversarial-detection.guardNotFound'));
    await detection.ask(changeGuard, { id: made.id, version: 1, enabled: false });
    await assert.rejects(throughGuard(detection, 'other', {}), refused('adversarial-detection.guardOff'));
    await detection.ask(removeGuard, { id: made.id }, detection.person('admin'));
    await assert.rejects(throughGuard(detection, 'other', {}), refused('adversarial-detection.guardNotFound'));
    const news = await detection.events('adversarial-detection.guard-changed');
    assert.deepEqual(
      news.filter(({ guardId }) => guardId === made.id).map(({ change }) => change),
      ['created', 'changed', 'removed'],
    );
  });
});
