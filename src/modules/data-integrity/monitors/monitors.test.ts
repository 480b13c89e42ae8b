import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { enqueue } from '../../../platform/jobs/jobs.ts';
import { dataProblems } from '../../data-quality/contract.ts';
import { assessmentJob } from '../assessments/assessment-job.ts';
import {
  type Assessment,
  addMonitor,
  cancelAssessment,
  changeMonitor,
  getAssessment,
  getDataJob,
  getMonitor,
  listAlertsOfAsset,
  listAssessments,
  listMonitors,
  monitoringStatus,
  removeMonitor,
  runMonitor,
  startMonitoring,
  stopMonitoring,
} from '../contract.ts';
import { TestDoor } from '../test-door.ts';
import { refused, type TestIntegrity } from '../test-integrity.ts';
import { integrityOfFile } from '../test-integrity-of-file.ts';
import { giveUpSilent, nextRunAfter, startDue } from './monitor.ts';

describe('monitors', () => {
  let integrity: TestIntegrity;
  const door = new TestDoor();
  integrityOfFile(door, (opened) => {
    integrity = opened;
  });
  beforeEach(() => {
    door.score = 0.95;
    door.gate = null;
    door.failures.length = 0;
  });

  const minute = 60_000;
  let count = 0;
  async function watched(more: object = {}): Promise<{ assetId: string; id: string; path: string }> {
    count += 1;
    const { assetId, path } = await integrity.dataset(`watched-${count}.csv`, 'x\n1\n');
    const { id } = await integrity.ask(addMonitor, { assetId, name: 'hourly', everyMinutes: 60, checks: ['quality'], ...more });
    return { assetId, id, path };
  }

  async function ended(id: string): Promise<Assessment> {
    for (let round = 0; round < 400; round += 1) {
      const found = await integrity.ask(getAssessment, { id });
      if (found.state !== 'queued' && found.state !== 'running') return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return assert.fail('the assessment did not end within 20 s');
  }

  const tick = (now = new Date()): Promise<number> => integrity.within((context) => startDue(context, now));
  const give = (now = new Date()): Promise<number> => integrity.within((context) => giveUpSilent(context, now));

  test('a monitor runs when it is due, once for all that was missed, and is moved on from now', async () => {
    await integrity.withJobs(async () => {
      const { assetId, id } = await watched();
      assert.equal(await tick(), 1, 'a new monitor is due at once');
      const [run] = (await integrity.ask(listAssessments, { monitor_id: id })).items;
      const done = await ended(run?.id ?? '');
      assert.deepEqual([done.trigger, done.outcome, done.assetId], ['monitor', 'good', assetId]);
      const now = await integrity.ask(getMonitor, { id });
      assert.deepEqual([now.health, now.lastAssessmentId, now.runningAssessmentId], ['good', done.id, null]);
      assert.ok(Math.abs(Date.parse(now.nextRunAt ?? '') - Date.now() - 60 * minute) < minute);
      assert.equal(await tick(), 0);
      assert.equal(await tick(new Date(Date.now() + 5 * 60 * minute)), 1, 'five hours late: one run');
      const job = await integrity.ask(getDataJob, { id: done.jobId ?? '' });
      assert.deepEqual([job.state, job.assessmentId], ['done', done.id]);
      const latest = (await integrity.ask(listAssessments, { monitor_id: id })).items[0];
      await ended(latest?.id ?? '');
    });
  });

  test('two starts at once are one run; the second is told which', async () => {
    await integrity.withJobs(async () => {
      const { id } = await watched({ enabled: false });
      const gate = Promise.withResolvers<void>();
      door.gate = gate.promise;
      const starts = await Promise.allSettled([1, 2, 3].map(() => integrity.ask(runMonitor, { id })));
      const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
      assert.equal(started.length, 1);
      for (const start of starts) if (start.status === 'rejected') assert.ok(refused('data-quality.assessmentRuns')(start.reason));
      assert.equal(await tick(), 0, 'nor does the clock start it');
      gate.resolve();
      await ended(started[0]?.id ?? '');
    });
  });

  test('a run that could not run raises an alert of its own, which three runs that ran resolve', async () => {
    await integrity.withJobs(async () => {
      const { assetId, id } = await watched({ enabled: false });
      const run = async () => ended((await integrity.ask(runMonitor, { id })).id);
      door.failures.push(dataProblems.unreadable({ reason: 'it is no table.' }));
      const failed = await run();
      assert.deepEqual([failed.state, failed.problem?.code], ['failed', 'data-quality.unreadable']);
      const [alert] = (await integrity.ask(listAlertsOfAsset, { assetId })).items;
      assert.deepEqual([alert?.kind, alert?.severity, alert?.monitorId], ['run-failed', 'high', id]);
      assert.equal((await integrity.ask(getMonitor, { id })).health, 'failing');
      for (const _ of [1, 2, 3]) assert.equal((await run()).state, 'done');
      assert.equal((await integrity.ask(listAlertsOfAsset, { assetId })).items[0]?.state, 'resolved');
    });
  });

  test('a file that is gone is such a run too', async () => {
    await integrity.withJobs(async () => {
      const { assetId, id } = await watched();
      const asset = integrity.assets.get(assetId);
      if (asset !== undefined) integrity.assets.set(assetId, { ...asset, keys: [] });
      await tick();
      const [run] = (await integrity.ask(listAssessments, { monitor_id: id })).items;
      assert.deepEqual([(await ended(run?.id ?? '')).problem?.code], ['data-quality.assetWithoutFile']);
      assert.equal((await integrity.ask(listAlertsOfAsset, { assetId })).items[0]?.kind, 'run-failed');
    });
  });

  test('a worker that dies in the middle: the job runs again, and its results are kept once', async () => {
    await integrity.withJobs(async () => {
      const { id } = await watched({ enabled: false });
      door.failures.push(new TypeError('the process died'));
      const run = await integrity.ask(runMonitor, { id });
      const done = await ended(run.id);
      assert.equal(done.state, 'done');
      const again = await integrity.run(() => enqueue(assessmentJob, { assessmentId: run.id }));
      for (let round = 0; round < 200 && (await integrity.ask(getDataJob, { id: again })).state !== 'done'; round += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      const { rows } = await integrity.base.owner.query(
        'select 1 from data_integrity.metric_point where assessment_id = $1 and metric = $2',
        [run.id, 'score'],
      );
      assert.equal(rows.length, 1);
    });
  });

  test('a run nobody has heard of for ten minutes is given up: lease freed, alert raised', async () => {
    const { assetId, id } = await watched({ enabled: false });
    const { rows } = await integrity.base.owner.query<{ id: string }>(
      `insert into data_integrity.assessment (workspace_id, asset_id, asset_name, dataset_name, monitor_id, environment, checks, trigger, source, options, state, requested_by, heartbeat_at)
       values ($1, $2, 'orders', 'orders', $3, 'training', '["quality"]', 'monitor', '{"path":"/x"}', '{"sensitivity":"medium","seed":1}', 'running', 'test', now() - interval '9 minutes') returning id`,
      [integrity.base.workspaceId, assetId, id],
    );
    assert.equal(await give(), 0, 'nine minutes of silence are none');
    assert.equal(await give(new Date(Date.now() + 2 * minute)), 1);
    const lost = await integrity.ask(getAssessment, { id: rows[0]?.id ?? '' });
    assert.deepEqual([lost.state, lost.problem?.code], ['failed', 'data-quality.workerLost']);
    assert.equal((await integrity.ask(listAlertsOfAsset, { assetId })).items[0]?.kind, 'run-failed');
    assert.equal((await integrity.ask(getMonitor, { id })).runningAssessmentId, null);
  });

  test('a run is cancelled, and cancelled again it says so', async () => {
    await integrity.withJobs(async () => {
      const { id } = await watched({ enabled: false });
      const gate = Promise.withResolvers<void>();
      door.gate = gate.promise;
      const run = await integrity.ask(runMonitor, { id });
      assert.equal((await integrity.ask(cancelAssessment, { id: run.id })).state, 'cancelled');
      gate.resolve();
      await assert.rejects(integrity.ask(cancelAssessment, { id: run.id }), refused('data-quality.assessmentEnded'));
      assert.equal((await integrity.ask(getMonitor, { id })).runningAssessmentId, null);
    });
  });

  test('start-monitoring makes a monitor of the asset and switches all of them on; stop-monitoring switches them off', async () => {
    const { assetId } = await integrity.dataset('started.csv', 'x\n1\n');
    await assert.rejects(integrity.ask(stopMonitoring, { assetId }), refused('data-quality.noMonitors'));
    const { monitors } = await integrity.ask(startMonitoring, { assetId, intervalMinutes: 5 });
    assert.deepEqual(
      monitors.map(({ name, everyMinutes, enabled, baseline }) => [name, everyMinutes, enabled, baseline]),
      [['started.csv', 5, true, 'promoted']],
    );
    const stopped = await integrity.ask(stopMonitoring, { assetId });
    assert.deepEqual(
      stopped.monitors.map(({ enabled, nextRunAt }) => [enabled, nextRunAt]),
      [[false, null]],
    );
    const again = await integrity.ask(startMonitoring, { assetId });
    assert.deepEqual(
      again.monitors.map(({ id, enabled, everyMinutes }) => [id === monitors[0]?.id, enabled, everyMinutes]),
      [[true, true, 5]],
    );
    await integrity.ask(stopMonitoring, { assetId });
  });

  test('a monitor is changed by version, named once an asset, watches no upload and no path outside', async () => {
    const { assetId, id } = await watched({ enabled: false });
    const before = await integrity.ask(getMonitor, { id });
    const after = await integrity.ask(changeMonitor, {
      id,
      version: before.version,
      everyMinutes: null,
      thresholds: { qualityScore: 0.5 },
    });
    assert.deepEqual([after.everyMinutes, after.thresholds.qualityScore, after.version], [null, 0.5, before.version + 1]);
    await assert.rejects(integrity.ask(changeMonitor, { id, version: before.version, name: 'x' }), refused('request.conflict'));
    const add = (more: object) => integrity.ask(addMonitor, { assetId, name: 'another', enabled: false, ...more });
    await assert.rejects(add({ name: 'HOURLY' }), refused('data-quality.monitorExists'));
    await assert.rejects(add({ source: { upload: assetId } }), refused('data-quality.monitorUpload'));
    await assert.rejects(add({ source: { path: '/etc/passwd' } }), refused('path.outsideRoots'));
    await assert.rejects(add({ baseline: assetId }), refused('data-quality.baselineNotFound'));
  });

  test('thresholds of a monitor come before those of the configuration', async () => {
    await integrity.withJobs(async () => {
      door.score = 0.7;
      const { assetId, id } = await watched({ enabled: false, thresholds: { qualityScore: 0.6 } });
      const strict = await watched({ enabled: false });
      const good = await ended((await integrity.ask(runMonitor, { id })).id);
      const bad = await ended((await integrity.ask(runMonitor, { id: strict.id })).id);
      // The configuration's default is 0.8.
      assert.deepEqual([good.outcome, bad.outcome, bad.alertsRaised], ['good', 'bad', 1]);
      assert.deepEqual((await integrity.ask(listAlertsOfAsset, { assetId })).items, []);
    });
  });

  test('an engineer removes a monitor of their own; that of somebody else takes the right to delete', async () => {
    const engineer = integrity.person('engineer');
    const { assetId, id } = await watched({ enabled: false });
    await assert.rejects(integrity.ask(removeMonitor, { id }, engineer), refused('data-quality.notYours'));
    const own = await integrity.ask(addMonitor, { assetId, name: 'mine', enabled: false }, engineer);
    await integrity.ask(removeMonitor, { id: own.id }, engineer);
    await assert.rejects(integrity.ask(getMonitor, { id: own.id }), refused('data-quality.monitorNotFound'));
    assert.equal((await integrity.ask(removeMonitor, { id })).enabled, false);
    await integrity.ask(addMonitor, { assetId, name: 'mine', enabled: false }, engineer);
  });

  test('status counts monitors, runs and alerts of this workspace alone', async () => {
    const here = await integrity.ask(monitoringStatus, {});
    const listed = await integrity.ask(listMonitors, { limit: 500 });
    assert.deepEqual([here.monitors.total, here.assets.datasets], [listed.total, integrity.assets.size]);
    assert.equal(here.monitors.good + here.monitors.bad + here.monitors.failing + here.monitors.unknown, here.monitors.total);
    const there = await integrity.ask(monitoringStatus, {}, integrity.person('admin', integrity.base.otherWorkspaceId));
    assert.deepEqual(
      [there.monitors.total, there.assessments.lastDay, there.openAlerts.every(({ count: open }) => open === 0)],
      [0, 0, true],
    );
  });

  test('the next run follows the rhythm, and there is none when it is off', () => {
    const now = new Date('2026-05-01T10:00:00Z');
    assert.equal(nextRunAfter(now, { everyMinutes: 1440, enabled: true })?.toISOString(), '2026-05-02T10:00:00.000Z');
    assert.equal(nextRunAfter(now, { everyMinutes: null, enabled: true }), null);
    assert.equal(nextRunAfter(now, { everyMinutes: 5, enabled: false }), null);
  });
});
