/** Health of the whole platform, as far as this reader may see it. */
import { overallHealth, partHealths } from '../../platform/health.ts';
import { call } from '../../platform/http/call.ts';
import { handle, type Route } from '../../platform/http/handle.ts';
import { version } from '../../platform/version.ts';
import { listAssets } from '../ai-assets/contract.ts';
import { listAlerts } from '../security-alerts/contract.ts';
import { listVulnerabilities } from '../vulnerabilities/contract.ts';
import { type Health, productHealth } from './contract.ts';
import { metricsRoute } from './service.ts';

export const routes: readonly Route[] = [
  metricsRoute('product'),
  handle(
    productHealth,
    async (_input, { actor }): Promise<Health> => {
      const parts = await partHealths();
      const base = { status: overallHealth(parts), timestamp: new Date().toISOString() };
      if (!actor.permissions.has('monitoring:read')) return base;
      return { ...base, version, uptimeSeconds: Math.round(process.uptime()), parts, ...(await countsOf()) };
    },
    { transaction: 'none' },
  ),
];

/** Counts are left out, not zeroed, when the database cannot say. */
async function countsOf(): Promise<Pick<Health, 'counts'>> {
  try {
    const [assets, vulnerabilities, alerts] = await Promise.all([
      call(listAssets, { limit: 1 }),
      call(listVulnerabilities, { limit: 1, severity: 'critical', status: 'open,in_progress' }),
      call(listAlerts, { limit: 1, state: 'new,acknowledged' }),
    ]);
    return { counts: { assets: assets.total, criticalVulnerabilities: vulnerabilities.total, activeAlerts: alerts.total } };
  } catch {
    return {};
  }
}
