/** A dataset watched over time, as a person does it over REST, with the real engine: baseline, good run, changed file, alert, calm again. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import {
  type Assessment,
  addMonitor,
  addRules,
  assessNow,
  Baseline,
  getAssessment,
  getMonitor,
  listAlertsOfAsset,
  listDrift,
  listFailingRows,
  readRuleRows,
  suggestRules,
} from '../../src/modules/data-integrity/contract.ts';
import { listAlerts as listSecurityAlerts } from '../../src/modules/security-alerts/contract.ts';
import { type Person, until } from '../person.ts';
import { sharedPlatform } from '../shared-platform.ts';

/** x is a ramp from 0 to 1 moved by `shift`, y two words by turns. */
function table(shift: number): string {
  const lines = Array.from({ length: 300 }, (_, k) => `${((k * 37) % 300) / 300 + shift},${k % 2 === 0 ? 'a' : 'b'}`);
  return `x,y\n${lines.join('\n')}\n`;
}

describe('data integrity', { timeout: 600_000 }, () => {
  let admin: Person;
  let supervisor = 0;
  let path = '';
  let assetId = '';
  let monitorId = '';
  let ruleId = '';

  before(async () => {
    const shared = await sharedPlatform();
    admin = shared.admin;
    supervisor = shared.platform.supervisor.pid ?? 0;
    const folder = join(shared.scanRoot, 'data-integrity');
    await mkdir(folder);
    path = join(folder, 'orders.csv');
    await writeFile(path, table(0));
    const asset = { name: 'orders.csv', type: 'dataset', keys: [`file:${path}`] };
    ({ id: assetId } = await admin.must(z.object({ id: z.uuid() }), 'POST', '/api/ai-assets', asset));
  });

  async function ended(id: string): Promise<Assessment> {
    return until(`the assessment ${id} to end`, async () => {
      const found = await admin.must(getAssessment.output, 'GET', `/api/data-quality/assessments/${id}`);
      return found.state === 'queued' || found.state === 'running' ? null : found;
    });
  }
  async function run(): Promise<Assessment> {
    const begun = await admin.ask('POST', `/api/data-quality/monitors/${monitorId}/run`, {});
    assert.equal(begun.status, 202, JSON.stringify(begun.body));
    return ended(z.object({ id: z.uuid() }).parse(begun.body).id);
  }
  const alerts = async () => (await admin.must(listAlertsOfAsset.output, 'GET', `/api/data-quality/alerts/${assetId}`)).items;

  test('a good table becomes a baseline and a monitor, and its first run is good', async () => {
    const baseline = await admin.must(Baseline, 'POST', '/api/data-quality/baselines', {
      assetId,
      name: 'spring',
      promote: true,
    });
    assert.deepEqual([baseline.rows, baseline.columns, baseline.state], [300, 2, 'promoted']);
    const proposed = await admin.must(suggestRules.output, 'POST', '/api/data-quality/validation-rules/suggest', { assetId });
    assert.ok(proposed.suggestions.length > 0 && proposed.rows === 300);
    const rule = { name: 'x below 2', rule: { kind: 'range', column: 'x', max: 2 }, severity: 'critical' };
    const set = await admin.must(addRules.output, 'POST', '/api/data-quality/validation-rules', { assetId, rules: [rule] });
    ruleId = set.rules[0]?.id ?? '';
    const monitor = { assetId, name: 'orders', checks: ['quality', 'drift'], everyMinutes: null };
    ({ id: monitorId } = await admin.must(addMonitor.output, 'POST', '/api/data-quality/monitors', monitor));
    const good = await run();
    assert.deepEqual([good.state, good.driftVerdict, good.outcome, good.brokenRules], ['done', 'stable', 'good', 0]);
  });

  test('a changed file raises alerts with the rows and columns named; the critical ones reach the people who watch security', async () => {
    await writeFile(path, table(5));
    const bad = await run();
    assert.deepEqual([bad.driftVerdict, bad.outcome, bad.brokenRules], ['drift', 'bad', 1]);
    const drift = await admin.must(listDrift.output, 'GET', `/api/data-quality/drift/${assetId}`);
    assert.ok(drift.items.some(({ column }) => column === 'x') && drift.items.every(({ column }) => column !== 'y'));
    const rows = await admin.must(
      listFailingRows.output,
      'GET',
      `/api/data-quality/assessments/${bad.id}/rows?limit=500&check=${encodeURIComponent('x below 2')}`,
    );
    assert.deepEqual([rows.items.length, rows.counted[0]?.count], [100, 300], 'the first hundred are named, all are counted');
    const cells = await admin.must(
      readRuleRows.output,
      'GET',
      `/api/data-quality/assessments/${bad.id}/rules/${ruleId}/rows?offset=299&limit=5`,
    );
    // By hand: row 299 is ((299 · 37) mod 300) / 300 + 5 = 263 / 300 + 5.
    assert.deepEqual([cells.total, cells.rows.map(({ row, cells: [x] }) => [row, Number(x)])], [300, [[299, 263 / 300 + 5]]]);
    const found = (await alerts()).find(({ kind, column }) => kind === 'drift' && column === 'x');
    assert.deepEqual([found?.state, found?.monitorId], ['open', monitorId]);
    const change = { action: 'acknowledge', note: 'a new price list' };
    assert.equal((await admin.ask('PUT', `/api/data-quality/alerts/${found?.id}`, change)).status, 200);
    await until('the alert before the people who watch security', async () => {
      const page = await admin.must(listSecurityAlerts.output, 'GET', `/api/security-alerts?asset_id=${assetId}`);
      return page.items.some(({ title, source }) => title === 'Rule broken: x below 2 (orders.csv)' && source === 'data-quality') || null;
    });
  });

  test('three good runs resolve every alert', async () => {
    await writeFile(path, table(0));
    for (const _ of [1, 2, 3]) assert.equal((await run()).outcome, 'good');
    assert.ok((await alerts()).every(({ state, resolvedBy }) => state === 'resolved' && resolvedBy === null));
    assert.equal((await admin.must(getMonitor.output, 'GET', `/api/data-quality/monitors/${monitorId}`)).health, 'good');
  });

  test('rows in a request are assessed at once; hostile ones are refused with the code of the door', async () => {
    const done = await admin.must(assessNow.output, 'POST', '/api/data-quality/monitor', {
      assetId,
      datasetName: 'inline',
      environment: 'inference',
      currentData: [{ x: 1 }, { x: null }],
    });
    assert.deepEqual([done.state, done.rows, done.datasetName], ['done', 2, 'inline']);
    const answer = await admin.ask('POST', '/api/data-quality/monitor', { assetId, currentData: { columns: [] }, checks: ['quality'] });
    assert.equal(answer.status, 422);
  });

  test('the data door dies in the middle of a run: the run ends well, or says that it did not', {
    skip: process.platform === 'linux' ? false : 'finds processes through /proc',
  }, async () => {
    const begun = await admin.ask('POST', `/api/data-quality/monitors/${monitorId}/run`, {});
    const { id } = z.object({ id: z.uuid() }).parse(begun.body);
    await until('the run to begin', async () => {
      const { state } = await admin.must(getAssessment.output, 'GET', `/api/data-quality/assessments/${id}`);
      return state === 'queued' ? null : state;
    });
    const door = childOf(supervisor, 'data-integrity');
    if (door !== null) process.kill(door, 'SIGKILL');
    assert.notEqual(door, null);
    const end = await ended(id);
    if (end.state !== 'done') assert.ok((await alerts()).some(({ kind, state }) => kind === 'run-failed' && state === 'open'));
    assert.equal((await run()).state, 'done', 'the next one runs');
  });
});

/** The supervisor's child whose environment names the process. */
function childOf(parent: number, name: string): number | null {
  for (const entry of readdirSync('/proc').filter((word) => /^\d+$/.test(word))) {
    try {
      const isChild = new RegExp(`^PPid:\\s*${parent}$`, 'm').test(readFileSync(`/proc/${entry}/status`, 'utf8'));
      if (isChild && readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0').includes(`PROCESS=${name}`)) return Number(entry);
    } catch {
      // It ended while we looked.
    }
  }
  return null;
}
