/** What holds for every compute door of a running platform, whichever it is. */
import assert from 'node:assert/strict';
import { endpoints } from '../src/apps/contracts.generated.ts';
import { serviceDoors } from '../src/apps/services.ts';
import type { Endpoint } from '../src/contract/endpoint.ts';
import type { RunningPlatform } from './running-platform.ts';

/** The paths that a door really offers, beside health and metrics. */
const offered: Readonly<Record<string, readonly string[]>> = {
  'data-integrity': ['anomalies', 'baseline', 'changes', 'drift', 'groups', 'poisoning', 'progress', 'quality', 'suggest'].map(
    (name) => `/check/${name}`,
  ),
  'wiz-integration': [],
  'compliance-engine': [],
  'agent-gateway': [],
};

/** Health, its own OpenAPI document, a readable page; metrics for those who may alone; nothing that is not real. */
export async function assertDoorsStand(platform: RunningPlatform): Promise<void> {
  for (const { door, portStep } of serviceDoors) {
    const base = `http://127.0.0.1:${platform.servicePort(portStep)}`;
    const health = await fetch(`${base}/health`);
    assert.equal(health.status, 200);
    assert.match(await health.text(), /"status":"healthy"/);
    const document: unknown = await (await fetch(`${base}/openapi.json`)).json();
    assert.ok(typeof document === 'object' && document !== null && 'paths' in document && 'openapi' in document);
    assert.equal(document.openapi, '3.1.0');
    const own = Object.keys(document.paths as object).filter((path) => path !== '/health' && path !== '/metrics');
    if (door === 'ai-scanner') assert.ok(own.includes('/scan/model'));
    else assert.deepEqual(own.sort(), offered[door], door);
    assert.equal((await fetch(`${base}/docs`)).status, 200);
    assert.equal((await fetch(`${base}/metrics`)).status, 403);
  }
}

/** 401 before anything of the question is looked at. */
export async function assertDoorsRefuseStrangers(platform: RunningPlatform): Promise<void> {
  const asked = endpoints.filter(({ door, access }) => door !== 'product' && access === 'service');
  assert.ok(asked.length > 0);
  for (const endpoint of asked) {
    const step = serviceDoors.find(({ door }) => door === endpoint.door)?.portStep ?? 0;
    assert.equal(await statusOf(platform.servicePort(step), endpoint), 401, `${endpoint.method} ${endpoint.path}`);
  }
}

async function statusOf(port: number, { method, path }: Endpoint): Promise<number> {
  const url = `http://127.0.0.1:${port}${path.replace(/:\w+/g, '0190a000-0000-7000-8000-000000000001')}`;
  const body = method === 'GET' || method === 'DELETE' ? {} : { body: '{}' };
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json' }, ...body });
  await answer.body?.cancel();
  return answer.status;
}
