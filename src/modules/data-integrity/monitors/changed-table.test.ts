import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { unlink, utimes, writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { assetChanged } from '../../ai-assets/contract.ts';
import { dataProblems } from '../../data-quality/contract.ts';
import {
  type Assessment,
  addMonitor,
  adoptTableUpload,
  changeMonitor,
  dataAlertRaised,
  declareTableUpload,
  getAssessment,
  getMonitor,
  listAssessments,
  type Monitor,
  putTablePart,
  removeTableUpload,
  runMonitor,
  tableArrived,
} from '../contract.ts';
import { TestDoor } from '../test-door.ts';
import { refused, type TestIntegrity } from '../test-integrity.ts';
import { integrityOfFile } from '../test-integrity-of-file.ts';
import { isContentChange, startChanged } from './changed-table.ts';

describe('monitors whose table changed, and whom they tell', () => {
  let integrity: TestIntegrity;
  const door = new TestDoor();
  integrityOfFile(door, (opened) => {
    integrity = opened;
  });

  let count = 0;
  async function watched(more: object = {}): Promise<{ assetId: string; monitor: Monitor; path: string }> {
    count += 1;
    const { assetId, path } = await integrity.dataset(`changing-${count}.csv`, 'x\n1\n');
    const draft = { assetId, name: 'on change', everyMinutes: null, onChange: true, checks: ['quality' as const], ...more };
    return { assetId, monitor: await integrity.ask(addMonitor, draft), path };
  }
  async function ended(id = ''): Promise<Assessment> {
    for (let round = 0; round < 400; round += 1) {
      const found = await integrity.ask(getAssessment, { id });
      if (found.state !== 'queued' && found.state !== 'running') return found;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return assert.fail('the assessment did not end within 10 s');
  }
  const runs = async (monitor: Monitor) => (await integrity.ask(listAssessments, { monitor_id: monitor.id })).items;
  const news = (assetId: string, fields: string[], type: 'dataset' | 'model' = 'dataset') =>
    integrity.hear(assetChanged, { assetId, name: 'x', type, environment: null, criticality: null, lifecycle: 'active', fields });

  test('a change of what the inventory knows of the content starts the monitors that ask for it, and only those', async () => {
    assert.deepEqual(
      [isContentChange(['metadata.sizeBytes']), isContentChange(['keys']), isContentChange(['owner', 'risk'])],
      [true, true, false],
    );
    await integrity.withJobs(async () => {
      const { assetId, monitor } = await watched();
      const calm = await integrity.ask(addMonitor, { assetId, name: 'by hand', everyMinutes: null, checks: ['quality'] });
      const off = await integrity.ask(addMonitor, { assetId, name: 'off', everyMinutes: null, onChange: true, enabled: false });
      await news(assetId, ['owner']);
      assert.equal((await runs(monitor)).length, 0);
      await news(assetId, ['metadata.rows', 'metadata.sizeBytes']);
      const [run] = await runs(monitor);
      assert.deepEqual([(await ended(run?.id)).state, (await runs(calm)).length, (await runs(off)).length], ['done', 0, 0]);
      assert.equal((await integrity.ask(getMonitor, { id: monitor.id })).changedAt, null);
    });
  });

  test('what changes while it runs is looked at once more when it has ended, however often it changed', async () => {
    await integrity.withJobs(async () => {
      const { assetId, monitor } = await watched();
      const gate = Promise.withResolvers<void>();
      door.gate = gate.promise;
      const first = await integrity.ask(runMonitor, { id: monitor.id });
      await news(assetId, ['metadata.rows']);
      await news(assetId, ['metadata.rows']);
      assert.notEqual((await integrity.ask(getMonitor, { id: monitor.id })).changedAt, null);
      assert.equal(await integrity.within(startChanged), 0, 'it still runs');
      gate.resolve();
      door.gate = null;
      await ended(first.id);
      assert.equal(await integrity.within(startChanged), 1);
      assert.equal(await integrity.within(startChanged), 0);
      await ended((await runs(monitor))[0]?.id);
      assert.equal((await runs(monitor)).length, 2);
      await news(assetId, ['metadata.rows']);
      await ended((await runs(monitor))[0]?.id);
    });
  });

  test('of an asset of several files the one written last is looked at', async () => {
    await integrity.withJobs(async () => {
      const { assetId, monitor, path } = await watched();
      const [older, newer, gone] = [path.replace('.csv', '-a.csv'), path.replace('.csv', '-b.csv'), path.replace('.csv', '-c.csv')];
      for (const file of [older, newer, gone]) await writeFile(file, 'x\n2\n');
      await utimes(path, 1000, 1000);
      await utimes(older, 2000, 2000);
      await unlink(gone);
      const asset = integrity.assets.get(assetId);
      if (asset !== undefined)
        integrity.assets.set(assetId, { ...asset, keys: [path, older, newer, gone, '/etc/passwd'].map((file) => `file:${file}`) });
      await news(assetId, ['keys']);
      const [run] = await runs(monitor);
      assert.deepEqual((await ended(run?.id)).source, { path: newer });
    });
  });

  test('an upload handed over as a new version of the table is looked at when it is whole', async () => {
    await integrity.withJobs(async () => {
      const { assetId, monitor } = await watched();
      const upload = await integrity.ask(declareTableUpload, { name: 'new.csv', size: 4, assetId });
      assert.equal(upload.assetId, assetId);
      await integrity.send(putTablePart, { id: upload.id, offset: 0 }, { body: Buffer.from('x\n') });
      assert.deepEqual(await integrity.events('data-table.arrived'), []);
      await integrity.send(putTablePart, { id: upload.id, offset: 2 }, { body: Buffer.from('1\n') });
      assert.deepEqual(await integrity.events('data-table.arrived'), [{ assetId, uploadId: upload.id }]);
      await integrity.hear(tableArrived, { assetId, uploadId: upload.id });
      const [run] = await runs(monitor);
      assert.deepEqual([(await ended(run?.id)).state, run?.source], ['done', { upload: upload.id }]);
      const unknown = { name: 'x.csv', size: 1, assetId: randomUUID() };
      await assert.rejects(integrity.ask(declareTableUpload, unknown), refused('ai-assets.notFound'));
    });
  });

  test('an upload that was only looked at becomes the new version when somebody says so: once, whole, and of one asset', async () => {
    const { assetId } = await watched();
    const { assetId: other } = await watched();
    const { id } = await integrity.ask(declareTableUpload, { name: 'new.csv', size: 4 });
    await assert.rejects(integrity.ask(adoptTableUpload, { id, assetId }), refused('data-quality.uploadIncomplete'));
    await integrity.send(putTablePart, { id, offset: 0 }, { body: Buffer.from('x\n1\n') });
    const arrivals = async () => (await integrity.events('data-table.arrived')).filter((event) => JSON.stringify(event).includes(id));
    assert.deepEqual(await arrivals(), []);
    await assert.rejects(integrity.ask(adoptTableUpload, { id, assetId: randomUUID() }), refused('ai-assets.notFound'));
    assert.equal((await integrity.ask(adoptTableUpload, { id, assetId })).assetId, assetId);
    assert.equal((await integrity.ask(adoptTableUpload, { id, assetId })).assetId, assetId);
    assert.deepEqual(await arrivals(), [{ assetId, uploadId: id }]);
    await assert.rejects(integrity.ask(adoptTableUpload, { id, assetId: other }), refused('data-quality.uploadOfOther'));
    await integrity.ask(removeTableUpload, { id });
    await assert.rejects(integrity.ask(adoptTableUpload, { id, assetId }), refused('data-quality.uploadClosed'));
  });

  test('destinations are checked when they are named, and stay when they are switched off since', async () => {
    const [known, off] = [randomUUID(), randomUUID()];
    integrity.destinations.set(known, true).set(off, false);
    await assert.rejects(watched({ destinations: [randomUUID()] }), refused('data-quality.monitorDestination'));
    await assert.rejects(watched({ destinations: [known, off] }), refused('data-quality.monitorDestination'));
    const { monitor } = await watched({ destinations: [known] });
    assert.deepEqual(monitor.destinations, [known]);
    integrity.destinations.set(known, false);
    const renamed = await integrity.ask(changeMonitor, { id: monitor.id, name: 'renamed', destinations: [known] });
    assert.deepEqual(renamed.destinations, [known]);
    await assert.rejects(
      integrity.ask(changeMonitor, { id: monitor.id, destinations: [known, off] }),
      refused('data-quality.monitorDestination'),
    );
  });

  test('an alert goes to the destinations of its monitor; one that is gone since keeps no other from being told', async () => {
    const [known, gone] = [randomUUID(), randomUUID()];
    integrity.destinations.set(known, true).set(gone, true);
    await integrity.withJobs(async () => {
      const { assetId, monitor } = await watched({ destinations: [gone, known] });
      integrity.destinations.delete(gone);
      door.failures.push(dataProblems.unreadable({ reason: 'it is no table.' }));
      await ended((await integrity.ask(runMonitor, { id: monitor.id })).id);
      const [raised] = (await integrity.events('data-alert.raised')).filter((event) => event['monitorId'] === monitor.id);
      const eventId = randomUUID();
      await integrity.hear(dataAlertRaised, dataAlertRaised.payload.parse(raised), eventId);
      const [message] = integrity.messages;
      assert.deepEqual(
        [message?.destinationIds, message?.severity, message?.eventId, message?.link],
        [[known], 'high', eventId, `/data-quality/tables/${assetId}?tab=alerts`],
      );
      assert.match(message?.text ?? '', /it is no table.*Monitor: on change/);
      assert.ok(
        integrity.audited.some(({ action, change }) => action === 'data-quality.alert-not-sent' && JSON.stringify(change).includes(gone)),
      );
      await integrity.hear(dataAlertRaised, { ...dataAlertRaised.payload.parse(raised), monitorId: null });
      assert.equal(integrity.messages.length, 1, 'what no monitor found goes to nobody by name');
    });
  });
});
