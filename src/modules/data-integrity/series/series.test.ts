import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addMonitor, getAssessment, listDataAlerts, runMonitor } from '../contract.ts';
import { TestDoor } from '../test-door.ts';
import type { TestIntegrity } from '../test-integrity.ts';
import { integrityOfFile } from '../test-integrity-of-file.ts';

describe('series of a monitor', () => {
  let integrity: TestIntegrity;
  const door = new TestDoor();
  integrityOfFile(door, (opened) => {
    integrity = opened;
  });

  /** A run now, after one a day for `weeks` weeks with about so many rows, a tenth of them on two days of seven. */
  async function runAfter(weeks: number, rows: number) {
    const { assetId } = await integrity.dataset(`daily-${weeks}-${rows}.csv`, 'city\nOslo\n');
    const monitor = await integrity.ask(addMonitor, { assetId, name: 'daily', checks: ['quality'], everyMinutes: 1440 });
    await integrity.base.owner.query(
      `with past as (
         insert into data_integrity.assessment (workspace_id, asset_id, asset_name, dataset_name, monitor_id, environment, checks, trigger, source, options, state, requested_by, created_at, finished_at)
         select $1, $2, 'x', 'x', $3, $4, '["quality"]', 'monitor', '{"inline":0}', '{}', 'done', 'test', now() - day * interval '1 day', now() - day * interval '1 day'
         from generate_series(1, $5::int) day returning id, created_at, extract(day from now() - created_at)::int as day)
       insert into data_integrity.metric_point (assessment_id, workspace_id, asset_id, scope, environment, metric, column_name, at, value)
       select id, $1, $2, $3, $4, 'rows', '', created_at, $6::int * (case when day % 7 < 5 then 1 else 0.1 end) * (1 + (day * 37 % 11 - 5) * 0.01) from past`,
      [integrity.base.workspaceId, assetId, monitor.id, monitor.environment, weeks * 7, rows],
    );
    const done = await integrity.withJobs(async () => {
      const { id } = await integrity.ask(runMonitor, { id: monitor.id });
      for (let round = 0; round < 400; round += 1) {
        const found = await integrity.ask(getAssessment, { id });
        if (found.state !== 'queued' && found.state !== 'running') return found;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return assert.fail('the run did not end within 20 s');
    });
    const { items } = await integrity.ask(listDataAlerts, { asset_id: assetId });
    return { done, items };
  }

  test('a volume far from the same hour of other weeks raises an alert that says what was usual', async () => {
    // The door always answers ten rows.
    const { done, items } = await runAfter(8, 5000);
    assert.equal(done.outcome, 'bad');
    const [alert] = items;
    assert.deepEqual([items.length, alert?.kind, alert?.severity, alert?.value, alert?.column], [1, 'series', 'high', 10, null]);
    assert.match(
      alert?.title ?? '',
      /^Rows: 10, usually about 5,0\d\d at this hour of the week$|^Rows: 10, usually about 4,9\d\d at this hour of the week$/,
    );
    assert.match(alert?.detail ?? '', /^Held against the same hour of 8 other weeks\./);
  });

  test('the usual volume raises none, and neither does a strange one with four weeks of history', async () => {
    assert.deepEqual((await runAfter(8, 10)).items, []);
    assert.deepEqual((await runAfter(4, 5000)).items, []);
  });
});
