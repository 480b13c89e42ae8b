import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { dataProblems } from '../../data-quality/contract.ts';
import {
  addRules,
  assessNow,
  declareTableUpload,
  driftNow,
  exportFailingRows,
  getAssessment,
  getProfile,
  getTableUpload,
  listAnomalies,
  listAssessments,
  listDrift,
  listFailingRows,
  poisoningNow,
  putTablePart,
  readMetrics,
  readReport,
  readRuleRows,
  removeTableUpload,
} from '../contract.ts';
import { TestDoor, textColumn } from '../test-door.ts';
import { refused, type TestIntegrity, textOf } from '../test-integrity.ts';
import { integrityOfFile } from '../test-integrity-of-file.ts';
import { mostBytesAtOnce } from './begin-assessment.ts';

describe('assessments', () => {
  let integrity: TestIntegrity;
  const door = new TestDoor();
  integrityOfFile(door, (opened) => {
    integrity = opened;
  });
  beforeEach(() => {
    door.drifted = [];
    door.score = 0.95;
    door.asked = [];
  });

  test('a small file is assessed while one waits; the asset names the file, the promoted baseline is compared with', async () => {
    const { assetId, path } = await integrity.dataset('small.csv', 'x\n1\n');
    const baseline = await integrity.baseline({ assetId, name: 'good', promote: true });
    const done = await integrity.send(assessNow, { assetId });
    assert.equal(integrity.status, 200);
    assert.deepEqual([done.state, done.outcome, done.score, done.baselineId], ['done', 'good', 0.95, baseline.id]);
    const asked = door.asked.find(({ path: to }) => to === '/check/drift')?.input as { current: { path: string } } | undefined;
    assert.equal(asked?.current.path, path);
    const detail = await integrity.ask(getAssessment, { id: done.id });
    assert.deepEqual(
      detail.notRun,
      [{ check: 'anomalies', reason: 'There is no column to work on: no column holds numbers.' }],
      'said, not hidden',
    );
    assert.equal(detail.drift?.verdict, 'stable');
  });

  test('without a baseline drift is named as not run, and a drift check alone is refused', async () => {
    const { assetId } = await integrity.dataset('lonely.csv', 'x\n1\n');
    const { id } = await integrity.ask(assessNow, { assetId, checks: ['quality', 'drift'] });
    assert.deepEqual((await integrity.ask(getAssessment, { id })).notRun, [
      { check: 'drift', reason: 'there is no baseline to compare with' },
    ]);
    await assert.rejects(integrity.ask(driftNow, { assetId }), refused('data-quality.noReference'));
  });

  test('a large file becomes a job: 202, progress, and the finished assessment', async () => {
    const { assetId } = await integrity.dataset('large.csv', `x\n${'1'.repeat(mostBytesAtOnce)}\n`);
    await integrity.withJobs(async () => {
      const queued = await integrity.send(assessNow, { assetId, checks: ['quality'] });
      assert.equal(integrity.status, 202);
      assert.deepEqual([queued.state, queued.jobId === null], ['queued', false]);
      const done = await ended(queued.id);
      assert.deepEqual([done.state, done.score], ['done', 0.95]);
    });
  });

  async function ended(id: string) {
    for (let round = 0; round < 400; round += 1) {
      const found = await integrity.ask(getAssessment, { id });
      if (found.state !== 'queued' && found.state !== 'running') return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return assert.fail('the assessment did not end within 20 s');
  }

  test('what the door refuses is told with its own code, and kept as a failed assessment', async () => {
    const { assetId } = await integrity.dataset('broken.csv', 'x');
    door.failures.push(dataProblems.unreadable({ reason: 'it is no table.' }));
    await assert.rejects(integrity.ask(assessNow, { assetId, checks: ['quality'] }), refused('data-quality.unreadable'));
    const [failed] = (await integrity.ask(listAssessments, { asset_id: assetId })).items;
    assert.deepEqual([failed?.state, failed?.problem?.code], ['failed', 'data-quality.unreadable']);
  });

  test('a busy door is waited for', async () => {
    const { assetId } = await integrity.dataset('busy.csv', 'x\n1\n');
    door.failures.push(dataProblems.busy({ seconds: 5 }));
    assert.equal((await integrity.ask(assessNow, { assetId, checks: ['quality'] })).state, 'done');
  });

  test('paths outside the roots, assets without a file and models are refused', async () => {
    const { assetId } = await integrity.dataset('inside.csv', 'x\n1\n');
    const ask = (source: object) => integrity.ask(assessNow, { assetId, source: source as never });
    await assert.rejects(ask({ path: '/etc/passwd' }), refused('path.outsideRoots'));
    await assert.rejects(ask({ path: '../x.csv' }), refused('path.outsideRoots'));
    await assert.rejects(ask({ asset: integrity.asset({ name: 'nowhere' }) }), refused('data-quality.assetWithoutFile'));
    await assert.rejects(
      ask({ asset: integrity.asset({ name: 'a model', type: 'model', keys: ['file:/m'] }) }),
      refused('data-quality.assetNotDataset'),
    );
    await assert.rejects(ask({ asset: integrity.asset({ name: 'sly', keys: ['file:/etc/passwd'] }) }), refused('path.outsideRoots'));
    await assert.rejects(
      integrity.ask(assessNow, { assetId, source: { asset: assetId }, currentData: [{ x: 1 }] }),
      refused('data-quality.severalSources'),
    );
  });

  test('values are masked unless the reader may see them: profile, unreadable lines', async () => {
    const { assetId } = await integrity.dataset('masked.csv', 'city\nOslo\n');
    const { id } = await integrity.ask(assessNow, { assetId, checks: ['quality'] });
    const [auditor, engineer] = [integrity.person('auditor'), integrity.person('engineer')];
    const seen = await integrity.ask(getProfile, { assetId }, auditor);
    assert.deepEqual([seen.valuesMasked, seen.columns[0]?.text?.top], [true, [{ value: 'Aaaa 99', count: 3 }]]);
    assert.deepEqual((await integrity.ask(getProfile, { assetId }, engineer)).columns[0]?.text?.top, [{ value: 'Oslo 17', count: 3 }]);
    assert.deepEqual((await integrity.ask(getAssessment, { id }, auditor)).ingest?.badRows[0]?.text, 'Aaaa,99,Aaaaa');
    assert.deepEqual((await integrity.ask(getAssessment, { id }, engineer)).ingest?.badRows[0]?.text, 'Oslo,17,Smith');
  });

  test('rows of a rule are read again with their cells: masked without the right, recorded with it, refused when the table is not the same', async () => {
    const { assetId } = await integrity.dataset('again.csv', 'city\nOslo\n');
    const { rules } = await integrity.ask(addRules, { assetId, rules: [{ rule: { kind: 'length', column: 'city', max: 3 } }] });
    const ruleId = rules[0]?.id ?? '';
    const { id } = await integrity.ask(assessNow, { assetId, checks: ['quality'] });
    const read = async (role: 'auditor' | 'analyst') => integrity.send(readRuleRows, { id, ruleId }, { context: integrity.person(role) });
    const masked = await read('auditor');
    assert.deepEqual([masked.masked, masked.rows], [true, [{ row: 3, cells: ['Aaaa'] }]]);
    const readings = () => integrity.audited.filter(({ action }) => action === 'data-quality.read-values').length;
    assert.equal(readings(), 0);
    assert.deepEqual([(await read('analyst')).rows, readings()], [[{ row: 3, cells: ['Oslo'] }], 1]);
    await integrity.base.owner.query('update data_integrity.assessment set data_sha256 = $1 where id = $2', ['b'.repeat(64), id]);
    await assert.rejects(integrity.ask(readRuleRows, { id, ruleId }), refused('data-quality.notReadAgain'));
    const inline = await integrity.ask(assessNow, { assetId, currentData: [{ city: 'Oslo' }], checks: ['quality'] });
    await assert.rejects(integrity.ask(readRuleRows, { id: inline.id, ruleId }), refused('data-quality.notReadAgain'));
  });

  test('a set that looks poisoned is a critical alert with its rows named; without a label nothing is searched', async () => {
    const { assetId } = await integrity.dataset('mails.csv', 'text,label\nhello,spam\n');
    door.poisoning = 'poisoned';
    const done = await integrity.ask(poisoningNow, { assetId, options: { label: 'label' } });
    door.poisoning = 'clean';
    assert.deepEqual([done.poisoningVerdict, done.outcome, done.alertsRaised], ['poisoned', 'bad', 1]);
    const news = (await integrity.events('data-alert.raised')).filter((one) => one['assetId'] === assetId);
    assert.deepEqual(
      news.map(({ kind, severity, urgent }) => [kind, severity, urgent]),
      [['poisoning', 'critical', true]],
    );
    const rows = await integrity.ask(listFailingRows, { id: done.id, kind: 'poisoning' });
    assert.deepEqual(
      rows.items.map(({ row, check, severity }) => [row, check, severity]),
      [[4, 'label-quality', 'critical']],
    );
    assert.deepEqual(
      rows.counted.map(({ count, named }) => [count, named]),
      [[1, 1]],
    );
    const seen = await integrity.ask(getAssessment, { id: done.id }, integrity.person('auditor'));
    assert.deepEqual([seen.poisoning?.classes[0]?.label, seen.poisoning?.rowP], ['aaaa', null]);
    const unlabelled = await integrity.ask(assessNow, { assetId, checks: ['poisoning'] });
    const detail = await integrity.ask(getAssessment, { id: unlabelled.id });
    assert.deepEqual(
      [detail.outcome, detail.notRun],
      ['unknown', [{ check: 'poisoning', reason: 'nobody said which column is the label' }]],
    );
  });

  test('series hold one point a run, days are rolled up, and unknown metrics stay unknown', async () => {
    const { assetId } = await integrity.dataset('series.csv', 'x\n1\n');
    door.score = 0.8;
    await integrity.ask(assessNow, { assetId, checks: ['quality'] });
    door.score = 0.9;
    await integrity.ask(assessNow, { assetId, checks: ['quality'] });
    const runs = await integrity.ask(readMetrics, { assetId, type: 'score,accuracy', timeRange: '24h' });
    assert.deepEqual([runs.resolution, runs.latest?.score], ['run', 0.9]);
    assert.deepEqual(
      runs.series.map(({ metric, points }) => [metric, points.map(({ value }) => value)]),
      [
        ['accuracy', [null, null]],
        ['score', [0.8, 0.9]],
      ],
    );
    const days = await integrity.ask(readMetrics, { assetId, type: 'score,accuracy', timeRange: '30d' });
    assert.equal(days.resolution, 'day');
    // By hand: (0.8 + 0.9) / 2. Near midnight UTC the two runs may lie in two days.
    const points = days.series[0]?.points ?? [];
    const mean =
      points.reduce((sum, { value, count }) => sum + (value ?? 0) * count, 0) / points.reduce((sum, { count }) => sum + count, 0);
    assert.ok(Math.abs(mean - 0.85) < 1e-12 && days.series.length === 1);
    assert.deepEqual((await integrity.ask(readMetrics, { assetId, timeRange: '24h', environment: 'inference' })).series, []);
  });

  test('drift findings are listed by effect, severity and time', async () => {
    const { assetId } = await integrity.dataset('drifting.csv', 'x\n1\n');
    door.drifted = ['c1', 'c2'];
    await integrity.ask(assessNow, { assetId, checks: ['drift'], referenceData: [{ x: 1 }] });
    const found = await integrity.ask(listDrift, { assetId, type: 'ks', severity: 'high', timeRange: '1h' });
    // By hand: 0.1 ÷ 0.02.
    assert.deepEqual(found.items.map(({ column, strength }) => [column, strength]).sort(), [
      ['c1', 5],
      ['c2', 5],
    ]);
    assert.deepEqual((await integrity.ask(listDrift, { assetId, type: 'type' })).items, []);
    assert.deepEqual((await integrity.ask(listAnomalies, { assetId })).items, []);
  });

  test('a report is one page under 1 MB with nothing of a column name left alive; CSV holds no formula; unknown assets have none', async () => {
    const { assetId } = await integrity.dataset('=report.csv', 'x\n1\n');
    const hostile = (k: number) => `<script>alert(${k})</script>"'&${'é<'.repeat(400)}`;
    door.profile = Array.from({ length: 3000 }, (_, k) => textColumn(hostile(k), [{ value: '=1+1', count: 1 }]));
    door.drifted = Array.from({ length: 300 }, (_, k) => hostile(k));
    await integrity.ask(assessNow, { assetId, checks: ['quality', 'drift'], referenceData: [{ x: 1 }] });
    door.profile = [];
    const page = await textOf(await integrity.send(readReport, { assetId, format: 'html' }));
    assert.ok(Buffer.byteLength(page) < 1_000_000, `${Buffer.byteLength(page)} bytes`);
    assert.ok(!page.includes('<script') && page.includes('&lt;script&gt;'));
    assert.match(page, /2800 more columns are not shown/);
    const report = JSON.parse(await textOf(await integrity.send(readReport, { assetId, format: 'json' })));
    assert.deepEqual([report.runs.done, report.columns.length], [1, 200]);
    await assert.rejects(integrity.send(readReport, { assetId: '0190a000-0000-7000-8000-000000000001' }), refused('ai-assets.notFound'));
  });

  test('failing rows leave as CSV whose cells no spreadsheet takes for a formula', async () => {
    const { assetId } = await integrity.dataset('formula.csv', 'x\n1\n');
    await integrity.ask(addRules, { assetId, rules: [{ name: '=cmd()', rule: { kind: 'range', column: 'x', min: 0 } }] });
    const { id } = await integrity.ask(assessNow, { assetId, checks: ['quality'] });
    await integrity.base.owner.query(
      `insert into data_integrity.failing_row (workspace_id, assessment_id, row_number, kind, check_name, columns, severity) values ($1, $2, 7, 'quality', '=cmd()', '["-x"]', 'low')`,
      [integrity.base.workspaceId, id],
    );
    const csv = await textOf(await integrity.send(exportFailingRows, { id, format: 'csv' }));
    assert.equal(csv, `"row","kind","check","columns","score","severity"\r\n7,"quality","'=cmd()","'-x",,"low"\r\n`);
    assert.deepEqual((await integrity.ask(listFailingRows, { id, column: 'y' })).items, []);
  });

  test('an upload comes in parts at its place, is assessed, and is removed; quota and size hold', async () => {
    const { assetId } = await integrity.dataset('other.csv', 'x\n1\n');
    const { id } = await integrity.ask(declareTableUpload, { name: 'mine.csv', size: 6 });
    await integrity.send(putTablePart, { id, offset: 0 }, { body: Buffer.from('x\n1') });
    await assert.rejects(integrity.ask(assessNow, { assetId, source: { upload: id } }), refused('data-quality.uploadIncomplete'));
    await assert.rejects(integrity.send(putTablePart, { id, offset: 1 }, { body: Buffer.from('x') }), refused('data-quality.uploadPlace'));
    await assert.rejects(
      integrity.send(putTablePart, { id, offset: 3 }, { body: Buffer.from('\n2\n3') }),
      refused('data-quality.uploadTooLong'),
    );
    const whole = await integrity.send(putTablePart, { id, offset: 3 }, { body: Buffer.from('\n2\n') });
    assert.equal(whole.state, 'ready');
    assert.equal((await integrity.ask(assessNow, { assetId, source: { upload: id }, checks: ['quality'] })).state, 'done');
    assert.deepEqual((door.asked[0]?.input as { data: unknown } | undefined)?.data, { staged: { upload: id, name: 'mine.csv' } });
    const stranger = integrity.person('admin', integrity.base.otherWorkspaceId);
    await assert.rejects(integrity.ask(getTableUpload, { id }, stranger), refused('data-quality.uploadNotFound'));
    assert.equal((await integrity.ask(removeTableUpload, { id })).state, 'removed');
    await assert.rejects(integrity.ask(assessNow, { assetId, source: { upload: id } }), refused('data-quality.uploadNotFound'));
    await assert.rejects(integrity.ask(declareTableUpload, { name: 'huge', size: 2 ** 50 }), refused('data-quality.uploadTooLarge'));
  });

  test('another workspace sees no assessment; roles without the right are refused', async () => {
    const { assetId } = await integrity.dataset('apart.csv', 'x\n1\n');
    const { id } = await integrity.ask(assessNow, { assetId, checks: ['quality'] });
    const stranger = integrity.person('admin', integrity.base.otherWorkspaceId);
    await assert.rejects(integrity.ask(getAssessment, { id }, stranger), refused('data-quality.assessmentNotFound'));
    assert.deepEqual((await integrity.ask(listAssessments, {}, stranger)).items, []);
    for (const role of ['auditor', 'compliance_officer'] as const)
      await assert.rejects(
        integrity.ask(poisoningNow, { assetId, options: { label: 'y' } }, integrity.person(role)),
        refused('request.forbidden'),
      );
  });
});
