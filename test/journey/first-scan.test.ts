/** From an empty installation to findings on the dashboard, as a person does it over REST. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { writeExamples } from '../../scripts/examples/make.ts';
import { listAssets } from '../../src/modules/ai-assets/contract.ts';
import { dashboardMetrics } from '../../src/modules/dashboard/contract.ts';
import { listScanFindings, listScans } from '../../src/modules/model-scanner/contract.ts';
import { listAlerts } from '../../src/modules/security-alerts/contract.ts';
import { listVulnerabilities } from '../../src/modules/vulnerabilities/contract.ts';
import { type LiveEvents, listenLive } from '../live-events.ts';
import { type Person, registerAdmin, until } from '../person.ts';
import { type RunningPlatform, startPlatform } from '../running-platform.ts';
import { assertDoorsRefuseStrangers, assertDoorsStand } from '../service-doors.ts';

describe('the first scan of an empty installation', { timeout: 600_000 }, () => {
  let platform: RunningPlatform;
  let admin: Person;
  let folder = '';
  let live: LiveEvents;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'project-'));
    await writeExamples(folder);
    platform = await startPlatform({ SCAN_ROOTS: folder }, { fromNothing: true });
    admin = await registerAdmin(platform.url);
    live = await listenLive(platform.url, admin);
  });
  after(async () => {
    live?.stop();
    await platform?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const Run = z.object({ id: z.uuid() });

  test('a folder becomes assets, scans, vulnerabilities, a live alert and other dashboard numbers', async () => {
    const before = await admin.must(dashboardMetrics.output, 'GET', '/api/dashboard/metrics');
    assert.equal(before.assets.value?.total, 0);
    assert.equal(before.posture.value?.score ?? null, null, 'nothing assessed has no score');

    const run = await admin.must(Run, 'POST', '/api/discovery/runs', { path: folder });
    await finished(`/api/discovery/runs/${run.id}`);
    const scans = await until('a finished scan', async () => {
      const page = await admin.must(listScans.output, 'GET', '/api/model-scanner/scans');
      return page.items.length > 0 && page.items.every(({ state }) => state === 'done') ? page.items : null;
    });
    assert.equal(scans[0]?.verdict, 'malicious');

    const findings = await admin.must(listScanFindings.output, 'GET', `/api/model-scanner/scans/${scans[0]?.id}/findings`);
    const worst = findings.items.filter(({ severity }) => severity === 'critical');
    assert.ok(worst.length > 0, 'the planted pickle is found');
    for (const finding of worst) {
      assert.ok(finding.where.offset !== null && finding.where.containerPath.length > 0 && finding.evidence !== '' && finding.why !== '');
      assert.notEqual(finding.assetId, null, 'a finding belongs to an asset');
    }

    const assets = await admin.must(listAssets.output, 'GET', '/api/ai-assets?limit=200');
    const types = new Set(assets.items.map(({ type }) => type));
    for (const type of ['model', 'dataset', 'mcp_server', 'agent'] as const)
      assert.ok(types.has(type), `an asset of type ${type} was discovered`);

    const open = await until('open critical vulnerabilities', async () => {
      const page = await admin.must(listVulnerabilities.output, 'GET', '/api/vulnerabilities?severity=critical&status=open');
      return page.items.length > 0 ? page.items : null;
    });
    assert.ok(open.every(({ location }) => location !== ''));
    const alert = await until('a live alert', async () => live.seen.find(({ type }) => type === 'alert.raised') ?? null, 20_000);
    assert.ok(alert.seq > 0);
    const alerts = await admin.must(listAlerts.output, 'GET', '/api/security-alerts');
    assert.ok(alerts.items.length > 0);

    const after = await until('the posture to be computed', async () => {
      const metrics = await admin.must(dashboardMetrics.output, 'GET', '/api/dashboard/metrics');
      return metrics.posture.value?.score !== null && (metrics.fixes.value?.fixes.length ?? 0) > 0 ? metrics : null;
    });
    assert.equal(after.assets.value?.total, assets.total);
    assert.equal(after.vulnerabilities.value?.bySeverity.find(({ value }) => value === 'critical')?.count, open.length);
  });

  test('looking again finds nothing new and nothing gone', async () => {
    const assetsBefore = await admin.must(listAssets.output, 'GET', '/api/ai-assets?limit=1');
    const vulnerabilitiesBefore = await admin.must(listVulnerabilities.output, 'GET', '/api/vulnerabilities?limit=1');
    const run = await admin.must(Run, 'POST', '/api/discovery/runs', { path: folder });
    await finished(`/api/discovery/runs/${run.id}`);
    await until('the second scan', async () => {
      const page = await admin.must(listScans.output, 'GET', '/api/model-scanner/scans');
      return page.items.length > 1 && page.items.every(({ state }) => state === 'done') ? page : null;
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal((await admin.must(listAssets.output, 'GET', '/api/ai-assets?limit=1')).total, assetsBefore.total);
    assert.equal((await admin.must(listVulnerabilities.output, 'GET', '/api/vulnerabilities?limit=1')).total, vulnerabilitiesBefore.total);
  });

  test('a browser that comes back with Last-Event-ID gets exactly what it missed', async () => {
    const all = live.seen.map(({ seq }) => seq);
    const from = all[Math.floor(all.length / 2)] ?? 0;
    const again = await listenLive(platform.url, admin, from);
    const missed = all.filter((seq) => seq > from);
    await until('the missed events', async () => (again.seen.length >= missed.length ? true : null), 10_000);
    again.stop();
    assert.deepEqual(
      again.seen.slice(0, missed.length).map(({ seq }) => seq),
      missed,
    );
  });

  test('a path outside the roots is refused at both doors of the product', async () => {
    for (const path of ['/api/discovery/runs', '/api/model-scanner/scans']) {
      const answer = await admin.ask('POST', path, { path: '/etc' });
      assert.equal(answer.status, 403, `${path}: ${JSON.stringify(answer.body)}`);
    }
  });

  test('every service answers health, its own OpenAPI document and a readable page, and offers only what is real', () =>
    assertDoorsStand(platform));

  test('every compute door answers 401 to callers without a service token', () => assertDoorsRefuseStrangers(platform));

  test('told to stop while somebody watches live, it ends in order and does not wait for the stream to run out', async () => {
    const watching = await listenLive(platform.url, admin);
    const began = performance.now();
    await platform.stop();
    watching.stop();
    // A process that does not end is killed after twenty seconds, and a stream lives for two minutes.
    assert.ok(performance.now() - began < 15_000, `it took ${Math.round(performance.now() - began)} ms`);
    assert.equal(platform.supervisor.exitCode, 0, platform.output());
  });

  async function finished(path: string): Promise<void> {
    const State = z.object({ state: z.string() });
    const { state } = await until(`${path} to end`, async () => {
      const run = await admin.must(State, 'GET', path);
      return run.state === 'done' || run.state === 'failed' ? run : null;
    });
    assert.equal(state, 'done', platform.output());
  }
});
