/** Health of a compute door. */
import type { Door } from '../../contract/endpoint.ts';
import { overallHealth, partHealths } from '../../platform/health.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { doorHealth } from './contract.ts';

export function healthRoute(door: Exclude<Door, 'product'>): Route {
  return handle(doorHealth(door), async () => ({ status: overallHealth(await partHealths()), timestamp: new Date().toISOString() }));
}
