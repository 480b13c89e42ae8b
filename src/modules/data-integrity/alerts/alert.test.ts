import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Candidate } from '../assessments/judge.ts';
import { changeDataAlert, type DataAlert, type DataAlertKind, listDataAlerts } from '../contract.ts';
import { TestDoor } from '../test-door.ts';
import { refused, TestIntegrity } from '../test-integrity.ts';
import { type AlertScope, takeNews } from './alert.ts';
import { endMutes } from './alert-store.ts';

describe('alerts about data', () => {
  let integrity: TestIntegrity;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    integrity = await TestIntegrity.open({ after: (end) => void ends.unshift(end) }, { door: new TestDoor().routes });
  });
  after(async () => {
    for (const end of ends) await end();
  });

  const drift = (column: string, severity: Candidate['severity'] = 'medium'): Candidate => ({
    kind: 'drift',
    column,
    subject: '',
    severity,
    title: `Column ${column} drifted`,
    detail: 'ks 0.1',
    value: 0.1,
    threshold: 0.02,
  });
  const driftLooked: ReadonlySet<DataAlertKind> = new Set(['drift']);

  /** A scope of its own for each test: an asset nobody else uses. */
  class Life {
    readonly scope: AlertScope;
    #minute = 0;

    constructor(more: Partial<AlertScope> = {}) {
      const assetId = integrity.asset({ name: 'orders' });
      this.scope = { assetId, assetName: 'orders', monitorId: null, environment: 'training', cooldownMs: 0, most: 20, ...more };
    }

    /** A run a minute after the one before. */
    run(candidates: readonly Candidate[], looked = driftLooked): Promise<number> {
      this.#minute += 1;
      const at = new Date(Date.UTC(2026, 4, 1, 0, this.#minute));
      const assessmentId = '0190a000-0000-7000-8000-000000000001';
      return integrity.run(() => takeNews(this.scope, { assessmentId, at, candidates, looked }));
    }

    async alerts(): Promise<DataAlert[]> {
      return (await integrity.ask(listDataAlerts, { asset_id: this.scope.assetId })).items;
    }

    async only(): Promise<DataAlert> {
      const [alert, ...others] = await this.alerts();
      assert.ok(alert !== undefined && others.length === 0);
      return alert;
    }

    async told(): Promise<number> {
      return (await integrity.events('data-alert.raised')).filter(({ assetId }) => assetId === this.scope.assetId).length;
    }
  }

  test('the same finding counts up one alert; the third good run in a row resolves it, and then it opens anew', async () => {
    const life = new Life();
    await life.run([drift('age')]);
    await life.run([drift('age')]);
    await life.run([]);
    await life.run([]);
    const nearly = await life.only();
    assert.deepEqual([nearly.state, nearly.count, nearly.goodRuns], ['open', 2, 2]);
    await life.run([drift('age')]);
    assert.deepEqual([(await life.only()).count, (await life.only()).goodRuns], [3, 0], 'found again: the good runs start over');
    for (const _ of [1, 2, 3]) await life.run([]);
    const ended = await life.only();
    assert.deepEqual([ended.state, ended.resolvedBy], ['resolved', null]);
    await life.run([drift('age')]);
    assert.deepEqual(
      (await life.alerts()).map(({ state, count }) => [state, count]),
      [
        ['open', 1],
        ['resolved', 3],
      ],
    );
  });

  test('a run that did not look for drift makes no drift alert better', async () => {
    const life = new Life();
    await life.run([drift('age')]);
    for (const _ of [1, 2, 3, 4]) await life.run([], new Set(['quality']));
    const alert = await life.only();
    assert.deepEqual([alert.state, alert.goodRuns], ['open', 0]);
  });

  test('people are told of a new alert, again after the cooldown, and at once when it became graver', async () => {
    const life = new Life({ cooldownMs: 3 * 60_000 });
    await life.run([drift('age')]);
    assert.equal(await life.told(), 1);
    await life.run([drift('age')]);
    assert.equal(await life.told(), 1, 'a minute later');
    await life.run([drift('age', 'high')]);
    assert.equal(await life.told(), 2, 'graver');
    await life.run([drift('age', 'high')]);
    await life.run([drift('age', 'high')]);
    assert.equal(await life.told(), 2, 'two minutes after the last word');
    await life.run([drift('age', 'high')]);
    assert.equal(await life.told(), 3, 'three minutes after');
  });

  test('an acknowledged alert is not told again unless it becomes graver; then it is open again', async () => {
    const life = new Life();
    await life.run([drift('age')]);
    const { id } = await life.only();
    await integrity.ask(changeDataAlert, { alertId: id, action: 'acknowledge', note: 'looking' }, integrity.person('analyst'));
    await life.run([drift('age')]);
    const known = await life.only();
    assert.deepEqual([known.state, known.count, known.acknowledgedBy, known.note], ['acknowledged', 2, 'analyst-person', 'looking']);
    assert.equal(await life.told(), 1);
    await life.run([drift('age', 'critical')]);
    assert.deepEqual([(await life.only()).state, (await life.only()).acknowledgedBy], ['open', null]);
    assert.equal(await life.told(), 2);
    const urgent = (await integrity.events('data-alert.raised')).filter(({ alertId }) => alertId === id).map((news) => news['urgent']);
    assert.deepEqual(urgent, [false, true]);
  });

  test('a muted alert counts in silence and opens when its time is over', async () => {
    const life = new Life();
    await life.run([drift('age')]);
    const { id } = await life.only();
    await assert.rejects(
      integrity.ask(changeDataAlert, { alertId: id, action: 'mute', until: '2020-01-01T00:00:00Z' }),
      refused('data-quality.muteInPast'),
    );
    await assert.rejects(integrity.ask(changeDataAlert, { alertId: id, action: 'mute' }), refused('data-quality.muteInPast'));
    const until = '2999-01-01T00:00:00.000Z';
    await integrity.ask(changeDataAlert, { alertId: id, action: 'mute', until });
    await life.run([drift('age', 'critical')]);
    assert.deepEqual([(await life.only()).state, (await life.only()).count], ['muted', 2]);
    assert.equal(await life.told(), 1);
    await integrity.run(() => endMutes(new Date('2998-12-31T00:00:00Z')));
    assert.equal((await life.only()).state, 'muted');
    await integrity.run(() => endMutes(new Date(until)));
    assert.deepEqual([(await life.only()).state, (await life.only()).mutedUntil], ['open', null]);
  });

  test('a storm opens the gravest up to the cap and counts the rest in one alert, which calms with the storm', async () => {
    const life = new Life({ most: 3 });
    const columns = Array.from({ length: 40 }, (_, k) => drift(`c${k}`, k === 39 ? 'high' : 'low'));
    assert.equal(await life.run(columns), 4, 'three and the one that counts the rest');
    const alerts = await life.alerts();
    assert.equal(alerts.length, 4);
    assert.ok(
      alerts.some(({ column }) => column === 'c39'),
      'the gravest is among them',
    );
    const storm = alerts.find(({ kind }) => kind === 'storm');
    assert.deepEqual([storm?.value, storm?.threshold], [37, 3]);
    for (const _ of [1, 2, 3]) await life.run([]);
    assert.ok((await life.alerts()).every(({ state }) => state === 'resolved'));
  });

  test('a resolved alert cannot be moved, a version that is past is refused, and each move is audited', async () => {
    const life = new Life();
    await life.run([drift('age')]);
    const { id, version } = await life.only();
    await assert.rejects(
      integrity.ask(changeDataAlert, { alertId: id, version: version + 1, action: 'resolve' }),
      refused('request.conflict'),
    );
    const ended = await integrity.ask(changeDataAlert, { alertId: id, version, action: 'resolve' });
    assert.deepEqual([ended.state, ended.resolvedBy], ['resolved', 'admin-person']);
    await assert.rejects(integrity.ask(changeDataAlert, { alertId: id, action: 'acknowledge' }), refused('data-quality.alertResolved'));
    const entry = integrity.audited.findLast(({ resource }) => resource.id === id);
    assert.deepEqual([entry?.action, entry?.change?.before], ['data-quality.change-alert', { state: 'open' }]);
  });

  test('two runs that end together open one alert', async () => {
    const life = new Life();
    await Promise.all([life.run([drift('age')]), life.run([drift('age')]), life.run([drift('age')])]);
    assert.equal((await life.only()).count, 3);
  });

  test('another workspace sees no alert and cannot move one; an auditor reads and does not move', async () => {
    const life = new Life();
    await life.run([drift('age')]);
    const { id } = await life.only();
    const stranger = integrity.person('admin', integrity.base.otherWorkspaceId);
    assert.deepEqual((await integrity.ask(listDataAlerts, {}, stranger)).items, []);
    await assert.rejects(
      integrity.ask(changeDataAlert, { alertId: id, action: 'resolve' }, stranger),
      refused('data-quality.alertNotFound'),
    );
    await assert.rejects(
      integrity.ask(changeDataAlert, { alertId: id, action: 'resolve' }, integrity.person('auditor')),
      refused('request.forbidden'),
    );
    assert.equal((await integrity.ask(listDataAlerts, { asset_id: life.scope.assetId }, integrity.person('auditor'))).items.length, 1);
  });

  test('alerts are filtered by kind, severity, state and time, and paged last seen first', async () => {
    const life = new Life();
    for (const column of ['a', 'b', 'c']) await life.run([drift(column, column === 'b' ? 'high' : 'low')]);
    const asked = { asset_id: life.scope.assetId };
    const titles = async (more: object) => (await integrity.ask(listDataAlerts, { ...asked, ...more })).items.map(({ column }) => column);
    assert.deepEqual(await titles({}), ['c', 'b', 'a']);
    assert.deepEqual(await titles({ severity: 'high' }), ['b']);
    assert.deepEqual(await titles({ type: 'quality,rule' }), []);
    assert.deepEqual(await titles({ state: 'resolved' }), []);
    assert.deepEqual(await titles({ timeRange: '90d' }), [], 'last seen in May 2026, before the time of the test');
    const first = await integrity.ask(listDataAlerts, { ...asked, limit: 2 });
    const second = await integrity.ask(listDataAlerts, { ...asked, limit: 2, cursor: first.nextCursor ?? '' });
    assert.deepEqual(
      [...first.items, ...second.items].map(({ column }) => column),
      ['c', 'b', 'a'],
    );
  });
});
