import assert from 'node:assert/strict';
import { truncate } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { send } from '../../../platform/jobs/jobs.ts';
import { mostBytesAtOnce } from '../assessments/begin-assessment.ts';
import {
  addBaseline,
  addMonitor,
  assessNow,
  changeConfig,
  compareBaselines,
  driftNow,
  expireBaseline,
  getBaseline,
  listAssessments,
  listBaselines,
  promoteBaseline,
  QueuedBaseline,
  readConfig,
  readMetrics,
} from '../contract.ts';
import { cleanUp } from '../retention/retention.ts';
import { TestDoor, textColumn } from '../test-door.ts';
import { refused, type TestIntegrity } from '../test-integrity.ts';
import { integrityOfFile } from '../test-integrity-of-file.ts';
import { baselineJob } from './baseline-job.ts';

describe('baselines, configuration and retention', () => {
  let integrity: TestIntegrity;
  const door = new TestDoor();
  integrityOfFile(door, (opened) => {
    integrity = opened;
  });

  test('versions count up, one is promoted, the one before is superseded, an expired one is no more', async () => {
    const { assetId } = await integrity.dataset('base.csv', 'city\nOslo\n');
    const first = await integrity.baseline({ assetId, name: 'spring', promote: true });
    const second = await integrity.baseline({ assetId, name: 'summer' });
    assert.deepEqual([first.version, first.state, second.version, second.state], [1, 'promoted', 2, 'candidate']);
    await integrity.ask(promoteBaseline, { id: second.id });
    const { items } = await integrity.ask(listBaselines, { assetId });
    assert.deepEqual(
      items.map(({ name, state }) => [name, state]),
      [
        ['summer', 'promoted'],
        ['spring', 'superseded'],
      ],
    );
    const expired = await integrity.ask(expireBaseline, { id: first.id });
    assert.equal(expired.state, 'expired');
    await assert.rejects(integrity.ask(getBaseline, { id: first.id }), refused('data-quality.baselineExpired'));
    await assert.rejects(integrity.ask(promoteBaseline, { id: first.id }), refused('data-quality.baselineExpired'));
    await assert.rejects(integrity.ask(driftNow, { assetId, baselineId: first.id }), refused('data-quality.baselineExpired'));
  });

  test('two promotions at once leave one promoted', async () => {
    const { assetId } = await integrity.dataset('race.csv', 'city\nOslo\n');
    const made: { id: string }[] = [];
    for (const name of ['a', 'b', 'c']) made.push(await integrity.baseline({ assetId, name }));
    await Promise.all(made.map(({ id }) => integrity.ask(promoteBaseline, { id })));
    const { items } = await integrity.ask(listBaselines, { assetId, state: 'promoted' });
    assert.equal(items.length, 1);
  });

  test('a baseline a monitor is pinned to, or of somebody else, is not expired; values in its profile are masked', async () => {
    const { assetId } = await integrity.dataset('pinned.csv', 'city\nOslo\n');
    const { id } = await integrity.baseline({ assetId, name: 'good' });
    await integrity.ask(addMonitor, { assetId, name: 'pinned', baseline: id, enabled: false });
    await assert.rejects(integrity.ask(expireBaseline, { id }), refused('data-quality.baselineInUse'));
    await assert.rejects(integrity.ask(expireBaseline, { id }, integrity.person('engineer')), refused('data-quality.notYours'));
    const seen = await integrity.ask(getBaseline, { id }, integrity.person('auditor'));
    assert.deepEqual(seen.profile[0]?.text?.top, [{ value: 'Aaaa 99', count: 3 }]);
    const other = await integrity.dataset('else.csv', 'x\n1\n');
    await assert.rejects(integrity.ask(driftNow, { assetId: other.assetId, baselineId: id }), refused('data-quality.baselineOfOther'));
    const stranger = integrity.person('admin', integrity.base.otherWorkspaceId);
    await assert.rejects(integrity.ask(getBaseline, { id }, stranger), refused('data-quality.baselineNotFound'));
  });

  test('two baselines are compared column by column', async () => {
    const { assetId } = await integrity.dataset('compare.csv', 'city\nOslo\n');
    door.profile = [textColumn('city', [{ value: 'a', count: 1 }]), textColumn('old', [])];
    const a = await integrity.baseline({ assetId, name: 'a' });
    door.profile = [
      textColumn('city', [
        { value: 'a', count: 1 },
        { value: 'b', count: 1 },
      ]),
      textColumn('new', []),
    ];
    const b = await integrity.baseline({ assetId, name: 'b' });
    const { columns } = await integrity.ask(compareBaselines, { id: a.id, with: b.id });
    assert.deepEqual(
      columns.map(({ name, change, a: left, b: right }) => [name, change, left?.distinct ?? null, right?.distinct ?? null]),
      [
        ['city', 'changed', 1, 2],
        ['old', 'removed', 0, null],
        ['new', 'added', null, 0],
      ],
    );
  });

  test('the configuration is versioned, bounded and audited, and what is left out stays', async () => {
    assert.deepEqual((await integrity.ask(readConfig, {})).version, 0);
    const changed = await integrity.ask(changeConfig, { retentionDays: 30, alertThresholds: { driftThreshold: 0.5 } });
    assert.deepEqual(
      [changed.version, changed.retentionDays, changed.alertThresholds, changed.changedBy],
      [1, 30, { qualityScoreThreshold: 0.8, driftThreshold: 0.5, anomalyRateThreshold: 0.05 }, 'admin-person'],
    );
    await assert.rejects(integrity.ask(changeConfig, { version: 0, retentionDays: 31 }), refused('request.conflict'));
    for (const wrong of [{ monitoringInterval: 0 }, { monitoringInterval: 1441 }, { retentionDays: 6 }, { retentionDays: 366 }])
      await assert.rejects(integrity.ask(changeConfig, wrong), refused('request.invalid'));
    await assert.rejects(integrity.ask(changeConfig, {}, integrity.person('auditor')), refused('request.forbidden'));
    assert.equal((await integrity.ask(readConfig, {}, integrity.person('admin', integrity.base.otherWorkspaceId))).version, 0);
    const entry = integrity.audited.findLast(({ action }) => action === 'data-quality.change-config');
    assert.deepEqual((entry?.change?.after as { retentionDays: number } | undefined)?.retentionDays, 30);
    await integrity.ask(changeConfig, { retentionDays: 90 });
  });

  test('retention removes old assessments in batches, keeps the newest of each asset, the roll-ups, and young ones', async () => {
    const { assetId } = await integrity.dataset('old.csv', 'x\n1\n');
    const { assetId: quiet } = await integrity.dataset('quiet.csv', 'x\n1\n');
    for (const asset of [assetId, assetId, assetId, quiet]) await integrity.ask(assessNow, { assetId: asset, checks: ['quality'] });
    const aged = `update data_integrity.assessment set created_at = created_at - interval '100 days' where asset_id = any($1)`;
    await integrity.base.owner.query(aged, [[assetId, quiet]]);
    await integrity.ask(assessNow, { assetId, checks: ['quality'] });
    await integrity.ask(changeConfig, { batchSize: 100 });
    const progress: number[] = [];
    const job = { progress: ({ done }: { done: number }) => void progress.push(done), signal: new AbortController().signal };
    const removed = await integrity.within((context) => cleanUp(context, job));
    assert.equal(removed.assessments, 3);
    assert.equal((await integrity.ask(listAssessments, { asset_id: assetId })).items.length, 1);
    assert.equal((await integrity.ask(listAssessments, { asset_id: quiet })).items.length, 1, 'the only one there is');
    const { rows } = await integrity.base.owner.query(
      'select 1 from data_integrity.metric_point p where not exists (select 1 from data_integrity.assessment a where a.id = p.assessment_id)',
    );
    assert.equal(rows.length, 0);
    const days = await integrity.ask(readMetrics, { assetId, type: 'score', timeRange: '30d' });
    assert.equal(
      days.series[0]?.points.reduce((sum, { count }) => sum + count, 0),
      4,
      'roll-ups stay',
    );
    assert.ok(progress.length > 0);
  });

  test('a drift check hands over what the baseline kept, not the table', async () => {
    const { assetId } = await integrity.dataset('kept.csv', 'x\n1\n');
    const { bytes } = await integrity.baseline({ assetId, name: 'kept', promote: true });
    assert.ok(bytes > 0);
    door.asked = [];
    await integrity.ask(driftNow, { assetId });
    const asked = door.asked[0]?.input as { reference?: unknown; baseline?: { kind: string } } | undefined;
    assert.deepEqual([asked?.reference, asked?.baseline?.kind], [undefined, 'data-quality-baseline']);
  });

  test('a large table is made a baseline of by a job; the job that runs again after its process died makes no second version', async () => {
    const { assetId, path } = await integrity.dataset('large.csv', 'x\n1\n');
    await truncate(path, mostBytesAtOnce + 1);
    await integrity.withJobs(async () => {
      const queued = QueuedBaseline.parse(await integrity.send(addBaseline, { assetId, name: 'large', promote: true }));
      assert.equal(integrity.status, 202);
      const job = await integrity.jobEnded(queued.jobId);
      const { items } = await integrity.ask(listBaselines, { assetId });
      assert.deepEqual([items.length, items[0]?.state, job.result], [1, 'promoted', { baselineId: items[0]?.id, version: 1, rows: 10 }]);
      // As the queue does when nobody wrote the end of the first try.
      await integrity.base.owner.query("update platform.job set state = 'running', finished_at = null, result = null where id = $1", [
        queued.jobId,
      ]);
      await integrity.run((context) => send(baselineJob.kind, queued.jobId, context.actor.workspaceId));
      const again = await integrity.jobEnded(queued.jobId, 2);
      assert.deepEqual([again.attempts, again.result], [2, job.result]);
      assert.equal((await integrity.ask(listBaselines, { assetId })).items.length, 1);
    });
  });

  test('asked twice at once under one key a baseline has one version; another key, another person or none makes another', async () => {
    const { assetId } = await integrity.dataset('key.csv', 'x\n1\n');
    const draft = { assetId, name: 'keyed', idempotencyKey: 'nightly-7' };
    const twice = await Promise.all([integrity.baseline(draft), integrity.baseline(draft)]);
    assert.equal(twice[0].id, twice[1].id);
    assert.equal((await integrity.baseline({ ...draft, idempotencyKey: 'nightly-8' })).version, 2);
    assert.equal((await integrity.baseline({ assetId, name: 'keyed' })).version, 3);
    const other = await integrity.ask(addBaseline, draft, integrity.person('engineer'));
    assert.equal('version' in other && other.version, 4);
  });
});
