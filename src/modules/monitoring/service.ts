/** Health and metrics of a process. */
import type { Door } from '../../contract/endpoint.ts';
import { commonProblems } from '../../contract/problem.ts';
import { config } from '../../platform/config.ts';
import { overallHealth, partHealths } from '../../platform/health.ts';
import { fileAnswer, handle, type Route } from '../../platform/http/handle.ts';
import { sameText } from '../../platform/secret.ts';
import { registry } from '../../platform/telemetry/metrics.ts';
import { doorHealth, processMetrics } from './contract.ts';

export function healthRoute(door: Exclude<Door, 'product'>): Route {
  return handle(doorHealth(door), async () => ({ status: overallHealth(await partHealths()), timestamp: new Date().toISOString() }));
}

export function metricsRoute(door: Door): Route {
  return handle(
    processMetrics(door),
    (_input, { actor, authorization }) => {
      if (!mayScrape(authorization) && !actor.permissions.has('monitoring:read'))
        throw commonProblems.forbidden({ permission: 'monitoring:read' });
      return fileAnswer({ name: 'metrics.txt', mediaType: registry.contentType, inline: true, body: lines() });
    },
    { transaction: 'none' },
  );
}

function mayScrape(authorization: string | undefined): boolean {
  const { METRICS_TOKEN } = config();
  return METRICS_TOKEN !== undefined && authorization !== undefined && sameText(authorization, `Bearer ${METRICS_TOKEN}`);
}

async function* lines(): AsyncGenerator<string> {
  yield await registry.metrics();
}
